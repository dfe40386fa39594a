package io.millrace.script.lua;

import io.millrace.engine.memory.RawMemory;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.HdrHistogram.Histogram;

/**
 * Times of the hook calls of one host. Written by the host's thread; another may read while the host is open, and may
 * lack what was recorded in the last moments.
 */
final class HookRecorder {
    /** Numbers of {@link #counts}. */
    static final int COUNTS = 5;

    private static final int[] FIELDS = {
        HookCountsDescriptor.RUN, HookCountsDescriptor.FAILED, HookCountsDescriptor.TIMED_OUT,
        HookCountsDescriptor.SKIPPED,
    };

    private final HostMemory memory;
    private final AtomicReferenceArray<Histogram> durations;
    private final long[] totalNs;
    private long workedNs;

    HookRecorder(final HostMemory memory, final int scripts) {
        this.memory = memory;
        final int places = scripts * HookTimes.HOOKS.size();
        durations = new AtomicReferenceArray<>(places);
        totalNs = new long[places];
    }

    /** Takes the samples of a dispatch, so that there is room for the next. */
    void takeSamples() {
        final int used = memory.control(ControlDescriptor.SAMPLES_USED);
        if (used == 0) {
            return;
        }
        for (int i = 0; i < used; i++) {
            final long sample = memory.samples() + (long) i * HookSampleDescriptor.LENGTH;
            add(RawMemory.u16(sample + HookSampleDescriptor.SCRIPT), RawMemory.u16(sample + HookSampleDescriptor.HOOK),
                (long) RawMemory.f64(sample + HookSampleDescriptor.DURATION_NS));
        }
        memory.control(ControlDescriptor.SAMPLES_USED, 0);
    }

    /** A call that brought its machine down and so could leave no sample. */
    void addLost(final int script, final int hook) {
        final long beganNs = memory.total(ControlDescriptor.SAMPLE_BEGAN_NS);
        if (beganNs != 0) {
            add(script, hook, System.nanoTime() - beganNs);
            memory.setTotal(ControlDescriptor.SAMPLE_BEGAN_NS, 0);
        }
    }

    /** Adds time in which the thread worked on events. */
    void addWorked(final long durationNs) {
        workedNs += durationNs;
    }

    long workedNs() {
        return workedNs;
    }

    /** Calls of one hook of one script that were due, returned, failed, were stopped, were skipped. */
    long[] counts(final int script, final int hook) {
        final long[] counts = new long[COUNTS];
        // Due last, and it is counted first: it is never less than the sum of the others.
        for (int i = 0; i < FIELDS.length; i++) {
            counts[i + 1] = memory.counted(script, hook, FIELDS[i]);
        }
        counts[0] = memory.counted(script, hook, HookCountsDescriptor.DUE);
        return counts;
    }

    /** Times of one hook of one script; null where none was taken. */
    Histogram durations(final int script, final int hook) {
        return durations.getAcquire(place(script, hook));
    }

    long totalNs(final int script, final int hook) {
        return totalNs[place(script, hook)];
    }

    private void add(final int script, final int hook, final long durationNs) {
        final int place = place(script, hook);
        Histogram histogram = durations.getPlain(place);
        if (histogram == null) {
            histogram = HookTimes.emptyHistogram();
            durations.setRelease(place, histogram);
        }
        final long bounded = Math.clamp(durationNs, 0, HookTimes.LONGEST_NS);
        histogram.recordValue(bounded);
        totalNs[place] += bounded;
    }

    private static int place(final int script, final int hook) {
        return script * HookTimes.HOOKS.size() + hook;
    }
}
