package io.millrace.engine.service;

/** What somebody outside asks a running process for. */
public enum ProcessSignal {
    /** Nothing came in time. */
    NONE,
    /** SIGINT or SIGTERM: end in order. */
    STOP,
    /** SIGHUP: open anew what is written, and read anew what was read at the start. */
    RELOAD
}
