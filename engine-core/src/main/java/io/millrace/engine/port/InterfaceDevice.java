package io.millrace.engine.port;

import io.millrace.binding.dpdk.EthernetPort.Link;
import io.millrace.binding.dpdk.Mempool;
import io.millrace.binding.dpdk.PacketSocket;
import io.millrace.binding.dpdk.RxBurst;
import io.millrace.binding.link.EnvironmentException;
import io.millrace.engine.config.EngineConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An interface of the kernel, read through packet sockets, one per queue. */
final class InterfaceDevice implements PortDevice {
    /** Sockets of one fan-out group at most, {@code PACKET_FANOUT_MAX} of older kernels. */
    private static final int MAX_QUEUES = 256;
    /** Room that a frame of usual size is given in the ring. */
    private static final int FRAME_ROOM_BYTES = 2048;
    private static final int MIN_BLOCKS = 4;
    private static final int NO_NUMA_NODE = -1;

    private final String interfaceName;
    private final int blocks;
    private final List<PacketSocket> sockets = new ArrayList<>();
    private LinkType linkType;

    /**
     * The interface, not yet opened.
     *
     * @param ringFrames frames of usual size that the ring of a queue holds; many more where they are short.
     */
    InterfaceDevice(final String interfaceName, final int ringFrames) {
        this.interfaceName = interfaceName;
        blocks = blocks(ringFrames);
    }

    /** Bytes of a ring of so many frames of usual size. */
    static long ringBytes(final int ringFrames) {
        return (long) blocks(ringFrames) * PacketSocket.BLOCK_BYTES;
    }

    private static int blocks(final int ringFrames) {
        return Math.max(MIN_BLOCKS, (int) ((long) ringFrames * FRAME_ROOM_BYTES / PacketSocket.BLOCK_BYTES));
    }

    @Override
    public String driver() {
        return "af_packet";
    }

    @Override
    public int maxQueues() {
        return MAX_QUEUES;
    }

    @Override
    public int symmetricQueues() {
        return MAX_QUEUES;
    }

    @Override
    public int numaNode() {
        return NO_NUMA_NODE;
    }

    @Override
    public LinkType linkType() {
        return linkType;
    }

    @Override
    public List<RxBurst> open(final EngineConfig config, final List<Mempool> pools, final boolean promiscuous) {
        final List<RxBurst> bursts = new ArrayList<>();
        int group = PacketSocket.NEW_GROUP;
        for (final Mempool pool : pools) {
            final PacketSocket socket = PacketSocket.open(interfaceName, blocks, promiscuous);
            sockets.add(socket);
            if (pools.size() > 1) {
                group = socket.share(group);
            }
            bursts.add(socket.burst(pool, config.burst()));
        }
        linkType = linkType(sockets.getFirst().hardwareType());
        return bursts;
    }

    @Override
    public void letIn() {
        sockets.forEach(socket -> socket.gate(true));
    }

    @Override
    public List<Long> shut() {
        sockets.forEach(socket -> socket.gate(false));
        return sockets.stream().map(PacketSocket::stats).map(stats -> stats.offered() - stats.missed()).toList();
    }

    /** Told by the kernel; {@link LivePort} asks it for every interface. */
    @Override
    public Link link() {
        return Link.UP;
    }

    @Override
    public Stats stats() {
        long offered = 0;
        long taken = 0;
        long missed = 0;
        long joined = 0;
        long cut = 0;
        for (final PacketSocket socket : sockets) {
            final PacketSocket.Stats stats = socket.stats();
            offered += stats.offered();
            taken += stats.taken();
            missed += stats.missed();
            joined += stats.joined();
            cut += stats.cut();
        }
        return new Stats(offered, taken, missed, 0, 0, joined, cut);
    }

    @Override
    public Map<String, Long> ownCounters() {
        final Map<String, Long> counters = new LinkedHashMap<>();
        for (int queue = 0; queue < sockets.size(); queue++) {
            final PacketSocket.Stats stats = sockets.get(queue).stats();
            counters.put("rx_q" + queue + "_packets", stats.taken());
            counters.put("rx_q" + queue + "_bytes", stats.bytes());
            counters.put("rx_q" + queue + "_missed", stats.missed());
        }
        return counters;
    }

    @Override
    public void close() {
        sockets.forEach(PacketSocket::close);
    }

    /** Source: {@code linux/if_arp.h}; interfaces without a link layer hand over IP packets. */
    private LinkType linkType(final int hardwareType) {
        return switch (hardwareType) {
            case 1, 772 -> LinkType.ETHERNET;
            case 512, 519, 768, 769, 776, 65534 -> LinkType.RAW;
            case 801 -> LinkType.IEEE802_11;
            case 803 -> LinkType.IEEE802_11_RADIOTAP;
            default -> throw new EnvironmentException("interface " + interfaceName + " has a link layer that is not"
                + " understood (type " + hardwareType + " of linux/if_arp.h): watch another interface");
        };
    }
}
