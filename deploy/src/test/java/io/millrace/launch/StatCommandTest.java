package io.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import io.millrace.engine.event.EventRing;
import io.millrace.engine.event.EventRings;
import io.millrace.engine.parse.NonIpKind;
import io.millrace.engine.telemetry.CountersFile;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.LatencyHistogram;
import io.millrace.engine.telemetry.LatencyKind;
import io.millrace.engine.telemetry.NonIpCounts;
import io.millrace.engine.telemetry.PortCounter;
import io.millrace.engine.telemetry.ProcessStart;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.lua.HookTimes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** This process stands for a capture: its counters lie in a file as a capture's do. */
final class StatCommandTest {
    private static final long PID = ProcessHandle.current().pid();
    private static final int RING_BYTES = 1 << 16;
    private static final long PID_OFFSET = 16;
    private static final long STARTED_TICKS_OFFSET = 24;
    /** Larger than any number that the kernel gives, {@code PID_MAX_LIMIT}. */
    private static final long DEAD_PID = 1L << 23;

    @TempDir
    private Path folder;

    @Test
    void shouldShowWorkersPortsAndDropsWithTheirReason() throws IOException {
        final CommandLineRun run = statOf(PID, "--once");

        assertThat(run.exitCode()).isZero();
        assertThat(run.output()).anyMatch(line -> line.startsWith("millrace capture, process " + PID))
            .anyMatch(line -> line.matches("worker-0 +0 +1,000 frames, 7 flows live"))
            .anyMatch(line -> line.matches("port eth0 +0 +1,012 frames, link up"))
            .anyMatch(line -> line.matches("  frames missed by the port +0 +12"));
    }

    @Test
    void shouldTellProgramsRatesOfEachWorkerAndPort() throws IOException {
        final Map<String, Object> json = JSON.std.mapFrom(statOf(PID, "--once", "--json").output().getFirst());

        assertThat(json).containsEntry("pid", (int) PID)
            .containsEntry("ports", Map.of("port eth0", Map.of(
                "port_offered", 0, "port_received", 1012, "link_up", 1, "interface_dropped", 0, "frames_joined", 0,
                "frames_cut", 0, "rx_missed", 12, "rx_no_mbuf", 0, "rx_errors", 0)))
            .containsEntry("workers", Map.of("worker-0", Map.of(
                "received", 1000, "received_bytes", 64_000, "flows_live", 7, "events_skipped", 0, "gap_count", 4,
                "gap_p50", 1000, "gap_p99", 2000, "gap_p9999", 2000, "gap_max", 2000)))
            .containsEntry("workers_per_second", Map.of("worker-0", Map.of(
                "received", 0, "received_bytes", 0, "events_skipped", 0)))
            .containsEntry("ports_per_second", Map.of("port eth0", Map.of(
                "port_offered", 0, "port_received", 0, "interface_dropped", 0, "rx_missed", 0, "rx_no_mbuf", 0,
                "rx_errors", 0)));
    }

    @Test
    void shouldTellKindsOfFramesWithoutIpAndAnomalies() throws IOException {
        final CommandLineRun run = statOf(PID, "--once");

        assertThat(run.output()).containsSubsequence("Anomalies", "Frames without IP")
            .anyMatch(line -> line.matches("  fragments overlapping +0 +3"))
            .anyMatch(line -> line.matches("  ethertype_0x0806 +0 +20"));
    }

    @Test
    void shouldTellProgramsKindsThatAddUp() throws IOException {
        final Map<String, Object> json = JSON.std.mapFrom(statOf(PID, "--once", "--json").output().getFirst());

        assertThat(json).containsEntry("not_ip_kinds", Map.of("ethertype_0x0806", 20, "llc_0x0042", 5));
        assertThat((Map<?, ?>) json.get("total")).extracting("not_ip", "fragments_overlapping").containsExactly(25, 3);
    }

