package io.millrace.engine.event;

/** What happened to the flow; the code is the Agrona ring's message type and the {@code kind} field of the event. */
public enum FlowEventKind {
    /** Detection is over: the application is named, or given up. Once per flow, before its end. */
    PROTOCOL_DETECTED(1, "protocolDetected"),
    /** The flow lives on; at most one per periodic interval, only after {@link #PROTOCOL_DETECTED}. */
    PERIODIC_UPDATE(2, "periodicUpdate"),
    /** The flow has left the table; its last event. */
    FLOW_END(3, "flowEnd");

    /** Value of the {@code kind} field. */
    public final int code;
    /** Name of the Lua hook. */
    public final String hook;

    FlowEventKind(final int code, final String hook) {
        this.code = code;
        this.hook = hook;
    }
}
