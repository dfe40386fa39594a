package io.millrace.script;

import io.millrace.script.lua.MachineSettings;
import io.millrace.script.lua.RunTraits;
import io.millrace.script.lua.ScriptSettings;
import io.millrace.script.lua.ScriptWish;
import io.millrace.script.lua.Supervision;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/**
 * How the script side runs. Validated here; nothing behind it checks again. Start from {@link #defaults()} and change
 * what differs with the {@code with...} methods.
 *
 * @param scriptPaths           script files and folders, in the order in which their scripts run.
 * @param memoryBytes           most memory of one thread's scripts, from 4 MiB.
 * @param deadlineNs            processor time that one hook may take, from 1 ms.
 * @param localNetworks         networks in CIDR notation whose hosts count as local.
 * @param blacklist             file of blacklisted addresses and networks, one a line.
 * @param allowedLibraries      what scripts may use of the host, as {@link HostReach} reads it.
 * @param verdictCapacity       most live flows per script thread that keep status and scores.
 * @param periodicSeconds       distance of the engine's periodic updates.
 * @param idleTimeoutNs         silence after which the engine ends a flow.
 * @param emissionCapacityBytes room for what scripts hand out during one batch, from 256 KiB.
 * @param lossless              true (replay): wait for room in the output ring, and {@code pairs} has one order;
 *                              false (live): count what is lost.
 * @param idleStrategy          makes the idle strategy of each script thread.
 * @param threadFactory         makes the script threads, for example pinned to cores.
 * @param inputs                what scripts are given from outside.
 * @param supervision           when a script is switched off.
 * @param run                   what of the run scripts must know.
 */
