package io.millrace.script.intake;

import io.millrace.engine.telemetry.CounterDescriptor;

/**
 * Counters of the script side, one set per script thread. They obey
 * <pre>{@code
 *   HOOKS_DUE    = HOOKS_RUN + HOOKS_FAILED + HOOKS_TIMED_OUT + HOOKS_SKIPPED
 *   FLOW_RECORDS = flow messages put on the output ring + RECORDS_REFUSED
 *   events produced (counted by the engine) = EVENTS_DELIVERED + events skipped (counted by the engine)
 * }</pre>
 */
public enum ScriptCounter implements CounterDescriptor {
    /** Events taken from the rings. */
    EVENTS_DELIVERED(200, "events delivered"),
    /** Hook calls that fell due after all filters. */
    HOOKS_DUE(210, "hooks due"),
    /** Hook calls that returned. */
    HOOKS_RUN(211, "hooks run"),
    /** Hook calls that ended in an error. */
    HOOKS_FAILED(212, "hooks failed"),
    /** Hook calls that were stopped at their deadline. */
    HOOKS_TIMED_OUT(213, "hooks stopped at their deadline"),
    /** Hook calls not made because the script had been taken out of service, or a live run's time to end was over. */
    HOOKS_SKIPPED(214, "hooks skipped, script switched off or run at its end"),
    /** Of the failed hook calls, those that found no memory. */
    HOOKS_OUT_OF_MEMORY(215, "hooks failed for want of memory"),
    /** Calls of functions that are closed to scripts: files, processes, native code. */
    FUNCTIONS_BLOCKED(216, "calls of functions closed to scripts"),
    /** Scripts switched off for what they did while they ran. */
    SCRIPTS_SWITCHED_OFF(217, "scripts switched off"),
    /** Alerts raised by scripts. */
    ALERTS_RAISED(220, "alerts raised"),
    /** Alerts that found the output ring full; live only. */
    ALERTS_REFUSED(221, "alerts lost, output ring full"),
    /** Texts and alerts of one event that found no room because its scripts handed out too much. */
    EMISSIONS_LOST(222, "texts and alerts lost, too many for one event"),
    /** Texts that found the output ring full; live only. */
    TEXTS_REFUSED(223, "texts lost, output ring full"),
    /** Flows that ended. */
    FLOW_RECORDS(230, "flow records"),
    /** Flow records that found the output ring full; live only. */
    RECORDS_REFUSED(231, "flow records lost, output ring full"),
    /** Times that the thread waited for room in the output ring; replay only. */
    OUTPUT_WAITS(232, "waits for room in the output ring"),
    /** Flows whose verdict does not outlive the event, because the table of verdicts is full; counted per event. */
    VERDICTS_REFUSED(240, "events without a lasting verdict, table full"),
    /** Flows with a verdict now. */
    VERDICTS_LIVE(241, "verdicts live"),
    /** Bytes that the scripts' objects take. */
    SCRIPT_MEMORY(250, "script memory in bytes"),
    /** Writes of scripts to the shared store that found no room. */
    STORE_REFUSED(251, "writes to the shared store refused, store full"),
    /** External alerts that scripts took. */
    EXTERNAL_ALERTS_TAKEN(260, "external alerts taken by scripts");

    private final int typeId;
    private final String label;

    ScriptCounter(final int typeId, final String label) {
        this.typeId = typeId;
        this.label = label;
    }

    @Override
    public int typeId() {
        return typeId;
    }

    @Override
    public String label() {
        return label;
    }
}
