package io.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.PortCounter;
import io.millrace.launch.MillraceProcess.Run;
import io.millrace.script.intake.ScriptCounter;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged program on live ports: interfaces in a network of its own, read through af_packet. */
class LiveCaptureIT {
    private static final Path SCRIPTS = Path.of("../script-runtime/src/main/scripts/flow").toAbsolutePath().normalize();

    private static final long SAMPLE_BYTES = 482_612;

    @RegisterExtension
    private final WatchedLink link = WatchedLink.cabled();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"--interval=20ms", "--interval=20ms --json"})
    @Timeout(60)
    void shouldEndTheWatchingWithWhoeverReadsIt(final String flags) throws Exception {
        try (LiveCapture capture = link.capture(folder, "--iface", "watched")) {
            final Process stat = MillraceProcess.builder(folder, Map.of(), Stream.concat(
                Stream.of("stat", "--run-dir", folder.resolve("run").toString()), Stream.of(flags.split(" ")))
                .toArray(String[]::new)).redirectError(ProcessBuilder.Redirect.DISCARD).start();
            try (BufferedReader reader = stat.inputReader()) {
                assertThat(reader.readLine()).isNotBlank();
            }
            assertThat(stat.waitFor()).isZero();
            capture.stop();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--workers=1", "--workers=2", "--workers=2 --rx-queues=1"})
    void shouldLoseNothingAndSeeTheFlowsThatAReplayOfTheFileSees(final String flags) throws Exception {
        final Run replay = MillraceProcess.run(folder, Map.of(), "replay", WatchedLink.SAMPLE.toString(), "--scripts",
            SCRIPTS.toString(), "--eve", "replay.json", "--warm-up", "0");
        assertThat(replay.exitCode()).isZero();

        final List<String> output;
        try (LiveCapture capture = link.capture(folder, (
            "--iface=watched --scripts=" + SCRIPTS + " --eve=live.json " + flags).split(" "))) {
            link.sendSample();
            capture.awaitCounter(EngineCounter.RECEIVED, WatchedLink.SAMPLE_FRAMES);
            output = capture.stop();
        }

        assertThat(FlowLines.of(folder.resolve("live.json"))).isNotEmpty()
            .containsExactlyInAnyOrderElementsOf(FlowLines.of(folder.resolve("replay.json")));
        assertThat(output).anyMatch(line -> line.startsWith("frames   1,033 received = "))
            .anyMatch(line -> line.startsWith("records  52 due = 52 written + 0 dropped"))
            .noneMatch(line -> line.contains("does not add up"));
    }

    /** The kernel hands some of these frames over without their VLAN tag, which is put back. */
    @Test
    @Timeout(60)
    void shouldCountTheSameBytesAtTheQueueAndInFlows() throws Exception {
        try (LiveCapture capture = link.capture(folder, "--iface=watched")) {
            link.sendSample();
            capture.awaitCounter(EngineCounter.RECEIVED_BYTES, SAMPLE_BYTES);
            capture.awaitCounter(PortCounter.DRIVER_COUNTER, "port watched rx_q0_bytes", SAMPLE_BYTES);
            assertThat(capture.counters().of(PortCounter.DRIVER_COUNTER, "port watched rx_q0_bytes"))
                .isEqualTo(capture.counters().total(EngineCounter.RECEIVED_BYTES)).isEqualTo(SAMPLE_BYTES);
            capture.stop();
        }
    }

    @Test
    void shouldCountAndWriteNothingOfItsWarmUp() throws Exception {
        final List<String> output;
        try (LiveCapture capture = link.capture(folder, "--warm-up=50K", "--iface=watched",
            "--scripts=" + SCRIPTS, "--eve=live.json")) {

            link.sendSample();
            capture.awaitCounter(EngineCounter.RECEIVED, WatchedLink.SAMPLE_FRAMES);
            output = capture.stop();
        }

        assertThat(output).anyMatch(line -> line.startsWith("frames   1,033 received = "))
            .anyMatch(line -> line.startsWith("hooks    52 due = 52 run + 0 failed"))
            .anyMatch(line -> line.startsWith("records  52 due = 52 written + 0 dropped"))
            .anyMatch(line -> line.startsWith("alerts   19 raised = 19 written"))
            .noneMatch(line -> line.contains("does not add up"));
        assertThat(FlowLines.of(folder.resolve("live.json"))).hasSize(52);
    }

    @Test
    void shouldTellOfEachHookAndWorkerWhatItTakesAlsoAfterAReload() throws Exception {
        final int decided = 40;
        try (LiveCapture capture = link.capture(folder, "--iface=watched", "--workers=2",
            "--script-threads=2", "--scripts=" + SCRIPTS)) {
            for (int round = 1; round <= 2; round++) {
                link.sendSample();
                capture.awaitCounter(EngineCounter.RECEIVED, (long) round * WatchedLink.SAMPLE_FRAMES);
                capture.awaitCounter(RunGauge.HOOK_RUN, (long) round * decided);
                capture.signal("HUP");
                capture.awaitError("scripts reloaded");
            }
            final CounterSnapshot counters = capture.counters();

            assertThat(counters.owners(RunGauge.HOOK_DUE)).containsExactly("suspicious_countries protocolDetected");
            assertThat(counters.total(RunGauge.HOOK_RUN)).isGreaterThanOrEqualTo(2 * decided)
                .isLessThanOrEqualTo(counters.total(ScriptCounter.HOOKS_RUN));
            assertThat(counters.total(RunGauge.HOOK_DUE)).isEqualTo(counters.total(RunGauge.HOOK_RUN)
                + counters.total(RunGauge.HOOK_FAILED) + counters.total(RunGauge.HOOK_TIMED_OUT)
                + counters.total(RunGauge.HOOK_SKIPPED));
            assertThat(counters.total(RunGauge.HOOK_TIMED)).isPositive();
            assertThat(counters.total(RunGauge.HOOK_P50)).isPositive()
                .isLessThanOrEqualTo(counters.total(RunGauge.HOOK_MAX));
            assertThat(counters.owners(RunGauge.GAP_COUNT)).containsExactly("worker-0", "worker-1");
            assertThat(counters.of(RunGauge.GAP_MAX, "worker-1")).isPositive();
            assertThat(capture.stop()).anyMatch(line -> line.startsWith("hooks"))
                .noneMatch(line -> line.contains("does not add up"));
        }
    }

    @Test
    void shouldOutliveWhatHappensToALinkAndToItsOutputFile() throws Exception {
        final Path log = folder.resolve("live.json");
        try (LiveCapture capture = link.capture(
            folder, "--iface", "watched", "--scripts", SCRIPTS.toString(), "--eve", log.toString())) {

            assertThat(link.refusal(folder, "--iface", "watched"))
                .contains("millrace: port watched is in use by another millrace capture");
            link.run("ip", "link", "set", "far", "down");
            assertThat(capture.awaitError("link is")).isEqualTo(
                "millrace: port watched: link is down: no frames come from it");
            link.run("ip", "link", "set", "far", "up");
            assertThat(capture.awaitError("link is")).isEqualTo("millrace: port watched: link is up");

            Files.move(log, folder.resolve("live.json.1"));
            capture.signal("HUP");
            assertThat(capture.awaitError("SIGHUP")).contains("output files are opened anew");
            assertThat(capture.awaitError("scripts reloaded")).contains("1 of 1 run");
            capture.signal("STOP");
            capture.signal("CONT");
            link.run("ip", "link", "delete", "watched");
            assertThat(capture.awaitError("device is gone")).contains("port watched");
            capture.stop();
        }

        assertThat(log).content().contains("\"event_type\":\"stats\"");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldRunOnWhileTheFolderOfItsScriptsIsGone(final boolean watched) throws Exception {
        final Path scripts = Files.createDirectory(folder.resolve("scripts"));
        final Path elsewhere = folder.resolve("elsewhere");
        Files.copy(SCRIPTS.resolve("suspicious_countries.lua"), scripts.resolve("suspicious_countries.lua"));
        try (LiveCapture capture = link.capture(folder, "--iface=watched", "--scripts=" + scripts,
            "--watch-scripts=" + watched)) {

            Files.move(scripts, elsewhere);
            capture.signal("HUP");
            assertThat(capture.awaitError("scripts ")).startsWith(
                "millrace: scripts not reloaded, those that run go on: ").contains(scripts.toString());
            Files.move(elsewhere, scripts);
            capture.signal("HUP");
            assertThat(capture.awaitError("scripts reloaded")).endsWith("1 of 1 run");
            link.sendSample();
            capture.awaitCounter(ScriptCounter.HOOKS_RUN, 1);
            assertThat(capture.stop()).noneMatch(line -> line.contains("does not add up"));
        }
    }

    @Test
    void shouldRefuseAnInterfaceThatIsNotThere() throws Exception {
        assertThat(link.refusal(folder, "--iface", "absent"))
            .contains("millrace: no interface absent in this network namespace: ip link lists what there is");
    }

}
