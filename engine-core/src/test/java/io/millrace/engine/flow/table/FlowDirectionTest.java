package io.millrace.engine.flow.table;

import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.u8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.fixture.PacketFacts;
import io.millrace.engine.fixture.RecordedFlow;
import io.millrace.engine.memory.OffHeapBlock;
import io.millrace.engine.memory.RawMemory;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FlowDirectionTest {
    private static final long START_NS = 1_700_000_000_000_000_000L;
    private static final int SYN = TcpHandshake.FLAG_SYN;
    private static final int ACK = TcpHandshake.FLAG_ACK;
    private static final String LOW = "10.0.0.1";
    private static final String HIGH = "10.0.0.2";

    @ParameterizedTest(name = "{0}: {2} to {3}, flags {1}: from the client {4}")
    @CsvSource({
        "6, 0x02, 443, 50000, true",
        "6, 0x12, 50000, 443, false",
        "6, 0x12, 443, 50000, false",
        "6, 0x10, 443, 50000, false",
        "6, 0x10, 50000, 443, true",
        "6, 0x10, 3306, 50000, false",
        "6, 0x10, 50000, 50001, true",
        "6, 0x10, 22, 443, true",
        "6, 0x04, 80, 50000, false",
        "17, 0, 53, 50000, false",
        "17, 0, 50000, 53, true",
        "17, 0, 123, 123, true",
        "17, 0, 67, 68, true",
        "17, 0, 40000, 50000, true",
        "132, 0, 2905, 50000, true",
        "1, 0x0800, 0, 0, true",
        "1, 0x0000, 0, 0, false",
        "1, 0x0301, 0, 0, true",
        "58, 0x8000, 0, 0, true",
        "58, 0x8100, 0, 0, false",
        "47, 0, 0, 0, true"})
    void shouldTellTheClientByTheFirstPacket(
        final int protocol, final String flags, final int sourcePort, final int destinationPort,
        final boolean expected) {

        for (final boolean fromLow : new boolean[] {true, false}) {
            try (RecordedFlow flow = fromLow ? new RecordedFlow(LOW, sourcePort, HIGH, destinationPort, 1)
                : new RecordedFlow(HIGH, sourcePort, LOW, destinationPort, 1)) {
                flow.fromClient(START_NS, facts -> facts.protocol(protocol).flags(Integer.decode(flags)));

                final int senderSide = FlowCounters.packets(flow.record(), 0) == 1 ? 0 : 1;
                assertThat(flow.clientSide() == senderSide).isEqualTo(expected);
            }
        }
    }

    @Test
    void shouldMeasureAndAddressAFlowThatBeginsWithTheServersSynAckAsOneThatDoesNot() {
        try (OffHeapBlock frame = new OffHeapBlock(64, false);
             RecordedFlow flow = new RecordedFlow(LOW, 50_000, HIGH, 443, 1)) {
            macAddresses(frame.address(), 0x0B, 0x0A);
            flow.fromServer(START_NS, facts -> facts.tcp(SYN | ACK, 7).mac(frame.address()).lengths(74, 0));
            flow.fromClient(START_NS, facts -> facts.tcp(ACK, 1).lengths(60, 0));
            flow.fromClient(START_NS, facts -> facts.tcp(ACK, 1).lengths(160, 100));
            flow.fromServer(START_NS + 5, facts -> facts.tcp(ACK, 8).lengths(260, 200));

            assertThat(flow.clientSide()).isZero();
            assertThat(FlowCounters.bytes(flow.record(), 0)).isEqualTo(220);
            assertThat(FlowCounters.bytes(flow.record(), 1)).isEqualTo(334);
            assertThat(i64(flow.record() + FlowRecordDescriptor.APPLICATION_LATENCY_NS)).isEqualTo(5);
            assertThat(u8(flow.record() + FlowRecordDescriptor.CLIENT_MAC)).isEqualTo(0x0A);
            assertThat(u8(flow.record() + FlowRecordDescriptor.SERVER_MAC)).isEqualTo(0x0B);
        }
    }

    @Test
    void shouldTurnAFlowRoundWhoseSynComesAfterAGuess() {
        try (OffHeapBlock frame = new OffHeapBlock(64, false);
             RecordedFlow flow = new RecordedFlow(HIGH, 50_000, LOW, 50_001, 1)) {
            macAddresses(frame.address(), 0x0B, 0x0A);
            flow.fromServer(START_NS, facts -> facts.tcp(ACK, 7).mac(frame.address()).lengths(74, 20));
            assertThat(flow.clientSide()).isZero();

            flow.fromClient(START_NS + 1, facts -> facts.tcp(SYN, 0));
            flow.fromClient(START_NS + 2, facts -> facts.tcp(ACK, 1).lengths(70, 10));
            flow.fromServer(START_NS + 9, facts -> facts.tcp(ACK, 27).lengths(70, 10));

            assertThat(flow.clientSide()).isEqualTo(1);
            assertThat(i64(flow.record() + FlowRecordDescriptor.APPLICATION_LATENCY_NS)).isEqualTo(7);
            assertThat(u8(flow.record() + FlowRecordDescriptor.CLIENT_MAC)).isEqualTo(0x0A);
            assertThat(u8(flow.record() + FlowRecordDescriptor.SERVER_MAC)).isEqualTo(0x0B);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"S:SA C:S, C", "C:S S:S, C", "S:A S:SA, C", "C:A C:SA, S", "C:S C:SA, C"})
    void shouldBelieveTheFirstSynOrSynAck(final String packets, final char client) {
        try (RecordedFlow flow = new RecordedFlow(LOW, 50_000, HIGH, 50_001, 1)) {
            TcpHandshakeTest.send(flow, packets);

            assertThat(flow.clientSide()).isEqualTo(client == 'C' ? 0 : 1);
        }
    }

    @Test
    void shouldNotTurnAFlowRoundThatScriptsHaveSeen() {
        try (RecordedFlow flow = new RecordedFlow(LOW, 50_000, HIGH, 50_001, 1)) {
            final Consumer<PacketFacts> acknowledgement = facts -> facts.tcp(ACK, 7);
            flow.fromServer(START_NS, acknowledgement);
            FlowAccounting.setFlag(flow.record(), FlowRecordDescriptor.ANNOUNCED);
            flow.fromClient(START_NS, facts -> facts.tcp(SYN, 0));

            assertThat(flow.clientSide()).isEqualTo(1);
        }
    }

    private static void macAddresses(final long frame, final int source, final int destination) {
        for (int i = 0; i < 6; i++) {
            RawMemory.putU8(frame + i, destination);
            RawMemory.putU8(frame + 6 + i, source);
        }
    }
}
