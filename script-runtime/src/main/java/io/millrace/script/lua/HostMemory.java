package io.millrace.script.lua;

import io.millrace.engine.memory.RawMemory;
import java.lang.foreign.Arena;

/**
 * Memory that Java and Lua share: control area, counters per script, emissions, the batch. It outlives each machine
 * that works on it. Owned by the script thread; the watchdog reads the control area.
 */
final class HostMemory implements AutoCloseable {
    private static final int ALIGNMENT = 64;
    private static final int MIN_SAMPLES = 8192;
    private static final int MIN_SAMPLES_PER_SCRIPT = 4;

    private final Arena arena = Arena.ofShared();
    private final int scripts;
    private final long control;
    private final long stats;
    private final long emissions;
    private final long batch;
    private final int sampleCapacity;
    private final long samples;

    HostMemory(final int scripts, final int emissionCapacityBytes, final long batchBytes, final boolean profiled) {
        this.scripts = scripts;
        control = allocate(ControlDescriptor.LENGTH);
        stats = allocate((long) ScriptStatsDescriptor.LENGTH * Math.max(1, scripts));
        emissions = allocate(emissionCapacityBytes);
        batch = allocate(batchBytes);
        sampleCapacity = profiled ? Math.max(MIN_SAMPLES, MIN_SAMPLES_PER_SCRIPT * scripts) : 0;
        samples = profiled ? allocate((long) sampleCapacity * ProfileSampleDescriptor.LENGTH) : 0;
    }

    /** Address of the {@code control_t}. */
    long control() {
        return control;
    }

    /** Address of one {@code script_stats_t} per script. */
    long stats() {
        return stats;
    }

    /** Address of the emission buffer. */
    long emissions() {
        return emissions;
    }

    /** Address of the batch. */
    long batch() {
        return batch;
    }

    /** Address of the samples of a profile; 0 where there is none. */
    long samples() {
        return samples;
    }

    /** Most samples of one dispatch; 0 where there is no profile. */
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

    /** A counter of one script. */
    long counted(final int script, final int field) {
        return (long) RawMemory.f64(stat(script) + field);
    }

    /** A counter, summed over the scripts. */
    long sum(final int field) {
        double total = 0;
        for (int i = 0; i < scripts; i++) {
            total += RawMemory.f64(stat(i) + field);
        }
        return (long) total;
    }

    /** Adds one to a counter of a script. */
    void count(final int script, final int field) {
        final long counter = stat(script) + field;
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

    private long allocate(final long lengthBytes) {
        return arena.allocate(lengthBytes, ALIGNMENT).address();
    }
}
