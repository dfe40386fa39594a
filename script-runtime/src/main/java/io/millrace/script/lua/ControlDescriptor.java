package io.millrace.script.lua;

import io.millrace.engine.memory.StructDescriptor;

/**
 * What a virtual machine tells while it runs: which hook, how far, what came of it. Written by Lua; read by Java after
 * each dispatch, by the watchdog at any time. It outlives the machine, so that another can go on where one was lost.
 * The first three words are known to the C side by their place.
 */
final class ControlDescriptor {
    private static final StructDescriptor LAYOUT = new StructDescriptor("control_t");

    /** {@code uint32_t}: odd while user code runs; grows by one where it starts and where it ends. */
    static final int HOOK_SERIAL = LAYOUT.u32("hook_serial");
    /** {@code uint32_t}: serial of the last hook that the watchdog stopped. */
    static final int DEADLINE_SERIAL = LAYOUT.u32("deadline_serial");
    /** {@code uint32_t}: memory beyond the limit that the library may take for a moment, in KiB; else 0. */
    static final int EXTRA_MEMORY = LAYOUT.u32("extra_memory_kib");
    /** {@code uint32_t}: index of the script that runs or ran last. */
    static final int CURRENT_SCRIPT = LAYOUT.u32("current_script");
    /** {@code uint32_t}: index of the event in the batch. */
    static final int CURRENT_EVENT = LAYOUT.u32("current_event");
    /** {@code uint32_t}: 0 hooks of the event, 1 statusChanged. */
    static final int CURRENT_PASS = LAYOUT.u32("current_pass");
    /** {@code uint32_t}: 1 where the first event of the next dispatch was left half done by a lost machine. */
    static final int RESUMING = LAYOUT.u32("resuming");
    /** {@code uint32_t}: index of the script that brought the machine down. */
    static final int RESUME_SCRIPT = LAYOUT.u32("resume_script");
    /** {@code uint32_t}: bytes used in the emission buffer. */
    static final int EMISSION_USED = LAYOUT.u32("emission_used");
    /**
     * {@code uint32_t}: {@link #REPLACE_UNTOLD} or another number where the machine holds so much memory that it should
     * be replaced.
     */
    static final int REPLACE = LAYOUT.u32("replace");
    /** {@code uint64_t}: status bitmap of the flow before the hooks of the event. */
    static final int BITMAP_BEFORE = LAYOUT.u64("bitmap_before");
    /** {@code double}: emissions that found no room. */
    static final int EMISSIONS_LOST = LAYOUT.f64("emissions_lost");
    /** {@code double}: alerts raised. */
    static final int ALERTS_RAISED = LAYOUT.f64("alerts_raised");
    /** {@code double}: writes to the shared store that found no room. */
    static final int STORE_REFUSED = LAYOUT.f64("store_refused");
    /** {@code double}: external alerts that scripts took. */
    static final int EXTERNAL_ALERTS_TAKEN = LAYOUT.f64("external_alerts_taken");
    /** {@code uint32_t}: 1 once no hook is to run any more; written by another thread. */
    static final int ENDING = LAYOUT.u32Volatile("ending");
    /** {@code double}: when the hook call in hand began, by {@code System.nanoTime()}; 0 where it is not timed. */
    static final int SAMPLE_BEGAN_NS = LAYOUT.f64("sample_began_ns");
    /** {@code uint32_t}: samples that wait to be taken. */
    static final int SAMPLES_USED = LAYOUT.u32("samples_used");
    /** Length in bytes. */
    static final int LENGTH = LAYOUT.seal();

    /** Value of {@link #REPLACE}: nothing was said of the script that is to blame. Once it was, another. */
    static final int REPLACE_UNTOLD = 1;

    private ControlDescriptor() {
    }

    static StructDescriptor layout() {
        return LAYOUT;
    }
}
