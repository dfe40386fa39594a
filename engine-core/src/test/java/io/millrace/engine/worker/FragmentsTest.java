package io.millrace.engine.worker;

import static io.millrace.engine.fixture.FrameBuilder.ethernet;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.event.FlowEvent;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowEventKind;
import io.millrace.engine.fixture.FrameBuilder;
import io.millrace.engine.fixture.WorkerHarness;
import io.millrace.engine.parse.FragmentTable;
import io.millrace.engine.telemetry.EngineCounter;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Fragments of a datagram belong to the flow of its first one, in whatever order they come. */
final class FragmentsTest {
    private static final long START_NS = 1_700_000_000_000_000_000L;
    private static final String A = "10.0.0.1";
    private static final String B = "10.0.0.2";
    private static final String A6 = "2001:db8::1";
    private static final String B6 = "2001:db8::2";
    private static final int MORE = 0x2000;
    private static final int UNITS = 10;
    private static final int LENGTH = 8 * UNITS;

    private final WorkerHarness harness = new WorkerHarness(0, 1 << 20);

    @AfterEach
    void close() {
        harness.close();
    }

    @Test
    void shouldCountLaterFragmentsInTheFlowOfTheFirst() {
        harness.doWorkAt(START_NS, first(), middle(), last());

        final FlowEvent flow = onlyFlow();
        assertThat(flow.u16(FlowEventDescriptor.SRV_PORT)).isEqualTo(2);
        assertThat(flow.u64(FlowEventDescriptor.CLI2SRV_PACKETS)).isEqualTo(3);
        assertThat(flow.u64(FlowEventDescriptor.CLI2SRV_BYTES))
            .isEqualTo(first().length + middle().length + last().length);
        assertThat(flow.u64(FlowEventDescriptor.CLI2SRV_GOODPUT_BYTES)).isEqualTo(3 * LENGTH - 8);
        assertThat(harness.counter(EngineCounter.FRAGMENTS)).isEqualTo(3);
        assertAnomalies(0, 0, 0);
    }

    @Test
    void shouldHoldFragmentsThatComeBeforeTheFirstUntilItComes() {
        harness.doWorkAt(START_NS, last(), middle());
        assertThat(harness.counter(EngineCounter.FLOWS_CREATED)).isZero();
        assertThat(harness.counter(EngineCounter.FRAGMENTS_HELD)).isEqualTo(2);
        harness.doWorkAt(START_NS + 1, first());

        final FlowEvent flow = onlyFlow();
        assertThat(flow.u64(FlowEventDescriptor.CLI2SRV_PACKETS)).isEqualTo(3);
        assertThat(flow.u64(FlowEventDescriptor.CLI2SRV_BYTES))
            .isEqualTo(first().length + middle().length + last().length);
        assertAnomalies(0, 0, 0);
    }

    @Test
    void shouldHoldAndClaimWithinOneBurst() {
        harness.doWorkAt(START_NS, middle(), last(), first());

        assertThat(onlyFlow().u64(FlowEventDescriptor.CLI2SRV_PACKETS)).isEqualTo(3);
        assertAnomalies(0, 0, 0);
    }

    @Test
    void shouldCountHeldFragmentsWhoseFirstNeverComes() {
        harness.doWorkAt(START_NS, middle(), last());
        harness.endAllFlows();

        assertThat(harness.counter(EngineCounter.PARSED)).isEqualTo(2);
        assertThat(harness.counter(EngineCounter.FLOWS_CREATED)).isZero();
        assertAnomalies(2, 0, 0);
    }

    @Test
    void shouldNotJoinFragmentsThatAreTooFarApart() {
        harness.doWorkAt(START_NS, middle());
        harness.doWorkAt(START_NS + FragmentTable.TIMEOUT_NS + 1, first());

        assertThat(onlyFlow().u64(FlowEventDescriptor.CLI2SRV_PACKETS)).isEqualTo(1);
        assertAnomalies(1, 0, 0);
    }

    @Test
    void shouldFollowFragmentsOfIpv6() {
        harness.doWorkAt(START_NS,
            ethernet().ipv6(A6, B6).extension(0, 8).fragment(UNITS, false).protocol(17).payload(LENGTH).build(),
            ethernet().ipv6(A6, B6).extension(0, 8).fragment(0, true).udp(1, 2).payload(LENGTH - 8).build());

        final FlowEvent flow = onlyFlow();
        assertThat(flow.u16(FlowEventDescriptor.SRV_PORT)).isEqualTo(2);
        assertThat(flow.u64(FlowEventDescriptor.CLI2SRV_PACKETS)).isEqualTo(2);
        assertAnomalies(0, 0, 0);
    }