public record ScriptConfig(
    List<Path> scriptPaths,
    long memoryBytes,
    long deadlineNs,
    List<String> localNetworks,
    Optional<Path> blacklist,
    Set<String> allowedLibraries,
    int verdictCapacity,
    int periodicSeconds,
    long idleTimeoutNs,
    int emissionCapacityBytes,
    boolean lossless,
    Supplier<IdleStrategy> idleStrategy,
    ThreadFactory threadFactory,
    ScriptInputs inputs,
    Supervision supervision,
    RunTraits run) {

    /** Least memory of one thread's scripts. */
    public static final long MIN_MEMORY_BYTES = 4L << 20;
    /** Least processor time of a hook. */
    public static final long MIN_DEADLINE_NS = 1_000_000;
    private static final int MIN_EMISSION_BYTES = 1 << 18;

    /** Checks each value; throws {@link IllegalArgumentException} with name, value and limit. */
    public ScriptConfig {
        scriptPaths = List.copyOf(scriptPaths);
        localNetworks = List.copyOf(localNetworks);
        allowedLibraries = allowedLibraries.stream().map(HostReach::parse).collect(Collectors.toUnmodifiableSet());
        atLeast("script memory in bytes", memoryBytes, MIN_MEMORY_BYTES);
        atLeast("script deadline in nanoseconds", deadlineNs, MIN_DEADLINE_NS);
        atLeast("verdict capacity", verdictCapacity, 1);
        atLeast("periodic interval in seconds", periodicSeconds, 1);
        atLeast("idle timeout in nanoseconds", idleTimeoutNs, 1);
        atLeast("emission capacity in bytes", emissionCapacityBytes, MIN_EMISSION_BYTES);
        if (emissionCapacityBytes % Long.BYTES != 0) {
            throw new IllegalArgumentException("emission capacity must be a multiple of 8: " + emissionCapacityBytes);
        }
    }

    /** No scripts, 64 MiB, 100 ms, private networks local, a million verdicts, lossless. */
    public static ScriptConfig defaults() {
        return new ScriptConfig(
            List.of(), 64L << 20, 100_000_000L,
            List.of("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8", "fc00::/7",
                "fe80::/10", "::1/128"),
            Optional.empty(), Set.of(), 1 << 20, 30, 60_000_000_000L, 1 << 20, true,
            () -> new BackoffIdleStrategy(100, 100, 1_000, 100_000), Thread.ofPlatform().factory(),
            ScriptInputs.defaults(), Supervision.DEFAULT, RunTraits.USUAL);
    }

    /** The same with other scripts. */
    public ScriptConfig withScriptPaths(final List<Path> paths) {
        return new ScriptConfig(paths, memoryBytes, deadlineNs, localNetworks, blacklist, allowedLibraries,
            verdictCapacity, periodicSeconds, idleTimeoutNs, emissionCapacityBytes, lossless, idleStrategy,
            threadFactory, inputs, supervision, run);
    }

    /** The same with other bounds on what a script may take. */
    public ScriptConfig withLimits(
        final long newMemoryBytes, final long newDeadlineNs, final Set<String> libraries) {

        return new ScriptConfig(scriptPaths, newMemoryBytes, newDeadlineNs, localNetworks, blacklist, libraries,
            verdictCapacity, periodicSeconds, idleTimeoutNs, emissionCapacityBytes, lossless, idleStrategy,
            threadFactory, inputs, supervision, run);
    }

    /** The same with other knowledge of hosts. */
    public ScriptConfig withHosts(final List<String> local, final Optional<Path> blacklistFile) {
        return new ScriptConfig(scriptPaths, memoryBytes, deadlineNs, local, blacklistFile, allowedLibraries,
            verdictCapacity, periodicSeconds, idleTimeoutNs, emissionCapacityBytes, lossless, idleStrategy,
            threadFactory, inputs, supervision, run);
    }

    /** The same for an engine of other sizes and times. */
    public ScriptConfig withFlows(final int verdicts, final int newPeriodicSeconds, final long newIdleTimeoutNs) {
        return new ScriptConfig(scriptPaths, memoryBytes, deadlineNs, localNetworks, blacklist, allowedLibraries,
            verdicts, newPeriodicSeconds, newIdleTimeoutNs, emissionCapacityBytes, lossless, idleStrategy,
            threadFactory, inputs, supervision, run);
    }

    /** The same with other threads. */
    public ScriptConfig withThreads(
        final boolean waitForOutput, final Supplier<IdleStrategy> idle, final ThreadFactory factory) {
        return new ScriptConfig(scriptPaths, memoryBytes, deadlineNs, localNetworks, blacklist, allowedLibraries,
            verdictCapacity, periodicSeconds, idleTimeoutNs, emissionCapacityBytes, waitForOutput, idle,
            factory, inputs, supervision, run);
    }

    /** The same with other things given to scripts. */
    public ScriptConfig withInputs(final ScriptInputs given) {
        return new ScriptConfig(scriptPaths, memoryBytes, deadlineNs, localNetworks, blacklist, allowedLibraries,
            verdictCapacity, periodicSeconds, idleTimeoutNs, emissionCapacityBytes, lossless, idleStrategy,
            threadFactory, given, supervision, run);
    }

    /** The same under another supervision. */
    public ScriptConfig withSupervision(final Supervision other) {
        return new ScriptConfig(scriptPaths, memoryBytes, deadlineNs, localNetworks, blacklist, allowedLibraries,
            verdictCapacity, periodicSeconds, idleTimeoutNs, emissionCapacityBytes, lossless, idleStrategy,
            threadFactory, inputs, other, run);
    }

    /** The same in another run. */
    public ScriptConfig withRun(final RunTraits other) {
        return new ScriptConfig(scriptPaths, memoryBytes, deadlineNs, localNetworks, blacklist, allowedLibraries,
            verdictCapacity, periodicSeconds, idleTimeoutNs, emissionCapacityBytes, lossless, idleStrategy,
            threadFactory, inputs, supervision, other);
    }

    /**
     * The part that a virtual machine needs, with what the settings file says now.
     *
     * @throws IllegalArgumentException with file, line and what to do where that file is not sound.
     */
    public MachineSettings machineSettings() {
        final Map<String, ScriptWish> wishes = inputs.settingsFile().map(ScriptSettings::read).orElse(Map.of());
        return new MachineSettings(memoryBytes, deadlineNs, allowedLibraries, wishes, periodicSeconds, idleTimeoutNs,
            emissionCapacityBytes, lossless, supervision, run);
    }

    private static void atLeast(final String name, final long value, final long limit) {
        if (value < limit) {
            throw new IllegalArgumentException(name + " must be at least " + limit + ": " + value);
        }
    }
}
