package io.millrace.launch;

import io.millrace.engine.config.ConfigException;
import io.millrace.engine.config.DetectionConfig;
import io.millrace.engine.config.EngineConfig.FlowStatistics;
import io.millrace.engine.config.FlowTimeouts;
import io.millrace.launch.plan.RunMemory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Flags about flows and their applications. */
@Command(description = "Flows")
final class FlowOptions {
    private static final int MAX_UNDECIDED_FLOWS = 1 << 17;
    private static final long MIN_METADATA_BYTES = 16L << 20;
    private static final long NS_PER_S = 1_000_000_000L;
    private static final long TCP_CLOSED_TIMEOUT_NS = 15 * NS_PER_S;

    @Option(names = "--flow-capacity", paramLabel = "N", converter = CountConverter.class,
        description = "Flows held at once per worker; when the table is full, the longest idle flow of a neighbourhood"
            + " ends early (default: 1M; on live ports less where half of the free memory holds less).")
    private Integer capacity;

    @Option(names = "--idle-timeout", paramLabel = "TIME", defaultValue = "60s", converter = DurationConverter.class,
        description = "Silence after which a flow ends for which nothing else is said (default: ${DEFAULT-VALUE}).")
    private long idleTimeoutNs;

    @Option(names = "--tcp-new-timeout", paramLabel = "TIME", converter = DurationConverter.class,
        description = "The same for TCP whose SYN nobody answers (default: that of --tcp-closed-timeout).")
    private Long tcpNewTimeoutNs;

    @Option(names = "--tcp-half-open-timeout", paramLabel = "TIME", converter = DurationConverter.class,
        description = "For TCP whose SYN-ACK the client does not acknowledge (default: that of --tcp-closed-timeout).")
    private Long tcpHalfOpenTimeoutNs;

    @Option(names = "--tcp-established-timeout", paramLabel = "TIME", converter = DurationConverter.class,
        description = "For TCP past its handshake or picked up in mid-stream (default: that of --idle-timeout).")
    private Long tcpEstablishedTimeoutNs;

    @Option(names = "--tcp-closed-timeout", paramLabel = "TIME", converter = DurationConverter.class,
        description = "For TCP after FIN or RST (default: 15s, or less where --idle-timeout is).")
    private Long tcpClosedTimeoutNs;

    @Option(names = "--udp-timeout", paramLabel = "TIME", converter = DurationConverter.class,
        description = "For UDP (default: that of --idle-timeout).")
    private Long udpTimeoutNs;

    @Option(names = "--icmp-timeout", paramLabel = "TIME", converter = DurationConverter.class,
        description = "For ICMP and ICMPv6 (default: that of --idle-timeout).")
    private Long icmpTimeoutNs;

    @Option(names = "--other-timeout", paramLabel = "TIME", converter = DurationConverter.class,
        description = "For all other protocols (default: that of --idle-timeout).")
    private Long otherTimeoutNs;

    @Option(names = "--active-timeout", paramLabel = "TIME", defaultValue = "0s", converter = DurationConverter.class,
        description = "Report flows that live longer in slices of this length: what came since the last record of the"
            + " flow; 0s for one record when the flow ends (default: ${DEFAULT-VALUE}).")
    private long activeTimeoutNs;

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
        return capacity;
    }

    /** Silence after which flows end; what is not given follows from what is. */
    FlowTimeouts timeouts() {
        if (idleTimeoutNs <= 0) {
            throw new ConfigException("--idle-timeout must be longer than zero: " + idleTimeoutNs + " ns");
        }
        final long closedNs = given(tcpClosedTimeoutNs, Math.min(TCP_CLOSED_TIMEOUT_NS, idleTimeoutNs));
        return new FlowTimeouts(
            given(tcpNewTimeoutNs, closedNs),
            given(tcpHalfOpenTimeoutNs, closedNs),
            given(tcpEstablishedTimeoutNs, idleTimeoutNs),
            closedNs,
            given(udpTimeoutNs, idleTimeoutNs),
            given(icmpTimeoutNs, idleTimeoutNs),
            given(otherTimeoutNs, idleTimeoutNs),
            activeTimeoutNs);
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

    private static long given(final Long durationNs, final long otherwiseNs) {
        return durationNs == null ? otherwiseNs : durationNs;
    }
}
