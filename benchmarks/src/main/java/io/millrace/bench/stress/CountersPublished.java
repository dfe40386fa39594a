package io.millrace.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.engine.telemetry.WorkerCounters;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;

/**
 * Whoever reads a counter sees a sum that the worker published, never a part of one and never one that goes back; at
 * the end it sees the last.
 */
@JCStressTest
@State
@Outcome(id = "0, 0, 8589934594", expect = ACCEPTABLE, desc = "Nothing published yet.")
@Outcome(id = "0, 4294967297, 8589934594", expect = ACCEPTABLE, desc = "The first sum.")
@Outcome(id = "0, 8589934594, 8589934594", expect = ACCEPTABLE, desc = "Both sums at once.")
@Outcome(id = "4294967297, 4294967297, 8589934594", expect = ACCEPTABLE, desc = "The first sum twice.")
@Outcome(id = "4294967297, 8589934594, 8589934594", expect = ACCEPTABLE, desc = "One after the other.")
@Outcome(id = "8589934594, 8589934594, 8589934594", expect = ACCEPTABLE, desc = "The last sum twice.")
@Outcome(expect = FORBIDDEN, desc = "A torn sum, or one that goes back.")
public class CountersPublished {
    // Both halves of the word change, so that half a sum would be seen.
    private static final long AMOUNT = 1L << 32 | 1;

    private final Telemetry telemetry = SmallTelemetry.telemetry();
    private final WorkerCounters counters = SmallTelemetry.counters(telemetry);

    /** Counts in two polls. */
    @Actor
    public void worker() {
        counters.add(EngineCounter.RECEIVED, AMOUNT);
        counters.publish();
        counters.add(EngineCounter.RECEIVED, AMOUNT);
        counters.publish();
    }

    /** Looks twice. */
    @Actor
    public void observer(final JJJ_Result result) {
        result.r1 = telemetry.total(EngineCounter.RECEIVED);
        result.r2 = telemetry.total(EngineCounter.RECEIVED);
    }

    /** Looks when the worker is through. */
    @Arbiter
    public void end(final JJJ_Result result) {
        result.r3 = telemetry.total(EngineCounter.RECEIVED);
    }
}
