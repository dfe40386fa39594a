package io.millrace.launch;

import io.millrace.engine.config.CaptureConfig;
import io.millrace.engine.config.ConfigException;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.config.EngineConfig.HugePages;
import io.millrace.engine.config.EngineConfig.Overflow;
import io.millrace.engine.port.PacketMemory;
import io.millrace.launch.machine.Machine;
import io.millrace.launch.machine.MachineReader;
import io.millrace.launch.machine.SystemFiles;
import io.millrace.launch.plan.BufferPlan;
import io.millrace.launch.plan.Origin;
import io.millrace.launch.plan.Plan;
import io.millrace.launch.plan.PlanBuilder;
import io.millrace.launch.plan.PlanEntry.Section;
import io.millrace.launch.plan.PortWish;
import io.millrace.launch.plan.RunMemory;
import io.millrace.launch.plan.RunPlanner;
import io.millrace.launch.plan.RunWishes;
import io.millrace.launch.plan.ThreadPlan;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/**
 * A run worked out from its flags and from the machine, before anything is opened or started.
 *
 * @param plan     for people.
 * @param threads  and their cores.
 * @param config   settings of the engine.
 * @param capture  live ports; null in a replay.
 * @param verdicts flows that one script thread keeps verdicts of at most.
 * @param fits     whether there is memory for full tables.
 */
record PlannedRun(Plan plan, ThreadPlan threads, EngineConfig config, CaptureConfig capture, int verdicts,
    boolean fits) {
    /** Flags of a command, as parsed. */
    record Flags(FlowOptions flows, ScriptOptions scripts, PacketOptions packets, OutputOptions output) {
    }

    /**
     * Works a replay out.
     *
     * @throws ConfigException where flags contradict each other or the machine.
     */
    static PlannedRun replay(final CommandSpec command, final Flags flags, final long hashSeed, final String files) {
        final PlanBuilder plan = builder(command);
        plan.words(Section.PACKETS, "files", files, Origin.FLAG);
        return of(command, flags, null, hashSeed, plan,
            new MachineReader(SystemFiles.ofThisMachine()).readWithoutNetwork());
    }

    /**
     * Works a capture out.
     *
     * @throws ConfigException where flags contradict each other or the machine.
     */
    static PlannedRun capture(
        final CommandSpec command, final Flags flags, final CaptureOptions ports, final long hashSeed) {

        return of(command, flags, ports, hashSeed, builder(command),
            new MachineReader(SystemFiles.ofThisMachine()).read());
    }

    /** The same on a machine that is given. */
    static PlannedRun of(
        final CommandSpec command, final Flags flags, final CaptureOptions ports, final long hashSeed,
        final PlanBuilder plan, final Machine machine) {

        final RunWishes wishes = wishes(flags, ports);
        final List<PortWish> portWishes = ports == null ? List.of() : ports.wishes();
        final RunPlanner planner = new RunPlanner(machine, wishes, portWishes, plan);
        final ThreadPlan threads = planner.threads();
        final BufferPlan buffers = planner.buffers(threads);
        final int flows = planner.flowCapacity(threads);
        final CaptureConfig capture = ports == null ? null : ports.config(buffers);
        final EngineConfig sized = engineConfig(
            flags, ports != null, wishes, threads, buffers, flows, buffers.hugePages(), hashSeed);
        final HugePages pages =
            planner.hugePages(PacketMemory.of(sized, capture, threads.workers()).mebibytes());
        final EngineConfig config = engineConfig(
            flags, ports != null, wishes, threads, buffers, flows, pages, hashSeed);
        final boolean fits = planner.memory(memory(flags, config, capture, threads));
        new PlanSettings(command, plan).add(flags);
        return new PlannedRun(plan.build(), threads, config, capture, verdicts(flags, config, threads), fits);
    }

    /** Memory of all tables once they are full; {@code capture} is null for a replay. */
    static RunMemory memory(
        final Flags flags, final EngineConfig config, final CaptureConfig capture, final ThreadPlan threads) {

        final ScriptOptions scripts = flags.scripts();
        return RunMemory.of(config, capture, threads.workers(), verdicts(flags, config, threads), new RunMemory.Sizes(
            threads.scriptThreads(), scripts.eventRingBytes(), RunOutput.RING_BYTES, scripts.scriptMemoryBytes(),
            scripts.scriptStoreBytes(), Runtime.getRuntime().maxMemory()));
    }

    private static int verdicts(final Flags flags, final EngineConfig config, final ThreadPlan threads) {
        return flags.scripts()
            .verdictCapacity((long) config.flowCapacity() * threads.workers(), threads.scriptThreads());
    }

    /** What was asked for; {@code ports} is null for a replay. */
    static RunWishes wishes(final Flags flags, final CaptureOptions ports) {
        final PacketOptions packets = flags.packets();
        return new RunWishes(
            packets.askedWorkers(), packets.askedWorkerCores(), flags.scripts().askedThreads(),
            flags.scripts().askedCores(), flags.flows().askedCapacity(), ports == null ? null : ports.askedRxQueues(),
            packets.askedRxDescriptors(), packets.askedMempool(), packets.mbufBytes(), packets.burst(),
            packets.hugePages(), flags.scripts().overflow(ports == null ? Overflow.BLOCK : Overflow.DROP),
            packets.ealArguments());
    }

    /** Settings of the engine, for live ports or a replay. */
    static EngineConfig engineConfig(
        final Flags flags, final boolean live, final RunWishes wishes, final ThreadPlan threads,
        final BufferPlan buffers, final int flowCapacity, final HugePages hugePages, final long hashSeed) {

        final FlowOptions flows = flags.flows();
        return new EngineConfig(
            flowCapacity,
            flows.timeouts(),
            flows.periodicIntervalNs(),
            flows.statistics(),
            flags.packets().openedTunnels(),
            flows.detection(flowCapacity, flags.scripts().nameMatchPackets()),
            wishes.burst(),
            buffers.mbufsBehindTheRing(),
            wishes.mbufBytes(),
            buffers.rxDescriptors(),
            hugePages,
            wishes.overflow(),
            hashSeed,
            threads.workerCores(),
            flags.packets().warmUpFrames(live),
            wishes.ealArguments(),
            ErrorLine.debugging(System.getenv()));
    }

    private static PlanBuilder builder(final CommandSpec command) {
        final Map<String, String> environment =
            command.defaultValueProvider() instanceof EnvironmentDefaults defaults ? defaults.environment() : Map.of();
        return new PlanBuilder(command.name(), new OptionOrigins(command, environment)::of);
    }
}
