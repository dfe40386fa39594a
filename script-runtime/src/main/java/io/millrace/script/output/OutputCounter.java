package io.millrace.script.output;

import io.millrace.engine.telemetry.CounterDescriptor;

/**
 * Counters of the output. They obey
 * <pre>{@code
 *   RECORDS_OFFERED = RECORDS_WRITTEN + RECORDS_DROPPED
 *   ALERTS_OFFERED  = ALERTS_WRITTEN + ALERTS_DROPPED
 * }</pre>
 *
 * <p>Whoever throws a record away before it reaches the writer, as a script thread does on a live port when its ring is
 * full, adds it to its own RECORDS_OFFERED and RECORDS_DROPPED, so that the law holds for the totals.
 */
public enum OutputCounter implements CounterDescriptor {
    /** Final records of flows on their way to the sinks. */
    RECORDS_OFFERED(300, "flow records offered"),
    /** Flow records that every sink took; one lost later, while its buffer is written, moves to dropped. */
    RECORDS_WRITTEN(301, "flow records written"),
    /** Flow records that a sink lost: disk full, reader gone, ring full. */
    RECORDS_DROPPED(302, "flow records dropped"),
    /** Alerts on their way to the sinks. */
    ALERTS_OFFERED(303, "alerts offered"),
    /** Alerts that every sink took. */
    ALERTS_WRITTEN(304, "alerts written"),
    /** Alerts that a sink lost. */
    ALERTS_DROPPED(305, "alerts dropped"),
    /** Bytes that scripts printed. */
    TEXT_BYTES(306, "bytes of script text");

    private final int typeId;
    private final String label;

    OutputCounter(final int typeId, final String label) {
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
