package io.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.launch.MillraceProcess.Run;
import io.millrace.script.output.OutputCounter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong around a capture that runs: it runs on, and its sums hold at the end. */
@Timeout(120)
class LiveFaultsIT {
    private static final int SAMPLE_FLOWS = 52;
    private static final int DISK_BYTES = 256 * 1024;
    private static final int ROOM_BYTES = 8 * 1024;
    private static final long HOUR_SECONDS = 3600;
    private static final Path WALL_CLOCK =
        InProcess.root().resolve("deploy/src/test/resources/io/millrace/launch/wall_clock.c");

    @RegisterExtension
    private final WatchedLink link = WatchedLink.cabled();

    @TempDir
    private Path folder;

    /** The clock that steps is the process's own, so that no other program is led astray; stamps of frames do not. */
    @Test
    void shouldGoOnInTimeWhenTheWallClockStepsBack() throws Exception {
        final Path clock = Files.write(folder.resolve("clock"), new byte[Long.BYTES]);
        final Map<String, String> environment = Map.of(
            "LD_PRELOAD", SharedLibrary.compile(WALL_CLOCK, folder.resolve("wall_clock.so")).toString(),
            "WALL_CLOCK", clock.toString());
        final OffsetDateTime before = OffsetDateTime.now();
        final List<String> output;
        try (LiveCapture capture = link.capture(folder, environment, "--iface=watched", "--eve=live.json",
            "--idle-timeout=1h", "--tcp-closed-timeout=1h", "--stats-interval=100ms")) {
            link.sendSample();
            capture.awaitCounter(EngineCounter.RECEIVED, WatchedLink.SAMPLE_FRAMES);
            putAhead(clock, -HOUR_SECONDS);
            assertThat(capture.awaitError("wall clock")).contains("behind the time of packets");
            link.sendSample();
            capture.awaitCounter(EngineCounter.RECEIVED, 2 * WatchedLink.SAMPLE_FRAMES);
            putAhead(clock, 0);
            capture.awaitError("wall clock and the time of packets agree again");
            output = capture.stop();
        }
        final OffsetDateTime after = OffsetDateTime.now();

        assertThat(output).anyMatch(line -> line.startsWith("ports    2,066 came = 2,066 received + 0 missed"))
            .noneMatch(line -> line.contains("does not add up"));
        assertThat(FlowLines.times(folder.resolve("live.json"))).isNotEmpty().allSatisfy(time ->
            // The clock of packets follows the other by a hundredth of what passes.
            assertThat(time).isBetween(before, after.plus(Duration.between(before, after).dividedBy(50))));
        assertThat(statsTimes()).hasSizeGreaterThan(2).isSorted();
    }

    @Test
    void shouldWriteOnAfterADiskWasFullAndCountWhatWasNotWritten() throws Exception {
        NetworkNamespace.assumeTools("mount", "umount");
        final Path disk = Files.createDirectory(folder.resolve("disk"));
        link.run("mount", "-t", "tmpfs", "-o", "size=" + DISK_BYTES, "tmpfs", disk.toString());
        final Run run;
        final long written;
        try {
            final Path filler = Files.write(disk.resolve("filler"), new byte[DISK_BYTES - ROOM_BYTES]);
            final Path log = disk.resolve("live.json");
            try (LiveCapture capture = link.capture(folder, "--iface=watched", "--idle-timeout=200ms",
                "--tcp-closed-timeout=200ms", "--eve=" + log)) {
                link.sendSample();
                assertThat(capture.awaitError("cannot write")).contains(log.toString(), "No space left on device");
                capture.awaitCounter(EngineCounter.FLOWS_ENDED, SAMPLE_FLOWS);
                capture.awaitCounter(OutputCounter.RECORDS_DROPPED, 1);
                Files.delete(filler);
                capture.signal("HUP");
                capture.awaitError("SIGHUP");
                link.sendSample();
                capture.awaitCounter(EngineCounter.RECEIVED, 2 * WatchedLink.SAMPLE_FRAMES);
                run = capture.end();
            }
            try (Stream<String> lines = Files.lines(log)) {
                written = lines.filter(line -> line.matches("\\{.*\"event_type\":\"flow\".*}")).count();
            }
        } finally {
            link.run("umount", disk.toString());
        }

        assertThat(run.exitCode()).isEqualTo(ExitCode.ERRORS_FOUND);
        assertThat(run.output()).noneMatch(line -> line.contains("does not add up"));
        final Matcher records = Pattern.compile("(?m)^records +(\\d+) due = (\\d+) written \\+ (\\d+) dropped")
            .matcher(String.join("\n", run.output()));
        assertThat(records.find()).as(run.output().toString()).isTrue();
        assertThat(Integer.parseInt(records.group(2))).isEqualTo((int) written).isGreaterThanOrEqualTo(SAMPLE_FLOWS);
        assertThat(Integer.parseInt(records.group(3))).isPositive();
    }

