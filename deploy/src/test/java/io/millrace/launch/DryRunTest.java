package io.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DryRunTest {
    private static final String SAMPLE = InProcess.root().resolve("deploy/sample/sample.pcap").toString();

    @TempDir
    private Path folder;

    @Test
    void shouldTellWhereEachValueComesFrom() throws IOException {
        final Path flags = Files.writeString(folder.resolve("flags"),
            "--idle-timeout 30s # thirty seconds\n--script-memory=32M\n");
        final Path nested = Files.writeString(folder.resolve("nested"), "@" + flags + " --quiet");

        final Map<String, Map<String, Object>> plan = plan(Map.of("MILLRACE_BURST", "32"),
            "replay", SAMPLE, "--dry-run", "--json", "@" + nested, "--mempool", "5000");

        assertThat(plan.get("--burst")).containsEntry("value", "32")
            .containsEntry("origin", Map.of("kind", "environment", "detail", "MILLRACE_BURST"));
        assertThat(plan.get("--idle-timeout")).containsEntry("value", "30s")
            .containsEntry("origin", Map.of("kind", "file", "detail", flags.toString()));
        assertThat(plan.get("--script-memory")).containsEntry("value", "32M");
        assertThat(plan.get("--quiet")).containsEntry("origin", Map.of("kind", "file", "detail", nested.toString()));
        assertThat(plan.get("packet buffers per queue")).containsEntry("value", 5000)
            .containsEntry("origin", Map.of("kind", "flag"));
        assertThat(plan.get("--periodic-interval")).containsEntry("value", "30s")
            .containsEntry("origin", Map.of("kind", "default"));
        assertThat(plan.get("RX descriptors")).extracting("origin").extracting("kind").isEqualTo("derived");
    }

    @Test
    void shouldCountTheRingsOfTheKernelAsMemory() throws IOException {
        final Map<String, Map<String, Object>> usual = plan(Map.of(), "capture", "--iface", "lo", "--dry-run",
            "--json");
        final Map<String, Map<String, Object>> small = plan(Map.of(),
            "capture", "--iface", "lo", "--dry-run", "--json", "--rx-descriptors=1024", "--rx-queues=2");

        assertThat(usual.get("RX descriptors")).containsEntry("value", 65_536);
        assertThat(usual.get("rings of the kernel")).containsEntry("value", 128 << 20);
        assertThat(small.get("rings of the kernel")).containsEntry("value", 4 << 20);
    }

    @Test
    void shouldTellOfEveryFlagThatTheCommandHas() throws IOException {
        final CommandLineRun run = CommandLineRun.of("capture", "--iface", "lo", "--dry-run");
        final String text = String.join("\n", run.output());

        assertThat(run.exitCode()).isZero();
        assertThat(run.errors()).isEmpty();
        assertThat(text).contains("port lo", "RX queues", "worker cores", "script cores", "flow tables", "in all",
            "--eve ", "--geoip ", "--duration ", "--run-dir ").doesNotContain("null", "[]");
    }

    @Test
    void shouldWriteNothing() {
        final Path log = folder.resolve("eve.json");
        final Path run = folder.resolve("run");

        final CommandLineRun dry = CommandLineRun.of("capture", "--iface", "lo", "--dry-run", "--eve", log.toString(),
            "--run-dir", run.toString());

        assertThat(dry.exitCode()).isZero();
        assertThat(log).doesNotExist();
        assertThat(run).doesNotExist();
    }

    @Test
    void shouldSayWhatIsMissing() {
        assertThat(CommandLineRun.of("capture", "--iface", "nosuch0", "--dry-run").output())
            .anyMatch(line -> line.contains("port nosuch0: there is no such interface"));
    }

    @Test
    void shouldSayWhatReadsAPortInTheWordsOfItsFlag() {
        assertThat(CommandLineRun.of("capture", "--iface", "lo", "--dry-run").output())
            .anyMatch(line -> line.matches("  port lo +af_packet .*"));
        assertThat(CommandLineRun.of("capture", "--iface", "lo", "--driver", "af_xdp", "--dry-run").output())
            .anyMatch(line -> line.matches("  port lo +af_xdp .*"));
        assertThat(CommandLineRun.of("capture", "--port", "net_af_packet0,iface=lo", "--dry-run").output())
            .anyMatch(line -> line.matches("  port lo +net_af_packet0 .*"));
    }

    @Test
    void shouldNotMissTheLoopbackInterface() {
        assertThat(CommandLineRun.of("capture", "--iface", "lo", "--dry-run").output())
            .noneMatch(line -> line.contains("port lo: "));
    }

    @Test
    void shouldRefuseWhatTheRunWouldRefuse() {
        assertThat(CommandLineRun.of("replay", SAMPLE, "--dry-run", "--script-memory", "1K").exitCode()).isEqualTo(2);
        assertThat(CommandLineRun.of("replay", "missing.pcap", "--dry-run").exitCode()).isEqualTo(2);
        assertThat(CommandLineRun.of("capture", "--dry-run").errors()).singleElement().asString().contains("no port");
        assertThat(CommandLineRun.of("replay", SAMPLE, "--json").errors()).singleElement().asString()
            .contains("--json: is for --dry-run");
        assertThat(CommandLineRun.of("capture", "--port", "net_tap0", "--driver", "af_xdp", "--dry-run").errors())
            .singleElement().asString().contains("--driver: is for --iface");
    }

    @Test
    void shouldRefuseAUserThatThereIsNot() {
        final CommandLineRun run = CommandLineRun.of("capture", "--iface", "lo", "--dry-run", "--user", "no-such-user");

        assertThat(run.exitCode()).isEqualTo(ExitCode.ENVIRONMENT);
        assertThat(run.output()).isEmpty();
        assertThat(run.errors()).containsExactly(
            "millrace: no user no-such-user on this system: getent passwd lists them");
    }

    @Test
    void shouldReadAsTheUserThatTheCaptureWouldBecome() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "another user's eyes need root");
        final Path settings = Files.writeString(folder.resolve("settings.json"), "{}");
        Files.setPosixFilePermissions(settings, PosixFilePermissions.fromString("rw-------"));
        final String[] arguments = {"capture", "--iface", "lo", "--dry-run", "--script-config", settings.toString()};

        assertThat(CommandLineRun.of(arguments).exitCode()).isZero();
        final CommandLineRun asNobody = CommandLineRun.of(
            Stream.concat(Stream.of(arguments), Stream.of("--user", "nobody")).toArray(String[]::new));

        assertThat(asNobody.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(asNobody.errors()).singleElement().asString().contains(settings.toString());
        assertThat(settings).as("seen by the test itself, afterwards").hasContent("{}");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Map<String, Object>> plan(
        final Map<String, String> environment, final String... arguments) throws IOException {

        final CommandLineRun run = CommandLineRun.of(environment, arguments);
        assertThat(run.errors()).isEmpty();
        assertThat(run.exitCode()).isZero();
        final Map<String, Object> json = JSON.std.mapFrom(run.output().getFirst());
        assertThat(json).containsEntry("command", arguments[0]);
        return ((List<Map<String, Object>>) json.get("plan")).stream()
            .collect(Collectors.toMap(entry -> (String) entry.get("name"), Function.identity()));
    }
}
