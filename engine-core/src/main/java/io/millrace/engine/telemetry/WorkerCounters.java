package io.millrace.engine.telemetry;

import org.agrona.concurrent.status.AtomicCounter;

/**
 * The engine's counters of one worker. Counting is a plain increment in memory of the worker's own; {@link #publish()}
 * makes the sums visible, once per poll. Owned by the worker.
 */
public final class WorkerCounters {
    private static final EngineCounter[] COUNTERS = EngineCounter.values();

    private final long[] values = new long[COUNTERS.length];
    private final long[] published = new long[COUNTERS.length];
    private final AtomicCounter[] counters = new AtomicCounter[COUNTERS.length];

    /** Counters that appear under {@code owner} in {@code telemetry}. */
    public WorkerCounters(final Telemetry telemetry, final String owner) {
        for (final EngineCounter counter : COUNTERS) {
            counters[counter.ordinal()] = telemetry.counter(counter, owner);
        }
    }

    /** Adds one. */
    public void increment(final EngineCounter counter) {
        values[counter.ordinal()]++;
    }

    /** Adds {@code amount}. */
    public void add(final EngineCounter counter, final long amount) {
        values[counter.ordinal()] += amount;
    }

    /** Replaces the value. */
    public void set(final EngineCounter counter, final long value) {
        values[counter.ordinal()] = value;
    }

    /** The value as this worker knows it. */
    public long value(final EngineCounter counter) {
        return values[counter.ordinal()];
    }

    /** Shows every changed value to other threads. */
    public void publish() {
        for (int i = 0; i < values.length; i++) {
            final long value = values[i];
            if (value != published[i]) {
                published[i] = value;
                counters[i].setOpaque(value);
            }
        }
    }
}