    @Test
    void shouldRunOnWhereNobodyReadsItsOutputAnyMore() throws Exception {
        final Run run;
        try (LiveCapture capture = link.capture(folder, "--iface=watched", "--idle-timeout=200ms",
            "--tcp-closed-timeout=200ms", "--eve=-")) {
            capture.closeOutput();
            link.sendSample();
            assertThat(capture.awaitError("cannot write")).contains("standard output");
            link.sendSample();
            capture.awaitCounter(EngineCounter.RECEIVED, 2 * WatchedLink.SAMPLE_FRAMES);
            run = capture.end();
        }

        assertThat(run.exitCode()).isEqualTo(ExitCode.ERRORS_FOUND);
        assertThat(run.errors()).anyMatch(line -> line.startsWith("frames   2,066 received = "))
            .anyMatch(line -> line.matches("records +\\d+ due = 0 written \\+ \\d+ dropped.*"))
            .noneMatch(line -> line.contains("does not add up"));
    }

    /** Its lock, its counters, its socket and half a line of output lie there as it left them. */
    @Test
    void shouldStartAgainInWhatAKilledCaptureLeft() throws Exception {
        final String[] flags = {"--iface=watched", "--eve=live.json", "--external-alerts=alerts.sock"};
        try (LiveCapture killed = link.capture(folder, flags)) {
            link.sendSample();
            killed.awaitCounter(EngineCounter.RECEIVED, WatchedLink.SAMPLE_FRAMES);
            killed.signal("KILL");
            killed.await();
        }
        Files.writeString(folder.resolve("live.json"), "{\"event_type\":\"fl");
        assertThat(folder.resolve("alerts.sock")).exists();

        try (LiveCapture next = link.capture(folder, flags)) {
            assertThat(counters()).containsExactly(next.pid() + ".counters");
            link.sendSample();
            next.awaitCounter(EngineCounter.RECEIVED, WatchedLink.SAMPLE_FRAMES);
            assertThat(next.stop()).anyMatch(line -> line.startsWith("records  52 due = 52 written"));
        }
        assertThat(FlowLines.of(folder.resolve("live.json"))).hasSize(SAMPLE_FLOWS);
        assertThat(folder.resolve("alerts.sock")).doesNotExist();
        assertThat(counters()).isEmpty();
    }

    private List<String> counters() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("run"))) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".counters")).toList();
        }
    }

    private List<OffsetDateTime> statsTimes() throws IOException {
        return FlowLines.times(folder.resolve("live.json"), "\"timestamp\":\"([^\"]+)\",\"event_type\":\"stats\"");
    }

    /** In place: a file that is shorter for a moment would end the process that has it mapped. */
    private static void putAhead(final Path clock, final long seconds) throws IOException {
        try (FileChannel file = FileChannel.open(clock, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(0, seconds));
        }
    }
}
