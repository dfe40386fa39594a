package io.millrace.engine.worker;

import static io.millrace.engine.fixture.FrameBuilder.ethernet;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.event.FlowEvent;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowEventKind;
import io.millrace.engine.fixture.WorkerHarness;
import io.millrace.engine.telemetry.EngineCounter;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A long flow is reported slice by slice, and the slices add up to the flow. */
final class FlowSlicesTest {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long START_NS = 1_700_000_000L * SECOND_NS;
    private static final int RING_BYTES = 1 << 20;
    private static final String CLIENT = "10.0.0.2";
    private static final String SERVER = "10.0.0.1";

    private WorkerHarness harness = WorkerHarness.slicing(20 * SECOND_NS, RING_BYTES);

    @AfterEach
    void close() {
        harness.close();
    }

    @Test
    void shouldReportALongFlowInSlicesThatAddUpToTheFlow() {
        talk(0, 65);
        harness.endAllFlows();

        final List<FlowEvent> records = records();
        assertThat(records).hasSize(4);
        assertThat(records).extracting(FlowEvent::sliceNumber).containsExactly(0L, 1L, 2L, 3L);
        assertThat(records).extracting(FlowEvent::endReasonLabel)
            .containsExactly("active", "active", "active", "shutdown");
        assertThat(sum(records, event -> event.u64(FlowEventDescriptor.CLI2SRV_PACKETS) - event.clientPacketsBefore()))
            .isEqualTo(66);
        assertThat(sum(records, event -> event.u64(FlowEventDescriptor.SRV2CLI_PACKETS) - event.serverPacketsBefore()))
            .isEqualTo(33);
        assertThat(sum(records, event -> event.u64(FlowEventDescriptor.SRV2CLI_BYTES) - event.serverBytesBefore()))
            .isEqualTo(33L * answer().length);
        assertThat(sum(records, event -> event.u64(FlowEventDescriptor.CLI2SRV_BYTES) - event.clientBytesBefore()))
            .isEqualTo(66L * request().length);
        assertThat(records.getFirst().sliceStartNs()).isEqualTo(START_NS);
        assertThat(records.get(1).sliceStartNs()).isBetween(START_NS + 20 * SECOND_NS, START_NS + 22 * SECOND_NS);
        assertRecordsAreConserved();
    }

    @Test
    void shouldReportNoSliceWithoutPackets() {
        talk(0, 0);
        pass(1, 50);

        assertThat(records()).singleElement().satisfies(slice -> {
            assertThat(slice.kind()).isEqualTo(FlowEventKind.FLOW_SLICE.code);
            assertThat(slice.u64(FlowEventDescriptor.CLI2SRV_PACKETS)).isEqualTo(1);
        });
    }

    @Test
    void shouldReportAShortFlowAsAWhole() {
        talk(0, 10);
        harness.endAllFlows();

        assertThat(records()).singleElement().satisfies(record -> {
            assertThat(record.isSlice()).isFalse();
            assertThat(record.endReasonLabel()).isEqualTo("shutdown");
        });
    }

    @Test
    void shouldForgetTheSlicesOfAFlowThatHasEnded() {
        talk(0, 30);
        pass(31, 120);
        talk(200, 205);
        harness.endAllFlows();

        assertThat(records().getLast().isSlice()).isFalse();
        assertThat(records().getLast().u64(FlowEventDescriptor.CLI2SRV_PACKETS)).isEqualTo(6);
        assertRecordsAreConserved();
    }

    @Test
    void shouldTellInTheNextSliceWhatFoundNoRoomInTheRing() {
        harness.close();
        harness = WorkerHarness.slicing(20 * SECOND_NS, 1 << 16);
        pass(0, 200);
        final long slicesBefore = harness.counter(EngineCounter.FLOW_SLICES);
        talk(201, 240);
        assertThat(harness.counter(EngineCounter.EVENTS_SKIPPED)).isPositive();
        assertThat(harness.counter(EngineCounter.FLOW_SLICES)).isEqualTo(slicesBefore);

        harness.events();
        talk(241, 241);

        assertThat(records()).singleElement().satisfies(slice -> {
            assertThat(slice.sliceNumber()).isZero();
            assertThat(slice.sliceStartNs()).isEqualTo(START_NS + 201 * SECOND_NS);
            assertThat(slice.u64(FlowEventDescriptor.CLI2SRV_PACKETS)).isEqualTo(41);
        });
    }

    /** A request each second and an answer every other, from second to second. */
    private void talk(final int from, final int to) {
        for (int second = from; second <= to; second++) {
            harness.doWorkAt(START_NS + second * SECOND_NS, request());
            if (second % 2 == 1) {
                harness.doWorkAt(START_NS + second * SECOND_NS, answer());
            }
            harness.sweepAll();
        }
    }

    /** Time passes, and another flow speaks. */
    private void pass(final int from, final int to) {
        for (int second = from; second <= to; second++) {
            harness.doWorkAt(START_NS + second * SECOND_NS,
                ethernet().ipv4("192.168.0." + second, "192.168.1.1").udp(40_000, 53).payload(1).build());
            harness.sweepAll();
        }
    }

    private static byte[] request() {
        return ethernet().ipv4(CLIENT, SERVER).udp(40_000, 53).payload(20).build();
    }

    private static byte[] answer() {
        return ethernet().ipv4(SERVER, CLIENT).udp(53, 40_000).payload(100).build();
    }

    private List<FlowEvent> records() {
        return harness.events().stream()
            .filter(event -> event.kind() == FlowEventKind.FLOW_SLICE.code
                || event.kind() == FlowEventKind.FLOW_END.code)
            .filter(event -> event.u16(FlowEventDescriptor.CLI_PORT) == 40_000
                && event.u8(FlowEventDescriptor.CLI_ADDRESS) == 10).toList();
    }

    private void assertRecordsAreConserved() {
        assertThat(Stream.of(FlowEventKind.FLOW_SLICE, FlowEventKind.FLOW_END)
            .mapToLong(kind -> harness.events(kind).size()).sum())
            .isEqualTo(harness.counter(EngineCounter.FLOWS_ENDED) + harness.counter(EngineCounter.FLOW_SLICES));
    }

    private static long sum(final List<FlowEvent> records, final ToLongFunction<FlowEvent> part) {
        return records.stream().mapToLong(
            record -> record.isSlice() ? part.applyAsLong(record) : 0).sum();
    }
}
