package io.millrace.script.lua;

import io.millrace.engine.memory.StructDescriptor;

/**
 * How often the hooks of one script were due and what became of them. Whole numbers kept as {@code double}, which Lua
 * adds to without making an object. {@code due = run + failed + timed_out + skipped}.
 */
final class ScriptStatsDescriptor {
    /** {@link #TAKEN_OUT}: a hook ran past its deadline. */
    static final int DEADLINE = 1;
    /** {@link #TAKEN_OUT}: it holds most of the machine's memory. */
    static final int MEMORY = 2;

    /** {@link #TAKEN_OUT}: it never came to the end of loading. */
    static final int LOADING = 3;
    /** {@link #TAKEN_OUT}: it failed too often in a row. */
    static final int FAILURES = 4;

    private static final StructDescriptor LAYOUT = new StructDescriptor("script_stats_t");

    /** {@code double}: calls that fell due after all filters. */
    static final int DUE = LAYOUT.f64("due");
    /** {@code double}: calls that returned. */
    static final int RUN = LAYOUT.f64("run");
    /** {@code double}: calls that ended in an error. */
    static final int FAILED = LAYOUT.f64("failed");
    /** {@code double}: calls that the watchdog stopped. */
    static final int TIMED_OUT = LAYOUT.f64("timed_out");
    /** {@code double}: calls not made because the script was taken out of service. */
    static final int SKIPPED = LAYOUT.f64("skipped");
    /** {@code double}: of the failed, those for want of memory. */
    static final int OUT_OF_MEMORY = LAYOUT.f64("out_of_memory");
    /** {@code double}: calls of functions that are closed to scripts. */
    static final int BLOCKED = LAYOUT.f64("blocked");
    /** {@code double}: failures since a call last returned. */
    static final int FAILED_IN_A_ROW = LAYOUT.f64("failed_in_a_row");
    /** {@code double}: calls that had returned at the last failure. */
    static final int RUN_AT_FAILURE = LAYOUT.f64("run_at_failure");
    /** {@code double}: 0 in service, 1 taken out for its deadline, 2 memory, 3 while it was loaded, 4 failures. */
    static final int TAKEN_OUT = LAYOUT.f64("taken_out");
    /** Length in bytes. */
    static final int LENGTH = LAYOUT.seal();

    private ScriptStatsDescriptor() {
    }

    static StructDescriptor layout() {
        return LAYOUT;
    }
}
