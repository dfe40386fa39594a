package io.millrace.engine.port;

import io.millrace.binding.dpdk.RxBurst;
import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * Time of live ports: starts as wall time, runs with the monotonic clock, and so neither stops nor jumps when somebody
 * sets the wall clock. It catches up with wall time by running up to one part in a hundred faster or slower. One thread
 * calls {@link #follow()}, any may read. Frames of ports that stamp nothing carry this time, read once a burst.
 */
public final class LiveClock {
    /** The clock catches up by one part in so many of the time that passes, and no faster. */
    public static final int CATCH_UP_SHARE = 100;

    private static final long NS_PER_S = 1_000_000_000L;

    private final LongSupplier monotonicNs;
    private final LongSupplier wallNs;
    private volatile long offsetNs;
    private long followedNs;

    /** The clock of this process. */
    public LiveClock() {
        this(System::nanoTime, LiveClock::wallNs);
        RxBurst.clockOffset(offsetNs);
    }

    LiveClock(final LongSupplier monotonicNs, final LongSupplier wallNs) {
        this.monotonicNs = monotonicNs;
        this.wallNs = wallNs;
        followedNs = monotonicNs.getAsLong();
        offsetNs = wallNs.getAsLong() - followedNs;
    }

    /** The time, nanoseconds since the Unix epoch. */
    public long nowNs() {
        return monotonicNs.getAsLong() + offsetNs;
    }

    /** How far wall time is ahead of it, in nanoseconds. */
    public long wallAheadNs() {
        return wallNs.getAsLong() - nowNs();
    }

    /** Comes a little closer to wall time; ten times a second is enough. Allocates nothing. */
    public void follow() {
        RxBurst.clockOffset(approach());
    }

    /** The new distance from the monotonic clock. */
    long approach() {
        final long nowNs = monotonicNs.getAsLong();
        final long errorNs = wallNs.getAsLong() - nowNs - offsetNs;
        final long limitNs = (nowNs - followedNs) / CATCH_UP_SHARE;
        followedNs = nowNs;
        offsetNs += Math.clamp(errorNs, -limitNs, limitNs);
        return offsetNs;
    }

    private static long wallNs() {
        final Instant now = Instant.now();
        return now.getEpochSecond() * NS_PER_S + now.getNano();
    }
}
