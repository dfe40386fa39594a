package io.millrace.engine.detect;

import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.u16;
import static io.millrace.engine.memory.RawMemory.u32;
import static io.millrace.engine.memory.RawMemory.u8;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.config.DetectionConfig;
import io.millrace.engine.event.FlowMetadataDescriptor;
import io.millrace.engine.fixture.DnsPayload;
import io.millrace.engine.fixture.FrameBuilder;
import io.millrace.engine.fixture.RecordedFlow;
import io.millrace.engine.flow.table.FlowAccounting;
import io.millrace.engine.flow.table.FlowRecordDescriptor;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.engine.telemetry.WorkerCounters;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With nDPI itself. */
final class ProtocolDetectorTest {
    private static final long START_NS = 1_700_000_000_000_000_000L;
    private static final int UDP = 17;
    private static final int DNS = 5;
    private static final int SSH = 92;
    private static final int L3 = 14;

    private final Arena arena = Arena.ofShared();
    private final WorkerCounters counters = new WorkerCounters(new Telemetry(), "worker-0");
    private final List<RecordedFlow> flows = new ArrayList<>();

    @AfterEach
    void close() {
        flows.forEach(RecordedFlow::close);
        arena.close();
    }

    @Test
    void shouldNameAFlowAndKeepWhatItRead() {
        try (ProtocolDetector detector = detector(24, 16)) {
            final long record = udpFlow(40_000, 53);

            assertThat(detector.open(record)).isTrue();
            assertThat(isOpen(record)).isTrue();
            assertThat(inspect(detector, record, dns(DnsPayload.query("www.example.org"), true))
                || inspect(detector, record, dns(DnsPayload.response("www.example.org"), false))).isTrue();

            assertThat(isOpen(record)).isFalse();
            assertThat(i64(record + FlowRecordDescriptor.NDPI_STATE)).isZero();
            assertThat(u16(record + FlowRecordDescriptor.NDPI_APP)).isEqualTo(DNS);
            assertThat(counters.value(EngineCounter.FLOWS_DETECTED)).isEqualTo(1);
            final long metadata = i64(record + FlowRecordDescriptor.METADATA);
            assertThat(metadata).isNotZero();
            assertThat(u32(metadata)).isBetween(100L, 4096L);

            detector.release(record);
            assertThat(i64(record + FlowRecordDescriptor.METADATA)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void shouldShowNdpiNoMorePacketsThanAllowed(final int limit) {
        try (ProtocolDetector detector = detector(limit, 16)) {
            final long record = udpFlow(40_000, 40_001);
            detector.open(record);
            int shown = 1;
            while (!inspect(detector, record, undecidable())) {
                shown++;
            }

            assertThat(shown).isEqualTo(limit);
            assertThat(u16(record + FlowRecordDescriptor.INSPECTED)).isEqualTo(limit);
            assertThat(counters.value(EngineCounter.PACKETS_INSPECTED)).isEqualTo(limit);
            assertThat(counters.value(EngineCounter.FLOWS_GIVEN_UP)).isEqualTo(1);
            assertThat(isOpen(record)).isFalse();
        }
    }

    @Test
    void shouldNotInspectWhatItIsToldToLeaveAlone() {
        try (ProtocolDetector detector = detector(0, 16)) {
            final long record = udpFlow(40_000, 53);

            assertThat(detector.open(record)).isFalse();
            assertThat(isOpen(record)).isFalse();
            assertThat(counters.value(EngineCounter.DETECTION_REFUSED)).isZero();
        }
    }

    @Test
    void shouldNameAFlowByItsPortWhenTooManyAreUndecided() {
        try (ProtocolDetector detector = detector(24, 2)) {
            final long first = udpFlow(40_000, 40_001);
            detector.open(first);
            detector.open(udpFlow(40_000, 40_002));

            final long refused = udpFlow(40_000, 53);
            assertThat(detector.open(refused)).isFalse();
            assertThat(u16(refused + FlowRecordDescriptor.NDPI_APP)
                + u16(refused + FlowRecordDescriptor.NDPI_MASTER)).isEqualTo(DNS);
            assertThat(isOpen(refused)).isFalse();
            assertThat(counters.value(EngineCounter.DETECTION_REFUSED)).isEqualTo(1);

            detector.giveUp(first);
            assertThat(detector.open(udpFlow(40_000, 40_003))).as("a state came back").isTrue();
            assertThat(counters.value(EngineCounter.DETECTION_REFUSED)).isEqualTo(1);
        }
    }

    @Test
    void shouldGuessByPortWhenItGivesUp() {
        try (ProtocolDetector detector = detector(24, 16)) {
            final RecordedFlow flow = new RecordedFlow("10.0.0.1", 40_000, "10.0.0.2", 22, 1);
            flows.add(flow);
            flow.fromClient(START_NS, facts -> facts.tcp(FrameBuilder.SYN, 0));
            detector.open(flow.record());
            assertThat(inspect(detector, flow.record(), FrameBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2")
                .tcp(40_000, 22, FrameBuilder.SYN, 0).build())).isFalse();

            detector.giveUp(flow.record());

            assertThat(u16(flow.record() + FlowRecordDescriptor.NDPI_APP)).isEqualTo(SSH);
            assertThat(u8(flow.record() + FlowRecordDescriptor.NDPI_CONFIDENCE)).isEqualTo(1);
            assertThat(counters.value(EngineCounter.FLOWS_GIVEN_UP)).isEqualTo(1);
        }
    }

    @Test
    void shouldCountMetadataThatDoesNotFit() {
        try (ProtocolDetector detector = detector(1, 16)) {
            final int blocks = 4096 / 256;
            for (int i = 0; i < 2 * blocks; i++) {
                final long record = udpFlow(40_000 + i, 53);
                detector.open(record);
                inspect(detector, record, dns(DnsPayload.query("www.example.org"), true));
            }

            final long kept = flows.stream()
                .filter(flow -> i64(flow.record() + FlowRecordDescriptor.METADATA) != 0).count();
            assertThat(counters.value(EngineCounter.METADATA_DROPPED)).isPositive();
            assertThat(kept + counters.value(EngineCounter.METADATA_DROPPED)).isEqualTo(2 * blocks);
        }
    }

    @Test
    void shouldKeepThePayloadThatNamedTheFlow() {
        final byte[] query = DnsPayload.query("www.example.org");
        final DetectionConfig config = new DetectionConfig(80, 16, 16, 1, 1, 4096, true, 4096);
        try (ProtocolDetector detector = new ProtocolDetector(config, counters)) {
            final long record = udpFlow(40_000, 53);
            detector.open(record);
            inspect(detector, record, dns(query, true));
            detector.giveUp(record);

            assertThat(matchPayload(record)).isEqualTo(query);
        }
    }

    @Test
    void shouldKeepNoPayloadThatNobodyAsksFor() {
        try (ProtocolDetector detector = detector(16, 1)) {
            final long record = udpFlow(40_000, 53);
            detector.open(record);
            inspect(detector, record, dns(DnsPayload.query("www.example.org"), true));
            detector.giveUp(record);

            assertThat(matchPayload(record)).isEmpty();
        }
    }

    @Test
    void shouldKeepPayloadsOfFlowsThatBeginWhileSomebodyAsks() {
        try (ProtocolDetector detector = detector(16, 3)) {
            final byte[] query = DnsPayload.query("www.example.org");
            final long before = udpFlow(40_000, 53);
            detector.open(before);
            detector.keepMatchPackets(true);
            final long during = udpFlow(40_001, 53);
            detector.open(during);
            detector.keepMatchPackets(false);
            final long after = udpFlow(40_002, 53);
            detector.open(after);
            for (final long record : List.of(before, during, after)) {
                inspect(detector, record, dns(query, true));
                detector.giveUp(record);
            }

            assertThat(matchPayload(before)).isEmpty();
            assertThat(matchPayload(during)).isEqualTo(query);
            assertThat(matchPayload(after)).isEmpty();
        }
    }

    @Test
    void shouldTakeNoMemoryForFlowsWhereDetectionIsOff() {
        final long offBytes = ProtocolDetector.memoryBytes(new DetectionConfig(0, 0, 0, 100_000, 1, 1 << 20));

        assertThat(offBytes).isEqualTo(ProtocolDetector.memoryBytes(new DetectionConfig(0, 0, 0, 1, 1, 4096)));
        assertThat(ProtocolDetector.memoryBytes(new DetectionConfig(0, 0, 1, 100_000, 1, 1 << 20)))
            .isGreaterThan(100_000 + (1 << 20) + offBytes);
    }

    @Test
    void shouldTakeFurtherMemoryForPayloadsOnceSomebodyAsks() {
        final DetectionConfig config = new DetectionConfig(80, 16, 16, 16, 1, 4096, false, 1 << 16);
        assertThat(ProtocolDetector.memoryBytes(config)).as("as long as nobody asks").isEqualTo(
            ProtocolDetector.memoryBytes(new DetectionConfig(80, 16, 16, 16, 1, 4096)));
        try (ProtocolDetector detector = new ProtocolDetector(config, counters)) {
            detector.keepMatchPackets(true);
            for (int i = 0; i < 64; i++) {
                final long record = udpFlow(40_000 + i, 53);
                detector.open(record);
                inspect(detector, record, dns(DnsPayload.query("www.example.org"), true));
                detector.giveUp(record);
                assertThat(matchPayload(record)).isNotEmpty();
            }
            assertThat(counters.value(EngineCounter.METADATA_DROPPED)).isZero();
        }
    }

    private static byte[] matchPayload(final long record) {
        final long block = i64(record + FlowRecordDescriptor.METADATA);
        final byte[] payload = new byte[u16(block + FlowMetadataDescriptor.MATCH_PAYLOAD + Short.BYTES)];
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) u8(block + u16(block + FlowMetadataDescriptor.MATCH_PAYLOAD) + i);
        }
        return payload;
    }

    private ProtocolDetector detector(final int packets, final int undecidedFlows) {
        return new ProtocolDetector(
            new DetectionConfig(packets == 0 ? 0 : 80, packets, packets, undecidedFlows, 1, 4096), counters);
    }

    private long udpFlow(final int clientPort, final int serverPort) {
        final RecordedFlow flow = new RecordedFlow("10.0.0.1", clientPort, "10.0.0.2", serverPort, 1);
        flows.add(flow);
        flow.fromClient(START_NS, facts -> facts.protocol(UDP));
        return flow.record();
    }

    private boolean inspect(final ProtocolDetector detector, final long record, final byte[] frame) {
        final MemorySegment packet = arena.allocateFrom(JAVA_BYTE, frame);
        return detector.inspect(record, packet.address() + L3, frame.length - L3, START_NS);
    }

    private static byte[] dns(final byte[] payload, final boolean query) {
        return query
            ? FrameBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2").udp(40_000, 53).payload(payload).build()
            : FrameBuilder.ethernet().ipv4("10.0.0.2", "10.0.0.1").udp(53, 40_000).payload(payload).build();
    }

    private static byte[] undecidable() {
        return FrameBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2").udp(40_000, 40_001)
            .payload(new byte[] {1, 2, 3}).build();
    }

    private static boolean isOpen(final long record) {
        return FlowAccounting.hasFlag(record, FlowRecordDescriptor.DETECTION_OPEN);
    }
}
