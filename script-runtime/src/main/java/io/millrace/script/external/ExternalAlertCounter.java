package io.millrace.script.external;

import io.millrace.engine.telemetry.CounterDescriptor;
import java.util.Locale;

/**
 * What became of the lines of external alerts. They obey
 * <pre>{@code
 *   LINES   = OTHER + MALFORMED + SUPERSEDED + REFUSED + OFFERED
 *   OFFERED = taken by scripts (counted by them) + UNMATCHED, once the run is over
 * }</pre>
 */
public enum ExternalAlertCounter implements CounterDescriptor {
    /** Lines read, empty ones aside. */
    LINES(261, "external alerts: lines"),
    /** Lines whose {@code event_type} is not {@code alert}. */
    OTHER(262, "external alerts: lines of other kinds"),
    /** Lines that are no JSON object, too long, or lack a part of the flow's key or the alert. */
    MALFORMED(263, "external alerts: malformed lines"),
    /** Alerts of a flow that has one waiting already. */
    SUPERSEDED(264, "external alerts: another of the flow waits"),
    /** Alerts that found no room. */
    REFUSED(265, "external alerts: refused, too many wait"),
    /** Alerts that scripts could ask for. */
    OFFERED(266, "external alerts: offered to scripts"),
    /** Alerts that nobody had taken at the end: there was no such flow, or no script asked. */
    UNMATCHED(267, "external alerts: never taken"),
    /** Connections to the socket that were closed at once: too many, or of a user who is not of its group. */
    WRITERS_REFUSED(268, "external alerts: writers refused");

    private final int typeId;
    private final String label;

    ExternalAlertCounter(final int typeId, final String label) {
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

    @Override
    public String key() {
        return "external_alerts_" + name().toLowerCase(Locale.ROOT);
    }
}
