package io.millrace.engine.flow.table;

import static io.millrace.engine.memory.RawMemory.f64;
import static io.millrace.engine.memory.RawMemory.i32;
import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.u16;
import static io.millrace.engine.memory.RawMemory.u8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.engine.fixture.FrameBuilder;
import io.millrace.engine.fixture.RecordedFlow;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FlowAccountingTest {
    private static final long START_NS = 1_700_000_000_000_000_000L;
    private static final int UDP = 17;

    @ParameterizedTest
    @CsvSource({"10.0.0.1, 10.0.0.2", "10.0.0.2, 10.0.0.1"})
    void shouldCountEachSideForItself(final String client, final String server) {
        try (RecordedFlow flow = flow(client, server)) {
            flow.fromClient(START_NS, facts -> facts.protocol(UDP).lengths(100, 58));
            flow.fromServer(START_NS + 1, facts -> facts.protocol(UDP).lengths(1500, 1458));
            flow.fromClient(START_NS + 2, facts -> facts.protocol(UDP).lengths(60, 0));

            final long record = flow.record();
            final int clientSide = flow.clientSide();
            final int serverSide = 1 - clientSide;
            assertThat(clientSide).isEqualTo(client.compareTo(server) > 0 ? 1 : 0);
            assertThat(FlowCounters.packets(record, clientSide)).isEqualTo(2);
            assertThat(FlowCounters.packets(record, serverSide)).isEqualTo(1);
            assertThat(FlowCounters.bytes(record, clientSide)).isEqualTo(160);
            assertThat(FlowCounters.bytes(record, serverSide)).isEqualTo(1500);
            assertThat(FlowCounters.payloadBytes(record, clientSide)).isEqualTo(58);
            assertThat(FlowCounters.payloadBytes(record, serverSide)).isEqualTo(1458);
            assertThat(intOf(record, FlowRecordDescriptor.LENGTH_MIN, clientSide)).isEqualTo(60);
            assertThat(intOf(record, FlowRecordDescriptor.LENGTH_MAX, clientSide)).isEqualTo(100);
            assertThat(intOf(record, FlowRecordDescriptor.LENGTH_MIN, serverSide)).isEqualTo(1500);
            assertThat(i64(record + FlowRecordDescriptor.FIRST_SEEN_NS)).isEqualTo(START_NS);
            assertThat(i64(record + FlowRecordDescriptor.LAST_SEEN_NS)).isEqualTo(START_NS + 2);
            assertThat(i64(record + FlowRecordDescriptor.FLOW_ID)).isEqualTo(7);
        }
    }

    @Test
    void shouldMeasureGapsAsANaiveComputationDoes() {
        final SplittableRandom random = new SplittableRandom(1);
        final List<Long> gapsNs = new ArrayList<>();
        long timeNs = START_NS;
        try (RecordedFlow flow = flow("10.0.0.1", "10.0.0.2")) {
            flow.fromClient(timeNs, facts -> facts.protocol(UDP));
            for (int i = 0; i < 10_000; i++) {
                final long gapNs = (long) Math.exp(random.nextDouble() * 25);
                gapsNs.add(gapNs);
                timeNs += gapNs;
                flow.fromClient(timeNs, facts -> facts.protocol(UDP));
                flow.fromServer(timeNs, facts -> facts.protocol(UDP));
            }
            final double mean = gapsNs.stream().mapToLong(Long::longValue).average().orElseThrow();
            final double squares = gapsNs.stream().mapToDouble(gap -> (gap - mean) * (gap - mean)).sum();
            final long record = flow.record();
            final int side = flow.clientSide();

            assertThat(FlowStatistics.gapMinNs(record, side))
                .isEqualTo(gapsNs.stream().mapToLong(Long::longValue).min().orElseThrow());
            assertThat(i64(record + FlowRecordDescriptor.GAP_MAX_NS + (long) side * FlowRecordDescriptor.SIDE_STRIDE))
                .isEqualTo(gapsNs.stream().mapToLong(Long::longValue).max().orElseThrow());
            final double deviation = Math.sqrt(squares / gapsNs.size());
            assertThat(FlowStatistics.gapMeanNs(record, side)).isCloseTo(mean, within(mean * 1e-9));
            assertThat(FlowStatistics.gapDeviationNs(record, side)).isCloseTo(deviation, within(deviation * 1e-9));
        }
    }

    @Test
    void shouldTakeAPacketFromThePastAsNoGapAtAll() {
        try (RecordedFlow flow = flow("10.0.0.1", "10.0.0.2")) {
            flow.fromClient(START_NS, facts -> facts.protocol(UDP));
            flow.fromClient(START_NS - 500, facts -> facts.protocol(UDP));

            assertThat(FlowStatistics.gapMinNs(flow.record(), 0)).isZero();
            assertThat(i64(flow.record() + FlowRecordDescriptor.GAP_MAX_NS)).isZero();
        }
    }

    @Test
    void shouldRememberTheMacAddressesOfTheFirstPacket() {
        final byte[] frame = FrameBuilder.ethernet().build();
        try (Arena arena = Arena.ofConfined(); RecordedFlow flow = flow("10.0.0.2", "10.0.0.1")) {
            final MemorySegment header = arena.allocateFrom(ValueLayout.JAVA_BYTE, frame);
            flow.fromClient(START_NS, facts -> facts.protocol(UDP).mac(header.address()));
            flow.fromServer(START_NS, facts -> facts.protocol(UDP).mac(header.address()));

            for (int i = 0; i < 6; i++) {
                assertThat((byte) u8(flow.record() + FlowRecordDescriptor.SERVER_MAC + i)).isEqualTo(frame[i]);
                assertThat((byte) u8(flow.record() + FlowRecordDescriptor.CLIENT_MAC + i)).isEqualTo(frame[6 + i]);
            }
        }
    }

    @Test
    void shouldTimeTheFirstResponseToTheFirstRequest() {
        try (RecordedFlow flow = flow("10.0.0.1", "10.0.0.2")) {
            flow.fromServer(START_NS, facts -> facts.protocol(UDP).lengths(60, 0));
            flow.fromClient(START_NS + 10, facts -> facts.protocol(UDP).lengths(100, 40));
            flow.fromClient(START_NS + 15, facts -> facts.protocol(UDP).lengths(100, 40));
            assertThat(i64(flow.record() + FlowRecordDescriptor.APPLICATION_LATENCY_NS)).isZero();
        }
        try (RecordedFlow flow = flow("10.0.0.1", "10.0.0.2")) {
            flow.fromClient(START_NS, facts -> facts.protocol(UDP).lengths(60, 0));
            flow.fromServer(START_NS + 5, facts -> facts.protocol(UDP).lengths(100, 40));
            flow.fromClient(START_NS + 10, facts -> facts.protocol(UDP).lengths(100, 40));
            flow.fromServer(START_NS + 17, facts -> facts.protocol(UDP).lengths(60, 0));
            flow.fromServer(START_NS + 30, facts -> facts.protocol(UDP).lengths(100, 40));
            flow.fromServer(START_NS + 99, facts -> facts.protocol(UDP).lengths(100, 40));

            assertThat(i64(flow.record() + FlowRecordDescriptor.APPLICATION_LATENCY_NS)).isEqualTo(20);
        }
    }

    @Test
    void shouldKeepTheLastIcmpMessageOfEachSideAndTheLongestPayload() {
        try (RecordedFlow flow = new RecordedFlow("10.0.0.2", 0, "10.0.0.1", 0, 7)) {
            flow.fromClient(START_NS, facts -> facts.icmp(8, 0).lengths(98, 56));
            flow.fromServer(START_NS, facts -> facts.icmp(3, 13).lengths(98, 70_000));
            flow.fromClient(START_NS, facts -> facts.icmp(255, 254).lengths(98, 5));

            final long record = flow.record();
            assertThat(FlowAccounting.hasFlag(record, FlowRecordDescriptor.ICMP_SEEN)).isTrue();
            assertThat(u8(record + FlowRecordDescriptor.ICMP_TYPE + flow.clientSide())).isEqualTo(255);
            assertThat(u8(record + FlowRecordDescriptor.ICMP_CODE + flow.clientSide())).isEqualTo(254);
            assertThat(u8(record + FlowRecordDescriptor.ICMP_TYPE + 1 - flow.clientSide())).isEqualTo(3);
            assertThat(u8(record + FlowRecordDescriptor.ICMP_CODE + 1 - flow.clientSide())).isEqualTo(13);
            assertThat(u16(record + FlowRecordDescriptor.ICMP_MAX_PAYLOAD)).isEqualTo(65_535);
        }
    }

    @Test
    void shouldCountFragmentsAndCollectTcpFlags() {
        try (RecordedFlow flow = flow("10.0.0.1", "10.0.0.2")) {
            flow.fromClient(START_NS, facts -> facts.tcp(TcpHandshake.FLAG_SYN, 0));
            flow.fromClient(START_NS, facts -> facts.tcp(TcpHandshake.FLAG_PSH, 1).fragment());
            flow.fromServer(START_NS, facts -> facts.tcp(TcpHandshake.FLAG_FIN, 1).fragment());
            flow.fromClient(START_NS, facts -> facts.tcp(0x80, 1).fragment());

            final long record = flow.record();
            assertThat(intOf(record, FlowRecordDescriptor.FRAGMENTS, 0)).isEqualTo(2);
            assertThat(intOf(record, FlowRecordDescriptor.FRAGMENTS, 1)).isEqualTo(1);
            assertThat(u8(record + FlowRecordDescriptor.TCP_FLAGS))
                .isEqualTo(TcpHandshake.FLAG_SYN | TcpHandshake.FLAG_PSH | 0x80);
            assertThat(u8(record + FlowRecordDescriptor.TCP_FLAGS + 1)).isEqualTo(TcpHandshake.FLAG_FIN);
        }
    }

    @Test
    void shouldSetAndClearFlagsOneByOne() {
        try (RecordedFlow flow = flow("10.0.0.2", "10.0.0.1")) {
            flow.fromClient(START_NS, facts -> facts.protocol(UDP));
            FlowAccounting.setFlag(flow.record(), FlowRecordDescriptor.ANNOUNCED);
            FlowAccounting.setFlag(flow.record(), FlowRecordDescriptor.DETECTION_OPEN);
            FlowAccounting.clearFlag(flow.record(), FlowRecordDescriptor.DETECTION_OPEN);

            assertThat(u8(flow.record() + FlowRecordDescriptor.FLAGS)).isEqualTo(
                FlowRecordDescriptor.LIVE | FlowRecordDescriptor.CLIENT_IS_HIGH | FlowRecordDescriptor.ANNOUNCED);
        }
    }

    private static RecordedFlow flow(final String client, final String server) {
        return new RecordedFlow(client, 40_000, server, 53, 7);
    }

    private static int intOf(final long record, final int pair, final int side) {
        return i32(record + pair + (long) side * FlowRecordDescriptor.SIDE_STRIDE);
    }
}
