package io.millrace.script.lua;

import io.millrace.engine.memory.RawMemory;
import org.HdrHistogram.Histogram;

/** Times of the hook calls of one host. Owned by the host's thread. */
final class HookRecorder {
    private final HostMemory memory;
    private final Histogram[] durations;
    private final long[] errors;
    private final long[] totalNs;
    private long workedNs;

    HookRecorder(final HostMemory memory, final int scripts) {
        this.memory = memory;
        final int places = scripts * ScriptProfile.HOOKS.size();
        durations = new Histogram[places];
        errors = new long[places];
        totalNs = new long[places];
    }

    /** Takes the samples of a dispatch, so that there is room for the next. */
    void takeSamples() {
        final int used = memory.control(ControlDescriptor.PROFILE_USED);
        for (int i = 0; i < used; i++) {
            final long sample = memory.samples() + (long) i * ProfileSampleDescriptor.LENGTH;
            add(RawMemory.u16(sample + ProfileSampleDescriptor.SCRIPT),
                RawMemory.u8(sample + ProfileSampleDescriptor.HOOK),
                (long) RawMemory.f64(sample + ProfileSampleDescriptor.DURATION_NS),
                RawMemory.u8(sample + ProfileSampleDescriptor.FAILED) != 0);
        }
        memory.control(ControlDescriptor.PROFILE_USED, 0);
    }

    /** A call that brought its machine down and so could leave no sample. */
    void addLost(final int script) {
        add(script, memory.control(ControlDescriptor.PROFILE_HOOK),
            System.nanoTime() - memory.total(ControlDescriptor.PROFILE_BEGAN_NS), true);
    }

    /** Time in which the thread worked on events. */
    void addWorked(final long durationNs) {
        workedNs += durationNs;
    }

    long workedNs() {
        return workedNs;
    }

    /** Times of one hook of one script; null where it never ran. */
    Histogram durations(final int script, final int hook) {
        return durations[place(script, hook)];
    }

    long errors(final int script, final int hook) {
        return errors[place(script, hook)];
    }

    long totalNs(final int script, final int hook) {
        return totalNs[place(script, hook)];
    }

    private void add(final int script, final int hook, final long durationNs, final boolean failed) {
        final int place = place(script, hook);
        if (durations[place] == null) {
            durations[place] = ScriptProfile.emptyHistogram();
        }
        final long bounded = Math.clamp(durationNs, 0, ScriptProfile.LONGEST_NS);
        durations[place].recordValue(bounded);
        totalNs[place] += bounded;
        errors[place] += failed ? 1 : 0;
    }

    private static int place(final int script, final int hook) {
        return script * ScriptProfile.HOOKS.size() + hook;
    }
}
