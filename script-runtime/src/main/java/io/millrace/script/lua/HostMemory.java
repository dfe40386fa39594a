package io.millrace.script.lua;

import io.millrace.engine.memory.RawMemory;
import java.lang.foreign.Arena;

/**
 * Memory that Java and Lua share: control area, counters per script and hook, emissions, the batch. It outlives each
 * machine that works on it. Owned by the script thread; the watchdog reads the control area.
 */
final class HostMemory implements AutoCloseable {
    private static final int ALIGNMENT = 64;
    private static final int SAMPLES = 1024;
    private static final int PROFILED_SAMPLES = 8192;
    private static final int SAMPLES_PER_SCRIPT = 4;
    private static final int HOOKS = HookTimes.HOOKS.size();

    private final Arena arena = Arena.ofShared();
    private final int scripts;
    private final long control;
    private final long stats;
    private final long hookCounts;
    private final long emissions;
    private final long batch;
    private final int sampleCapacity;
    private final long samples;

    HostMemory(final int scripts, final int emissionCapacityBytes, final long batchBytes, final boolean profiled) {
        this.scripts = scripts;
        control = allocate(ControlDescriptor.LENGTH);
        stats = allocate((long) ScriptStatsDescriptor.LENGTH * Math.max(1, scripts));
        hookCounts = allocate((long) HookCountsDescriptor.LENGTH * HOOKS * Math.max(1, scripts));
        emissions = allocate(emissionCapacityBytes);
        batch = allocate(batchBytes);
        sampleCapacity = Math.max(profiled ? PROFILED_SAMPLES : SAMPLES, SAMPLES_PER_SCRIPT * scripts);
        samples = allocate((long) sampleCapacity * HookSampleDescriptor.LENGTH);
    }

    /** Address of the {@code control_t}. */
    long control() {
        return control;
    }

    /** Address of one {@code script_stats_t} per script. */
    long stats() {
        return stats;
    }

    /** Address of {@code hook_counts_t}: for each script one per hook, in the order of {@link HookTimes#HOOKS}. */
    long hookCounts() {
        return hookCounts;
    }

    /** Address of the emission buffer. */
    long emissions() {
        return emissions;
    }

    /** Address of the batch. */
    long batch() {
        return batch;
    }

    /** Address of the samples of times. */
    long samples() {
        return samples;
    }

    /** Most samples of one dispatch. */
    int sampleCapacity() {
        return sampleCapacity;
    }

    /** A word of the control area. */
    int control(final int field) {
        return RawMemory.i32(control + field);
    }

    void control(final int field, final int value) {
        RawMemory.putI32(control + field, value);
    }

    /** A counter of the control area. */
    long total(final int field) {
        return (long) RawMemory.f64(control + field);
    }

    void addToTotal(final int field, final long more) {
        RawMemory.putF64(control + field, RawMemory.f64(control + field) + more);
    }

    void setTotal(final int field, final long value) {
        RawMemory.putF64(control + field, value);
    }

    /** A counter of one hook of one script; a field of {@link HookCountsDescriptor}. */
    long counted(final int script, final int hook, final int field) {
        return (long) RawMemory.f64(hookCount(script, hook) + field);
    }

    /** A counter of one script, summed over its hooks. */
    long counted(final int script, final int field) {
        long sum = 0;
        for (int hook = 0; hook < HOOKS; hook++) {
            sum += counted(script, hook, field);
        }
        return sum;
    }

    /** A counter of hooks, summed over all of them. */
    long countedHooks(final int field) {
        double total = 0;
        for (int i = 0; i < scripts * HOOKS; i++) {
            total += RawMemory.f64(hookCounts + (long) i * HookCountsDescriptor.LENGTH + field);
        }
        return (long) total;
    }

    /** A counter of {@link ScriptStatsDescriptor}, summed over the scripts. */
    long sum(final int field) {
        double total = 0;
        for (int i = 0; i < scripts; i++) {
            total += RawMemory.f64(stat(i) + field);
        }
        return (long) total;
    }

    /** Adds one to a counter of a hook of a script. */
    void count(final int script, final int hook, final int field) {
        final long counter = hookCount(script, hook) + field;
        RawMemory.putF64(counter, RawMemory.f64(counter) + 1);
    }

    /** Takes a script out of service, for one of the reasons in {@link ScriptStatsDescriptor}. */
    void takeOut(final int script, final int reason) {
        RawMemory.putF64(stat(script) + ScriptStatsDescriptor.TAKEN_OUT, reason);
    }

    /** Why a script is out of service; 0 where it is not. */
    int takenOutFor(final int script) {
        return (int) RawMemory.f64(stat(script) + ScriptStatsDescriptor.TAKEN_OUT);
    }

    @Override
    public void close() {
        arena.close();
    }

    private long stat(final int script) {
        return stats + (long) script * ScriptStatsDescriptor.LENGTH;
    }

    private long hookCount(final int script, final int hook) {
        return hookCounts + ((long) script * HOOKS + hook) * HookCountsDescriptor.LENGTH;
    }

    private long allocate(final long lengthBytes) {
        return arena.allocate(lengthBytes, ALIGNMENT).address();
    }
}
