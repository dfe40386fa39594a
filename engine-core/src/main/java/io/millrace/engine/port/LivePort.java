package io.millrace.engine.port;

import io.millrace.binding.dpdk.EthernetPort;
import io.millrace.binding.dpdk.Mempool;
import io.millrace.binding.dpdk.RxBurst;
import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.linux.InterfaceState;
import io.millrace.engine.config.ConfigException;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.config.PortSpec;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.PortCounter;
import io.millrace.engine.telemetry.Telemetry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * One live port: attached, set up, watched and closed by the thread that builds the engine; its queues are polled by
 * workers or a distributor, each by one of them.
 */
final class LivePort implements AutoCloseable {
    private static final int TIMESTAMPS_OF_CLOCK = 0;
    private static final int MEMPOOL_CACHE_MBUFS = 256;
    private static final int MAX_DRIVER_COUNTERS = 128;
    /** Drivers whose queues get both directions of a flow though they offer no hash: the kernel shares the frames out. */
    private static final List<String> SHARED_BY_KERNEL = List.of("net_af_packet");

    private final PortSpec spec;
    private final EthernetPort port;
    private final EthernetPort.Facts facts;
    private final List<Mempool> mempools = new ArrayList<>();
    private final List<RxBurst> bursts = new ArrayList<>();
    private final Map<String, AtomicCounter> driverCounters = new HashMap<>();
    private AtomicCounter received;
    private AtomicCounter missed;
    private AtomicCounter noMbuf;
    private AtomicCounter errors;
    private AtomicCounter linkUp;
    private EthernetPort.Link link = EthernetPort.Link.UP;
    private volatile boolean removed;

    /**
     * Attaches the device.
     *
     * @throws EnvironmentException where it is missing, in use, or not allowed.
     */
    LivePort(final PortSpec spec) {
        this.spec = spec;
        requireInterface(spec);
        try {
            port = EthernetPort.attach(spec.bus(), spec.device(), spec.arguments());
        } catch (final EnvironmentException e) {
            throw new EnvironmentException(e.getMessage() + ": " + remedy(spec, e.getMessage()));
        }
        facts = port.facts();
    }

    /** Queues that can be fed so that both directions of a flow meet. */
    int symmetricQueues() {
        return facts.symmetricRss() || SHARED_BY_KERNEL.contains(facts.driver()) ? facts.maxRxQueues() : 1;
    }

    /**
     * Sets up the queues and lets frames in.
     *
     * @param mbufs in the pool of each queue.
     */
    void open(
        final EngineConfig config, final int queues, final int mbufs, final boolean promiscuous,
        final Telemetry telemetry) {

        if (queues > facts.maxRxQueues()) {
            throw new ConfigException("--rx-queues: " + queues + ": port " + spec.label() + " has at most "
                + facts.maxRxQueues());
        }
        for (int queue = 0; queue < queues; queue++) {
            mempools.add(Mempool.create("mbufs-" + spec.device() + "-" + queue, mbufs,
                Math.min(MEMPOOL_CACHE_MBUFS, mbufs / 2), config.mbufBytes(), facts.numaNode()));
        }
        port.configure(mempools, config.rxDescriptors());
        if (promiscuous) {
            port.promiscuous();
        }
        try {
            port.start();
        } catch (final EnvironmentException e) {
            throw new EnvironmentException(e.getMessage() + ": " + remedy(spec, e.getMessage()));
        }
        for (int queue = 0; queue < queues; queue++) {
            bursts.add(port.burst(queue, config.burst(), TIMESTAMPS_OF_CLOCK));
        }
        final String owner = "port " + spec.label();
        received = telemetry.counter(PortCounter.PORT_RECEIVED, owner);
        linkUp = telemetry.counter(PortCounter.LINK_UP, owner);
        missed = telemetry.counter(EngineCounter.RX_MISSED, owner);
        noMbuf = telemetry.counter(EngineCounter.RX_NO_MBUF, owner);
        errors = telemetry.counter(EngineCounter.RX_ERRORS, owner);
        for (final String name : port.extendedStats().keySet()) {
            if (name.startsWith("rx") && driverCounters.size() < MAX_DRIVER_COUNTERS) {
                driverCounters.put(name, telemetry.counter(PortCounter.DRIVER_COUNTER, owner + " " + name));
            }
        }
    }

    /** Its queues, in order. */
    List<RxBurst> bursts() {
        return bursts;
    }

    PortSpec spec() {
        return spec;
    }

    EthernetPort.Facts facts() {
        return facts;
    }

    /** Whether the device is gone; its queues are polled no more. Any thread. */
    boolean removed() {
        return removed;
    }

    /** Whether frames can come, as far as is known. */
    boolean isUp() {
        return link == EthernetPort.Link.UP;
    }

    /** Reads counters and link; tells changes of the link in one line each. */
    void watch(final Consumer<String> news) {
        if (removed) {
            return;
        }
        final EthernetPort.Link now = linkNow();
        if (now != link) {
            link = now;
            news.accept("port " + spec.label() + ": " + switch (now) {
                case UP -> "link is up";
                case DOWN -> "link is down: no frames come from it";
                case REMOVED -> "device is gone: its queues are polled no more, all else runs on";
            });
        }
        linkUp.setRelease(now == EthernetPort.Link.UP ? 1 : 0);
        if (now == EthernetPort.Link.REMOVED) {
            removed = true;
            return;
        }
        final EthernetPort.Stats stats = port.stats();
        received.setRelease(stats.packets());
        missed.setRelease(stats.missed());
        noMbuf.setRelease(stats.noMbuf());
        errors.setRelease(stats.errors());
        port.extendedStats().forEach((name, value) -> {
            final AtomicCounter counter = driverCounters.get(name);
            if (counter != null) {
                counter.setRelease(value);
            }
        });
    }

    @Override
    public void close() {
        bursts.forEach(RxBurst::close);
        port.close();
        mempools.forEach(Mempool::close);
    }

    /** Drivers on top of the kernel do not look after the link themselves. */
    private EthernetPort.Link linkNow() {
        if (spec.interfaceName().isEmpty()) {
            return port.link();
        }
        return switch (InterfaceState.of(spec.interfaceName().get())) {
            case RUNNING -> EthernetPort.Link.UP;
            case NO_CARRIER, DOWN -> EthernetPort.Link.DOWN;
            case ABSENT -> EthernetPort.Link.REMOVED;
        };
    }

    /** A TAP device makes its interface itself. */
    private static void requireInterface(final PortSpec spec) {
        if (spec.interfaceName().isPresent() && !spec.device().startsWith("net_tap")
            && InterfaceState.of(spec.interfaceName().get()) == InterfaceState.ABSENT) {
            throw new EnvironmentException("no interface " + spec.interfaceName().get()
                + " in this network namespace: ip link lists what there is");
        }
    }

    private static String remedy(final PortSpec spec, final String reason) {
        if (reason.contains("ermission") || reason.contains("ermitted")) {
            return "run as root, or grant CAP_NET_RAW and CAP_NET_ADMIN";
        }
        if (reason.contains("usy") || reason.contains("xists")) {
            return "stop what uses it";
        }
        if (spec.bus().equals(PortSpec.PCI)) {
            return "check the address with lspci, and bind the device to vfio-pci with dpdk-devbind.py";
        }
        return "check the driver's arguments, and that this user may use the device (root, or CAP_NET_RAW and"
            + " CAP_NET_ADMIN)";
    }
}
