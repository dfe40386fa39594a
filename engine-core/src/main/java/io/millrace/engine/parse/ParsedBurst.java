package io.millrace.engine.parse;

/**
 * What the parser found in each frame of a burst, one array per fact, indexed by the frame's slot. Facts other than
 * {@link #outcome} are set only where the outcome is {@link #PARSED}. Owned by one worker; written by
 * {@link PacketParser}, read by the later stages.
 */
public final class ParsedBurst {
    /** The frame is a packet of a flow. */
    public static final byte PARSED = 0;
    /** The frame carries no IP. */
    public static final byte NOT_IP = 1;
    /** Cut short, with lengths that lie, or with a header chain past the frame's end. */
    public static final byte MALFORMED = 2;
    /** The link layer is not understood. */
    public static final byte UNSUPPORTED_LINK = 3;

    /** One of the outcomes above. */
    public final byte[] outcome;
    /** Address of the IP header. */
    public final long[] l3Address;
    /** Readable bytes from the IP header on, padding of the link included. */
    public final int[] l3Length;
    /** Bytes of the frame on the wire. */
    public final int[] wireLength;
    /** 4 or 6. */
    public final byte[] ipVersion;
    /** IP protocol number of the last header. */
    public final short[] l4Protocol;
    /** Bytes 0 to 7 of the source address in network order as a number; IPv4 addresses in the upper four. */
    public final long[] sourceHigh;
    /** Bytes 8 to 15 of the source address. */
    public final long[] sourceLow;
    /** Bytes 0 to 7 of the destination address. */
    public final long[] destinationHigh;
    /** Bytes 8 to 15 of the destination address. */
    public final long[] destinationLow;
    /** Source port; 0 where the protocol has none, or in a fragment after the first. */
    public final int[] sourcePort;
    /** Destination port; as {@link #sourcePort}. */
    public final int[] destinationPort;
    /** VLAN identifier of the innermost tag; 0 untagged. */
    public final short[] vlanId;
    /** Bytes after the last header. */
    public final int[] payloadLength;
    /** Whether the packet is a fragment, first or later. */
    public final boolean[] fragment;
    /** TCP: the low eight flag bits; ICMP: type and code as {@code type << 8 | code}; else 0. */
    public final int[] flagsOrType;
    /** TCP: sequence number; else 0. */
    public final int[] tcpSequence;
    /** Address of the Ethernet header; 0 where the link has none. */
    public final long[] macAddress;

    /** Room for bursts of {@code limit} frames. */
    public ParsedBurst(final int limit) {
        outcome = new byte[limit];
        l3Address = new long[limit];
        l3Length = new int[limit];
        wireLength = new int[limit];
        ipVersion = new byte[limit];
        l4Protocol = new short[limit];
        sourceHigh = new long[limit];
        sourceLow = new long[limit];
        destinationHigh = new long[limit];
        destinationLow = new long[limit];
        sourcePort = new int[limit];
        destinationPort = new int[limit];
        vlanId = new short[limit];
        payloadLength = new int[limit];
        fragment = new boolean[limit];
        flagsOrType = new int[limit];
        tcpSequence = new int[limit];
        macAddress = new long[limit];
    }
}
