package io.millrace.engine.port;

import io.millrace.binding.dpdk.EthernetPort;
import io.millrace.binding.dpdk.Mempool;
import io.millrace.binding.dpdk.RxBurst;
import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.linux.InterfaceState;
import io.millrace.engine.config.CaptureConfig;
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
    private static final int MAX_DRIVER_COUNTERS = 128;
    private static final String MAKES_ITS_INTERFACE = "net_tap";

    private final PortSpec spec;
    private final PortDevice device;
    private final List<Mempool> mempools = new ArrayList<>();
    private final List<LiveQueue> queues = new ArrayList<>();
    private final Map<String, AtomicCounter> driverCounters = new HashMap<>();
    private AtomicCounter offered;
    private AtomicCounter received;
    private AtomicCounter missed;
    private AtomicCounter noMbuf;
    private AtomicCounter errors;
    private AtomicCounter joined;
    private AtomicCounter cut;
    private AtomicCounter droppedBefore;
    private AtomicCounter linkUp;
    private InterfaceDrops interfaceDrops;
    private EthernetPort.Link link = EthernetPort.Link.UP;
    private boolean toldOfJoined;
    private volatile boolean removed;

    /**
     * Attaches the device.
     *
     * @throws EnvironmentException where it is missing, in use, or not allowed.
     */
    LivePort(final PortSpec spec, final CaptureConfig capture) {
        this.spec = spec;
        requireInterface(spec);
        device = inKernel()
            ? new InterfaceDevice(spec.device(), capture.interfaceRingFrames()) : new DpdkDevice(spec);
    }

    /** Queues that can be fed so that both directions of a flow meet. */
    int symmetricQueues() {
        return device.symmetricQueues();
    }

    /** Sets up the queues. */
    void open(
        final EngineConfig config, final int count, final int mbufsPerQueue, final boolean promiscuous,
        final Telemetry telemetry) {

        if (count > device.maxQueues()) {
            throw new ConfigException("--rx-queues: " + count + ": port " + spec.label() + " has at most "
                + device.maxQueues());
        }
        for (int queue = 0; queue < count; queue++) {
            mempools.add(PacketMemory.pool(
                spec.device() + "-" + queue, mbufsPerQueue, config.mbufBytes(), device.numaNode()));
        }
        for (final RxBurst burst : device.open(config, mempools, promiscuous)) {
            queues.add(new LiveQueue(this, burst));
        }
        count(telemetry);
    }

    private void count(final Telemetry telemetry) {
        final String owner = "port " + spec.label();
        offered = telemetry.counter(PortCounter.PORT_OFFERED, owner);
        received = telemetry.counter(PortCounter.PORT_RECEIVED, owner);
        linkUp = telemetry.counter(PortCounter.LINK_UP, owner);
        joined = telemetry.counter(PortCounter.FRAMES_JOINED, owner);
        cut = telemetry.counter(PortCounter.FRAMES_CUT, owner);
        droppedBefore = telemetry.counter(PortCounter.INTERFACE_DROPPED, owner);
        missed = telemetry.counter(EngineCounter.RX_MISSED, owner);
        noMbuf = telemetry.counter(EngineCounter.RX_NO_MBUF, owner);
        errors = telemetry.counter(EngineCounter.RX_ERRORS, owner);
        for (final String name : device.ownCounters().keySet()) {
            if (driverCounters.size() < MAX_DRIVER_COUNTERS) {
                driverCounters.put(name, telemetry.counter(PortCounter.DRIVER_COUNTER, owner + " " + name));
            }
        }
    }

    /** Lets frames in. */
    void letIn() {
        if (spec.interfaceName().isPresent()) {
            interfaceDrops = new InterfaceDrops(spec.interfaceName().get(), makesItsInterface(spec));
        }
        device.letIn();
    }

    /** Lets no more frames in, as far as the device can; its queues are drained after that. */
    void shut() {
        final List<Long> framesInAll = device.shut();
        for (int queue = 0; queue < queues.size(); queue++) {
            queues.get(queue).shut(framesInAll.get(queue));
        }
    }

    /** Its queues, in order. */
    List<LiveQueue> queues() {
        return queues;
    }

    PortSpec spec() {
        return spec;
    }

    String driver() {
        return device.driver();
    }

    LinkType linkType() {
        return device.linkType();
    }

    /** Whether its queues may be polled: a device that is gone must be left alone, while a socket keeps its ring. */
    boolean pollable() {
        return !removed || inKernel();
    }

    /**
     * Reads counters and link; tells changes of the link in one line each.
     *
     * @param ended whether its queues are polled no more: what waits in them is missed then.
     */
    void watch(final Consumer<String> news, final boolean ended) {
        if (!removed) {
            watchLink(news);
        }
        if (pollable()) {
            readCounters(news, ended);
        }
    }

    private void watchLink(final Consumer<String> news) {
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
        removed = now == EthernetPort.Link.REMOVED;
    }

    private void readCounters(final Consumer<String> news, final boolean ended) {
        final PortDevice.Stats stats = device.stats();
        final long polled = queues.stream().mapToLong(queue -> queue.burst().received()).sum();
        final long waiting = Math.max(0, stats.offered() - stats.missed() - stats.noMbuf() - polled);
        offered.setRelease(stats.offered());
        received.setRelease(ended ? Math.min(polled, stats.received()) : stats.received());
        missed.setRelease(stats.missed() + (ended ? waiting : 0));
        noMbuf.setRelease(stats.noMbuf());
        errors.setRelease(stats.errors());
        joined.setRelease(stats.joined());
        cut.setRelease(stats.cut());
        if (interfaceDrops != null) {
            droppedBefore.setRelease(interfaceDrops.dropped());
        }
        if (stats.joined() > 0 && !toldOfJoined) {
            toldOfJoined = true;
            news.accept("port " + spec.label() + ": frames longer than the link's MTU come: packets are joined before"
                + " they are counted: ethtool -K " + spec.label() + " gro off lro off, and tso off gso off where a"
                + " sender is on this machine");
        }
        device.ownCounters().forEach((name, value) -> {
            final AtomicCounter counter = driverCounters.get(name);
            if (counter != null) {
                counter.setRelease(value);
            }
        });
    }

    @Override
    public void close() {
        queues.forEach(queue -> queue.burst().close());
        device.close();
        mempools.forEach(Mempool::close);
    }

    /** Drivers on top of the kernel do not look after the link themselves. */
    private EthernetPort.Link linkNow() {
        if (spec.interfaceName().isEmpty()) {
            return device.link();
        }
        return switch (InterfaceState.of(spec.interfaceName().get())) {
            case RUNNING -> EthernetPort.Link.UP;
            case NO_CARRIER, DOWN -> EthernetPort.Link.DOWN;
            case ABSENT -> EthernetPort.Link.REMOVED;
        };
    }

    private boolean inKernel() {
        return spec.bus().equals(PortSpec.KERNEL);
    }

    private static void requireInterface(final PortSpec spec) {
        if (spec.interfaceName().isPresent() && !makesItsInterface(spec)
            && InterfaceState.of(spec.interfaceName().get()) == InterfaceState.ABSENT) {
            throw new EnvironmentException("no interface " + spec.interfaceName().get()
                + " in this network namespace: ip link lists what there is");
        }
    }

    private static boolean makesItsInterface(final PortSpec spec) {
        return spec.device().startsWith(MAKES_ITS_INTERFACE);
    }
}
