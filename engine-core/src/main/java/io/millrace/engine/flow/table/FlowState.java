package io.millrace.engine.flow.table;

/** How far a flow has come. Labels follow Suricata's EVE field {@code flow.state}. */
public enum FlowState {
    /** Packets in one direction only; for TCP, no completed handshake. */
    NEW(0, "new"),
    /** Packets in both directions; for TCP, past the handshake or picked up in mid-stream. */
    ESTABLISHED(1, "established"),
    /** TCP: FIN or RST seen. */
    CLOSED(2, "closed");

    private static final FlowState[] BY_CODE = values();

    /** Value of the {@code state} field. */
    public final int code;
    /** Value of EVE's {@code flow.state}. */
    public final String label;

    FlowState(final int code, final String label) {
        this.code = code;
        this.label = label;
    }

    /** The state with this code; {@code code} comes from a flow event. */
    public static FlowState of(final int code) {
        return BY_CODE[code];
    }
}
