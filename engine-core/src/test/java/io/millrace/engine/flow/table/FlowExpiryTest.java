package io.millrace.engine.flow.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.fixture.RecordedFlow;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FlowExpiryTest {
    private static final long IDLE_NS = 60_000_000_000L;
    private static final long CLOSED_NS = 10_000_000_000L;
    private static final long START_NS = 1_700_000_000_000_000_000L;
    private static final int UDP = 17;

    private final FlowExpiry expiry = new FlowExpiry(IDLE_NS, CLOSED_NS);
    private final RecordedFlow flow = new RecordedFlow("10.0.0.1", 40_000, "10.0.0.2", 443, 1);

    @AfterEach
    void close() {
        flow.close();
    }

    @Test
    void shouldEndASilentFlow() {
        flow.fromClient(START_NS, facts -> facts.protocol(UDP));

        assertThat(expiry.isOver(flow.record(), START_NS + IDLE_NS - 1)).isFalse();
        assertThat(expiry.isOver(flow.record(), START_NS + IDLE_NS)).isTrue();
    }

    @ParameterizedTest(name = "{0} within the closed timeout: {1}")
    @CsvSource({
        "C:S S:SA C:A, false",
        "C:S S:SA C:A C:FA, true",
        "C:S S:SA C:A S:R, true",
        "C:S, true",
        "C:S S:SA, true",
        "C:A, false",
        "C:S S:A, false",
        "S:FA, true"})
    void shouldEndClosedAndUnansweredConnectionsSooner(final String packets, final boolean sooner) {
        try (RecordedFlow connection = new RecordedFlow("10.0.0.1", 40_000, "10.0.0.2", 443, 1)) {
            TcpHandshakeTest.send(connection, packets);

            assertThat(expiry.isOver(connection.record(), START_NS + CLOSED_NS + 1_000_000_000L)).isEqualTo(sooner);
            assertThat(expiry.isOver(connection.record(), START_NS + IDLE_NS + 1_000_000_000L)).isTrue();
        }
    }

    @Test
    void shouldCountSilenceFromTheLastPacket() {
        flow.fromClient(START_NS, facts -> facts.tcp(TcpHandshake.FLAG_RST, 0));
        flow.fromClient(START_NS + CLOSED_NS, facts -> facts.tcp(TcpHandshake.FLAG_RST, 0));

        assertThat(expiry.isOver(flow.record(), START_NS + 2 * CLOSED_NS - 1)).isFalse();
        assertThat(expiry.isOver(flow.record(), START_NS + 2 * CLOSED_NS)).isTrue();
    }

    @Test
    void shouldKeepAFlowWhoseLastPacketLiesInTheFuture() {
        flow.fromClient(START_NS, facts -> facts.protocol(UDP));

        assertThat(expiry.isOver(flow.record(), START_NS - IDLE_NS)).isFalse();
    }

    @Test
    void shouldReopenOnlyAClosedConnectionWithASyn() {
        flow.fromClient(START_NS, facts -> facts.tcp(TcpHandshake.FLAG_SYN, 0));
        assertThat(FlowExpiry.isReopenedBy(flow.record(), TcpHandshake.FLAG_SYN)).isFalse();

        flow.fromServer(START_NS, facts -> facts.tcp(TcpHandshake.FLAG_RST | TcpHandshake.FLAG_ACK, 0));
        assertThat(FlowExpiry.isReopenedBy(flow.record(), TcpHandshake.FLAG_SYN)).isTrue();
        assertThat(FlowExpiry.isReopenedBy(flow.record(), TcpHandshake.FLAG_SYN | TcpHandshake.FLAG_PSH)).isTrue();
        assertThat(FlowExpiry.isReopenedBy(flow.record(), TcpHandshake.FLAG_SYN | TcpHandshake.FLAG_ACK)).isFalse();
        assertThat(FlowExpiry.isReopenedBy(flow.record(), TcpHandshake.FLAG_ACK)).isFalse();
    }

    @Test
    void shouldNotMistakeIcmpForTcp() {
        // Type and code share a field with the TCP flags.
        flow.fromClient(START_NS, facts -> facts.icmp(0, TcpHandshake.FLAG_RST));

        assertThat(FlowExpiry.isReopenedBy(flow.record(), TcpHandshake.FLAG_SYN)).isFalse();
        assertThat(expiry.isOver(flow.record(), START_NS + CLOSED_NS)).isFalse();
        assertThat(FlowExpiry.state(flow.record())).isEqualTo(FlowState.NEW);
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "C:S, NEW", "C:S S:SA, NEW", "C:S S:SA C:A, ESTABLISHED", "C:A, ESTABLISHED", "C:S S:RA, CLOSED",
        "C:S S:SA C:A S:FA, CLOSED"})
    void shouldTellHowATcpFlowStands(final String packets, final FlowState state) {
        try (RecordedFlow connection = new RecordedFlow("10.0.0.1", 40_000, "10.0.0.2", 443, 1)) {
            TcpHandshakeTest.send(connection, packets);

            assertThat(FlowExpiry.state(connection.record())).isEqualTo(state);
        }
    }

    @Test
    void shouldCallAnyOtherFlowEstablishedOnceBothSidesSpoke() {
        flow.fromClient(START_NS, facts -> facts.protocol(UDP));
        flow.fromClient(START_NS, facts -> facts.protocol(UDP));
        assertThat(FlowExpiry.state(flow.record())).isEqualTo(FlowState.NEW);

        flow.fromServer(START_NS, facts -> facts.protocol(UDP));
        assertThat(FlowExpiry.state(flow.record())).isEqualTo(FlowState.ESTABLISHED);
    }

    @Test
    void shouldFindStatesAndReasonsByTheirCodes() {
        for (final FlowState state : FlowState.values()) {
            assertThat(FlowState.of(state.code)).isEqualTo(state);
        }
        for (final FlowEndReason reason : FlowEndReason.values()) {
            assertThat(FlowEndReason.of(reason.code)).isEqualTo(reason);
        }
    }
}
