package io.millrace.script.lua;

import io.millrace.engine.memory.StructDescriptor;

/** How long one hook call took. Written by Lua, read by {@link HookRecorder}. */
final class HookSampleDescriptor {
    private static final StructDescriptor LAYOUT = new StructDescriptor("hook_sample_t");

    /** {@code double}: on the clock on the wall. */
    static final int DURATION_NS = LAYOUT.f64("duration_ns");
    /** {@code uint16_t}: index of the script in load order. */
    static final int SCRIPT = LAYOUT.u16("script");
    /** {@code uint16_t}: place of the hook in {@link HookTimes#HOOKS}. */
    static final int HOOK = LAYOUT.u16("hook");

    /** Length in bytes. */
    static final int LENGTH = LAYOUT.seal();

    private HookSampleDescriptor() {
    }

    static StructDescriptor layout() {
        return LAYOUT;
    }
}
