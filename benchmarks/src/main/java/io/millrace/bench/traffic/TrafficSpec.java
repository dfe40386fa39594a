package io.millrace.bench.traffic;

import io.millrace.engine.config.ConfigException;
import java.util.Locale;

/**
 * Generated traffic, completely described: the same values give the same file, byte for byte.
 *
 * @param flows        different five-tuples, each met at least once; 1 to 16 million.
 * @param packets      frames in the file, at least {@code flows}.
 * @param sizeBytes    length of every frame on the wire with its checksum, 64 to 1518; 0 for IMIX (7 of 64, 4 of 594,
 *                     1 of 1518).
 * @param zipfExponent popularity of the flows: 0 draws them evenly, 1 is the classic law of Zipf.
 * @param tcpPercent   share of the flows that are TCP, begun by a handshake; the rest are UDP.
 * @param tcpClose     whether the last two packets of a TCP flow carry FIN.
 * @param empty        whether packets carry no payload; short frames are padded.
 * @param vlans        VLANs that the packets of each flow alternate between; 0 for untagged frames.
 * @param seed         of everything drawn.
 */
public record TrafficSpec(
    int flows,
    int packets,
    int sizeBytes,
    double zipfExponent,
    int tcpPercent,
    boolean tcpClose,
    boolean empty,
    int vlans,
    long seed) {

    /** Bytes of the frame check sequence, on the wire but in no capture. */
    static final int FRAME_CHECK_BYTES = 4;
    /** Shortest frame on the wire. */
    public static final int SMALLEST_WIRE_BYTES = 64;
    /** Longest frame on the wire without a tag. */
    public static final int LONGEST_WIRE_BYTES = 1518;
    /** Size that stands for IMIX. */
    public static final int IMIX = 0;

    private static final int MAX_FLOWS = 1 << 24;
    private static final int MAX_VLANS = 4094;

    /** Checks every value; throws {@link ConfigException} with the flag, the value and the limit. */
    public TrafficSpec {
        require("--flows", flows, 1, MAX_FLOWS);
        require("--packets", packets, flows, Integer.MAX_VALUE - 8);
        if (sizeBytes != 0) {
            require("--size", sizeBytes, SMALLEST_WIRE_BYTES, LONGEST_WIRE_BYTES);
        }
        require("--tcp", tcpPercent, 0, 100);
        require("--vlans", vlans, 0, MAX_VLANS);
        if (!(zipfExponent >= 0 && zipfExponent <= 4)) {
            throw new ConfigException("--zipf must be from 0 to 4: " + zipfExponent);
        }
    }

    /** UDP of one size, flows drawn evenly. */
    public static TrafficSpec udp(final int flows, final int packets, final long seed) {
        return new TrafficSpec(flows, packets, SMALLEST_WIRE_BYTES, 0, 0, false, false, 0, seed);
    }

    /** The same flows with frames of another size; {@link #IMIX} for a mix. */
    public TrafficSpec withSize(final int wireBytes) {
        return new TrafficSpec(flows, packets, wireBytes, zipfExponent, tcpPercent, tcpClose, empty, vlans, seed);
    }

    /** The same with a share of the flows being TCP that is not closed. */
    public TrafficSpec withTcp(final int percent) {
        return new TrafficSpec(flows, packets, sizeBytes, zipfExponent, percent, false, empty, vlans, seed);
    }

    /** The same with TCP flows that end with FIN. */
    public TrafficSpec withTcpClose() {
        return new TrafficSpec(flows, packets, sizeBytes, zipfExponent, tcpPercent, true, empty, vlans, seed);
    }

    /** The same with the packets of each flow alternating between VLANs. */
    public TrafficSpec withVlans(final int count) {
        return new TrafficSpec(flows, packets, sizeBytes, zipfExponent, tcpPercent, tcpClose, empty, count, seed);
    }

    /** The same flows with another law of popularity. */
    public TrafficSpec withZipf(final double exponent) {
        return new TrafficSpec(flows, packets, sizeBytes, exponent, tcpPercent, tcpClose, empty, vlans, seed);
    }

    /** The same flows with empty packets. */
    public TrafficSpec withoutPayload() {
        return new TrafficSpec(flows, packets, sizeBytes, zipfExponent, tcpPercent, tcpClose, true, vlans, seed);
    }

    /** Every flow once, in an order of its own; shuffled with another seed. */
    public TrafficSpec eachFlowOnce() {
        return new TrafficSpec(flows, flows, SMALLEST_WIRE_BYTES, 0, tcpPercent, false, empty, vlans, seed + 1);
    }

    /** Most bytes of a frame in the capture. */
    public int longestFrameBytes() {
        return (sizeBytes == 0 ? LONGEST_WIRE_BYTES : sizeBytes) - FRAME_CHECK_BYTES;
    }

    /** A file name that differs where the traffic does. */
    public String fileName() {
        return String.format(Locale.ROOT, "%s-f%d-p%d-z%s-t%d%s-v%d-s%d.pcap",
            sizeBytes == 0 ? "imix" : "size" + sizeBytes, flows, packets, zipfExponent, tcpPercent,
            (tcpClose ? "c" : "") + (empty ? "e" : ""), vlans, seed);
    }

    private static void require(final String flag, final long value, final long min, final long max) {
        if (value < min || value > max) {
            throw new ConfigException(flag + " must be from " + min + " to " + max + ": " + value);
        }
    }
}
