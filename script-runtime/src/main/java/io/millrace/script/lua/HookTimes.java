package io.millrace.script.lua;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * How often the hooks of each script ran and how long they took: a sum over hosts, one after the other and beside each
 * other. Counts are exact; times are those of the calls that were timed, every one of them with {@code
 * --script-profile}, else those of one event in 61. Any thread.
 */
public final class HookTimes {
    /** Hooks in the order of their numbers. */
    public static final List<String> HOOKS = List.of("protocolDetected", "statusChanged", "periodicUpdate", "flowEnd");

    /** Longer calls count as this long: one hour. */
    static final long LONGEST_NS = 3_600_000_000_000L;

    private static final int SIGNIFICANT_DIGITS = 2;

    private final Map<HookKey, HookSum> hooks = new LinkedHashMap<>();

    /**
     * One hook of one script. {@code due = run + failed + stopped + skipped}. Times are those of the clock on the wall,
     * two significant digits, in nanoseconds.
     *
     * @param script  key of the script.
     * @param hook    name of the hook.
     * @param due     calls that fell due.
     * @param run     calls that returned.
     * @param failed  calls that ended in an error.
     * @param stopped calls that were stopped at their deadline.
     * @param skipped calls that were not made.
     * @param timed   calls whose time was taken.
     * @param totalNs all timed calls together.
     */
    public record Hook(
        String script, String hook, long due, long run, long failed, long stopped, long skipped, long timed, long p50Ns,
        long p99Ns, long maxNs, long totalNs) {

        /** Calls that were made. */
        public long calls() {
            return run + failed + stopped;
        }

        /** Calls that did not return. */
        public long errors() {
            return failed + stopped;
        }
    }

    private record HookKey(String script, int hook) {
    }

    private static final class HookSum {
        final Histogram durations = emptyHistogram();
        final long[] counts = new long[HookRecorder.COUNTS];
        long totalNs;
    }

    /** All hooks that fell due, those that took the most time in all first. */
    public synchronized List<Hook> hooks() {
        final List<Hook> list = new ArrayList<>();
        hooks.forEach((key, sum) -> list.add(new Hook(
            key.script(), HOOKS.get(key.hook()), sum.counts[0], sum.counts[1], sum.counts[2], sum.counts[3],
            sum.counts[4], sum.durations.getTotalCount(), sum.durations.getValueAtPercentile(50),
            sum.durations.getValueAtPercentile(99), sum.durations.getMaxValue(), sum.totalNs)));
        list.sort(Comparator.comparingDouble(HookTimes::estimatedNs).reversed());
        return list;
    }

    /** Adds what another sum holds. */
    public void add(final HookTimes other) {
        final Map<HookKey, HookSum> added;
        synchronized (other) {
            added = Map.copyOf(other.hooks);
        }
        synchronized (this) {
            added.forEach((key, more) -> {
                final HookSum sum = hooks.computeIfAbsent(key, _ -> new HookSum());
                add(sum.counts, more.counts);
                sum.durations.add(more.durations);
                sum.totalNs += more.totalNs;
            });
        }
    }

    /** Adds what a host has recorded so far; {@code keys}: those of its scripts. */
    synchronized void add(final HookRecorder recorder, final List<String> keys) {
        for (int script = 0; script < keys.size(); script++) {
            for (int hook = 0; hook < HOOKS.size(); hook++) {
                final long[] counts = recorder.counts(script, hook);
                if (counts[0] == 0) {
                    continue;
                }
                final HookSum sum = hooks.computeIfAbsent(new HookKey(keys.get(script), hook), _ -> new HookSum());
                add(sum.counts, counts);
                final Histogram durations = recorder.durations(script, hook);
                if (durations != null) {
                    sum.durations.add(durations);
                    sum.totalNs += recorder.totalNs(script, hook);
                }
            }
        }
    }

    static Histogram emptyHistogram() {
        return new Histogram(LONGEST_NS, SIGNIFICANT_DIGITS);
    }

    private static double estimatedNs(final Hook hook) {
        return hook.timed() == 0 ? 0 : (double) hook.totalNs() / hook.timed() * hook.calls();
    }

    private static void add(final long[] sum, final long[] more) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += more[i];
        }
    }
}
