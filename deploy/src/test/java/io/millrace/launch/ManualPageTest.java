package io.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class ManualPageTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void writePages() {
        assertThat(CommandLineRun.of("manual", folder.toString()).exitCode()).isZero();
    }

    @Test
    void shouldWriteAPageForEachCommandThatHelpShows() {
        assertThat(folder.toFile().list()).contains(
            "millrace.1", "millrace-replay.1", "millrace-capture.1", "millrace-stat.1", "millrace-scripts.1",
            "millrace-scripts-check.1", "millrace-scripts-list.1", "millrace-protocols.1");
        assertThat(folder.toFile().list()).doesNotContain("millrace-manual.1");
    }

    @Test
    void shouldNameEveryFlagOfACapture() throws IOException {
        final List<String> page = page("millrace-capture.1");
        final CommandLine capture = Millrace.commandLine(Map.of()).getSubcommands().get("capture");

        for (final OptionSpec option : capture.getCommandSpec().options()) {
            final String name = option.longestName().replace("-", "\\-");
            assertThat(page).filteredOn(line -> line.contains("\\fB" + name + "\\fR")).as(name).hasSize(1);
        }
        assertThat(page).contains(".SS \"Ports\"", "Network interface of the kernel to watch; repeatable.");
    }

    @Test
    void shouldShowWhatAFlagTakesAndItsDefault() throws IOException {
        final List<String> page = page("millrace-replay.1");
        final int term = page.indexOf("\\fB\\-\\-script\\-deadline\\fR=\\fITIME\\fR");

        assertThat(page.get(term - 1)).isEqualTo(".TP");
        assertThat(page.get(term + 1)).startsWith("Processor time that one hook may take")
            .endsWith("(default: 100ms).");
    }

    @Test
    void shouldSayInOneLineWhatACommandIsFor() throws IOException {
        assertThat(page("millrace.1")).containsSubsequence(
            ".SH NAME", "millrace \\- runs Lua flow scripts on every network flow", ".SH SYNOPSIS");
    }

    @Test
    void shouldStartNoLineWithAMacroThatNobodyMeant() throws IOException {
        for (final String name : folder.toFile().list()) {
            assertThat(page(name)).filteredOn(line -> line.startsWith(".") || line.startsWith("'"))
                .allMatch(line -> line.matches("\\.(TH|SH|SS|TP|PP|B|BR)( .*)?"));
        }
    }

    @Test
    void shouldSayWhyItCannotWrite() {
        final CommandLineRun run = CommandLineRun.of("manual", folder.resolve("absent").toString());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.errors()).singleElement().asString().contains("cannot write manual pages into", "absent");
    }

    private List<String> page(final String name) throws IOException {
        return Files.readAllLines(folder.resolve(name));
    }
}
