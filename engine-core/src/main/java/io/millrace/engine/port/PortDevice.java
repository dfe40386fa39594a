package io.millrace.engine.port;

import io.millrace.binding.dpdk.EthernetPort.Link;
import io.millrace.binding.dpdk.Mempool;
import io.millrace.binding.dpdk.RxBurst;
import io.millrace.engine.config.EngineConfig;
import java.util.List;
import java.util.Map;

/**
 * What stands behind a live port: a device that DPDK drives, or an interface that the kernel does. Opened, watched and
 * closed by the thread that builds the engine; its queues are polled by others.
 */
interface PortDevice extends AutoCloseable {
    /** All that came is yet to be asked for. */
    long UNKNOWN = -1;

    /**
     * Counters since frames were let in.
     *
     * @param offered  frames that came to the port: those received, missed and dropped for want of mbufs, and those
     *                 that still wait for a poll.
     * @param received frames handed over.
     * @param missed   frames dropped because nobody polled in time.
     * @param noMbuf   frames dropped for want of mbufs.
     * @param errors   frames received with errors.
     * @param joined   frames longer than any on this link: somebody joined several before they were received.
     * @param cut      frames too long to be handed over whole.
     */
    record Stats(long offered, long received, long missed, long noMbuf, long errors, long joined, long cut) {
    }

    /** Name of its driver. */
    String driver();

    /** Most queues that it can have. */
    int maxQueues();

    /**
     * Queues that are fed so that both directions of a flow, and all its fragments, meet; 1 where that is not certain.
     */
    int symmetricQueues();

    /** NUMA node of the device; negative for none. */
    int numaNode();

    /** Link layer of its frames. */
    LinkType linkType();

    /** Sets up one queue for each pool; frames may come from then on, or with {@link #letIn()}. */
    List<RxBurst> open(EngineConfig config, List<Mempool> pools, boolean promiscuous);

    /** Lets frames in. */
    void letIn();

    /**
     * Lets no more frames in, where the device can do that while it is polled.
     *
     * @return for each queue the frames that it hands over in all, or {@link #UNKNOWN}.
     */
    List<Long> shut();

    /** State of its link. */
    Link link();

    /** Counters now. */
    Stats stats();

    /** Counters of queues and such as only this driver has, by name; always the same names. */
    Map<String, Long> ownCounters();

    @Override
    void close();
}
