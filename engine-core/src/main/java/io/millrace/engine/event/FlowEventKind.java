package io.millrace.engine.event;

/** What happened to the flow; the code is the Agrona ring's message type and the {@code kind} field of the event. */
public enum FlowEventKind {
    /** Detection is over: the application is named, or given up. Once per flow, before its end. */
    PROTOCOL_DETECTED(1, "protocolDetected"),
    /** The flow lives on; at most one per periodic interval, only after {@link #PROTOCOL_DETECTED}. */
    PERIODIC_UPDATE(2, "periodicUpdate"),
    /** The flow has left the table; its last event. */
    FLOW_END(3, "flowEnd"),
    /** A long flow is reported while it lives: a record for the output; scripts are not asked. */
    FLOW_SLICE(4, null);

    /** Value of the {@code kind} field. */
    public final int code;
    /** Name of the Lua hook; null where there is none. */
    public final String hook;

    FlowEventKind(final int code, final String hook) {
        this.code = code;
        this.hook = hook;
    }
}
