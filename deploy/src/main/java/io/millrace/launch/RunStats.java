package io.millrace.launch;

import io.millrace.engine.parse.NonIpKind;
import io.millrace.engine.telemetry.DistributorCounter;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.PortCounter;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.external.ExternalAlertCounter;
import io.millrace.script.intake.ScriptCounter;
import io.millrace.script.output.OutputCounter;
import io.millrace.script.output.StatsRecord;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The counters of a run as a record for the EVE log. Any thread. */
final class RunStats {
    private static final PortCounter[] PORT_COUNTERS = {PortCounter.PORT_OFFERED, PortCounter.PORT_RECEIVED,
        PortCounter.INTERFACE_DROPPED, PortCounter.FRAMES_JOINED, PortCounter.FRAMES_CUT};

    private static final Set<ScriptCounter> REPEATING = EnumSet.of(
        ScriptCounter.HOOKS_DUE, ScriptCounter.HOOKS_RUN, ScriptCounter.HOOKS_FAILED, ScriptCounter.HOOKS_TIMED_OUT,
        ScriptCounter.HOOKS_SKIPPED, ScriptCounter.HOOKS_OUT_OF_MEMORY, ScriptCounter.FUNCTIONS_BLOCKED,
        ScriptCounter.SCRIPTS_SWITCHED_OFF, ScriptCounter.ALERTS_RAISED, ScriptCounter.EMISSIONS_LOST,
        ScriptCounter.STORE_REFUSED, ScriptCounter.EXTERNAL_ALERTS_TAKEN);

    private final Telemetry telemetry;
    private final boolean live;

    /** Of a run on live ports, or of a replay. */
    RunStats(final Telemetry telemetry, final boolean live) {
        this.telemetry = telemetry;
        this.live = live;
    }

    /** All counters but, in a replay, those that tell how threads were scheduled: a replay repeats itself. */
    StatsRecord at(final long timeNs) {
        final Map<String, Long> counters = new TreeMap<>();
        for (final EngineCounter counter : EngineCounter.values()) {
            if (live || counter != EngineCounter.RING_WAITS) {
                counters.put(counter.key(), telemetry.total(counter));
            }
        }
        REPEATING.forEach(counter -> counters.put(counter.key(), telemetry.total(counter)));
        if (telemetry.total(ExternalAlertCounter.LINES) > 0) {
            Stream.of(ExternalAlertCounter.values())
                .forEach(counter -> counters.put(counter.key(), telemetry.total(counter)));
        }
        if (live) {
            Stream.of(PORT_COUNTERS, DistributorCounter.values(), ScriptCounter.values(), OutputCounter.values())
                .flatMap(Stream::of).forEach(counter -> counters.put(counter.key(), telemetry.total(counter)));
        }
        counters.putAll(telemetry.nonIpTotals(NonIpKind::key));
        return new StatsRecord(timeNs, counters);
    }
}
