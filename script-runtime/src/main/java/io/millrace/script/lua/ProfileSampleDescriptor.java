package io.millrace.script.lua;

import io.millrace.engine.memory.StructDescriptor;

/** One hook call with {@code --script-profile}. Written by Lua, read by {@link HookRecorder}. */
final class ProfileSampleDescriptor {
    private static final StructDescriptor LAYOUT = new StructDescriptor("profile_sample_t");

    /** {@code double}: how long it took on the clock on the wall. */
    static final int DURATION_NS = LAYOUT.f64("duration_ns");
    /** {@code uint16_t}: index of the script in load order. */
    static final int SCRIPT = LAYOUT.u16("script");
    /** {@code uint8_t}: place of the hook in {@link ScriptProfile#HOOKS}. */
    static final int HOOK = LAYOUT.u8("hook");
    /** {@code uint8_t}: 1 where it ended in an error. */
    static final int FAILED = LAYOUT.u8("failed");

    /** Length in bytes. */
    static final int LENGTH = LAYOUT.seal();

    private ProfileSampleDescriptor() {
    }

    static StructDescriptor layout() {
        return LAYOUT;
    }
}
