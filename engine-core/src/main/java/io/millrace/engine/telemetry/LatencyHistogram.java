package io.millrace.engine.telemetry;

import org.HdrHistogram.Histogram;

/**
 * Durations in nanoseconds with three significant digits, from 1 ns to 1 hour; longer ones count as one hour. One
 * thread records without waiting, allocating or atomic operations; any thread may take a summary, which may lack what
 * was recorded in the last moments.
 */
public final class LatencyHistogram {
    private static final long HIGHEST_NS = 3_600_000_000_000L;
    private static final int SIGNIFICANT_DIGITS = 3;

    private final Histogram histogram = new Histogram(HIGHEST_NS, SIGNIFICANT_DIGITS);

    LatencyHistogram() {
    }

    /** Records one duration; only the owning thread. */
    public void record(final long durationNs) {
        histogram.recordValue(Math.clamp(durationNs, 0, HIGHEST_NS));
    }

    /** Records one duration {@code count} times; only the owning thread. */
    public void record(final long durationNs, final int count) {
        histogram.recordValueWithCount(Math.clamp(durationNs, 0, HIGHEST_NS), count);
    }

    /** Adds all that was recorded so far to {@code sum}. */
    void addTo(final Histogram sum) {
        // Adds the buckets one by one and counts what it has added: buckets that grow meanwhile do no harm.
        sum.add(histogram);
    }

    static Histogram emptySum() {
        return new Histogram(HIGHEST_NS, SIGNIFICANT_DIGITS);
    }
}
