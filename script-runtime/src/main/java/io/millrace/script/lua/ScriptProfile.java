package io.millrace.script.lua;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What {@code --script-profile} collects over all script threads and all reloads of a run: how long each hook of each
 * script took, and where LuaJIT gave up compiling. Hosts add to it when they end; complete once all have. Any thread.
 */
public final class ScriptProfile {
    /** Hooks in the order of their numbers. */
    public static final List<String> HOOKS = List.of("protocolDetected", "statusChanged", "periodicUpdate", "flowEnd");

    /** Longer calls count as this long: one hour. */
    static final long LONGEST_NS = 3_600_000_000_000L;

    private static final int SIGNIFICANT_DIGITS = 2;
    private static final String FIELD = "\u001f";
    private static final String RECORD = "\u001e";

    private final Map<HookKey, HookSum> hooks = new LinkedHashMap<>();
    private final Map<AbortKey, Long> traceAborts = new LinkedHashMap<>();
    private long workedNs;

    /**
     * One hook of one script. Times are those of the clock on the wall, two significant digits, in nanoseconds.
     *
     * @param script key of the script.
     * @param hook   name of the hook.
     * @param calls  that were made, failed ones included.
     * @param errors calls that failed or were stopped.
     * @param totalNs all calls together.
     */
    public record Hook(
        String script, String hook, long calls, long errors, long p50Ns, long p99Ns, long maxNs, long totalNs) {
    }

    /**
     * Why LuaJIT gave up compiling, which it then tries again some times.
     *
     * @param script key of the script that ran.
     * @param where  file and line.
     * @param cause  in LuaJIT's words.
     * @param count  how often.
     */
    public record TraceAbort(String script, String where, String cause, long count) {
    }

    private record HookKey(String script, int hook) {
    }

    private record AbortKey(String script, String where, String cause) {
    }

    private static final class HookSum {
        final Histogram durations = emptyHistogram();
        long errors;
        long totalNs;
    }

    /** Time in which the script threads worked on events, all threads together. */
    public synchronized long workedNs() {
        return workedNs;
    }

    /** All hooks that ran, those that took the most time in all first. */
    public synchronized List<Hook> hooks() {
        final List<Hook> list = new ArrayList<>();
        hooks.forEach((key, sum) -> list.add(new Hook(
            key.script(), HOOKS.get(key.hook()), sum.durations.getTotalCount(), sum.errors,
            sum.durations.getValueAtPercentile(50), sum.durations.getValueAtPercentile(99), sum.durations.getMaxValue(),
            sum.totalNs)));
        list.sort(Comparator.comparingLong(Hook::totalNs).reversed());
        return list;
    }

    /** All reasons, the most frequent first. */
    public synchronized List<TraceAbort> traceAborts() {
        final List<TraceAbort> list = new ArrayList<>();
        traceAborts.forEach((key, count) -> list.add(new TraceAbort(key.script(), key.where(), key.cause(), count)));
        list.sort(Comparator.comparingLong(TraceAbort::count).reversed());
        return list;
    }

    static Histogram emptyHistogram() {
        return new Histogram(LONGEST_NS, SIGNIFICANT_DIGITS);
    }

    /** Adds what a host has recorded; {@code keys}: those of its scripts. */
    synchronized void add(final HookRecorder recorder, final List<String> keys) {
        workedNs += recorder.workedNs();
        for (int script = 0; script < keys.size(); script++) {
            for (int hook = 0; hook < HOOKS.size(); hook++) {
                final Histogram durations = recorder.durations(script, hook);
                if (durations != null) {
                    final HookSum sum = hooks.computeIfAbsent(new HookKey(keys.get(script), hook), key -> new HookSum());
                    sum.durations.add(durations);
                    sum.errors += recorder.errors(script, hook);
                    sum.totalNs += recorder.totalNs(script, hook);
                }
            }
        }
    }

    /** Adds the records of a machine: index of the script, place, cause, count. */
    synchronized void addTraceAborts(final String records, final List<String> keys) {
        for (final String record : records.split(RECORD)) {
            final String[] fields = record.split(FIELD, -1);
            if (fields.length == 4) {
                traceAborts.merge(new AbortKey(keys.get(Integer.parseInt(fields[0])), fields[1], fields[2]),
                    Long.parseLong(fields[3]), Long::sum);
            }
        }
    }
}
