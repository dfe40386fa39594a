package io.millrace.script.output;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.file.attribute.PosixFilePermission.GROUP_READ;
import static java.nio.file.attribute.PosixFilePermission.OWNER_READ;
import static java.nio.file.attribute.PosixFilePermission.OWNER_WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowEventKind;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.geo.PlaceTable;
import io.millrace.script.verdict.VerdictDescriptor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OutputWriterTest {
    private static final int TCP = 6;
    private static final PlaceTable PLACES = Messages.noPlaces();
    private static final StatsRecord STATS =
        new StatsRecord(Messages.START_NS, Map.of("received", 7L, "parsed", 7L));

    @TempDir
    private Path directory;

    private final List<OneToOneRingBuffer> rings =
        List.of(OutputRing.allocate(1 << 20), OutputRing.allocate(1 << 20), OutputRing.allocate(1 << 20));
    private final Telemetry telemetry = new Telemetry();
    private final StringBuilder printed = new StringBuilder();

    @Test
    void shouldWriteFlowsAlertsTextAndClosingStats() throws IOException {
        final Path file = directory.resolve("eve.json");
        final OutputWriter writer = writer(OutputWriter.Order.REPLAY, eve(file.toString()), new TextCollector());
        send(0, OutputMessage.ALERT, message(1).alert(1, 2, "suspicious_country", "Suspicious country", new byte[0]));
        send(0, OutputMessage.FLOW, message(1).verdict(VerdictDescriptor.ALERTS, 1).flow());
        send(0, OutputMessage.TEXT, "hello ".getBytes(StandardCharsets.UTF_8));
        send(1, OutputMessage.FLOW, message(2).flow());
        send(2, OutputMessage.TEXT, "world\n".getBytes(StandardCharsets.UTF_8));
        endEpoch(1);
        runUntilIdle(writer);
        assertThat(Files.readAllLines(file)).as("flushed when nothing is waiting").hasSize(3);
        writer.onClose();

        final List<Map<String, Object>> lines = Files.readAllLines(file).stream().map(Json::read).toList();
        assertThat(lines).extracting(line -> line.get("event_type")).containsExactly("alert", "flow", "flow", "stats");
        assertThat(lines).extracting(line -> line.get("flow_id")).containsExactly(1L, 1L, 2L, null);
        assertThat(lines.get(3).get("stats")).isEqualTo(Map.of("parsed", 7L, "received", 7L));
        assertThat(printed).hasToString("hello world\n");
        assertThat(writer.failure()).isNull();
        assertThat(writer.loss()).isNull();
        assertThat(total(OutputCounter.RECORDS_OFFERED)).isEqualTo(2);
        assertThat(total(OutputCounter.RECORDS_WRITTEN)).isEqualTo(2);
        assertThat(total(OutputCounter.RECORDS_DROPPED)).isZero();
        assertThat(total(OutputCounter.ALERTS_WRITTEN)).isEqualTo(1);
        assertThat(total(OutputCounter.TEXT_BYTES)).isEqualTo(12);
        assertThat(Files.getPosixFilePermissions(file)).containsOnly(OWNER_READ, OWNER_WRITE, GROUP_READ);
    }

    @Test
    void shouldWriteTheSameBytesWhateverTheThreadsSpeed() throws IOException {
        final List<byte[]> outputs = new ArrayList<>();
        for (long seed = 1; seed <= 3; seed++) {
            final Path file = directory.resolve("eve" + seed + ".json");
            final List<OneToOneRingBuffer> fresh = List.of(OutputRing.allocate(1 << 19), OutputRing.allocate(1 << 19));
            final OutputWriter writer = new OutputWriter(
                fresh.stream().map(ring -> OutputSource.ofScriptThread(ring, PLACES)).toList(),
                OutputWriter.Order.REPLAY, List.of(eve(file.toString())), new Telemetry(), () -> STATS);
            final Random schedule = new Random(seed);
            final int[] next = new int[2];
            while (next[0] < 3_000 || next[1] < 3_000) {
                final int ring = next[0] == 3_000 ? 1 : next[1] == 3_000 ? 0 : schedule.nextInt(2);
                final int number = next[ring];
                final boolean sent = number % 100 == 99
                    ? send(fresh.get(ring), OutputMessage.EPOCH, epoch(number / 100 + 1))
                    : send(fresh.get(ring), OutputMessage.FLOW, message(2L * number + ring + 1).flow());
                next[ring] += sent ? 1 : 0;
                if (!sent || schedule.nextInt(20) == 0) {
                    writer.doWork();
                }
            }
            writer.onClose();
            outputs.add(Files.readAllBytes(file));
        }

        assertThat(outputs.get(0)).hasSizeGreaterThan(1_000_000);
        assertThat(outputs.get(1)).isEqualTo(outputs.get(0));
        assertThat(outputs.get(2)).isEqualTo(outputs.get(0));
    }

    @Test
    void shouldWriteTheSameBytesWithThreadsOfTheirOwn() throws Exception {
        final List<byte[]> outputs = new ArrayList<>();
        for (int run = 0; run < 3; run++) {
            final Path file = directory.resolve("threads" + run + ".json");
            final List<OneToOneRingBuffer> fresh = List.of(OutputRing.allocate(1 << 19), OutputRing.allocate(1 << 19),
                OutputRing.allocate(1 << 19));
            final OutputWriter writer = new OutputWriter(
                fresh.stream().map(ring -> OutputSource.ofScriptThread(ring, PLACES)).toList(),
                OutputWriter.Order.REPLAY, List.of(eve(file.toString())), new Telemetry(), () -> STATS);
            final AgentRunner runner =
                new AgentRunner(new YieldingIdleStrategy(), Throwable::printStackTrace, null, writer);
            AgentRunner.startOnThread(runner);
            final List<Thread> producers = new ArrayList<>();
            for (int ring = 0; ring < fresh.size(); ring++) {
                producers.add(Thread.ofPlatform().start(new Producer(fresh.get(ring), ring)));
            }
            for (final Thread producer : producers) {
                producer.join();
            }
            runner.close();
            outputs.add(Files.readAllBytes(file));
        }

        assertThat(new String(outputs.getFirst(), StandardCharsets.UTF_8).lines()).hasSize(3 * 20 * 400 + 1);
        assertThat(outputs.get(1)).isEqualTo(outputs.get(0));
        assertThat(outputs.get(2)).isEqualTo(outputs.get(0));
    }

    /** Stands in for a script thread of a replay: waits for room, ends twenty epochs. */
    private record Producer(OneToOneRingBuffer ring, int index) implements Runnable {
        @Override
        public void run() {
            for (int epoch = 1; epoch <= 20; epoch++) {
                for (int i = 0; i < 400; i++) {
                    sendPatiently(OutputMessage.FLOW, message(epoch * 10_000L + i * 10L + index).flow());
                }
                sendPatiently(OutputMessage.EPOCH, epoch(epoch));
            }
        }

        private void sendPatiently(final int type, final byte[] message) {
            while (!send(ring, type, message)) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void shouldCountWhatAFullDiskSwallows() {
        Assumptions.assumeTrue(Files.exists(Path.of("/dev/full")), "needs /dev/full");
        final OutputWriter writer = writer(OutputWriter.Order.LIVE, eve("/dev/full"));
        for (int i = 1; i <= 1_000; i++) {
            while (!send(rings.get(i % 3), OutputMessage.FLOW, message(i).flow())) {
                writer.doWork();
            }
        }
        send(0, OutputMessage.ALERT, message(1).alert(1, 2, "k", "s", new byte[0]));
        runUntilIdle(writer);
        send(0, OutputMessage.FLOW, message(1).flow());
        send(0, OutputMessage.ALERT, message(1).alert(1, 2, "k", "s", new byte[0]));
        writer.onClose();

        assertThat(total(OutputCounter.RECORDS_OFFERED)).isEqualTo(1_001);
        assertThat(total(OutputCounter.RECORDS_WRITTEN)).isZero();
        assertThat(total(OutputCounter.RECORDS_DROPPED)).isEqualTo(1_001);
        assertThat(total(OutputCounter.ALERTS_OFFERED)).isEqualTo(2);
        assertThat(total(OutputCounter.ALERTS_DROPPED)).isEqualTo(2);
        assertThat(writer.failure()).startsWith("eve output: cannot write /dev/full any more (No space left on device)")
            .endsWith("1001 flow records and 2 alerts were dropped").doesNotContain("\n").isEqualTo(writer.loss());
    }

    @Test
    void shouldRememberWhatWasLostBeforeAFileWasOpenedAnew() throws IOException {
        Assumptions.assumeTrue(Files.exists(Path.of("/dev/full")), "needs /dev/full");
        final Path file = Files.createSymbolicLink(directory.resolve("eve.json"), Path.of("/dev/full"));
        final OutputWriter writer = writer(OutputWriter.Order.LIVE, eve(file.toString()));
        send(0, OutputMessage.FLOW, message(1).flow());
        runUntilIdle(writer);
        final String failure = writer.failure();
        Files.delete(file);
        writer.requestReopen();
        send(0, OutputMessage.FLOW, message(2).flow());
        writer.doWork();
        writer.onClose();

        assertThat(failure).isNotNull();
        assertThat(writer.failure()).isNull();
        assertThat(writer.loss()).isEqualTo("eve output: 1 flow records and 0 alerts were dropped before " + file
            + " was opened anew; keep space free on its file system");
        assertThat(total(OutputCounter.RECORDS_DROPPED)).isEqualTo(1);
        assertThat(Files.readAllLines(file)).hasSize(2);
    }

    @Test
    void shouldCountTheRecordsThatAReaderWhoLeftDidNotTake() throws Exception {
        final Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        final Process reader = new ProcessBuilder("head", "-c", "10", pipe.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        final OutputWriter writer = writer(OutputWriter.Order.LIVE, eve(pipe.toString()));
        send(0, OutputMessage.FLOW, message(1).flow());
        runUntilIdle(writer);
        assertThat(reader.waitFor()).isZero();
        send(0, OutputMessage.FLOW, message(2).flow());
        runUntilIdle(writer);
        send(0, OutputMessage.FLOW, message(3).flow());
        writer.onClose();

        assertThat(total(OutputCounter.RECORDS_WRITTEN)).isEqualTo(1);
        assertThat(total(OutputCounter.RECORDS_DROPPED)).isEqualTo(2);
        assertThat(writer.failure()).contains(pipe.toString()).contains("Broken pipe");
    }

    @Test
    void shouldCountOnlyWholeLinesAsWrittenWhenTheDiskFillsUp() throws Exception {
        final String alreadyThere = "{}\n".repeat(5);
        final Path file = Files.writeString(directory.resolve("limited.json"), alreadyThere);
        final Path counts = directory.resolve("counts");
        final ProcessBuilder limited = new ProcessBuilder("bash", "-c", "trap '' XFSZ; ulimit -f 100; exec \"$@\"", "_",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED", "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
            "-XX:-UsePerfData", "-cp", System.getProperty("java.class.path"), LimitedRun.class.getName(),
            file.toString(), counts.toString());
        final Process process = limited.redirectErrorStream(true).start();
        final String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(said).isZero();
        final byte[] bytes = Files.readAllBytes(file);
        assertThat(bytes).hasSize(100 * 1024);
        final long wholeLines = new String(bytes, StandardCharsets.UTF_8).chars().filter(c -> c == '\n').count() - 5;
        assertThat(Files.readString(counts)).isEqualTo("2000 " + wholeLines + " " + (2000 - wholeLines));
        assertThat(wholeLines).isPositive();
    }

    /** A process whose files cannot grow past a limit: writes 2000 records, then says how many it thinks arrived. */
    static final class LimitedRun {
        private LimitedRun() {
        }

        public static void main(final String[] arguments) throws IOException {
            final OneToOneRingBuffer ring = OutputRing.allocate(1 << 20);
            final Telemetry telemetry = new Telemetry();
            final OutputWriter writer = new OutputWriter(List.of(OutputSource.ofScriptThread(ring, PLACES)),
                OutputWriter.Order.LIVE,
                List.of(EveSink.open(arguments[0], true, Messages.NAMES, Messages.VERDICT_NAMES)), telemetry, null);
            for (int i = 1; i <= 2000; i++) {
                while (!send(ring, OutputMessage.FLOW, message(i).flow())) {
                    writer.doWork();
                }
            }
            writer.onClose();
            Files.writeString(Path.of(arguments[1]), telemetry.total(OutputCounter.RECORDS_OFFERED) + " "
                + telemetry.total(OutputCounter.RECORDS_WRITTEN) + " "
                + telemetry.total(OutputCounter.RECORDS_DROPPED));
        }
    }

    @Test
    void shouldRefuseAPathThatCannotBeWritten() {
        assertThatThrownBy(() -> eve(directory.resolve("missing/eve.json").toString()))
            .isInstanceOf(OutputException.class)
            .hasMessageContaining("missing/eve.json").hasMessageContaining("no such directory");
        assertThatThrownBy(() -> eve(directory.toString()))
            .isInstanceOf(OutputException.class).hasMessageContaining("Is a directory")
            .message().doesNotContain("\n");
    }

    @Test
    void shouldStartAfreshOrAppend() throws IOException {
        final Path file = Files.writeString(directory.resolve("eve.json"), "{}\n");
        final Sink appending = EveSink.open(file.toString(), true, Messages.NAMES, Messages.VERDICT_NAMES);
        appending.stats(STATS);
        appending.close();
        assertThat(Files.readAllLines(file)).hasSize(2).startsWith("{}");

        final Sink fresh = eve(file.toString());
        fresh.stats(STATS);
        fresh.close();
        assertThat(Files.readAllLines(file)).hasSize(1);
    }

    @Test
    void shouldNotGoOnInALineThatAnotherRunLeftUnfinished() throws IOException {
        final Path file = Files.writeString(directory.resolve("eve.json"), "{}\n{\"timestamp\":\"20");
        final Sink appending = EveSink.open(file.toString(), true, Messages.NAMES, Messages.VERDICT_NAMES);
        appending.stats(STATS);
        appending.reopen();
        Files.writeString(file, "{\"torn", StandardOpenOption.APPEND);
        appending.reopen();
        appending.stats(STATS);
        appending.close();

        final List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(5).startsWith("{}", "{\"timestamp\":\"20").element(3).isEqualTo("{\"torn");
        assertThat(List.of(lines.get(2), lines.get(4))).allSatisfy(line -> assertThat(Json.read(line)).isNotEmpty());
    }

    @Test
    void shouldWriteRecordsThatComeStraightFromAWorker() throws IOException {
        final Path file = directory.resolve("eve.json");
        final OutputWriter writer = new OutputWriter(
            List.of(OutputSource.ofScriptThread(rings.get(0), PLACES), OutputSource.ofWorker(rings.get(1))),
            OutputWriter.Order.LIVE, List.of(eve(file.toString())), telemetry, null);
        send(1, FlowEventKind.PERIODIC_UPDATE.code, message(5).bareEvent());
        send(1, FlowEventKind.FLOW_END.code, message(6).bareEvent());
        writer.onClose();

        final List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(1);
        assertThat(Json.read(lines.getFirst())).containsEntry("flow_id", 6L).doesNotContainKey("millrace");
        assertThat(total(OutputCounter.RECORDS_WRITTEN)).isEqualTo(1);
    }

    @Test
    void shouldRefuseWorkersRingsInAReplay() {
        assertThatThrownBy(() -> new OutputWriter(List.of(OutputSource.ofWorker(rings.get(0))),
            OutputWriter.Order.REPLAY, List.of(), telemetry, null)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldAddUpTrafficAndAlerts() {
        final SummaryTables summary = new SummaryTables(Messages.NAMES);
        final OutputWriter writer = writer(OutputWriter.Order.LIVE, summary);
        send(0, OutputMessage.FLOW, message(1).ndpi(0, 5, 0, 0, 0).traffic(1, 100, 1, 900).flow());
        send(0, OutputMessage.FLOW, message(2).ndpi(0, 5, 0, 0, 0).traffic(2, 100, 0, 0).flow());
        send(0, OutputMessage.FLOW, message(3).ndpi(8, 9, 0, 0, 0).traffic(1000, 1_500_000, 999, 60_000).flow());
        send(0, OutputMessage.FLOW, message(4).ndpi(0, 0, 0, 0, 0).traffic(1, 60, 0, 0).flow());
        for (int i = 0; i < 3; i++) {
            send(0, OutputMessage.ALERT, message(1).alert(1, 2, "k", i == 1 ? "Ae\u001B[2J" : "BB", new byte[0]));
        }
        writer.onClose();

        assertThat(summary.format(10)).isEqualTo("""
            application  flows  packets      bytes
            TLS.YouTube      1    1,999  1,560,000
            DNS              2        4      1,100
            Unknown          1        1         60

            alert   count
            BB          2
            Ae?[2J      1
            """);
        assertThat(summary.format(1)).contains("(2 more)         3        5      1,160").contains("(1 more)");
        assertThat(new SummaryTables(Messages.NAMES).format(10)).isEmpty();
    }

    private OutputWriter writer(final OutputWriter.Order order, final Sink... sinks) {
        return new OutputWriter(
            rings.stream().map(ring -> OutputSource.ofScriptThread(ring, PLACES)).toList(),
            order, List.of(sinks), telemetry, () -> STATS);
    }

    private long total(final OutputCounter counter) {
        return telemetry.total(counter);
    }

    private void send(final int ring, final int type, final byte[] message) {
        assertThat(send(rings.get(ring), type, message)).isTrue();
    }

    private void endEpoch(final long number) {
        rings.forEach(ring -> assertThat(send(ring, OutputMessage.EPOCH, epoch(number))).isTrue());
    }

    private static boolean send(final OneToOneRingBuffer ring, final int type, final byte[] message) {
        return ring.write(type, new UnsafeBuffer(message), 0, message.length);
    }

    private static byte[] epoch(final long number) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[Long.BYTES]);
        buffer.putLong(0, number, LITTLE_ENDIAN);
        return buffer.byteArray();
    }

    private static Messages message(final long flowId) {
        return new Messages().between(TCP, "10.0.0.1", 40000, "10.0.0.2", 443)
            .u64(FlowEventDescriptor.FLOW_ID, flowId);
    }

    private static EveSink eve(final String target) {
        return EveSink.open(target, false, Messages.NAMES, Messages.VERDICT_NAMES);
    }

    private static void runUntilIdle(final OutputWriter writer) {
        int idle = 0;
        while (idle < 3) {
            idle = writer.doWork() > 0 ? 0 : idle + 1;
        }
    }

    private final class TextCollector implements Sink {
        @Override
        public void text(final DirectBuffer buffer, final int offset, final int length) {
            final byte[] bytes = new byte[length];
            buffer.getBytes(offset, bytes);
            printed.append(new String(bytes, StandardCharsets.UTF_8));
        }
    }
}
