package io.millrace.launch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.launch.MillraceProcess.Run;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong around a run of the packaged program: one line and the right exit code, and nothing is harmed. */
@Timeout(300)
class FaultsIT {
    private static final Path SAMPLE = Path.of("sample/sample.pcap").toAbsolutePath();
    private static final int SAMPLES = 100;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"scripts/mine.lua", "blacklist.txt", "networks.txt", "settings.json", "countries.mmdb",
        "systems.mmdb"})
    void shouldRefuseToWriteOverWhatItReads(final String input) throws Exception {
        Files.createDirectory(folder.resolve("scripts"));
        Files.writeString(folder.resolve("scripts/mine.lua"), "return { hooks = {} }");
        Files.writeString(folder.resolve("blacklist.txt"), "10.0.0.1\n");
        Files.writeString(folder.resolve("networks.txt"), "10.0.0.0/8\n");
        Files.writeString(folder.resolve("settings.json"), "{}");
        Files.writeString(folder.resolve("countries.mmdb"), "of no matter");
        Files.writeString(folder.resolve("systems.mmdb"), "of no matter");
        final String before = Files.readString(folder.resolve(input));

        final Run run = replay("--scripts", "scripts", "--blacklist", "blacklist.txt", "--local-networks",
            "192.168.0.0/16,./networks.txt", "--script-config", "settings.json", "--geoip", "countries.mmdb",
            "--geoip-asn", "systems.mmdb", "--eve", input);

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.errors()).singleElement().asString()
            .startsWith("millrace: --eve: would write over ").endsWith(": give another path");
        assertThat(folder.resolve(input)).hasContent(before);
    }

    @Test
    void shouldLeaveAnEveLogAloneThatAnotherRunWrites() throws Exception {
        final Path log = folder.resolve("eve.json");
        Files.writeString(log, "kept\n");
        final Run run;
        try (FileChannel other = FileChannel.open(log, StandardOpenOption.WRITE)) {
            other.lock();
            run = replay("--eve", "eve.json");
        }

        assertThat(run.exitCode()).isNotZero();
        assertThat(run.errors()).filteredOn(line -> line.contains("eve.json")).singleElement().asString()
            .contains("output: cannot write eve.json (another run writes it); give another path");
        assertThat(log).hasContent("kept");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--blacklist", "--script-config", "--geoip"})
    void shouldRefuseASettingsFileThatNeverEnds(final String flag) throws Exception {
        final Run run = replay(flag, "/dev/zero");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.errors()).singleElement().asString().startsWith("millrace: ").contains("/dev/zero");
    }

    @ParameterizedTest
    @CsvSource({
        "--eal=--proc-type=secondary, 2, --eal: --proc-type",
        "--mempool=400000000, 2, lower --flow-capacity"})
    void shouldRefuseAtOnceWhatDpdkCannotBe(final String flag, final int exitCode, final String message)
        throws Exception {

        final Run run = replay(flag);

        assertThat(run.exitCode()).as(run.errors().toString()).isEqualTo(exitCode);
        assertThat(run.errors()).singleElement().asString().startsWith("millrace: ").contains(message);
    }

    @Test
    void shouldCountWhatNobodyReadsAnyMore() throws Exception {
        final Process process = MillraceProcess.builder(folder, Map.of(), manySamples("--eve", "-", "--summary-json",
            "summary.json")).redirectError(folder.resolve("errors").toFile()).start();
        try (BufferedReader output = process.inputReader(UTF_8)) {
            assertThat(output.readLine()).startsWith("{");
        }

        assertThat(process.waitFor()).isEqualTo(ExitCode.ERRORS_FOUND);
        assertThat(Files.readAllLines(folder.resolve("errors")))
            .anyMatch(line -> line.contains("output: cannot write standard output"))
            .anyMatch(line -> line.startsWith("frames   "))
            .noneMatch(line -> line.contains("does not add up"));
    }

    @Test
    void shouldReadOnToTheEndOfItsFilesAfterSighup() throws Exception {
        // More output than rings and pipe can hold: the run cannot end before somebody reads it.
        final Process process = MillraceProcess.builder(folder, Map.of(), manySamples("--eve", "-"))
            .redirectError(folder.resolve("errors").toFile()).start();
        try (BufferedReader output = process.inputReader(UTF_8)) {
            assertThat(output.readLine()).startsWith("{");
            assertThat(new ProcessBuilder("kill", "-HUP", Long.toString(process.pid())).start().waitFor()).isZero();
            assertThat(output.lines()).isNotEmpty();
        }

        assertThat(process.waitFor()).isZero();
        assertThat(Files.readAllLines(folder.resolve("errors"))).contains("Read " + SAMPLES + " files");
    }

    @ParameterizedTest
    @ValueSource(strings = {"libmillrace.so", "libmillrace_lua.so"})
    void shouldRefuseALibraryOfAnotherBuildThanItsJars(final String name) throws Exception {
        final Map<String, String> environment = withLibraryOfAnotherBuild(name);

        final Run run = MillraceProcess.run(folder, environment, "replay", SAMPLE.toString(), "--scripts",
            InProcess.root().resolve("script-runtime/src/main/scripts/flow").toString());
        assertThat(run.exitCode()).isEqualTo(ExitCode.ENVIRONMENT);
        assertThat(run.errors()).singleElement().asString()
            .matches("millrace: native library .*/" + name
                + " and the jars are of two builds \\(0123456789abcdef, \\p{XDigit}+\\):"
                + " run deploy/quickstart to rebuild both");

        final Run version = MillraceProcess.run(folder, environment, "--version");
        assertThat(version.exitCode()).isZero();
        assertThat(version.errors()).isEmpty();
        assertThat(version.output()).hasSize(5).anyMatch(line -> line.contains("not available: native library "));
        final Run doctor = MillraceProcess.run(folder, environment, "doctor");
        assertThat(doctor.output()).anyMatch(line -> line.startsWith("broken ") && line.contains(name));
    }

    private Map<String, String> withLibraryOfAnotherBuild(final String name) throws Exception {
        final Path libraries = Files.createDirectory(folder.resolve("native"));
        final Path built = InProcess.root().resolve("native-bindings/target/native");
        for (final String library : List.of("libmillrace.so", "libmillrace_lua.so")) {
            Files.copy(built.resolve(library), libraries.resolve(library));
        }
        final Path code = Files.writeString(folder.resolve("other.c"),
            "const char millrace_build[] = \"0123456789abcdef\";");
        SharedLibrary.compile(code, libraries.resolve(name));
        return Map.of("MILLRACE_JVM_OPTIONS", "-Dmillrace.native.directory=" + libraries);
    }

    private static String[] manySamples(final String... flags) {
        final List<String> arguments = new ArrayList<>(List.of("replay", "--warm-up", "0"));
        arguments.addAll(List.of(flags));
        arguments.addAll(Collections.nCopies(SAMPLES, SAMPLE.toString()));
        return arguments.toArray(String[]::new);
    }

    private Run replay(final String... flags) throws IOException, InterruptedException {
        return MillraceProcess.run(folder, Map.of(), Stream.concat(
            Stream.of("replay", SAMPLE.toString(), "--warm-up", "0", "--quiet"), Stream.of(flags))
            .toArray(String[]::new));
    }
}
