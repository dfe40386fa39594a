package io.millrace.engine.config;

/**
 * How long nDPI may look at a flow before it is given up.
 *
 * @param tcpPackets      packets of a TCP flow shown to nDPI at most; 0 switches detection of TCP off.
 * @param udpPackets      packets of a UDP flow shown to nDPI at most; 0 switches detection of UDP off.
 * @param otherPackets    packets of any other flow shown to nDPI at most.
 * @param undecidedFlows  flows per worker that may hold nDPI state at once; more are named by port.
 * @param silenceNs       silence after which an undecided flow is given up.
 * @param metadataBytes   memory per worker for what nDPI read in payloads.
 * @param matchPackets    whether the payload of the packet that named the application is kept from the start.
 * @param matchBytes      memory per worker that such payloads take beside {@code metadataBytes} while they are kept.
 */
public record DetectionConfig(
    int tcpPackets,
    int udpPackets,
    int otherPackets,
    int undecidedFlows,
    long silenceNs,
    long metadataBytes,
    boolean matchPackets,
    long matchBytes) {

    /** Longest payload of such a packet that is kept, in bytes; what is beyond is cut off. */
    public static final int MATCH_PAYLOAD_BYTES = 256;

    /** Checks every value; throws {@link ConfigException} with the flag, the value and the limit. */
    public DetectionConfig {
        requirePackets("tcp", tcpPackets);
        requirePackets("udp", udpPackets);
        requirePackets("other", otherPackets);
        if (undecidedFlows < 1) {
            throw new ConfigException("flows under detection must be at least 1: " + undecidedFlows);
        }
        if (silenceNs <= 0) {
            throw new ConfigException("--detect-silence must be longer than zero: " + silenceNs + " ns");
        }
        if (metadataBytes < 4096) {
            throw new ConfigException("metadata memory must be at least 4096 bytes: " + metadataBytes);
        }
        if (matchBytes < 0) {
            throw new ConfigException("memory of match packets must not be negative: " + matchBytes);
        }
    }

    /** Settings by which no match packets are kept. */
    public DetectionConfig(
        final int tcpPackets, final int udpPackets, final int otherPackets, final int undecidedFlows,
        final long silenceNs, final long metadataBytes) {

        this(tcpPackets, udpPackets, otherPackets, undecidedFlows, silenceNs, metadataBytes, false, 0);
    }

    /** Packets shown at most of a flow of this IP protocol. */
    public int packetLimit(final int l4Protocol) {
        return switch (l4Protocol) {
            case 6 -> tcpPackets;
            case 17 -> udpPackets;
            default -> otherPackets;
        };
    }

    /** Whether no packet is ever shown to nDPI. */
    public boolean isOff() {
        return tcpPackets == 0 && udpPackets == 0 && otherPackets == 0;
    }

    private static void requirePackets(final String protocol, final int packets) {
        if (packets < 0 || packets > 10_000) {
            throw new ConfigException("--detect-packets " + protocol + " must be from 0 to 10000: " + packets);
        }
    }
}
