package io.millrace.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.engine.event.FlowEventKind;
import io.millrace.engine.event.FlowEventWriter;
import io.millrace.engine.flow.table.FlowEndReason;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.engine.telemetry.WorkerCounters;
import java.util.List;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** A script thread sees an event of a worker whole or not at all. */
@JCStressTest
@State
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Nothing there yet.")
@Outcome(id = "77, 2", expect = ACCEPTABLE, desc = "The whole event.")
@Outcome(expect = FORBIDDEN, desc = "A part of an event.")
public class EventHandOver {
    private static final WorkerCounters COUNTERS = new WorkerCounters(new Telemetry(), "stress");

    private final OneToOneRingBuffer ring = FlowOfTwoPackets.ring();
    private final FlowEventWriter writer = new FlowEventWriter(List.of(ring), null, null, COUNTERS, 0);

    /** Writes one event. */
    @Actor
    public void worker() {
        writer.write(FlowOfTwoPackets.RECORD, FlowEventKind.PERIODIC_UPDATE, FlowEndReason.NONE, 1);
    }

    /** Reads what is there. */
    @Actor
    public void scriptThread(final JJ_Result result) {
        FlowOfTwoPackets.read(ring, result);
    }
}
