package io.millrace.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.engine.event.FlowEventKind;
import io.millrace.engine.event.FlowEventWriter;
import io.millrace.engine.flow.table.FlowEndReason;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.WorkerCounters;
import java.util.List;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Where the ring is full when flows end, an event is skipped and counted and its record goes past the scripts: each
 * flow comes out once, whatever the script thread does meanwhile.
 */
@JCStressTest
@State
@Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "Each flow once, each skipped event past the scripts.")
@Outcome(expect = FORBIDDEN, desc = "A flow lost or seen twice.")
public class EventOverflow {
    private static final int ENDS = 3;

    private final OneToOneRingBuffer ring = FlowOfTwoPackets.ring();
    private final OneToOneRingBuffer bypass = FlowOfTwoPackets.ring();
    private final WorkerCounters counters = SmallTelemetry.counters(SmallTelemetry.telemetry());
    private final FlowEventWriter writer = new FlowEventWriter(List.of(ring), bypass, null, counters, 0);
    private final long before;
    private int read;

    /** Fills the ring. */
    public EventOverflow() {
        FlowOfTwoPackets.fill(writer);
        before = counters.value(EngineCounter.EVENTS_PRODUCED) - 1;
    }

    /** Ends flows while the ring is emptied. */
    @Actor
    public void worker() {
        for (int i = 0; i < ENDS; i++) {
            writer.write(FlowOfTwoPackets.RECORD, FlowEventKind.FLOW_END, FlowEndReason.TIMEOUT, 1);
        }
    }

    /** Takes one batch. */
    @Actor
    public void scriptThread() {
        read += ring.read((type, buffer, offset, length) -> { });
    }

    /** Takes the rest and adds up. */
    @Arbiter
    public void sum(final III_Result result) {
        while (ring.size() > 0) {
            read += ring.read((type, buffer, offset, length) -> { });
        }
        final int past = bypass.read((type, buffer, offset, length) -> { });
        result.r1 = (int) (read + past - before - ENDS);
        result.r2 = (int) (counters.value(EngineCounter.EVENTS_PRODUCED)
            - counters.value(EngineCounter.EVENTS_SKIPPED)) - read;
        result.r3 = (int) (past - counters.value(EngineCounter.RECORDS_BYPASSED)
            + counters.value(EngineCounter.RECORDS_LOST));
    }
}
