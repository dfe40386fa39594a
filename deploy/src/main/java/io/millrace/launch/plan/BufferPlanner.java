package io.millrace.launch.plan;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.engine.config.ConfigException;
import io.millrace.engine.config.EngineConfig.HugePages;
import io.millrace.launch.machine.HugePagePool;
import io.millrace.launch.machine.KernelInterface;
import io.millrace.launch.machine.Machine;
import io.millrace.launch.machine.NetworkCard;
import io.millrace.launch.plan.PlanEntry.Section;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Chooses queues, rings and buffers of packets, and checks those that were given. */
final class BufferPlanner {
    private static final int REPLAY_DESCRIPTORS = 512;
    private static final int REPLAY_MBUFS = 4096;
    /** Where nobody else takes frames: 64 of 64 KiB in buffers of 2 KiB, and some. */
    private static final int OWN_REPLAY_MBUFS = 2304;
    private static final int CARD_DESCRIPTORS = 4096;
    private static final int COPIED_DESCRIPTORS = 512;
    private static final int KERNEL_RING_FRAMES = 65_536;
    /** Mbufs that a thread keeps back in the cache of a pool. */
    private static final int CACHE_MBUFS = 256;

    private final Machine machine;
    private final RunWishes wishes;
    private final List<PortWish> ports;
    private final PlanBuilder plan;

    /** A planner; {@code ports} is empty for a replay. */
    BufferPlanner(
        final Machine machine, final RunWishes wishes, final List<PortWish> ports, final PlanBuilder plan) {

        this.machine = machine;
        this.wishes = wishes;
        this.ports = ports;
        this.plan = plan;
    }

    /** The plan for these threads, whose entries it adds. */
    BufferPlan make(final ThreadPlan threads) {
        if (!ports.isEmpty()) {
            plan.origin("--port");
            plan.origin("--iface");
            ports.forEach(this::describe);
            queues(threads);
        }
        final boolean copied = !ports.isEmpty() && ports.stream().allMatch(PortWish::isCopied);
        final int frames = wishes.rxDescriptors() == null ? KERNEL_RING_FRAMES : wishes.rxDescriptors();
        final int descriptors = copied ? COPIED_DESCRIPTORS
            : wishes.rxDescriptors() != null ? wishes.rxDescriptors()
            : ports.isEmpty() ? REPLAY_DESCRIPTORS : CARD_DESCRIPTORS;
        plan.count(Section.PACKETS, "RX descriptors", copied ? frames : descriptors, plan.origin("--rx-descriptors",
            ports.isEmpty() ? "a file waits"
                : copied ? "320 ms at 200,000 packets a second of 2 KiB, longer where they are shorter"
                : "the longest ring that common cards have"));
        return new BufferPlan(
            wishes.rxQueues() == null ? 0 : wishes.rxQueues(), frames, descriptors,
            mbufs(ports.isEmpty() ? 0 : descriptors, threads.workers() > 1), wishes.hugePages());
    }

    /** Which memory comes from huge pages, given what the packet buffers take. */
    HugePages hugePages(final int mebibytes) {
        final Origin given = plan.origin("--huge-pages");
        final long free = machine.freeHugePageBytes(-1);
        final long needed = (long) mebibytes << 20;
        final boolean hardware = ports.stream().anyMatch(port -> port.pciAddress().isPresent());
        final HugePages pages = wishes.hugePages() != HugePages.AUTO ? wishes.hugePages()
            : hardware && free >= needed ? HugePages.ON : HugePages.AUTO;
        if (pages == HugePages.ON && wishes.ealArguments().contains("--no-huge")) {
            throw new ConfigException("--huge-pages on and --eal --no-huge contradict each other: give one of them");
        }
        if (pages == HugePages.ON && free < needed) {
            throw new EnvironmentException("--huge-pages on: packet buffers take " + mebibytes + " MiB, " + (free >> 20)
                + " MiB of huge pages are free: " + reservation(needed));
        }
        final String reason = pages == HugePages.ON ? (free >> 20) + " MiB of huge pages are free"
            : hardware ? "packet buffers take " + mebibytes + " MiB, " + (free >> 20) + " MiB of huge pages are free"
            : "transparent ones for flow tables, no card needs reserved ones";
        plan.words(Section.MEMORY, "huge pages", pages.name().toLowerCase(Locale.ROOT),
            given.isGiven() && wishes.hugePages() != HugePages.AUTO ? given : Origin.derived(reason));
        if (hardware && pages == HugePages.AUTO) {
            plan.note("huge pages: too few for the packet buffers: " + reservation(needed));
        }
        return pages;
    }

    private String reservation(final long bytes) {
        final long pageBytes = machine.nodes().stream().flatMap(node -> node.hugePages().stream())
            .mapToLong(HugePagePool::pageBytes).min().orElse(2 << 20);
        final long pages = machine.nodes().stream().flatMap(node -> node.hugePages().stream())
            .filter(pool -> pool.pageBytes() == pageBytes).mapToLong(HugePagePool::total).sum()
            + (bytes - machine.freeHugePageBytes(-1) + pageBytes - 1) / pageBytes;
        return "sysctl -w vm.nr_hugepages=" + pages;
    }

