package io.millrace.engine.flow.table;

/** How far a flow has come. Labels follow Suricata's EVE field {@code flow.state} where Suricata has the state. */
public enum FlowState {
    /** Packets in one direction only; for TCP, a SYN that nobody has answered. */
    NEW(0, "new"),
    /** Packets in both directions; for TCP, past the handshake or picked up in mid-stream. */
    ESTABLISHED(1, "established"),
    /** TCP: FIN seen, of both sides or of one; no RST before the other's. */
    CLOSED(2, "closed"),
    /** TCP: RST seen before both sides had sent FIN. */
    RESET(3, "reset"),
    /** TCP: the server's SYN-ACK seen, the client's acknowledgement not yet (RFC 4987). */
    HALF_OPEN(4, "half-open");

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
