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

/** The output thread sees a record that a worker sends past full event rings whole or not at all. */
@JCStressTest
@State
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Nothing there yet.")
@Outcome(id = "77, 2", expect = ACCEPTABLE, desc = "The whole record.")
@Outcome(expect = FORBIDDEN, desc = "A part of a record.")
public class RecordPastScripts {
    private static final WorkerCounters COUNTERS = new WorkerCounters(new Telemetry(), "stress");

    private final OneToOneRingBuffer bypass = FlowOfTwoPackets.ring();
    private final FlowEventWriter writer =
        new FlowEventWriter(List.of(FlowOfTwoPackets.ring()), bypass, null, COUNTERS, 0);

    /** Fills the event ring. */
    public RecordPastScripts() {
        FlowOfTwoPackets.fill(writer);
    }

    /** Ends a flow, for whose event there is no room. */
    @Actor
    public void worker() {
        writer.write(FlowOfTwoPackets.RECORD, FlowEventKind.FLOW_END, FlowEndReason.TIMEOUT, 1);
    }

    /** Reads what is there. */
    @Actor
    public void outputThread(final JJ_Result result) {
        FlowOfTwoPackets.read(bypass, result);
    }
}
