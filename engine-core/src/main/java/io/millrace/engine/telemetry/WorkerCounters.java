package io.millrace.engine.telemetry;

import org.agrona.concurrent.status.AtomicCounter;

/**
 * The engine's counters of one worker. Counting is a plain increment in memory of the worker's own; {@link #publish()}
 * makes the sums visible, once per poll. Owned by the worker.
 */
public final class WorkerCounters {
    private static final EngineCounter[] COUNTERS = EngineCounter.values();

    private final long[] values = new long[COUNTERS.length];
    /** Bits of the counters that have changed since they were published. */
    private long changed;
    private final AtomicCounter[] counters = new AtomicCounter[COUNTERS.length];

    /** Counters that appear under {@code owner} in {@code telemetry}. */
    public WorkerCounters(final Telemetry telemetry, final String owner) {
        if (COUNTERS.length > Long.SIZE) {
            throw new IllegalStateException("more engine counters than bits of a word: " + COUNTERS.length);
        }
        for (final EngineCounter counter : COUNTERS) {
            counters[counter.ordinal()] = telemetry.counter(counter, owner);
        }
    }

    /** Adds one. */
    public void increment(final EngineCounter counter) {
        add(counter, 1);
    }

    /** Adds {@code amount}. */
    public void add(final EngineCounter counter, final long amount) {
        values[counter.ordinal()] += amount;
        changed |= 1L << counter.ordinal();
    }

    /** Replaces the value. */
    public void set(final EngineCounter counter, final long value) {
        values[counter.ordinal()] = value;
        changed |= 1L << counter.ordinal();
    }

    /** The value as this worker knows it. */
    public long value(final EngineCounter counter) {
        return values[counter.ordinal()];
    }

    /** Shows every changed value to other threads. */
    public void publish() {
        for (long left = changed; left != 0; left &= left - 1) {
            final int counter = Long.numberOfTrailingZeros(left);
            counters[counter].setOpaque(values[counter]);
        }
        changed = 0;
    }
}
