package io.millrace.script.lua;

import io.millrace.engine.memory.StructDescriptor;

/**
 * What became of one script, all its hooks together. Whole numbers kept as {@code double}, which Lua adds to without
 * making an object.
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
    /** {@link #TAKEN_OUT}: once it was loaded the machine had no memory left. */
    static final int HOARDING = 5;

    private static final StructDescriptor LAYOUT = new StructDescriptor("script_stats_t");

    /** {@code double}: hook calls that failed for want of memory. */
    static final int OUT_OF_MEMORY = LAYOUT.f64("out_of_memory");
    /** {@code double}: calls of functions that are closed to scripts. */
    static final int BLOCKED = LAYOUT.f64("blocked");
    /** {@code double}: failures since a call last returned. */
    static final int FAILED_IN_A_ROW = LAYOUT.f64("failed_in_a_row");
    /** {@code double}: calls that had returned at the last failure. */
    static final int RUN_AT_FAILURE = LAYOUT.f64("run_at_failure");
    /**
     * {@code double}: 0 in service, 1 taken out for its deadline, 2 memory, 3 while it was loaded, 4 failures, 5 for
     * what it kept of being loaded.
     */
    static final int TAKEN_OUT = LAYOUT.f64("taken_out");
    /** Length in bytes. */
    static final int LENGTH = LAYOUT.seal();

    private ScriptStatsDescriptor() {
    }

    static StructDescriptor layout() {
        return LAYOUT;
    }
}
