package io.millrace.engine.port;

import io.millrace.binding.dpdk.EthernetPort;
import io.millrace.binding.dpdk.EthernetPort.Link;
import io.millrace.binding.dpdk.Mempool;
import io.millrace.binding.dpdk.RxBurst;
import io.millrace.binding.link.EnvironmentException;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.config.PortSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** A device that one of DPDK's drivers polls. */
final class DpdkDevice implements PortDevice {
    /** Its queues get both directions of a flow though it offers no hash: the kernel shares the frames out. */
    private static final String SHARED_BY_KERNEL = "net_af_packet";

    private static final String NO_MEMIF_SERVER = "memif_connect_client";

    private final PortSpec spec;
    private final EthernetPort port;
    private final EthernetPort.Facts facts;
    private int queues;

    /**
     * Attaches the device.
     *
     * @throws EnvironmentException where it is missing, in use, or not allowed.
     */
    DpdkDevice(final PortSpec spec) {
        this.spec = spec;
        ExpressPath.requireEveryQueue(spec);
        try {
            port = EthernetPort.attach(spec.bus(), spec.device(), spec.arguments());
        } catch (final EnvironmentException e) {
            throw new EnvironmentException(e.getMessage() + ": " + remedy(spec, e.getMessage()));
        }
        facts = port.facts();
    }

    @Override
    public String driver() {
        return facts.driver();
    }

    @Override
    public int maxQueues() {
        return facts.maxRxQueues();
    }

    @Override
    public int symmetricQueues() {
        return facts.symmetricRss() || facts.driver().equals(SHARED_BY_KERNEL) ? facts.maxRxQueues() : 1;
    }

    @Override
    public int numaNode() {
        return facts.numaNode();
    }

    @Override
    public LinkType linkType() {
        return LinkType.ETHERNET;
    }

    @Override
    public List<RxBurst> open(final EngineConfig config, final List<Mempool> pools, final boolean promiscuous) {
        queues = pools.size();
        try {
            port.configure(pools, config.rxDescriptors());
        } catch (final EnvironmentException e) {
            throw ExpressPath.reads(spec)
                ? new EnvironmentException(e.getMessage() + ": " + ExpressPath.remedy(spec)) : e;
        }
        if (promiscuous) {
            port.promiscuous();
        }
        try {
            port.start();
        } catch (final EnvironmentException e) {
            throw new EnvironmentException(e.getMessage() + ": " + remedy(spec, e.getMessage()));
        }
        final List<RxBurst> bursts = new ArrayList<>();
        for (int queue = 0; queue < queues; queue++) {
            bursts.add(port.burst(queue, config.burst()));
        }
        return bursts;
    }

    /** Frames come since the port was started. */
    @Override
    public void letIn() {
    }

    /** A port must not be stopped while it is polled. */
    @Override
    public List<Long> shut() {
        return Collections.nCopies(queues, UNKNOWN);
    }

    @Override
    public Link link() {
        return port.link();
    }

    @Override
    public Stats stats() {
        final EthernetPort.Stats stats = port.stats();
        return new Stats(stats.packets() + stats.missed() + stats.noMbuf(), stats.packets(), stats.missed(),
            stats.noMbuf(), stats.errors(), 0, 0);
    }

    @Override
    public Map<String, Long> ownCounters() {
        final Map<String, Long> counters = port.extendedStats();
        counters.keySet().removeIf(name -> !name.startsWith("rx"));
        return counters;
    }

    @Override
    public void close() {
        port.close();
    }

    private static String remedy(final PortSpec spec, final String reason) {
        if (reason.contains(NO_MEMIF_SERVER)) {
            return "start the other program first, or take role=server; both must name the socket alike,"
                + " socket-abstract included";
        }
        if (reason.contains("No such file")) {
            return "check the path in its arguments";
        }
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