    @Test
    void shouldShowHooksOfScriptsAndGapsOfWorkers() throws IOException {
        final CommandLineRun run = statOf(PID, "--once");

        assertThat(run.output()).anyMatch(line -> line.matches("  script0 flowEnd +0 +30 +10 +\\d+\\.\\d +.*"))
            .anyMatch(line -> line.matches("  poll gap +1\\.0 +2\\.0 +2\\.0 +2\\.0"))
            .anyMatch(line -> line.matches("    of worker-0 +1\\.0 +2\\.0 +2\\.0 +2\\.0"))
            .anyMatch(line -> line.matches("    of worker-1 +1\\.5 +1\\.5 +1\\.5 +1\\.5"));
    }

    @Test
    void shouldTellProgramsHooksOfScriptsThatAddUp() throws IOException {
        final Map<String, Object> json = JSON.std.mapFrom(statOf(PID, "--once", "--json").output().getFirst());

        final Map<?, ?> hook = (Map<?, ?>) ((Map<?, ?>) ((Map<?, ?>) json.get("hooks")).get("script0")).get("flowEnd");
        assertThat(hook).extracting("hook_due", "hook_run", "hook_failed", "hook_timed_out", "hook_skipped",
            "hook_timed")
            .containsExactly(30, 20, 10, 0, 0, 2);
        assertThat((int) hook.get("hook_p50")).isPositive().isLessThanOrEqualTo((int) hook.get("hook_max"));
    }

    @Test
    void shouldLeaveOutHooksBeyondTheRoomForThem() {
        final Telemetry telemetry = new Telemetry();
        new HookGauges(telemetry).update(IntStream.rangeClosed(0, HookGauges.MAX_HOOKS)
            .mapToObj(i -> new HookTimes.Hook("script" + i, "flowEnd", 1, 1, 0, 0, 0, 0, 0, 0, 0, 0)).toList());

        assertThat(telemetry.total(RunGauge.HOOK_RUN)).isEqualTo(HookGauges.MAX_HOOKS);
    }

    @Test
    void shouldLeaveRoomForOtherCountersWhereHooksAreMany() {
        final Telemetry telemetry = new Telemetry();
        while (telemetry.room() > 600) {
            telemetry.counter(EngineCounter.RECEIVED, "worker-" + telemetry.room());
        }
        new HookGauges(telemetry).update(IntStream.range(0, 100)
            .mapToObj(i -> new HookTimes.Hook("script" + i, "flowEnd", 1, 1, 0, 0, 0, 0, 0, 0, 0, 0)).toList());

        assertThat(telemetry.room()).isBetween(500, 512);
    }

