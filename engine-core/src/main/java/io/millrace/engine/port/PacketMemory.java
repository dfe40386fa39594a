package io.millrace.engine.port;

import io.millrace.binding.dpdk.Mempool;
import io.millrace.engine.config.CaptureConfig;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.config.PortSpec;

/**
 * Memory that DPDK needs for frames, before a port is opened: an upper bound, since only an open port tells how many
 * queues it has.
 *
 * @param queues        RX queues of all ports at most.
 * @param mbufsPerQueue mbufs in the pool of each queue.
 * @param mbufBytes     room of one mbuf for frame bytes.
 */
public record PacketMemory(int queues, int mbufsPerQueue, int mbufBytes) {
    /** {@code sizeof(struct rte_mbuf)}, {@code RTE_PKTMBUF_HEADROOM}, and what a pool adds to an element. */
    private static final int MBUF_OVERHEAD_BYTES = 128 + 384;
    private static final int EAL_RESERVE_MEBIBYTES = 64;
    private static final int POOL_CACHE_MBUFS = 256;

    /**
     * The memory of a run.
     *
     * @param capture live ports; null for a replay.
     * @param workers how many there are.
     */
    public static PacketMemory of(final EngineConfig config, final CaptureConfig capture, final int workers) {
        if (capture == null) {
            return new PacketMemory(1, config.mempoolMbufs() + handedOnMbufs(workers), config.mbufBytes());
        }
        return new PacketMemory(
            capture.ports().size() * queuesOfEach(capture, workers),
            mbufsPerQueue(config, workers > 1, workers),
            config.mbufBytes());
    }

    /** Bytes of the kernel's rings, one for each queue of its interfaces; locked while the ports are open. */
    public static long kernelRingBytes(final CaptureConfig capture, final int workers) {
        return capture.ports().stream().filter(port -> port.bus().equals(PortSpec.KERNEL)).count()
            * queuesOfEach(capture, workers) * InterfaceDevice.ringBytes(capture.interfaceRingFrames());
    }

    private static int queuesOfEach(final CaptureConfig capture, final int workers) {
        return Math.max(workers, capture.rxQueues());
    }

    /** Mbufs in the pool of an RX queue of a live port: those in its RX ring, in hand, and on the way to workers. */
    static int mbufsPerQueue(final EngineConfig config, final boolean distributed, final int workers) {
        return config.mempoolMbufs() + config.rxDescriptors() + (distributed ? handedOnMbufs(workers) : 0);
    }

    /**
     * A pool of {@code mbufs} mbufs for one thread.
     *
     * @param numaNode that its memory shall be on, or {@link Mempool#ANY_SOCKET}.
     * @throws io.millrace.binding.link.EnvironmentException where DPDK has no room for it.
     */
    static Mempool pool(final String name, final int mbufs, final int mbufBytes, final int numaNode) {
        return Mempool.create("mbufs-" + name, mbufs, Math.min(POOL_CACHE_MBUFS, mbufs / 2), mbufBytes, numaNode);
    }

    /** Bytes of all pools. */
    public long poolBytes() {
        return (long) queues * mbufsPerQueue * (mbufBytes + MBUF_OVERHEAD_BYTES);
    }

    /** What EAL is given. A pool of many mbufs comes in pieces, which leave gaps. */
    public int mebibytes() {
        return EAL_RESERVE_MEBIBYTES + (int) (poolBytes() * 3 / 2 >> 20);
    }

    private static int handedOnMbufs(final int workers) {
        return workers == 1 ? 0 : workers * FrameRings.MBUFS_PER_WORKER;
    }
}
