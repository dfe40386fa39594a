package io.millrace.binding.dpdk;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.link.NativeFunction;
import io.millrace.binding.link.NativeShim;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A DPDK port: attached, configured, started, stopped and detached by the main thread. Its queues are polled through
 * {@link RxBurst}. Source: {@code rte_ethdev.h}, {@code rte_dev.h}.
 */
public final class EthernetPort implements AutoCloseable {
    private static final FunctionDescriptor OF_PORT = FunctionDescriptor.of(JAVA_INT, JAVA_SHORT);
    private static final int MAX_XSTATS = 4096;
    /** {@code -ENODEV}. */
    private static final int NO_DEVICE = -19;

    private final String bus;
    private final String device;
    private final short portId;
    private boolean started;
    private boolean closed;

    /**
     * Basic counters of a port since it started.
     *
     * @param packets frames received.
     * @param bytes   bytes received.
     * @param missed  frames dropped because the RX ring was full.
     * @param errors  frames received with errors.
     * @param noMbuf  frames dropped for want of mbufs.
     */
    public record Stats(long packets, long bytes, long missed, long errors, long noMbuf) {
    }

    /**
     * What a port says about itself before it is set up.
     *
     * @param driver           name of its driver.
     * @param maxRxQueues      most RX queues.
     * @param maxRxDescriptors longest RX ring; 0 where the driver does not say.
     * @param numaNode         of the device; -1 for none.
     * @param symmetricRss     whether its queues can be fed so that both directions of a flow meet.
     */
    public record Facts(
        String driver, int maxRxQueues, int maxRxDescriptors, int numaNode, boolean symmetricRss) {
    }

    /** State of a port's link. */
    public enum Link {
        /** Frames can come. */
        UP,
        /** No frames can come for now. */
        DOWN,
        /** The device is gone. */
        REMOVED
    }

    private EthernetPort(final String bus, final String device, final short portId) {
        this.bus = bus;
        this.device = device;
        this.portId = portId;
    }

