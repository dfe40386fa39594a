package io.millrace.engine.flow.table;

/** Why a flow left the table. Labels follow Suricata's EVE field {@code flow.reason}. */
public enum FlowEndReason {
    /** Still in the table. */
    NONE(0, "none"),
    /** No packet for the idle timeout, or for the closed timeout after FIN or RST. */
    TIMEOUT(1, "timeout"),
    /** Evicted because the table was full. */
    FORCED(2, "forced"),
    /** The run ended. */
    SHUTDOWN(3, "shutdown"),
    /** It has not: the record of a long flow's slice (active timeout). */
    ACTIVE(4, "active");

    private static final FlowEndReason[] BY_CODE = values();

    /** Value of the {@code end_reason} field. */
    public final int code;
    /** Value of EVE's {@code flow.reason}. */
    public final String label;

    FlowEndReason(final int code, final String label) {
        this.code = code;
        this.label = label;
    }

    /** The reason with this code; {@code code} comes from a flow event. */
    public static FlowEndReason of(final int code) {
        return BY_CODE[code];
    }
}
