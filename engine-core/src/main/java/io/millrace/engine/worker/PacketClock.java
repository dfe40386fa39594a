package io.millrace.engine.worker;

/**
 * Packet time of one worker, nanoseconds since the Unix epoch. It does not run backwards for packets that are a little
 * out of order, but follows a jump back of more than {@link #TOLERANCE_NS}: another capture file, or one stray packet
 * from the future that would otherwise end every flow at once. Owned by the worker.
 */
final class PacketClock {
    /** Jumps back of up to this much are disorder, larger ones a new time. */
    static final long TOLERANCE_NS = 10_000_000_000L;

    private long nowNs;

    /** Takes a packet's timestamp into account; returns the time. */
    long advance(final long timestampNs) {
        if (timestampNs > nowNs || nowNs - timestampNs > TOLERANCE_NS) {
            nowNs = timestampNs;
        }
        return nowNs;
    }

    /** The time; 0 before the first packet. */
    long nowNs() {
        return nowNs;
    }
}
