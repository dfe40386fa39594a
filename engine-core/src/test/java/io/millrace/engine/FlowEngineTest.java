package io.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.event.EventRing;
import io.millrace.engine.event.EventRings;
import io.millrace.engine.event.FlowEvent;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowEventKind;
import io.millrace.engine.fixture.CaptureBytes;
import io.millrace.engine.fixture.DnsPayload;
import io.millrace.engine.fixture.EventLog;
import io.millrace.engine.fixture.FrameBuilder;
import io.millrace.engine.fixture.WorkerHarness;
import io.millrace.engine.port.CaptureFile;
import io.millrace.engine.telemetry.DistributorCounter;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.Telemetry;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Capture files through DPDK, nDPI and a worker's own thread. */
final class FlowEngineTest {
    private static final EngineConfig CONFIG = WorkerHarness.config(24);
    private static final long START_US = 1_700_000_000_123_456L;
    private static final int CONVERSATIONS = 200;

    @TempDir
    private Path directory;

    private final Telemetry telemetry = new Telemetry();

    @Test
    void shouldReadFilesOneAfterTheOther() throws IOException, InterruptedException {
        final List<FlowEvent> events =
            replay(write("first, with=comma.pcap", pcap()), write("second.pcapng", pcapng()));

        assertThat(events).filteredOn(event -> event.kind() == FlowEventKind.FLOW_END.code)
            .hasSize(CONVERSATIONS).allSatisfy(end -> {
                assertThat(end.u64(FlowEventDescriptor.CLI2SRV_PACKETS)).isEqualTo(2);
                assertThat(end.u64(FlowEventDescriptor.SRV2CLI_PACKETS)).isEqualTo(2);
                assertThat(end.u16(FlowEventDescriptor.NDPI_APP)).isEqualTo(5);
                assertThat(end.hasMetadata()).isTrue();
            });
        assertThat(events.getFirst().u64(FlowEventDescriptor.FIRST_SEEN_NS)).isEqualTo(START_US * 1000);
        assertThat(telemetry.total(EngineCounter.RECEIVED)).isEqualTo(4 * CONVERSATIONS);
        assertThat(telemetry.total(EngineCounter.PARSED)).isEqualTo(4 * CONVERSATIONS);
        assertThat(telemetry.total(EngineCounter.EVENTS_SKIPPED)).isZero();
    }

    @Test
    void shouldRepeatItselfToTheBit() throws IOException, InterruptedException {
        final Path file = write("capture.pcap", pcap());

        assertThat(bytes(replay(file))).isEqualTo(bytes(replay(file)));
    }

    @Test
    void shouldReadACutFileToTheCutAndSaySo() throws IOException, InterruptedException {
        final byte[] whole = pcap();
        final Path cut = write("cut.pcap", Arrays.copyOf(whole, whole.length - 5));
        final Path good = write("whole.pcap", whole);
        try (FlowEngine engine = engine(ring(), cut, good)) {
            engine.start();
            engine.await();

            assertThat(engine.truncations()).singleElement().asString().contains(cut.toString());
            assertThat(engine.progress()).isEqualTo(1.0);
            assertThat(engine.isRunning()).isFalse();
        }
        assertThat(telemetry.total(EngineCounter.RECEIVED)).isEqualTo(4 * CONVERSATIONS - 1);
    }

    @Test
    void shouldEndItsFlowsWhenItIsStopped() throws IOException, InterruptedException {
        try (FlowEngine engine = engine(ring(), write("capture.pcap", pcap()))) {
            engine.requestStop();
            engine.start();
            engine.await();
        }
        assertThat(telemetry.total(EngineCounter.FLOWS_LIVE)).isZero();
        assertThat(telemetry.total(EngineCounter.FLOWS_CREATED)).isEqualTo(telemetry.total(EngineCounter.FLOWS_ENDED));
    }

