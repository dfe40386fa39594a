package io.millrace.launch.library;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.launch.InProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scripts as they were written for each generation of the API, in the folders of their time, on all our traffic. */
class GenerationScriptsTest {
    private static final Path GENERATIONS = InProcess.root()
        .resolve("script-runtime/src/test/resources/io/millrace/script/lua/generations");
    private static final String COUNTRY = "\"country_check\": {\"enabled\": true, \"values\": {\"items\": [\"cn\"]}}";

    @TempDir
    private Path folder;
    private Path blacklist;
    private Path logs;

    @BeforeEach
    void writeBlacklist() throws IOException {
        logs = Files.createDirectory(folder.resolve("logs"));
        blacklist = Files.writeString(folder.resolve("blacklist"), "12.20.30.0/24\n");
    }

    @ParameterizedTest
    @CsvSource({"2019, 9", "4.0, 11", "4.2, 17", "current, 3"})
    void shouldLoadEveryScriptWithoutAFinding(final String generation, final int scripts) {
        final InProcess check = InProcess.run("scripts", "check", GENERATIONS.resolve(generation).toString());

        assertThat(check.errors().lines()).allMatch(line -> line.contains(
            "flow_logger.lua:19: warning: io.open is not available to flow scripts; to allow it, start with "));
        assertThat(check.exitCode()).isZero();
        assertThat(check.output().lines()).hasSize(scripts).allMatch(line -> line.contains(": ok, hooks ")
            || line.contains(": disabled (default_enabled = false), hooks ")
            || line.contains("example.lua: disabled (its setup() returned false), hooks "));
    }

    @Test
    void shouldRunTheScriptsOf2019() throws IOException {
        final LibraryRun run = run("2019", "{}");

        assertThat(run.alertCounts()).isEqualTo(Map.of("blacklisted", 8L, "web_mining_detected", 1L));
        // Without scores: statuses are set, and no alert is raised; flows without an answer are not bidirectional.
        assertThat(run.statusCounts()).isEqualTo(Map.of(
            "blacklisted", 8L, "remote_to_remote", 35L, "udp_unidirectional", 4L, "web_mining_detected", 1L));
    }

    @Test
    void shouldRunTheScriptsOf40() throws IOException {
        final LibraryRun run = run("4.0", "{" + COUNTRY + logger() + ", \"mud\": true}");

        assertThat(run.statusCounts()).isEqualTo(Map.of("blacklisted", 8L, "blacklisted_country", 21L, "example", 22L,
            "remote_to_remote", 41L, "udp_unidirectional", 4L, "web_mining_detected", 1L));
        // One alert per flow, that of the highest score: the example's 60 gives way to a blacklisted server's 100.
        assertThat(run.alertCounts()).isEqualTo(
            Map.of("blacklisted", 8L, "blacklisted_country", 21L, "example", 15L, "web_mining_detected", 1L));
        assertThat(run.alerts("blacklisted")).allMatch(flow -> flow.contains(" > 12.20.30."));
        assertThat(loggedFlows()).isEqualTo(run.flowCount());
    }

    @Test
    void shouldRunTheScriptsOf42() throws IOException {
        final LibraryRun run = run("4.2", "{" + COUNTRY + logger() + ", \"example\": true, "
            + "\"unexpected_dns\": {\"enabled\": true, \"values\": {\"items\": [\"203.0.113.99\"]}}}");

        assertThat(run.statusCounts())
            .containsEntry("blacklisted", 8L).containsEntry("blacklisted_country", 21L)
            .containsEntry("remote_to_remote", 41L).containsEntry("unexpected_dns", 19L)
            .containsEntry("known_proto_on_non_std_port", 3L).containsEntry("flow_risk", 24L)
            .containsEntry("udp_unidirectional", 2L)
            .containsEntry("tcp_connection_issues", 1L).containsEntry("tcp_severe_connection_issues", 1L);
        assertThat(run.info("tcp_severe_connection_issues")).containsEntry("is_severe", true)
            .containsEntry("client_issues", 0).containsKey("tcp_stats");
        assertThat(run.alerts("known_proto_on_non_std_port")).contains("192.168.7.19 > 203.0.113.60:3333");
        assertThat(loggedFlows()).isEqualTo(run.flowCount());
    }

    @Test
    void shouldRunTheChunksOfToday() throws IOException {
        final LibraryRun run = run("current", "{}");

        assertThat(run.alerts("custom_lua_script")).hasSize(5).allMatch(flow -> flow.endsWith(":22"));
    }

    @Test
    void shouldRunAllGenerationsSideBySideWithTheLibrary() throws IOException {
        final Path all = Files.createDirectory(folder.resolve("all"));
        copy(LibraryRun.LIBRARY, all);
        copy(GENERATIONS.resolve("current"), all.resolve("current"));
        copy(GENERATIONS.resolve("4.2/plugins/network/tcp_issues_generic"),
            all.resolve("plugins/network/tcp_issues_generic"));

        final LibraryRun run = LibraryRun.ofScripts(folder, all, "{}", traffic());

        assertThat(run.alertCounts()).containsEntry("custom_lua_script", 5L)
            .containsEntry("tcp_severe_connection_issues", 1L).containsEntry("web_mining_detected", 1L);
    }

    private LibraryRun run(final String generation, final String config) throws IOException {
        return LibraryRun.ofScripts(
            folder, GENERATIONS.resolve(generation), config, traffic(), "--blacklist", blacklist.toString(),
            "--allow-script", "io=" + logs);
    }

    private String logger() {
        return ", \"flow_logger\": {\"enabled\": true, \"values\": {\"folder\": \"" + logs + "\"}}";
    }

    private long loggedFlows() throws IOException {
        long flows = 0;
        try (Stream<Path> files = Files.list(logs)) {
            for (final Path file : files.toList()) {
                flows += Files.readAllLines(file).stream().filter(line -> line.contains(" -> ")).count();
            }
        }
        return flows;
    }

    private static List<Path> traffic() throws IOException {
        final Path sample = InProcess.root().resolve("deploy/sample/sample.pcap");
        try (Stream<Path> files = Files.list(LibraryRun.traffic("dns").getParent())) {
            return Stream.concat(files.filter(file -> file.toString().endsWith(".pcap")).sorted(), Stream.of(sample))
                .toList();
        }
    }

    private static void copy(final Path from, final Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (final Path file : files.filter(Files::isRegularFile).toList()) {
                final Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
    }
}
