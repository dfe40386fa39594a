package io.millrace.script.lua;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code --script-profile} collects over all script threads and all reloads of a run: how long each hook of each
 * script took, and where LuaJIT gave up compiling. Hosts add to it when they end; complete once all have. Any thread.
 */
public final class ScriptProfile {
    private static final String FIELD = "\u001f";
    private static final String RECORD = "\u001e";

    private final HookTimes hooks = new HookTimes();
    private final Map<AbortKey, Long> traceAborts = new LinkedHashMap<>();
    private long workedNs;

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

    private record AbortKey(String script, String where, String cause) {
    }

    /** Time in which the script threads worked on events, all threads together. */
    public synchronized long workedNs() {
        return workedNs;
    }

    /** All hooks that were called, those that took the most time in all first. */
    public List<HookTimes.Hook> hooks() {
        return hooks.hooks().stream().filter(hook -> hook.calls() > 0).toList();
    }

    /** All reasons, the most frequent first. */
    public synchronized List<TraceAbort> traceAborts() {
        final List<TraceAbort> list = new ArrayList<>();
        traceAborts.forEach((key, count) -> list.add(new TraceAbort(key.script(), key.where(), key.cause(), count)));
        list.sort(Comparator.comparingLong(TraceAbort::count).reversed());
        return list;
    }

    /** Adds what a host has recorded; {@code keys}: those of its scripts. */
    synchronized void add(final HookRecorder recorder, final List<String> keys) {
        workedNs += recorder.workedNs();
        hooks.add(recorder, keys);
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