    @Test
    void shouldGiveTheCoresOfItsWorkersBackWhenItCloses() throws IOException, InterruptedException {
        final String before = coresOfThisThread();
        final int workerCore = Integer.parseInt(before.replaceAll("^.*\\D", ""));
        try (FlowEngine engine = new FlowEngine(
            WorkerHarness.configOnCore(workerCore), List.of(CaptureFile.open(write("capture.pcap", pcap()))),
            List.of(ring()), null, telemetry)) {
            engine.start();
            engine.await();
        }
        assertThat(coresOfThisThread()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldBreakItsWorkersOffWhenItIsClosedWhileTheyRun(final int count) throws IOException, InterruptedException {
        final List<CaptureFile> files = List.of(CaptureFile.open(write("capture.pcap", pcap())));
        // Nobody empties the rings: the workers wait for room.
        final List<List<OneToOneRingBuffer>> full = Stream.generate(() -> List.of(ring())).limit(count).toList();
        full.forEach(rings -> rings.forEach(FlowEngineTest::fill));
        final FlowEngine engine = FlowEngine.replay(CONFIG, files, new EventRings(full, List.of()), telemetry);
        engine.start();

        engine.close();

        assertThat(engine.isRunning()).isFalse();
    }

    @Test
    void shouldCountNothingOfTheWarmUp() throws IOException, InterruptedException {
        FlowEngine.prepare(WorkerHarness.config(24, 1000), null, 1);

        final List<FlowEvent> events = replay(write("capture.pcap", pcap()));

        assertThat(events).hasSize(2 * CONVERSATIONS);
        assertThat(telemetry.total(EngineCounter.RECEIVED)).isEqualTo(2 * CONVERSATIONS);
    }

    @Test
    void shouldCountTheSameFlowsWithSeveralWorkers() throws IOException, InterruptedException {
        final List<OneToOneRingBuffer> rings = List.of(ring(), ring(), ring());
        final EventRings events = new EventRings(rings.stream().map(List::of).toList(), List.of());
        try (FlowEngine engine = FlowEngine.replay(
            CONFIG, List.of(CaptureFile.open(write("first.pcap", pcap())),
                CaptureFile.open(write("2.pcapng", pcapng()))),
            events, telemetry)) {
            engine.start();
            engine.await();
        }
        final List<List<FlowEvent>> byWorker = rings.stream().map(ring -> new EventLog(ring).drain().events()).toList();

        assertThat(byWorker.stream().flatMap(List::stream)).filteredOn(e -> e.kind() == FlowEventKind.FLOW_END.code)
            .hasSize(CONVERSATIONS).allSatisfy(end -> {
                assertThat(end.u64(FlowEventDescriptor.CLI2SRV_PACKETS)).isEqualTo(2);
                assertThat(end.u64(FlowEventDescriptor.SRV2CLI_PACKETS)).isEqualTo(2);
            });
        assertThat(telemetry.total(EngineCounter.RECEIVED)).isEqualTo(4 * CONVERSATIONS)
            .isEqualTo(telemetry.total(DistributorCounter.FRAMES_DISTRIBUTED));
        assertThat(telemetry.total(DistributorCounter.FRAMES_DROPPED)).isZero();
    }

    @Test
    void shouldEndTheFlowsOfAllWorkersWhenItIsStopped() throws IOException, InterruptedException {
        final EventRings events = new EventRings(List.of(List.of(ring()), List.of(ring())), List.of());
        try (FlowEngine engine = FlowEngine.replay(
            CONFIG, List.of(CaptureFile.open(write("capture.pcap", pcap()))), events, telemetry)) {
            engine.requestStop();
            engine.start();
            engine.await();
        }
        assertThat(telemetry.total(EngineCounter.FLOWS_LIVE)).isZero();
        assertThat(telemetry.total(EngineCounter.RECEIVED))
            .isEqualTo(telemetry.total(DistributorCounter.FRAMES_DISTRIBUTED));
    }

    @Test
    void shouldReadAnEmptyCapture() throws IOException, InterruptedException {
        assertThat(replay(write("empty.pcap", CaptureBytes.pcap().build()))).isEmpty();
    }

    @Test
    void shouldNameTheLibrariesAndTheirProtocols() {
        assertThat(EngineLibraries.dpdkVersion()).startsWith("DPDK ");
        assertThat(EngineLibraries.ndpiVersion()).startsWith("4.2");
        assertThat(EngineLibraries.applicationNames().protocolId("dns")).isEqualTo(5);
        assertThat(EngineLibraries.applicationNames().protocol(5, 126)).startsWith("DNS.");
        assertThat(EngineLibraries.applicationNames().protocol(65_535)).isEqualTo("Unknown");
    }

    private List<FlowEvent> replay(final Path... files) throws InterruptedException {
        final OneToOneRingBuffer ring = ring();
        try (FlowEngine engine = engine(ring, files)) {
            engine.start();
            engine.await();
        }
        return new EventLog(ring).drain().events();
    }

    private static String coresOfThisThread() throws IOException {
        return Files.readAllLines(Path.of("/proc/thread-self/status")).stream()
            .filter(line -> line.startsWith("Cpus_allowed_list:")).findFirst().orElseThrow();
    }

    private FlowEngine engine(final OneToOneRingBuffer ring, final Path... files) {
        return new FlowEngine(
            CONFIG, Arrays.stream(files).map(CaptureFile::open).toList(), List.of(ring), null, telemetry);
    }

    private static void fill(final OneToOneRingBuffer ring) {
        while (ring.tryClaim(FlowEventKind.FLOW_END.code, FlowEventDescriptor.LENGTH) > 0) {
            // Nobody commits or reads it.
        }
    }

    private static OneToOneRingBuffer ring() {
        return EventRing.allocate(4 << 20);
    }

    private Path write(final String name, final byte[] bytes) throws IOException {
        return Files.write(directory.resolve(name), bytes);
    }

    private static List<String> bytes(final List<FlowEvent> events) {
        return events.stream().map(event -> {
            final byte[] copy = new byte[event.eventLength()];
            event.bytes(0, copy, copy.length);
            // The one reading of a clock: for latencies, never for output.
            Arrays.fill(
                copy, FlowEventDescriptor.PRODUCED_NS, FlowEventDescriptor.PRODUCED_NS + Long.BYTES, (byte) 0);
            return HexFormat.of().formatHex(copy);
        }).toList();
    }

    private static byte[] pcap() {
        final CaptureBytes capture = CaptureBytes.pcap();
        for (int number = 0; number < CONVERSATIONS; number++) {
            capture.record(START_US + 10L * number, query(number))
                .record(START_US + 10L * number + 5, response(number));
        }
        return capture.build();
    }

    private static byte[] pcapng() {
        final CaptureBytes capture = CaptureBytes.pcapng(ByteOrder.LITTLE_ENDIAN).networkInterface(1, 0);
        for (int number = 0; number < CONVERSATIONS; number++) {
            capture.enhancedPacket(START_US + 1_000_000 + 10L * number, query(number))
                .enhancedPacket(START_US + 1_000_000 + 10L * number + 5, response(number));
        }
        return capture.build();
    }

    private static byte[] query(final int number) {
        return FrameBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2").udp(40_000 + number, 53)
            .payload(DnsPayload.query("host" + number + ".example.org")).build();
    }

    private static byte[] response(final int number) {
        return FrameBuilder.ethernet().ipv4("10.0.0.2", "10.0.0.1").udp(53, 40_000 + number)
            .payload(DnsPayload.response("host" + number + ".example.org")).build();
    }
}
