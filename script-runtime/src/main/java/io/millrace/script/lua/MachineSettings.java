package io.millrace.script.lua;

import java.util.Map;
import java.util.Set;

/**
 * How a virtual machine is set up. Immutable.
 *
 * @param memoryLimitBytes     most memory that Lua objects of one machine may take.
 * @param deadlineNs           processor time that one hook may take.
 * @param allowedLibraries     what scripts may reach of the host: {@code os}, {@code io}, or
 *                             {@code io=FOLDER:FOLDER} with absolute folders, links resolved.
 * @param wishes               by script key, what the user says of it; absent: as the script itself says.
 * @param tickSeconds          distance of periodic updates.
 * @param idleTimeoutNs        silence after which the engine ends a flow.
 * @param emissionCapacityBytes room for what scripts hand out during one batch; a multiple of 8.
 * @param ordered              whether {@code pairs} goes through a table in the same order in every run (replay).
 * @param supervision          when a script is switched off.
 * @param run                  what of the run the library must know.
 */
public record MachineSettings(
    long memoryLimitBytes,
    long deadlineNs,
    Set<String> allowedLibraries,
    Map<String, ScriptWish> wishes,
    int tickSeconds,
    long idleTimeoutNs,
    int emissionCapacityBytes,
    boolean ordered,
    Supervision supervision,
    RunTraits run) {

    /** Settings with copies of the given collections. */
    public MachineSettings {
        allowedLibraries = Set.copyOf(allowedLibraries);
        wishes = Map.copyOf(wishes);
    }

    /** Settings with the usual supervision. */
    public MachineSettings(
        final long memoryLimitBytes,
        final long deadlineNs,
        final Set<String> allowedLibraries,
        final Map<String, ScriptWish> wishes,
        final int tickSeconds,
        final long idleTimeoutNs,
        final int emissionCapacityBytes,
        final boolean ordered) {

        this(memoryLimitBytes, deadlineNs, allowedLibraries, wishes, tickSeconds, idleTimeoutNs, emissionCapacityBytes,
            ordered, Supervision.DEFAULT, RunTraits.USUAL);
    }

    /** The same under another supervision. */
    public MachineSettings with(final Supervision other) {
        return new MachineSettings(memoryLimitBytes, deadlineNs, allowedLibraries, wishes, tickSeconds, idleTimeoutNs,
            emissionCapacityBytes, ordered, other, run);
    }

    /** The same in another run. */
    public MachineSettings with(final RunTraits other) {
        return new MachineSettings(memoryLimitBytes, deadlineNs, allowedLibraries, wishes, tickSeconds, idleTimeoutNs,
            emissionCapacityBytes, ordered, supervision, other);
    }

    /** The same with these words of the user on scripts. */
    public MachineSettings with(final Map<String, ScriptWish> other) {
        return new MachineSettings(memoryLimitBytes, deadlineNs, allowedLibraries, other, tickSeconds, idleTimeoutNs,
            emissionCapacityBytes, ordered, supervision, run);
    }

    /** Settings for loading and checking scripts, without any flow, that may reach nothing of the host. */
    public static MachineSettings forCheck() {
        return forCheck(Set.of());
    }

    /** The same with scripts that may reach this of the host. */
    public static MachineSettings forCheck(final Set<String> allowedLibraries) {
        return new MachineSettings(64L << 20, 1_000_000_000L, allowedLibraries, Map.of(), 30, 60_000_000_000L, 1 << 20,
            true);
    }
}