    @Test
    void shouldFollowFragmentsOfATunnelToTheFlowInside() {
        harness.doWorkAt(START_NS,
            ethernet().ipv4(A, B, 0, MORE).udp(40_000, 2152).bytes(0x30, 0xFF, 4, 0, 0, 0, 0, 9)
                .ipv4("192.0.2.1", "192.0.2.2").udp(5, 6).payload(100).build(),
            ethernet().ipv4(A, B, 0, 18).protocol(17).payload(60).build());

        final FlowEvent flow = onlyFlow();
        assertThat(flow.u16(FlowEventDescriptor.SRV_PORT)).isEqualTo(6);
        assertThat(flow.u64(FlowEventDescriptor.CLI2SRV_PACKETS)).isEqualTo(2);
        assertThat(flow.tunnelLabel()).isEqualTo("gtp-u");
        assertThat(flow.tunnelId()).isEqualTo(9);
        assertThat(flow.tunnelClientPort()).isEqualTo(40_000);
        assertThat(flow.tunnelServerPort()).isEqualTo(2152);
        assertThat(flow.u8(flow.tunnelClientAddressOffset())).isEqualTo(10);
    }

    @Test
    void shouldCountFragmentsThatOverlap() {
        harness.doWorkAt(START_NS, first(), at(UNITS - 1, true, LENGTH), at(UNITS - 1, true, LENGTH));

        assertThat(onlyFlow().u64(FlowEventDescriptor.CLI2SRV_PACKETS)).isEqualTo(3);
        assertAnomalies(0, 2, 0);
    }

    @Test
    void shouldCountFragmentsThatNobodyHasToMake() {
        harness.doWorkAt(START_NS,
            ethernet().ipv4(A, B, 0, MORE).protocol(6).payload(8).build(),
            ethernet().ipv4(A, B, 0, MORE | 1).protocol(6).payload(40).build(),
            ethernet().ipv4(A, B, 0, 6).protocol(6).payload(8).build());

        assertThat(onlyFlow().u64(FlowEventDescriptor.CLI2SRV_PACKETS)).isEqualTo(3);
        assertThat(harness.counter(EngineCounter.BROKEN_TRANSPORT)).isEqualTo(1);
        assertAnomalies(0, 0, 2);
    }

    @Test
    void shouldTellDatagramsApartThatUseAnIdentificationAgain() {
        harness.doWorkAt(START_NS, first(), middle(), last());
        harness.doWorkAt(START_NS + 1, withPort(first(), 3), middle(), last());
        harness.endAllFlows();

        assertThat(harness.counter(EngineCounter.FLOWS_CREATED)).isEqualTo(2);
        assertThat(harness.events(FlowEventKind.FLOW_END))
            .allSatisfy(flow -> assertThat(flow.u64(FlowEventDescriptor.CLI2SRV_PACKETS)).isEqualTo(3));
        assertAnomalies(0, 0, 0);
    }

    @Test
    void shouldStayBoundedUnderFragmentsThatNeverComplete() {
        for (int i = 0; i < 20_000; i++) {
            final byte[] frame = middle();
            frame[18] = (byte) (i >> 8);
            frame[19] = (byte) i;
            harness.doWorkAt(START_NS + i, frame);
        }
        harness.endAllFlows();

        assertThat(harness.counter(EngineCounter.PARSED)).isEqualTo(20_000);
        assertThat(harness.counter(EngineCounter.FRAGMENTS_HELD)).isEqualTo(20_000);
        assertThat(harness.counter(EngineCounter.FLOWS_CREATED)).isZero();
        assertAnomalies(20_000, 0, 0);
    }

    private void assertAnomalies(final long unclaimed, final long overlapping, final long tiny) {
        harness.endAllFlows();
        assertThat(harness.counter(EngineCounter.FRAGMENTS_UNCLAIMED)).isEqualTo(unclaimed);
        assertThat(harness.counter(EngineCounter.FRAGMENTS_OVERLAPPING)).isEqualTo(overlapping);
        assertThat(harness.counter(EngineCounter.FRAGMENTS_TINY)).isEqualTo(tiny);
    }

    private FlowEvent onlyFlow() {
        harness.endAllFlows();
        final List<FlowEvent> flows = harness.events(FlowEventKind.FLOW_END);
        assertThat(flows).hasSize(1);
        return flows.getFirst();
    }

    private static byte[] first() {
        return ethernet().ipv4(A, B, 0, MORE).udp(1, 2).payload(LENGTH - 8).build();
    }

    private static byte[] middle() {
        return at(UNITS, true, LENGTH);
    }

    private static byte[] last() {
        return at(2 * UNITS, false, LENGTH);
    }

    private static byte[] at(final int units, final boolean more, final int length) {
        final FrameBuilder frame = ethernet().ipv4(A, B, 0, (more ? MORE : 0) | units);
        return frame.protocol(17).payload(length).build();
    }

    private static byte[] withPort(final byte[] frame, final int port) {
        frame[14 + 20 + 3] = (byte) port;
        return frame;
    }
}
