package io.millrace.engine.config;

import java.util.List;

/**
 * Settings of the engine.
 *
 * @param flowCapacity         flows per worker, 1024 to 100 million.
 * @param timeouts             silence after which flows end.
 * @param periodicIntervalNs   time between two periodic updates of a flow.
 * @param flowStatistics       whether flows keep more than their counters.
 * @param openedTunnels        set of the tunnels whose inside is the flow; 0 for none.
 * @param detection            how long nDPI may look at a flow.
 * @param burst                frames per poll, 1 to 512.
 * @param mempoolMbufs         mbufs per RX queue, at least twice {@code burst}.
 * @param mbufBytes            frame bytes per mbuf; longer frames take several.
 * @param rxDescriptors        length of an RX ring.
 * @param hugePages            which memory comes from huge pages.
 * @param overflow             what happens to an event whose ring is full.
 * @param hashSeed             secret of the flow hash; fixed in a replay, so that a replay repeats itself.
 * @param workerCores          core of each worker, kept free of all other threads; empty leaves placing to the kernel.
 * @param warmUpFrames         frames led through the engine before the first real one, so that its code is compiled; 0
 *                             for none.
 * @param ealArguments         further arguments for DPDK's EAL.
 * @param dpdkLogToStderr      whether DPDK's log is shown.
 */
public record EngineConfig(
    int flowCapacity,
    FlowTimeouts timeouts,
    long periodicIntervalNs,
    FlowStatistics flowStatistics,
    int openedTunnels,
    DetectionConfig detection,
    int burst,
    int mempoolMbufs,
    int mbufBytes,
    int rxDescriptors,
    HugePages hugePages,
    Overflow overflow,
    long hashSeed,
    List<Integer> workerCores,
    int warmUpFrames,
    List<String> ealArguments,
    boolean dpdkLogToStderr) {

    private static final int MIN_FLOW_CAPACITY = 1024;
    private static final int MAX_FLOW_CAPACITY = 100_000_000;
    private static final int MAX_BURST = 512;
    private static final int MIN_MBUF_BYTES = 128;
    private static final int MAX_MBUF_BYTES = 65_535 - 128;

    /** Whether memory comes from huge pages. */
    public enum HugePages {
        /** Transparent ones for tables where the kernel gives them, none of those reserved for packet buffers. */
        AUTO,
        /** Reserved ones for packet buffers too; refuses to start without. */
        ON,
        /** Never. */
        OFF
    }

    /** What is kept of a flow. */
    public enum FlowStatistics {
        /** Counters, TCP flags, opening and first answer. */
        BASIC,
        /** Also inter-arrival times, frame lengths, fragments and TCP's sequence numbers. */
        FULL
    }

    /** What happens to an event whose ring is full. */
    public enum Overflow {
        /** The worker waits: nothing is lost, packets may be. Right for files. */
        BLOCK,
        /** The hook is skipped and counted: packets are never late. Right for live ports. */
        DROP
    }

    /** Checks every value; throws {@link ConfigException} with the flag, the value and the limit. */
    public EngineConfig {
        requireFlowCapacity(flowCapacity);
        require("--burst", burst, 1, MAX_BURST);
        require("--mbuf-size", mbufBytes, MIN_MBUF_BYTES, MAX_MBUF_BYTES);
        require("--mempool", mempoolMbufs, 2L * burst, Integer.MAX_VALUE);
        require("--rx-descriptors", rxDescriptors, 1, 65_535);
        require("--warm-up", warmUpFrames, 0, 100_000_000);
        requirePositive("--periodic-interval", periodicIntervalNs);
        workerCores = List.copyOf(workerCores);
        ealArguments = List.copyOf(ealArguments);
    }

    /**
     * The same with other sizes, RX rings no longer than a pool of mbufs, and, for all that happens to a flow without a
     * packet, one timeout.
     *
     * @param timeoutNs closed and periodic timeout; idle is four times as much.
     */
    public EngineConfig scaledDown(
        final int flows, final int mbufs, final int bytesPerMbuf, final long timeoutNs) {
        return new EngineConfig(
            flows, FlowTimeouts.of(4 * timeoutNs, timeoutNs), timeoutNs, flowStatistics, openedTunnels, detection,
            burst, mbufs, bytesPerMbuf, Math.min(rxDescriptors, mbufs), hugePages, overflow, hashSeed, workerCores,
            warmUpFrames, ealArguments, dpdkLogToStderr);
    }

    /** Checks one value before others follow from it. */
    public static void requireFlowCapacity(final int flowCapacity) {
        require("--flow-capacity", flowCapacity, MIN_FLOW_CAPACITY, MAX_FLOW_CAPACITY);
    }

    private static void require(final String flag, final long value, final long min, final long max) {
        if (value < min || value > max) {
            throw new ConfigException(flag + " must be from " + min + " to " + max + ": " + value);
        }
    }

    private static void requirePositive(final String flag, final long durationNs) {
        if (durationNs <= 0) {
            throw new ConfigException(flag + " must be longer than zero: " + durationNs + " ns");
        }
    }
}
