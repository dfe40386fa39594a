package io.millrace.engine.telemetry;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/**
 * Durations in nanoseconds with three significant digits, from 1 ns to 1 hour; longer ones count as one hour. One
 * thread records without waiting or allocating; any thread may take a summary.
 */
public final class LatencyHistogram {
    private static final long HIGHEST_NS = 3_600_000_000_000L;
    private static final int SIGNIFICANT_DIGITS = 3;

    private final SingleWriterRecorder recorder = new SingleWriterRecorder(HIGHEST_NS, SIGNIFICANT_DIGITS);
    private final Histogram total = new Histogram(HIGHEST_NS, SIGNIFICANT_DIGITS);
    private Histogram interval;

    LatencyHistogram() {
    }

    /** Records one duration; only the owning thread. */
    public void record(final long durationNs) {
        recorder.recordValue(Math.clamp(durationNs, 0, HIGHEST_NS));
    }

    /** Records one duration {@code count} times; only the owning thread. */
    public void record(final long durationNs, final int count) {
        recorder.recordValueWithCount(Math.clamp(durationNs, 0, HIGHEST_NS), count);
    }

    /** Adds all that was recorded so far to {@code sum}. */
    synchronized void addTo(final Histogram sum) {
        interval = recorder.getIntervalHistogram(interval);
        total.add(interval);
        sum.add(total);
    }

    static Histogram emptySum() {
        return new Histogram(HIGHEST_NS, SIGNIFICANT_DIGITS);
    }
}
