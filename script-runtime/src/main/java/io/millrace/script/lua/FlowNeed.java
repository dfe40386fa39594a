package io.millrace.script.lua;

/** What the script thread has to know of every flow, since a script could ask for it; each includes those before it. */
public enum FlowNeed {
    /** The event alone. */
    EVENT,
    /** What is known of the flow's two hosts. */
    HOSTS,
    /** The flow's counters at its previous event. */
    PAST
}
