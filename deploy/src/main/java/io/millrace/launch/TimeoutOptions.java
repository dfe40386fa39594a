package io.millrace.launch;

import io.millrace.engine.config.ConfigException;
import io.millrace.engine.config.FlowTimeouts;
import picocli.CommandLine.Option;

/** Flags about the end of flows, by protocol and state; part of {@link FlowOptions}. */
final class TimeoutOptions {
    private static final long TCP_CLOSED_TIMEOUT_NS = 15_000_000_000L;

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

    private static long given(final Long durationNs, final long otherwiseNs) {
        return durationNs == null ? otherwiseNs : durationNs;
    }
}
