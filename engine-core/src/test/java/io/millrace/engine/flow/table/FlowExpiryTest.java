package io.millrace.engine.flow.table;

import static io.millrace.engine.memory.RawMemory.i64;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.config.FlowTimeouts;
import io.millrace.engine.fixture.RecordedFlow;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FlowExpiryTest {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long IDLE_NS = 60_000_000_000L;
    private static final long CLOSED_NS = 10_000_000_000L;
    private static final long START_NS = 1_700_000_000_000_000_000L;
    private static final int UDP = 17;

    private final FlowExpiry expiry = new FlowExpiry(FlowTimeouts.of(IDLE_NS, CLOSED_NS));
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

    @ParameterizedTest(name = "{0} ends after {1} s")
    @CsvSource({"C:S, 1", "C:S S:SA, 2", "C:S S:SA C:A, 3", "C:A, 3", "C:S S:SA C:A C:FA, 4", "C:S S:RA, 4"})
    void shouldEndAConnectionByHowItStands(final String packets, final int seconds) {
        final FlowExpiry byState = new FlowExpiry(new FlowTimeouts(
            SECOND_NS, 2 * SECOND_NS, 3 * SECOND_NS, 4 * SECOND_NS, 5 * SECOND_NS, 6 * SECOND_NS, 7 * SECOND_NS, 0));
        try (RecordedFlow connection = new RecordedFlow("10.0.0.1", 40_000, "10.0.0.2", 443, 1)) {
            TcpHandshakeTest.send(connection, packets);
            final long lastNs = i64(connection.record() + FlowRecordDescriptor.LAST_SEEN_NS);

            assertThat(byState.isOver(connection.record(), lastNs + seconds * SECOND_NS - 1)).isFalse();
            assertThat(byState.isOver(connection.record(), lastNs + seconds * SECOND_NS)).isTrue();
        }
    }

    @ParameterizedTest(name = "protocol {0} ends after {1} s")
    @CsvSource({"17, 5", "1, 6", "58, 6", "132, 7", "47, 7"})
    void shouldEndAFlowByItsProtocol(final int protocol, final int seconds) {
        final FlowExpiry byProtocol = new FlowExpiry(new FlowTimeouts(
            SECOND_NS, 2 * SECOND_NS, 3 * SECOND_NS, 4 * SECOND_NS, 5 * SECOND_NS, 6 * SECOND_NS, 7 * SECOND_NS, 0));
        flow.fromClient(START_NS, facts -> facts.protocol(protocol));

        assertThat(byProtocol.isOver(flow.record(), START_NS + seconds * SECOND_NS - 1)).isFalse();
        assertThat(byProtocol.isOver(flow.record(), START_NS + seconds * SECOND_NS)).isTrue();
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
        "C:S, NEW", "C:S S:SA, HALF_OPEN", "C:S S:SA C:A, ESTABLISHED", "C:A, ESTABLISHED", "C:S S:RA, RESET",
        "C:S S:SA C:A S:FA, CLOSED", "C:S S:SA C:A S:FA C:FA, CLOSED", "C:S S:SA C:A S:FA C:R, RESET",
        "C:S S:SA C:A S:FA C:FA S:R, CLOSED"})
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
