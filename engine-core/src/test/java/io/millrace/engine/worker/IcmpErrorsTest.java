package io.millrace.engine.worker;

import static io.millrace.engine.fixture.FrameBuilder.bare;
import static io.millrace.engine.fixture.FrameBuilder.ethernet;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.event.FlowEvent;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowEventKind;
import io.millrace.engine.fixture.WorkerHarness;
import io.millrace.engine.telemetry.EngineCounter;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An ICMP error is a packet of its own flow and a fact of the flow whose packet it quotes. */
final class IcmpErrorsTest {
    private static final long START_NS = 1_700_000_000_000_000_000L;
    private static final String CLIENT = "10.0.0.1";
    private static final String SERVER = "10.0.0.2";
    private static final String ROUTER = "10.9.9.9";
    private static final String CLIENT_6 = "2001:db8::1";
    private static final String SERVER_6 = "2001:db8::2";
    private static final int UDP = 17;
    private static final int QUOTED_BYTES = 28;

    private final WorkerHarness harness = new WorkerHarness(0, 1 << 20);

    @AfterEach
    void close() {
        harness.close();
    }

    @Test
    void shouldTellTheFlowWhosePacketTheErrorQuotes() {
        harness.doWorkAt(START_NS,
            ethernet().ipv4(CLIENT, SERVER).udp(40_000, 33_434).payload(20).build(),
            error(ROUTER, CLIENT, 11, 0, bare().ipv4(CLIENT, SERVER).udp(40_000, 33_434).payload(20).build()),
            error(ROUTER, SERVER, 3, 4, bare().ipv4(SERVER, CLIENT).udp(33_434, 40_000).payload(20).build()));

        final FlowEvent flow = flow(UDP);
        assertThat(flow.u16(FlowEventDescriptor.CLI2SRV_ICMP_ERRORS)).isEqualTo(1);
        assertThat(flow.u16(FlowEventDescriptor.SRV2CLI_ICMP_ERRORS)).isEqualTo(1);
        assertThat(flow.u8(FlowEventDescriptor.ICMP_ERROR_TYPE)).isEqualTo(3);
        assertThat(flow.u8(FlowEventDescriptor.ICMP_ERROR_CODE)).isEqualTo(4);
        assertThat(harness.counter(EngineCounter.ICMP_ERRORS_ATTACHED)).isEqualTo(2);
        assertThat(harness.counter(EngineCounter.ICMP_ERRORS_UNMATCHED)).isZero();
    }

    @Test
    void shouldCountTheErrorInItsOwnFlowAlone() {
        harness.doWorkAt(START_NS,
            ethernet().ipv4(CLIENT, SERVER).udp(40_000, 33_434).payload(20).build(),
            error(SERVER, CLIENT, 3, 3, bare().ipv4(CLIENT, SERVER).udp(40_000, 33_434).payload(20).build()));

        assertThat(flow(UDP).u64(FlowEventDescriptor.CLI2SRV_PACKETS)).isEqualTo(1);
        assertThat(flow(UDP).u64(FlowEventDescriptor.SRV2CLI_PACKETS)).isZero();
        assertThat(flow(1).u64(FlowEventDescriptor.CLI2SRV_PACKETS)).isEqualTo(1);
        assertThat(flow(1).u8(FlowEventDescriptor.CLI2SRV_ICMP_TYPE)).isEqualTo(3);
    }

    @Test
    void shouldReadQuotesOfIpv6BehindExtensionHeaders() {
        harness.doWorkAt(START_NS,
            ethernet().ipv6(CLIENT_6, SERVER_6).udp(40_000, 53).payload(20).build(),
            ethernet().ipv6(SERVER_6, CLIENT_6).icmpv6(1, 4)
                .payload(bare().ipv6(CLIENT_6, SERVER_6).extension(60, 8).udp(40_000, 53).payload(20).build()).build());

        assertThat(flow(UDP).u16(FlowEventDescriptor.CLI2SRV_ICMP_ERRORS)).isEqualTo(1);
        assertThat(flow(UDP).u8(FlowEventDescriptor.ICMP_ERROR_TYPE)).isEqualTo(1);
        assertThat(flow(UDP).u8(FlowEventDescriptor.ICMP_ERROR_CODE)).isEqualTo(4);
    }

    @Test
    void shouldTellOnlyTheFlowOfTheSameVlan() {
        harness.doWorkAt(START_NS,
            ethernet().vlan(7).ipv4(CLIENT, SERVER).udp(40_000, 53).payload(20).build(),
            error(SERVER, CLIENT, 3, 3, bare().ipv4(CLIENT, SERVER).udp(40_000, 53).payload(20).build()));

        assertThat(flow(UDP).u16(FlowEventDescriptor.CLI2SRV_ICMP_ERRORS)).isZero();
        assertThat(harness.counter(EngineCounter.ICMP_ERRORS_UNMATCHED)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 19, 20, 23})
    void shouldCountQuotesThatAreTooShortAsUnmatched(final int quotedBytes) {
        final byte[] quoted = bare().ipv4(CLIENT, SERVER).udp(40_000, 53).payload(20).build();
        harness.doWorkAt(START_NS,
            ethernet().ipv4(CLIENT, SERVER).udp(40_000, 53).payload(20).build(),
            ethernet().ipv4(SERVER, CLIENT).icmp(3, 3).payload(Arrays.copyOf(quoted, quotedBytes)).build());

        assertThat(flow(UDP).u16(FlowEventDescriptor.CLI2SRV_ICMP_ERRORS)).isZero();
        assertThat(harness.counter(EngineCounter.ICMP_ERRORS_UNMATCHED)).isEqualTo(1);
    }

    @ParameterizedTest(name = "type {0}: {1}")
    @CsvSource({"0, 0", "3, 1", "5, 1", "8, 0", "9, 0", "11, 1", "12, 1", "13, 0"})
    void shouldTakeErrorsForErrorsAlone(final int type, final int errors) {
        harness.doWorkAt(START_NS,
            ethernet().ipv4(CLIENT, SERVER).udp(40_000, 53).payload(20).build(),
            error(SERVER, CLIENT, type, 0, bare().ipv4(CLIENT, SERVER).udp(40_000, 53).payload(20).build()));

        assertThat(flow(UDP).u16(FlowEventDescriptor.CLI2SRV_ICMP_ERRORS)).isEqualTo(errors);
        assertThat(harness.counter(EngineCounter.ICMP_ERRORS_ATTACHED)).isEqualTo(errors);
    }

    private static byte[] error(
        final String source, final String destination, final int type, final int code, final byte[] quoted) {
        return ethernet().ipv4(source, destination).icmp(type, code).payload(Arrays.copyOf(quoted, QUOTED_BYTES))
            .build();
    }

    private FlowEvent flow(final int protocol) {
        if (harness.counter(EngineCounter.FLOWS_LIVE) > 0) {
            harness.endAllFlows();
        }
        final List<FlowEvent> flows = harness.events(FlowEventKind.FLOW_END).stream()
            .filter(event -> event.u8(FlowEventDescriptor.L4_PROTOCOL) == protocol).toList();
        assertThat(flows).isNotEmpty();
        return flows.getFirst();
    }
}
