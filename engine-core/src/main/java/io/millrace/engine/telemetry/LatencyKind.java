package io.millrace.engine.telemetry;

import java.util.Locale;

/** What a {@link LatencyHistogram} measures. */
public enum LatencyKind {
    /** From the start of one poll of a worker to the start of its next: how long a NIC had to wait. */
    POLL_GAP,
    /** Work on one burst that was not empty, from receiving it to the end of the sweep. */
    BURST_TIME,
    /** From the making of an event to the call of its hooks. */
    RING_DWELL;

    /** Name in JSON. */
    public String key() {
        return name().toLowerCase(Locale.ROOT) + "_ns";
    }
}
