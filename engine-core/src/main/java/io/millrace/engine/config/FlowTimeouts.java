package io.millrace.engine.config;

import java.util.stream.LongStream;

/**
 * When a flow's time is over: the silence, in nanoseconds, after which it ends, by its protocol and how it stands.
 *
 * @param tcpNewNs         TCP whose SYN nobody has answered.
 * @param tcpHalfOpenNs    TCP whose SYN-ACK the client has not acknowledged (RFC 4987).
 * @param tcpEstablishedNs TCP past its handshake, or picked up in mid-stream.
 * @param tcpClosedNs      TCP after FIN or RST.
 * @param udpNs            UDP.
 * @param icmpNs           ICMP and ICMPv6.
 * @param otherNs          all other protocols.
 * @param activeNs         not a silence: time after which a flow that lives on is reported, again and again; 0 never.
 */
public record FlowTimeouts(
    long tcpNewNs,
    long tcpHalfOpenNs,
    long tcpEstablishedNs,
    long tcpClosedNs,
    long udpNs,
    long icmpNs,
    long otherNs,
    long activeNs) {

    /** Checks every value; throws {@link ConfigException} with the flag and the value. */
    public FlowTimeouts {
        // The next two follow from the first where they are not given.
        requirePositive("--tcp-closed-timeout", tcpClosedNs);
        requirePositive("--tcp-new-timeout", tcpNewNs);
        requirePositive("--tcp-half-open-timeout", tcpHalfOpenNs);
        requirePositive("--tcp-established-timeout", tcpEstablishedNs);
        requirePositive("--udp-timeout", udpNs);
        requirePositive("--icmp-timeout", icmpNs);
        requirePositive("--other-timeout", otherNs);
        if (activeNs < 0) {
            throw new ConfigException("--active-timeout must not be negative: " + activeNs + " ns");
        }
    }

    /**
     * One timeout for flows that go on and one for TCP flows that do not; flows are reported as a whole.
     *
     * @param idleNs      of established TCP and all that is not TCP.
     * @param tcpClosedNs of TCP that is closed or not yet open.
     */
    public static FlowTimeouts of(final long idleNs, final long tcpClosedNs) {
        return new FlowTimeouts(tcpClosedNs, tcpClosedNs, idleNs, tcpClosedNs, idleNs, idleNs, idleNs, 0);
    }

    /** The shortest of all: before it no flow ends. */
    public long shortestNs() {
        return all().min().orElseThrow();
    }

    /** The longest of all: after it every flow has ended. */
    public long longestNs() {
        return all().max().orElseThrow();
    }

    private LongStream all() {
        return LongStream.of(tcpNewNs, tcpHalfOpenNs, tcpEstablishedNs, tcpClosedNs, udpNs, icmpNs, otherNs);
    }

    private static void requirePositive(final String flag, final long durationNs) {
        if (durationNs <= 0) {
            throw new ConfigException(flag + " must be longer than zero: " + durationNs + " ns");
        }
    }
}