    @Test
    void shouldNameACaptureThatDied() throws IOException {
        final CommandLineRun run = statOf(DEAD_PID, "--once");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.errors()).singleElement().asString().contains("process " + DEAD_PID + " died");
    }

    @Test
    void shouldShowWhatADeadCaptureCountedLast() throws IOException {
        final CommandLineRun run = statOf(DEAD_PID, "--pid", Long.toString(DEAD_PID));

        assertThat(run.exitCode()).isZero();
        assertThat(run.output().getFirst()).isEqualTo("process " + DEAD_PID + " has died: these are its last values");
        assertThat(run.output()).anyMatch(line -> line.matches("worker-0 +0 +1,000 frames, 7 flows live"));
    }

    @Test
    void shouldNotTakeAnotherProcessForTheOneThatDied() throws IOException {
        final Path file = counters(PID);
        assertThat(RunDirectory.isAlive(file)).isTrue();
        final long start = ProcessStart.ticks().orElseThrow();
        poke(file, STARTED_TICKS_OFFSET, start - 1);
        assertThat(RunDirectory.isAlive(file)).isFalse();
        poke(file, STARTED_TICKS_OFFSET, start + 1);
        assertThat(RunDirectory.isAlive(file)).isFalse();
    }

    @Test
    void shouldShowAllCapturesThatRun() throws IOException {
        Files.copy(counters(PID), folder.resolve("1.counters"));

        assertThat(stat("--once").output()).filteredOn(line -> line.startsWith("millrace capture, process")).hasSize(2);
    }

    @Test
    void shouldSayThatNoCaptureRuns() {
        assertThat(stat("--once").errors()).singleElement().asString().contains("no capture runs", folder.toString());
    }

    @Test
    void shouldPutAnIntervalIntoOneLineUnderItsHeader() {
        final CounterSnapshot before = snapshot(0, 0, 0);
        final CounterSnapshot now = snapshot(2_000_000_000L, 2_000_000, 250_000_000);

        final String[] values = new StatLine(new CounterChange(before, now)).text().strip().split(" +");

        assertThat(values).hasSize(14).startsWith("00:00:02", "42", "1000000", "1000.0");
        assertThat(StatLine.HEADER.split("  +")).hasSize(14);
    }

    private static CounterSnapshot snapshot(final long timeNs, final long packets, final long bytes) {
        return new CounterSnapshot(42, 0, timeNs, timeNs / 1_000_000, List.of(
            new CounterSnapshot.Value(EngineCounter.RECEIVED, "worker-0", packets),
            new CounterSnapshot.Value(EngineCounter.RECEIVED_BYTES, "worker-0", bytes)));
    }

    private CommandLineRun statOf(final long pid, final String... arguments) throws IOException {
        counters(pid);
        return stat(arguments);
    }

    private CommandLineRun stat(final String... arguments) {
        final String[] all = new String[arguments.length + 4];
        System.arraycopy(new String[] {"stat", "--run-dir", folder.toString(), "--interval=1ms"}, 0, all, 0, 4);
        System.arraycopy(arguments, 0, all, 4, arguments.length);
        return CommandLineRun.of(all);
    }

    private Path counters(final long pid) throws IOException {
        final Path file = folder.resolve(pid + ".counters");
        final CountersFile counters = CountersFile.create(file);
        final Telemetry telemetry = new Telemetry(counters.metadata(), counters.values());
        telemetry.counter(EngineCounter.RECEIVED, "worker-0").set(1000);
        telemetry.counter(EngineCounter.RECEIVED_BYTES, "worker-0").set(64_000);
        telemetry.counter(EngineCounter.FLOWS_LIVE, "worker-0").set(7);
        telemetry.counter(EngineCounter.NOT_IP, "worker-0").set(25);
        telemetry.counter(EngineCounter.FRAGMENTS_OVERLAPPING, "worker-0").set(3);
        telemetry.counter(EngineCounter.EVENTS_SKIPPED, "worker-0").set(0);
        telemetry.counter(PortCounter.PORT_RECEIVED, "port eth0").set(1012);
        telemetry.counter(PortCounter.LINK_UP, "port eth0").set(1);
        telemetry.counter(EngineCounter.RX_MISSED, "port eth0").set(12);
        telemetry.counter(EngineCounter.RX_NO_MBUF, "port eth0").set(0);
        telemetry.counter(EngineCounter.RX_ERRORS, "port eth0").set(0);
        final NonIpCounts kinds = telemetry.nonIpCounts();
        IntStream.range(0, 20).forEach(_ -> kinds.increment(NonIpKind.of(NonIpKind.ETHERTYPE, 0x0806)));
        IntStream.range(0, 5).forEach(_ -> kinds.increment(NonIpKind.of(NonIpKind.LLC, 0x42)));
        final LatencyHistogram gaps = telemetry.histogram(LatencyKind.POLL_GAP, "worker-0");
        gaps.record(1000, 3);
        gaps.record(2000);
        telemetry.histogram(LatencyKind.POLL_GAP, "worker-1").record(1500);
        new HookGauges(telemetry).update(
            List.of(new HookTimes.Hook("script0", "flowEnd", 30, 20, 10, 0, 0, 2, 1500, 2500, 2500, 4000)));
        new RunGauges(telemetry, new EventRings(List.of(List.of(EventRing.allocate(RING_BYTES))), List.of()), List.of())
            .update();
        poke(file, PID_OFFSET, pid);
        return file;
    }

    private static void poke(final Path file, final long offset, final long value) throws IOException {
        try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
            opened.seek(offset);
            opened.write(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(value).array());
        }
    }
}
