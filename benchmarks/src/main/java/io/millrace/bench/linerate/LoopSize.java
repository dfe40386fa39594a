package io.millrace.bench.linerate;

import io.millrace.bench.traffic.TrafficSpec;

/**
 * How large a {@link LoopPort} and the table behind it must be for generated traffic.
 *
 * @param mbufs        one for each packet, and some bursts.
 * @param mbufBytes    frame bytes of each: the longest frame in whole cache lines.
 * @param flowCapacity room for all flows and a quarter.
 */
public record LoopSize(int mbufs, int mbufBytes, int flowCapacity) {
    private static final int SPARE_MBUFS = 8192;
    private static final int SMALLEST_MBUF_BYTES = 128;
    private static final int SMALLEST_CAPACITY = 1024;
    private static final int CACHE_LINE = 64;

    /** The least that serves. */
    public static LoopSize of(final TrafficSpec traffic) {
        return new LoopSize(
            traffic.packets() + SPARE_MBUFS,
            Math.max(SMALLEST_MBUF_BYTES, traffic.longestFrameBytes() + CACHE_LINE - 1 & -CACHE_LINE),
            Math.max(SMALLEST_CAPACITY, traffic.flows() + traffic.flows() / 4));
    }

    /** Bytes that DPDK needs for such a port. */
    public long memoryBytes() {
        return LoopPort.memoryBytes(mbufs, mbufBytes);
    }
}
