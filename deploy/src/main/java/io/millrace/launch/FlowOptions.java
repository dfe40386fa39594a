package io.millrace.launch;

import io.millrace.engine.config.ConfigException;
import io.millrace.engine.config.DetectionConfig;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.config.EngineConfig.FlowStatistics;
import io.millrace.engine.config.FlowTimeouts;
import io.millrace.launch.plan.RunMemory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Flags about flows and their applications. */
@Command(description = "Flows")
final class FlowOptions {
    private static final int MAX_UNDECIDED_FLOWS = 1 << 17;
    private static final long MIN_METADATA_BYTES = 16L << 20;
    private static final long NS_PER_S = 1_000_000_000L;

    @Option(names = "--flow-capacity", paramLabel = "N", converter = CountConverter.class,
        description = "Flows held at once per worker; when the table is full, the longest idle flow of a neighbourhood"
            + " ends early (default: 1M; on live ports less where half of the free memory holds less).")
    private Integer capacity;

    @Mixin
    private TimeoutOptions timeouts;

    @Option(names = "--periodic-interval", paramLabel = "TIME", defaultValue = "30s",
        converter = DurationConverter.class,
        description = "Time between two periodicUpdate hooks of a flow; whole seconds (default: ${DEFAULT-VALUE}).")
    private long periodicIntervalNs;

    @Option(names = "--flow-stats", paramLabel = "basic|full", defaultValue = "full",
        description = "What is kept of a flow: basic is counters, TCP flags, handshake and latencies; full adds"
            + " inter-arrival times, frame lengths, fragments and TCP retransmissions (default: ${DEFAULT-VALUE}).")
    private FlowStatistics statistics;

    @Option(names = "--detect-packets", paramLabel = "LIST", defaultValue = DetectPackets.DEFAULT_TEXT,
        converter = DetectPackets.Converter.class,
        description = "Packets of a flow shown to nDPI at most; what is not named keeps its default, 0 alone switches"
            + " detection off (default: ${DEFAULT-VALUE}).")
    private DetectPackets detectPackets;

    @Option(names = "--detect-silence", paramLabel = "TIME", defaultValue = "5s", converter = DurationConverter.class,
        description = "Silence after which nDPI must name a flow by what it has seen (default: ${DEFAULT-VALUE}).")
    private long detectSilenceNs;

    /** As asked for; null for what suits. */
    Integer askedCapacity() {
        if (capacity != null) {
            EngineConfig.requireFlowCapacity(capacity);
        }
        return capacity;
    }

    FlowTimeouts timeouts() {
        return timeouts.timeouts();
    }

    long periodicIntervalNs() {
        return periodicIntervalNs;
    }

    FlowStatistics statistics() {
        return statistics;
    }

    /** Scripts count their periods in whole seconds. */
    int periodicSeconds() {
        if (periodicIntervalNs % NS_PER_S != 0 || periodicIntervalNs / NS_PER_S > Integer.MAX_VALUE) {
            throw new ConfigException(
                "--periodic-interval: " + periodicIntervalNs + " ns are not whole seconds: write 30s or 1m");
        }
        return (int) (periodicIntervalNs / NS_PER_S);
    }

    /**
     * Memory for undecided flows and for what nDPI read grows with the table; pages not used cost nothing.
     *
     * @param matchPackets whether the payload of the packet that named the application is kept from the start.
     */
    DetectionConfig detection(final int flows, final boolean matchPackets) {
        return new DetectionConfig(
            detectPackets.tcp(), detectPackets.udp(), detectPackets.other(),
            Math.min(flows, MAX_UNDECIDED_FLOWS), detectSilenceNs,
            Math.max(MIN_METADATA_BYTES, flows * RunMemory.METADATA_BYTES_PER_FLOW), matchPackets,
            (long) flows * DetectionConfig.MATCH_PAYLOAD_BYTES);
    }
}
