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
    /** A fragment whose flow is not known yet: counted with its first fragment once that arrives. */
    public static final byte HELD = 4;
    /** The packet may carry a tunnel; never seen outside of the parser. */
    static final byte CARRIER = 5;

    private static final int SLOT_SHIFT = 6;

    /** A slot behind those of the burst, for what may have to be thrown away. */
    final int spare;

    /** One of the outcomes above. */
    public final byte[] outcome;
    /** Address of the IP header. */
    public final long[] l3Address;
    /** Readable bytes from the IP header on, padding of the link included; 0 where nDPI has no use for them. */
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
    /**
     * TCP: the low eight flag bits; ICMP: type and code as {@code type << 8 | code}; else 0. Of a frame without IP:
     * what it carries instead ({@link NonIpKind}).
     */
    public final int[] flagsOrType;
    /** TCP: sequence number; else 0. */
    public final int[] tcpSequence;
    /** Address of the Ethernet header; 0 where the link has none. */
    public final long[] macAddress;
    /** Only where {@link #fragment}: address of the IP header of the fragmented datagram. */
    public final long[] fragmentHeader;
    /** Only where {@link #fragment}: bytes on the wire from that header on. */
    public final int[] fragmentLength;
    /** Only where {@link #isTunnelled}: {@link TunnelType} of the outermost tunnel. */
    public final byte[] tunnelType;
    /** Only where {@link #isTunnelled}: number of the outermost tunnel; 0 where it has none. */
    public final int[] tunnelId;
    /** Only where {@link #isTunnelled}: how many tunnels lie round the flow. */
    public final byte[] tunnelDepth;
    /** Only where {@link #isTunnelled}: address of the IP header of the outermost tunnel. */
    public final long[] tunnelHeader;
    /** Only where {@link #isTunnelled}: its IP protocol number. */
    public final short[] tunnelProtocol;
    /** Only where {@link #isTunnelled}: its ports as {@code source << 16 | destination}; 0 where it has none. */
    public final int[] tunnelPorts;

    /** Fragments in the burst. */
    int fragments;
    /** Packets of the burst whose TCP, UDP, SCTP or ICMP header does not fit its IP packet. */
    int brokenTransports;
    /** Packets of the burst in more tunnels than are opened. */
    int tooDeep;

    private final long[] tunnelled;

    /** Room for bursts of {@code limit} frames. */
    public ParsedBurst(final int limit) {
        final int slots = limit + 1;
        spare = limit;
        outcome = new byte[limit];
        l3Address = new long[slots];
        l3Length = new int[slots];
        wireLength = new int[slots];
        ipVersion = new byte[slots];
        l4Protocol = new short[slots];
        sourceHigh = new long[slots];
        sourceLow = new long[slots];
        destinationHigh = new long[slots];
        destinationLow = new long[slots];
        sourcePort = new int[slots];
        destinationPort = new int[slots];
        vlanId = new short[slots];
        payloadLength = new int[slots];
        fragment = new boolean[slots];
        flagsOrType = new int[slots];
        tcpSequence = new int[slots];
        macAddress = new long[slots];
        fragmentHeader = new long[slots];
        fragmentLength = new int[slots];
        tunnelType = new byte[slots];
        tunnelId = new int[slots];
        tunnelDepth = new byte[slots];
        tunnelHeader = new long[slots];
        tunnelProtocol = new short[slots];
        tunnelPorts = new int[slots];
        tunnelled = new long[slots + Long.SIZE - 1 >> SLOT_SHIFT];
    }

    /** Whether the packet came out of a tunnel that was opened. */
    public boolean isTunnelled(final int slot) {
        return (tunnelled[slot >> SLOT_SHIFT] & 1L << slot) != 0;
    }

    /** Whether the packet is a fragment without the transport header; its flow is that of the first fragment. */
    public boolean isLaterFragment(final int slot) {
        return fragment[slot] && l3Length[slot] == 0;
    }

    /** Fragments in the burst. */
    public int fragments() {
        return fragments;
    }

    /** Packets of the burst whose TCP, UDP, SCTP or ICMP header does not fit its IP packet. */
    public int brokenTransports() {
        return brokenTransports;
    }

    /** Packets of the burst in more tunnels than are opened. */
    public int tooDeep() {
        return tooDeep;
    }

    /** Forgets what is told of the burst as a whole. */
    void clear() {
        fragments = 0;
        brokenTransports = 0;
        tooDeep = 0;
        for (int i = 0; i < tunnelled.length; i++) {
            tunnelled[i] = 0;
        }
    }

    void markTunnelled(final int slot) {
        tunnelled[slot >> SLOT_SHIFT] |= 1L << slot;
    }

    /** Takes over what was found inside a tunnel; the frame's length on the wire stays that of the frame. */
    void takeOver(final int from, final int slot) {
        l3Address[slot] = l3Address[from];
        l3Length[slot] = l3Length[from];
        ipVersion[slot] = ipVersion[from];
        l4Protocol[slot] = l4Protocol[from];
        sourceHigh[slot] = sourceHigh[from];
        sourceLow[slot] = sourceLow[from];
        destinationHigh[slot] = destinationHigh[from];
        destinationLow[slot] = destinationLow[from];
        sourcePort[slot] = sourcePort[from];
        destinationPort[slot] = destinationPort[from];
        payloadLength[slot] = Math.min(payloadLength[from], wireLength[slot]);
        flagsOrType[slot] = flagsOrType[from];
        tcpSequence[slot] = tcpSequence[from];
    }
}