    private void describe(final PortWish port) {
        final Origin origin = plan.origin(port.pciAddress().isPresent() || port.interfaceName().isEmpty()
            ? "--port" : "--iface");
        final Optional<NetworkCard> card = port.pciAddress().flatMap(machine::card);
        final Optional<KernelInterface> known = port.interfaceName().flatMap(machine::networkInterface);
        String words = port.reader();
        if (card.isPresent()) {
            words = card.get().name() + ", " + card.get().driver().orElse("no driver") + node(card.get().node());
        } else if (known.isPresent()) {
            words += ", link " + known.get().state() + (known.get().megabits() > 0
                ? ", " + known.get().megabits() + " Mbit/s" : "") + known.get().pciAddress().flatMap(machine::card)
                    .map(behind -> node(behind.node())).orElse("");
        }
        plan.words(Section.PACKETS, "port " + port.label(), words, origin);
        tellWhatPortNeeds(port, card, known);
    }

    private void tellWhatPortNeeds(
        final PortWish port, final Optional<NetworkCard> card, final Optional<KernelInterface> known) {

        if (port.isAbsentFrom(machine)) {
            plan.note("port " + port.label() + (port.pciAddress().isPresent()
                ? ": no network card has this address: millrace ports lists them"
                : ": there is no such interface in this network namespace: ip link lists them"));
        }
        card.filter(found -> !found.isBoundForDpdk() && !found.sharesWithKernel()).ifPresent(found -> plan.note("port "
            + port.label() + ": " + found.driver().map(driver -> "the kernel's driver " + driver + " has it")
                .orElse("no driver has it") + ": dpdk-devbind.py --bind=vfio-pci " + found.address()));
        known.filter(found -> found.state().equals("down")).ifPresent(found -> plan.note(
            "port " + port.label() + ": the interface is down: ip link set " + found.name() + " up"));
    }

    private void queues(final ThreadPlan threads) {
        if (wishes.rxQueues() != null) {
            ports.forEach(port -> requireQueues(port, threads.workers(), wishes.rxQueues()));
            plan.count(Section.PACKETS, "RX queues", wishes.rxQueues(), plan.origin("--rx-queues"));
            return;
        }
        plan.count(Section.PACKETS, "RX queues", threads.distributed() ? 1 : threads.workers(),
            plan.origin("--rx-queues", threads.distributed()
                ? "not all ports can feed several so that both directions of a flow meet: a distributor deals out"
                : threads.workers() == 1 ? "one worker"
                : "one for each worker; one and a distributor where a port turns out to have fewer"));
    }

    private void requireQueues(final PortWish port, final int workers, final int queues) {
        final int known = port.interfaceName().flatMap(machine::networkInterface).map(KernelInterface::rxQueues)
            .orElse(Integer.MAX_VALUE);
        if (port.readsQueuesOfTheCard() && queues > known) {
            throw new ConfigException("--rx-queues: " + queues + ": interface " + port.label() + " has " + known
                + ": lower it, or ethtool -L " + port.label() + " combined " + queues);
        }
        if (queues > 1 && workers > 1 && queues >= workers && !port.splitsFlowsWhole()) {
            throw new ConfigException("--rx-queues: " + queues + ": the queues of port " + port.label() + " would split"
                + " flows between workers: leave it out, and a distributor deals the frames out");
        }
    }

    private int mbufs(final int descriptors, final boolean shared) {
        final int least = descriptors + 2 * wishes.burst() + (descriptors == 0 ? 0 : CACHE_MBUFS);
        if (wishes.mempool() != null && wishes.mempool() < least) {
            throw new ConfigException("--mempool must be from " + least + ": " + wishes.mempool() + (descriptors == 0
                ? " does not hold two bursts of " + wishes.burst() + ": raise it or lower --burst"
                : " does not hold an RX ring of " + descriptors + ", two bursts of " + wishes.burst()
                    + " and a cache of " + CACHE_MBUFS + ": raise it or lower --rx-descriptors"));
        }
        // A pool holds its mbufs in a ring, which is full at one less than a power of two.
        final int chosen = Integer.highestOneBit(Math.max(REPLAY_MBUFS, least)) * 2 - 1;
        final int total = wishes.mempool() != null ? wishes.mempool() : descriptors != 0 ? chosen
            : shared ? REPLAY_MBUFS : Math.max(OWN_REPLAY_MBUFS, least);
        plan.count(Section.MEMORY, "packet buffers per queue", total, plan.origin("--mempool", descriptors == 0
            ? shared ? "what waits for workers and what is in their hands" : "a burst of the longest frames"
            : descriptors + " in the RX ring, two bursts, a cache, and as many again for what is on its way"));
        return total - descriptors;
    }

    private String node(final int node) {
        return machine.hasSeveralNodes() && node >= 0 ? ", NUMA node " + node : "";
    }
}
