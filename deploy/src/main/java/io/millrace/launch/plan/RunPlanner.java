package io.millrace.launch.plan;

import io.millrace.engine.config.ConfigException;
import io.millrace.engine.config.EngineConfig.HugePages;
import io.millrace.engine.config.EngineConfig.Overflow;
import io.millrace.launch.machine.KernelInterface;
import io.millrace.launch.machine.Machine;
import io.millrace.launch.plan.PlanEntry.Section;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Works a run out in steps, each of which needs the one before: threads, buffers, flow capacity, memory. Used once, by
 * one thread.
 */
public final class RunPlanner {
    private static final int USUAL_FLOW_CAPACITY = 1_000_000;
    private static final int LEAST_FLOW_CAPACITY = 1024;

    private final Machine machine;
    private final RunWishes wishes;
    private final List<PortWish> ports;
    private final PlanBuilder plan;
    private final BufferPlanner buffers;

    /**
     * A planner of one run.
     *
     * @param ports of a capture; empty for a replay.
     * @param plan  receives what is decided.
     */
    public RunPlanner(
        final Machine machine, final RunWishes wishes, final List<PortWish> ports, final PlanBuilder plan) {

        this.machine = machine;
        this.wishes = wishes;
        this.ports = List.copyOf(ports);
        this.plan = plan;
        buffers = new BufferPlanner(machine, wishes, ports, plan);
    }

    /**
     * Threads and cores.
     *
     * @throws ConfigException where what was given contradicts itself or the machine.
     */
    public ThreadPlan threads() {
        if (!ports.isEmpty() && wishes.overflow() == Overflow.BLOCK) {
            throw new ConfigException("--overflow block: a live port does not wait for scripts, and its ring would run"
                + " over: leave it out");
        }
        requireDistinctPorts();
        plan.words(Section.SCRIPTS, "overflow", wishes.overflow().name().toLowerCase(Locale.ROOT),
            plan.origin("--overflow", ports.isEmpty() ? "a file waits for scripts" : "a live port waits for nobody"));
        return new ThreadPlanner(machine, wishes, ports, plan).make();
    }

    /**
     * Queues, rings and buffers.
     *
     * @throws ConfigException where what was given contradicts itself or the machine.
     */
    public BufferPlan buffers(final ThreadPlan threads) {
        return buffers.make(threads);
    }

    /**
     * Which memory comes from huge pages.
     *
     * @param packetMebibytes what the packet buffers take.
     * @throws io.millrace.binding.link.EnvironmentException where they were asked for and are not there.
     */
    public HugePages hugePages(final int packetMebibytes) {
        return buffers.hugePages(packetMebibytes);
    }

    /** Flows per worker: as given, or the usual number, or on live ports what half of the free memory holds. */
    public int flowCapacity(final ThreadPlan threads) {
        int capacity = USUAL_FLOW_CAPACITY;
        String reason = "usual";
        final long room = machine.availableBytes() / 2 / threads.workers() / RunMemory.bytesPerFlow();
        if (wishes.flowCapacity() != null) {
            capacity = wishes.flowCapacity();
        } else if (!ports.isEmpty() && room < USUAL_FLOW_CAPACITY) {
            capacity = (int) Math.max(LEAST_FLOW_CAPACITY, room / LEAST_FLOW_CAPACITY * LEAST_FLOW_CAPACITY);
            reason = "half of the free memory, " + PlanReport.size(machine.availableBytes()) + ", at "
                + RunMemory.bytesPerFlow() + " bytes a flow";
        }
        final Origin given = plan.origin("--flow-capacity");
        plan.count(Section.MEMORY, "flow capacity per worker", capacity,
            given.isGiven() || capacity == USUAL_FLOW_CAPACITY ? given : Origin.derived(reason));
        return capacity;
    }

    /**
     * Adds what all tables take when they are full; returns whether there is as much.
     *
     * @throws ConfigException where that was asked for and is more than the machine has.
     */
    public boolean memory(final RunMemory memory) {
        final boolean fits = memory.total() <= machine.availableBytes();
        final Origin filling = Origin.derived("full tables; memory comes page by page as they fill");
        final Origin tables = fits && !ports.isEmpty()
            ? Origin.derived("full tables; what each flow fills is taken in the first seconds") : filling;
        plan.bytes(Section.MEMORY, "packet buffers", memory.packetBuffers(),
            Origin.derived("buffers per queue of " + wishes.mbufBytes() + " bytes and their headers, all queues"));
        if (memory.kernelRings() > 0) {
            plan.bytes(Section.MEMORY, "rings of the kernel", memory.kernelRings(),
                Origin.derived("2 KiB for each RX descriptor, all queues; taken at once"));
        }
        plan.bytes(Section.MEMORY, "flow tables", memory.flowTables(), tables);
        plan.bytes(Section.MEMORY, "detection", memory.detection(), tables);
        plan.bytes(Section.MEMORY, "verdicts", memory.verdicts(), filling);
        plan.bytes(Section.MEMORY, "rings", memory.rings(),
            Origin.derived("events: one per worker and script thread; output: one per thread"));
        plan.bytes(
            Section.MEMORY, "script memory", memory.scripts(), Origin.derived("limit of each thread, and the store"));
        plan.bytes(Section.MEMORY, "heap", memory.heap(), Origin.derived("-Xmx of the JVM"));
        plan.bytes(Section.MEMORY, "in all", memory.total(), Origin.derived("of "
            + PlanReport.size(machine.totalBytes()) + ", " + PlanReport.size(machine.availableBytes()) + " free"));
        if (fits) {
            return true;
        }
        final String complaint = "memory: full tables take " + PlanReport.size(memory.total()) + " of "
            + PlanReport.size(machine.totalBytes()) + ", " + PlanReport.size(machine.availableBytes()) + " are free: ";
        final String remedy = "lower --flow-capacity, --workers, --mempool, --rx-descriptors or --script-memory";
        if (memory.total() > machine.totalBytes() && asksForMemory()) {
            throw new ConfigException(complaint + remedy);
        }
        plan.note(complaint + remedy);
        return false;
    }

    private boolean asksForMemory() {
        return Stream.of("--flow-capacity", "--workers", "--mempool", "--mbuf-size", "--rx-descriptors",
            "--script-memory", "--script-store", "--event-ring", "--script-threads").anyMatch(plan::isGiven);
    }

    private void requireDistinctPorts() {
        for (final PortWish port : ports) {
            port.interfaceName().flatMap(machine::networkInterface).flatMap(KernelInterface::pciAddress)
                .filter(card -> ports.stream().anyMatch(other -> other.pciAddress().equals(Optional.of(card))))
                .ifPresent(card -> {
                    throw new ConfigException("--iface " + port.label() + " and --port " + card + " are the same card:"
                        + " name one of them");
                });
        }
    }
}
