package io.millrace.script.lua;

import io.millrace.engine.memory.StructDescriptor;

/**
 * How often one hook of one script was due and what became of it. Whole numbers kept as {@code double}, which Lua adds
 * to without making an object. {@code due = run + failed + timed_out + skipped}.
 */
final class HookCountsDescriptor {
    private static final StructDescriptor LAYOUT = new StructDescriptor("hook_counts_t");

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
    /** Length in bytes. */
    static final int LENGTH = LAYOUT.seal();

    private HookCountsDescriptor() {
    }

    static StructDescriptor layout() {
        return LAYOUT;
    }
}
