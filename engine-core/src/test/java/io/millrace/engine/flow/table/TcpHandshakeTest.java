package io.millrace.engine.flow.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.fixture.RecordedFlow;
import io.millrace.engine.memory.RawMemory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TcpHandshakeTest {
    private static final long START_NS = 1_700_000_000_000_000_000L;
    private static final long STEP_NS = 1_000_000;

    /** Packets by sender, C or S, and flags: S SYN, A ACK, F FIN, R RST, P PSH. */
    @ParameterizedTest(name = "{0} ends in phase {1}")
    @CsvSource({
        "C:S, 1",
        "C:S S:SA, 2",
        "C:S S:SA C:A, 3",
        "C:S S:SA C:PA, 3",
        "C:S C:S S:SA S:SA C:A, 3",
        "C:S S:SA C:A C:R, 3",
        "C:S S:SA C:A S:SA, 3",
        "C:S S:RA, 4",
        "C:S C:A, 4",
        "C:S S:S, 4",
        "C:S S:A, 4",
        "C:S S:SA C:FA, 4",
        "C:S S:SA S:A, 4",
        "C:S S:SA C:S, 2",
        "C:S S:SA C:S S:SA C:A, 3",
        "S:SA C:A, 4",
        "C:A, 4",
        "C:A C:S S:SA C:A, 4",
        "C:R, 4"})
    void shouldFollowTheOpening(final String packets, final int phase) {
        try (RecordedFlow flow = new RecordedFlow("10.0.0.1", 40_000, "10.0.0.2", 443, 1)) {
            send(flow, packets);

            assertThat(RawMemory.u8(flow.record() + FlowRecordDescriptor.HANDSHAKE)).isEqualTo(phase);
        }
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.1, 10.0.0.2", "10.0.0.2, 10.0.0.1"})
    void shouldMeasureTheRoundTripOfEachSide(final String client, final String server) {
        try (RecordedFlow flow = new RecordedFlow(client, 40_000, server, 443, 1)) {
            flow.fromClient(START_NS, facts -> facts.tcp(TcpHandshake.FLAG_SYN, 0));
            flow.fromClient(START_NS + 5, facts -> facts.tcp(TcpHandshake.FLAG_SYN, 0));
            flow.fromServer(START_NS + 30, facts -> facts.tcp(TcpHandshake.FLAG_SYN | TcpHandshake.FLAG_ACK, 0));
            flow.fromServer(START_NS + 32, facts -> facts.tcp(TcpHandshake.FLAG_SYN | TcpHandshake.FLAG_ACK, 0));
            flow.fromClient(START_NS + 40, facts -> facts.tcp(TcpHandshake.FLAG_ACK, 1));

            assertThat(RawMemory.i64(flow.record() + FlowRecordDescriptor.SERVER_RTT_NS)).isEqualTo(25);
            assertThat(RawMemory.i64(flow.record() + FlowRecordDescriptor.CLIENT_RTT_NS)).isEqualTo(10);
        }
    }

    @Test
    void shouldMeasureFromASynThatWasSentAgainAfterItsAnswer() {
        try (RecordedFlow flow = new RecordedFlow("10.0.0.1", 40_000, "10.0.0.2", 443, 1)) {
            flow.fromClient(START_NS, facts -> facts.tcp(TcpHandshake.FLAG_SYN, 0));
            flow.fromServer(START_NS + 30, facts -> facts.tcp(TcpHandshake.FLAG_SYN | TcpHandshake.FLAG_ACK, 0));
            flow.fromClient(START_NS + 1000, facts -> facts.tcp(TcpHandshake.FLAG_SYN, 0));
            assertThat(TcpHandshake.serverRttNs(flow.record())).isZero();
            flow.fromServer(START_NS + 1025, facts -> facts.tcp(TcpHandshake.FLAG_SYN | TcpHandshake.FLAG_ACK, 0));
            flow.fromClient(START_NS + 1040, facts -> facts.tcp(TcpHandshake.FLAG_ACK, 1));

            assertThat(TcpHandshake.serverRttNs(flow.record())).isEqualTo(25);
            assertThat(RawMemory.i64(flow.record() + FlowRecordDescriptor.CLIENT_RTT_NS)).isEqualTo(15);
        }
    }

    @Test
    void shouldMeasureNothingWhereTheAcknowledgementMayBelongToEitherSyn() {
        try (RecordedFlow flow = new RecordedFlow("10.0.0.1", 40_000, "10.0.0.2", 443, 1)) {
            flow.fromClient(START_NS, facts -> facts.tcp(TcpHandshake.FLAG_SYN, 0));
            flow.fromServer(START_NS + 30, facts -> facts.tcp(TcpHandshake.FLAG_SYN | TcpHandshake.FLAG_ACK, 0));
            flow.fromClient(START_NS + 1000, facts -> facts.tcp(TcpHandshake.FLAG_SYN, 0));
            flow.fromClient(START_NS + 1010, facts -> facts.tcp(TcpHandshake.FLAG_ACK, 1));

            assertThat(RawMemory.u8(flow.record() + FlowRecordDescriptor.HANDSHAKE)).isEqualTo(TcpHandshake.COMPLETE);
            assertThat(TcpHandshake.serverRttNs(flow.record())).isZero();
            assertThat(RawMemory.i64(flow.record() + FlowRecordDescriptor.CLIENT_RTT_NS)).isZero();
        }
    }

    @Test
    void shouldMeasureNothingWherePacketsCameInAnotherOrderThanTheyWereStamped() {
        try (RecordedFlow flow = new RecordedFlow("10.0.0.1", 40_000, "10.0.0.2", 443, 1)) {
            flow.fromClient(START_NS, facts -> facts.tcp(TcpHandshake.FLAG_SYN, 0));
            flow.fromServer(START_NS - 1, facts -> facts.tcp(TcpHandshake.FLAG_SYN | TcpHandshake.FLAG_ACK, 0));

            assertThat(RawMemory.i64(flow.record() + FlowRecordDescriptor.SERVER_RTT_NS)).isZero();
        }
    }

    static void send(final RecordedFlow flow, final String packets) {
        long timeNs = START_NS;
        for (final String packet : packets.split(" ")) {
            final int flags = flags(packet.substring(2));
            if (packet.charAt(0) == 'C') {
                flow.fromClient(timeNs, facts -> facts.tcp(flags, 0));
            } else {
                flow.fromServer(timeNs, facts -> facts.tcp(flags, 0));
            }
            timeNs += STEP_NS;
        }
    }

    private static int flags(final String letters) {
        return letters.chars().map(letter -> switch (letter) {
            case 'S' -> TcpHandshake.FLAG_SYN;
            case 'A' -> TcpHandshake.FLAG_ACK;
            case 'F' -> TcpHandshake.FLAG_FIN;
            case 'R' -> TcpHandshake.FLAG_RST;
            case 'P' -> TcpHandshake.FLAG_PSH;
            default -> throw new IllegalArgumentException(letters);
        }).reduce(0, (a, b) -> a | b);
    }
}
