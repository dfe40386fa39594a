package io.millrace.bench.linerate;

import io.millrace.engine.config.DetectionConfig;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.config.FlowTimeouts;
import io.millrace.engine.parse.TunnelType;
import java.util.List;

/** Settings of the engine as {@code millrace} has them by default, but for what a benchmark varies. Stateless. */
public final class BenchSettings {
    private static final long NS_PER_S = 1_000_000_000L;
    private static final int MBUFS = 4096;
    private static final int MBUF_BYTES = 2048;
    private static final int RX_DESCRIPTORS = 512;
    private static final long HASH_SEED = 0x6D69_6C6C_7261_6365L;

    private BenchSettings() {
    }

    /** One worker that waits for room in event rings, detection decided before the first packet. */
    public static EngineConfig decided(
        final int flowCapacity,
        final EngineConfig.FlowStatistics flowStatistics,
        final int burst,
        final boolean hugePages,
        final List<Integer> cores) {

        return new EngineConfig(
            flowCapacity, FlowTimeouts.of(60 * NS_PER_S, 15 * NS_PER_S), 30 * NS_PER_S, flowStatistics,
            TunnelType.ALL,
            new DetectionConfig(0, 0, 0, 1024, 5 * NS_PER_S, 1 << 20),
            burst, MBUFS, MBUF_BYTES, RX_DESCRIPTORS,
            hugePages ? EngineConfig.HugePages.ON : EngineConfig.HugePages.AUTO, EngineConfig.Overflow.BLOCK,
            HASH_SEED, cores, 0, List.of(), false);
    }

    /** The same for a live port: events that find no room are skipped; flows end after {@code silenceNs}. */
    public static EngineConfig live(final int flowCapacity, final int burst, final long silenceNs, final int core) {
        return live(flowCapacity, burst, silenceNs, core, EngineConfig.Overflow.DROP);
    }

    /** The same with another way to meet a full event ring. */
    public static EngineConfig live(
        final int flowCapacity, final int burst, final long silenceNs, final int core,
        final EngineConfig.Overflow overflow) {

        return new EngineConfig(
            flowCapacity, FlowTimeouts.of(silenceNs, silenceNs), 30 * NS_PER_S,
            EngineConfig.FlowStatistics.FULL, TunnelType.ALL,
            new DetectionConfig(0, 0, 0, 1024, 5 * NS_PER_S, 1 << 20),
            burst, MBUFS, MBUF_BYTES, RX_DESCRIPTORS, EngineConfig.HugePages.AUTO, overflow,
            HASH_SEED, List.of(core), 0, List.of(), false);
    }
}
