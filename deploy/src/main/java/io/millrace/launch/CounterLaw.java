package io.millrace.launch;

import io.millrace.engine.telemetry.CounterDescriptor;
import io.millrace.engine.telemetry.DistributorCounter;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.PortCounter;
import io.millrace.script.intake.ScriptCounter;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * A sum that counters obey. While a run goes on, what is between two owners, in a ring for example, is missing on the
 * right side; at its end nothing is.
 *
 * @param name  what is conserved.
 * @param whole what came in.
 * @param parts what became of it.
 */
record CounterLaw(String name, CounterDescriptor whole, List<CounterDescriptor> parts) {
    /** The laws that hold at any time but for what is on its way. */
    static final List<CounterLaw> ALL = List.of(
        new CounterLaw("ports", PortCounter.PORT_OFFERED,
            List.of(PortCounter.PORT_RECEIVED, EngineCounter.RX_MISSED, EngineCounter.RX_NO_MBUF)),
        new CounterLaw("distributed", DistributorCounter.FRAMES_DISTRIBUTED,
            List.of(EngineCounter.RECEIVED, DistributorCounter.FRAMES_DROPPED)),
        new CounterLaw("frames", EngineCounter.RECEIVED, List.of(EngineCounter.PARSED, EngineCounter.NOT_IP,
            EngineCounter.MALFORMED, EngineCounter.UNSUPPORTED_LINK)),
        new CounterLaw("flows", EngineCounter.FLOWS_CREATED,
            List.of(EngineCounter.FLOWS_ENDED, EngineCounter.FLOWS_LIVE)),
        new CounterLaw("events", EngineCounter.EVENTS_PRODUCED,
            List.of(ScriptCounter.EVENTS_DELIVERED, EngineCounter.EVENTS_SKIPPED)),
        new CounterLaw("hooks", ScriptCounter.HOOKS_DUE, List.of(ScriptCounter.HOOKS_RUN, ScriptCounter.HOOKS_FAILED,
            ScriptCounter.HOOKS_TIMED_OUT, ScriptCounter.HOOKS_SKIPPED)));

    /** What is missing on the right side; negative where there is more than came in. */
    long missing(final ToLongFunction<CounterDescriptor> totals) {
        return totals.applyAsLong(whole) - parts.stream().mapToLong(totals).sum();
    }
}
