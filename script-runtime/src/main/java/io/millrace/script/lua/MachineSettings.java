package io.millrace.script.lua;

import java.util.Map;
import java.util.Set;

/**
 * How a virtual machine is set up. Immutable.
 *
 * @param memoryLimitBytes     most memory that Lua objects of one machine may take.
 * @param deadlineNs           processor time that one hook may take.
 * @param allowedLibraries     parts of the standard library that are opened to scripts: {@code io}, {@code os}.
 * @param wishes               by script key, what the user says of it; absent: as the script itself says.
 * @param tickSeconds          distance of periodic updates.
 * @param idleTimeoutNs        silence after which the engine ends a flow.
 * @param emissionCapacityBytes room for what scripts hand out during one batch; a multiple of 8.
 * @param ordered              whether {@code pairs} goes through a table in the same order in every run (replay).
 */
public record MachineSettings(
    long memoryLimitBytes,
    long deadlineNs,
    Set<String> allowedLibraries,
    Map<String, ScriptWish> wishes,
    int tickSeconds,
    long idleTimeoutNs,
    int emissionCapacityBytes,
    boolean ordered) {

    /** Settings with copies of the given collections. */
    public MachineSettings {
        allowedLibraries = Set.copyOf(allowedLibraries);
        wishes = Map.copyOf(wishes);
    }

    /** Settings for loading and checking scripts, without any flow. */
    public static MachineSettings forCheck() {
        return new MachineSettings(64L << 20, 1_000_000_000L, Set.of(), Map.of(), 30, 60_000_000_000L, 1 << 20,
            true);
    }
}
