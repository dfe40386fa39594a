package io.millrace.launch.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import io.millrace.engine.config.ConfigException;
import io.millrace.engine.port.CaptureFile;
import io.millrace.launch.Corpus;
import io.millrace.launch.InProcess;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A script that calls every function of the {@code flow} object, on real traffic. */
class EveryFlowFunctionTest {
    private static final String SCRIPT = "every_flow_function.lua";

    @TempDir
    private Path directory;
    private Path scripts;

    @BeforeEach
    void copyScript() throws IOException {
        scripts = Files.createDirectory(directory.resolve("scripts"));
        try (InputStream script = getClass().getResourceAsStream(SCRIPT)) {
            Files.copy(script, scripts.resolve(SCRIPT));
        }
    }

    @Test
    void shouldAnswerEveryFunctionOnEveryFlowOfTheSample() throws IOException {
        assertRunsWithoutError(List.of(InProcess.root().resolve("deploy/sample/sample.pcap")), 52);
    }

    @Test
    void shouldAnswerEveryFunctionOnEveryFlowOfTheCorpus() throws IOException {
        assertRunsWithoutError(
            Corpus.captures().stream().filter(EveryFlowFunctionTest::isReplayable).toList(), 500);
    }

    private void assertRunsWithoutError(final List<Path> captures, final int leastFlows) throws IOException {
        final Path summary = directory.resolve("summary.json");
        final List<String> arguments = new ArrayList<>(List.of(
            "replay", "--quiet", "--scripts", scripts.toString(), "--summary-json", summary.toString()));
        captures.forEach(capture -> arguments.add(capture.toString()));

        final InProcess run = InProcess.run(arguments.toArray(String[]::new));

        assertThat(run.exitCode()).as(run.errors()).isZero();
        assertThat(run.errors().lines()).allMatch(line -> line.contains("capture file is cut or damaged"));
        final Map<String, Object> totals = JSON.std.mapFrom(Files.readString(summary));
        assertThat(number(totals, "flows")).isGreaterThanOrEqualTo(leastFlows);
        assertThat(number(totals, "hooks_run")).isGreaterThanOrEqualTo(2 * number(totals, "flows"));
        assertThat(number(totals, "hooks_failed")).isZero();
        assertThat(number(totals, "hooks_timed_out")).isZero();
        assertThat(number(totals, "hooks_skipped")).isZero();
    }

    private static boolean isReplayable(final Path capture) {
        try {
            CaptureFile.open(capture);
            return true;
        } catch (final ConfigException e) {
            return false;
        }
    }

    private static long number(final Map<String, Object> totals, final String field) {
        return ((Number) totals.get(field)).longValue();
    }
}