    /**
     * Attaches a device and finds its port.
     *
     * @param bus       {@code vdev} or {@code pci}.
     * @param device    name of the virtual device, for example {@code net_pcap0}, or PCI address.
     * @param arguments driver's arguments, for example {@code rx_pcap=FILE}; may be empty.
     * @throws EnvironmentException where there is no such device or its driver refuses it.
     */
    public static EthernetPort attach(final String bus, final String device, final String arguments) {
        final NativeShim shim = NativeShim.shim();
        Eal.clearLog();
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment name = arena.allocateFrom(device);
            final MemorySegment portId = arena.allocate(JAVA_SHORT);
            final NativeFunction find = shim.function(
                "rte_eth_dev_get_port_by_name", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
            // A device on the PCI bus was found when DPDK started.
            if (find.callInt(name, portId) == 0) {
                return new EthernetPort(bus, device, portId.get(JAVA_SHORT, 0));
            }
            require(
                shim.function("rte_eal_hotplug_add", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS))
                    .callInt(arena.allocateFrom(bus), name, arena.allocateFrom(arguments)),
                "cannot open port " + device);
            require(find.callInt(name, portId), "device " + device + " has no Ethernet port");
            return new EthernetPort(bus, device, portId.get(JAVA_SHORT, 0));
        }
    }

    /** Name of the device. */
    public String device() {
        return device;
    }

    /** What the port says about itself. */
    public Facts facts() {
        final NativeShim shim = NativeShim.shim();
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment facts = arena.allocate(shim.layout("millrace_port_facts"));
            require(
                shim.function("millrace_port_facts", FunctionDescriptor.of(JAVA_INT, JAVA_SHORT, ADDRESS))
                    .callInt(portId, facts),
                "cannot ask port " + device);
            return new Facts(
                facts.getString(shim.layout("millrace_port_facts.driver")),
                facts.get(JAVA_INT, shim.layout("millrace_port_facts.max_rx_queues")),
                facts.get(JAVA_INT, shim.layout("millrace_port_facts.max_rx_descriptors")),
                facts.get(JAVA_INT, shim.layout("millrace_port_facts.numa_node")),
                facts.get(JAVA_INT, shim.layout("millrace_port_facts.symmetric_rss")) != 0);
        }
    }

    /** State of the link; what a driver does not know counts as {@link Link#UP}. */
    public Link link() {
        return switch (NativeShim.shim().function("millrace_port_link", OF_PORT).callInt(portId)) {
            case 0 -> Link.DOWN;
            case NO_DEVICE -> Link.REMOVED;
            default -> Link.UP;
        };
    }

    /**
     * Sets up the RX queues, one for each pool. Several are fed so that both directions of a flow meet, where the port
     * can do that.
     *
     * @param pools         one per queue.
     * @param rxDescriptors length of each RX ring; rounded to what the device can do.
     */
    public void configure(final List<Mempool> pools, final int rxDescriptors) {
        Eal.clearLog();
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment addresses = arena.allocate(ADDRESS, pools.size());
            for (int i = 0; i < pools.size(); i++) {
                addresses.setAtIndex(ADDRESS, i, pools.get(i).segment());
            }
            require(
                NativeShim.shim()
                    .function("millrace_port_configure",
                        FunctionDescriptor.of(JAVA_INT, JAVA_SHORT, JAVA_SHORT, JAVA_SHORT, ADDRESS))
                    .callInt(portId, (short) pools.size(), (short) rxDescriptors, addresses),
                "cannot set up " + pools.size() + " RX queues of port " + device);
        }
    }

    /** Lets frames in. */
    public void start() {
        Eal.clearLog();
        require(
            NativeShim.shim().function("rte_eth_dev_start", OF_PORT).callInt(portId), "cannot start port " + device);
        started = true;
    }

    /** Accepts frames for any address; {@code false} where the device cannot. */
    public boolean promiscuous() {
        return NativeShim.shim().function("rte_eth_promiscuous_enable", OF_PORT).callInt(portId) == 0;
    }

    /** Counters since the start. */
    public Stats stats() {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment values = arena.allocate(JAVA_LONG, 5);
            require(
                NativeShim.shim()
                    .function("millrace_port_stats", FunctionDescriptor.of(JAVA_INT, JAVA_SHORT, ADDRESS))
                    .callInt(portId, values),
                "cannot read the counters of port " + device);
            return new Stats(
                values.getAtIndex(JAVA_LONG, 0),
                values.getAtIndex(JAVA_LONG, 1),
                values.getAtIndex(JAVA_LONG, 2),
                values.getAtIndex(JAVA_LONG, 3),
                values.getAtIndex(JAVA_LONG, 4));
        }
    }

    /** The driver's own counters by name; empty where it has none. */
    public Map<String, Long> extendedStats() {
        final NativeShim shim = NativeShim.shim();
        final int nameLength = shim.layout("RTE_ETH_XSTATS_NAME_SIZE");
        final Map<String, Long> stats = new LinkedHashMap<>();
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment names = arena.allocate((long) MAX_XSTATS * nameLength);
            final MemorySegment values = arena.allocate(JAVA_LONG, MAX_XSTATS);
            final int count = shim
                .function("millrace_port_xstats",
                    FunctionDescriptor.of(JAVA_INT, JAVA_SHORT, ADDRESS, ADDRESS, JAVA_INT))
                .callInt(portId, names, values, MAX_XSTATS);
            for (int i = 0; i < Math.min(count, MAX_XSTATS); i++) {
                stats.put(names.getString((long) i * nameLength), values.getAtIndex(JAVA_LONG, i));
            }
        }
        return stats;
    }

    /**
     * A burst over one of the queues; the worker that polls it owns it. Frames carry the time at which the burst was
     * received.
     *
     * @param queue index of the RX queue.
     * @param limit frames per burst at most, 1 to {@link RxBurst#MAX_FRAMES}.
     */
    public RxBurst burst(final int queue, final int limit) {
        final NativeShim shim = NativeShim.shim();
        final long burst = shim
            .function("millrace_burst_create",
                FunctionDescriptor.of(ADDRESS, JAVA_SHORT, JAVA_SHORT, JAVA_SHORT))
            .callPointer(portId, (short) queue, (short) limit)
            .address();
        if (burst == 0) {
            throw new EnvironmentException(
                "no memory for a burst of " + limit + " frames: --burst takes 1 to " + RxBurst.MAX_FRAMES);
        }
        return new RxBurst(burst);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        final NativeShim shim = NativeShim.shim();
        if (started) {
            shim.function("rte_eth_dev_stop", OF_PORT).call(portId);
        }
        shim.function("rte_eth_dev_close", OF_PORT).call(portId);
        try (Arena arena = Arena.ofConfined()) {
            shim.function("rte_eal_hotplug_remove", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS))
                .call(arena.allocateFrom(bus), arena.allocateFrom(device));
        }
    }

    private static void require(final int result, final String what) {
        if (result != 0) {
            throw new EnvironmentException(what + ": " + Eal.reason(result));
        }
    }
}
