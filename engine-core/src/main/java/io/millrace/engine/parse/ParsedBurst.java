package io.millrace.engine.parse;

import static io.millrace.engine.memory.RawMemory.i32;
import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.putI32;
import static io.millrace.engine.memory.RawMemory.putI64;
import static io.millrace.engine.memory.RawMemory.putU16;
import static io.millrace.engine.memory.RawMemory.putU8;
import static io.millrace.engine.memory.RawMemory.u16;
import static io.millrace.engine.memory.RawMemory.u8;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * What the parser found in each frame of a burst, by the frame's slot. Facts other than {@link #outcome(int)} are set
 * only where the outcome is {@link #PARSED}. Owned by one worker; written by {@link PacketParser}, read by the later
 * stages.
 *
 * <p>Two cache lines a packet, outside the heap: an array per fact would cost a bounds check per fact and packet. Slots
 * are not checked. The first line begins with the five words of {@link PacketEnds}; the source is the first end until
 * {@link #settle(int)}.
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
    private static final int PACKET_SHIFT = 7;
    private static final int CACHE_LINE = 64;
    private static final int IPV4 = 4;

    private static final int FIRST_HIGH = 0;
    private static final int FIRST_LOW = 8;
    private static final int SECOND_HIGH = 16;
    private static final int SECOND_LOW = 24;
    private static final int PORTS = 32;
    private static final int IP_VERSION = PORTS;
    private static final int L4_PROTOCOL = PORTS + 1;
    private static final int VLAN_ID = PORTS + 2;
    private static final int SECOND_PORT = PORTS + 4;
    private static final int FIRST_PORT = PORTS + 6;
    private static final int HASH = 40;
    private static final int ORDER = 44;
    private static final int WIRE_LENGTH = 48;
    private static final int PAYLOAD_LENGTH = 52;
    private static final int L3_LENGTH = 56;
    private static final int FLAGS_OR_TYPE = 60;
    private static final int OUTCOME = 64;
    private static final int FRAGMENT = 65;
    private static final int TYPE_OF_SERVICE = 66;
    private static final int TUNNEL_DEPTH = 67;
    private static final int TCP_SEQUENCE = 68;
    private static final int MAC_ADDRESS = 72;
    private static final int FRAGMENT_HEADER = 80;
    private static final int FRAGMENT_LENGTH = 88;
    private static final int TUNNEL_ID = 92;
    private static final int TUNNEL_HEADER = 96;
    private static final int TUNNEL_PORTS = 104;
    private static final int TUNNEL_PROTOCOL = 108;
    private static final int TUNNEL_TYPE = 109;
    private static final int TCP_ACKNOWLEDGEMENT = 112;
    private static final int TCP_WINDOW = 116;
    private static final int L3_ADDRESS = 120;

    /** Bits of {@link #ORDER}. */
    private static final int SOURCE_IS_SECOND = 1;
    private static final int SETTLED = 2;
    private static final int ADDRESS_SHIFT = 4;

    /** A slot behind those of the burst, for what may have to be thrown away. */
    final int spare;

    /** Fragments in the burst. */
    int fragments;
    /** Packets of the burst whose TCP, UDP, SCTP or ICMP header does not fit its IP packet. */
    int brokenTransports;
    /** Packets of the burst in more tunnels than are opened. */
    int tooDeep;
    /** ICMP errors that were found, also in frames that turned out to be damaged. */
    int icmpErrors;
    /** Slots whose ends were set and not settled, some of them more than once. */
    int unsettled;

    private final FlowHash flowHash;
    private final long[] tunnelled;
    private final ByteBuffer memory;
    private final long packets;

    /** Room for bursts of {@code limit} frames, whose hashes outsiders may know. */
    public ParsedBurst(final int limit) {
        this(limit, FlowHash.UNSEEDED);
    }

    /** Room for bursts of {@code limit} frames. */
    public ParsedBurst(final int limit, final FlowHash flowHash) {
        this.flowHash = flowHash;
        final int slots = limit + 1;
        spare = limit;
        memory = ByteBuffer.allocateDirect((slots << PACKET_SHIFT) + CACHE_LINE).alignedSlice(CACHE_LINE);
        packets = MemorySegment.ofBuffer(memory).address();
        tunnelled = new long[slots + Long.SIZE - 1 >> SLOT_SHIFT];
    }

    /** One of the outcomes above. */
    public byte outcome(final int slot) {
        return (byte) u8(fact(slot, OUTCOME));
    }

    /** Sets {@link #outcome(int)}. */
    public void outcome(final int slot, final int value) {
        putU8(fact(slot, OUTCOME), value);
    }

    /** Address of the IP header. */
    public long l3Address(final int slot) {
        return i64(fact(slot, L3_ADDRESS));
    }

    /** Sets {@link #l3Address(int)}. */
    public void l3Address(final int slot, final long value) {
        putI64(fact(slot, L3_ADDRESS), value);
    }

    /** Readable bytes from the IP header on, padding of the link included; 0 where nDPI has no use for them. */
    public int l3Length(final int slot) {
        return i32(fact(slot, L3_LENGTH));
    }

    /** Sets {@link #l3Length(int)}. */
    public void l3Length(final int slot, final int value) {
        putI32(fact(slot, L3_LENGTH), value);
    }

    /** Bytes of the frame on the wire. */
    public int wireLength(final int slot) {
        return i32(fact(slot, WIRE_LENGTH));
    }

    /** Sets {@link #wireLength(int)}. */
    public void wireLength(final int slot, final int value) {
        putI32(fact(slot, WIRE_LENGTH), value);
    }

    /** 4 or 6. */
    public int ipVersion(final int slot) {
        return u8(fact(slot, IP_VERSION));
    }

    /** Sets {@link #ipVersion(int)}. */
    public void ipVersion(final int slot, final int value) {
        putU8(fact(slot, IP_VERSION), value);
    }

    /** IPv4 type of service or IPv6 traffic class (RFC 2474, RFC 3168). */
    public int typeOfService(final int slot) {
        return u8(fact(slot, TYPE_OF_SERVICE));
    }

    /** Sets {@link #typeOfService(int)}. */
    public void typeOfService(final int slot, final int value) {
        putU8(fact(slot, TYPE_OF_SERVICE), value);
    }

    /** IP protocol number of the last header. */
    public int l4Protocol(final int slot) {
        return u8(fact(slot, L4_PROTOCOL));
    }

    /** Sets {@link #l4Protocol(int)}. */
    public void l4Protocol(final int slot, final int value) {
        putU8(fact(slot, L4_PROTOCOL), value);
    }

    /** Bytes 0 to 7 of the source address in network order as a number; IPv4 addresses in the upper four. */
    public long sourceHigh(final int slot) {
        return i64(fact(slot, FIRST_HIGH) + (sourceIsSecond(slot) << ADDRESS_SHIFT));
    }

    /** Bytes 8 to 15 of the source address. */
    public long sourceLow(final int slot) {
        return i64(fact(slot, FIRST_LOW) + (sourceIsSecond(slot) << ADDRESS_SHIFT));
    }

    /** Bytes 0 to 7 of the destination address. */
    public long destinationHigh(final int slot) {
        return i64(fact(slot, SECOND_HIGH) - (sourceIsSecond(slot) << ADDRESS_SHIFT));
    }

    /** Bytes 8 to 15 of the destination address. */
    public long destinationLow(final int slot) {
        return i64(fact(slot, SECOND_LOW) - (sourceIsSecond(slot) << ADDRESS_SHIFT));
    }

    /** Sets both addresses, source first; ports are set after them. */
    public void addresses(
        final int slot,
        final long sourceHigh,
        final long sourceLow,
        final long destinationHigh,
        final long destinationLow) {

        final long fact = fact(slot, 0);
        putI64(fact + FIRST_HIGH, sourceHigh);
        putI64(fact + FIRST_LOW, sourceLow);
        putI64(fact + SECOND_HIGH, destinationHigh);
        putI64(fact + SECOND_LOW, destinationLow);
        putU8(fact + ORDER, 0);
        unsettled++;
    }

    /** Source port; 0 where the protocol has none, or in a fragment after the first. */
    public int sourcePort(final int slot) {
        return u16(fact(slot, FIRST_PORT) - sourceIsSecond(slot) * Short.BYTES);
    }

    /** Sets {@link #sourcePort(int)}. */
    public void sourcePort(final int slot, final int value) {
        putU16(fact(slot, FIRST_PORT) - sourceIsSecond(slot) * Short.BYTES, value);
    }

    /** Destination port; as {@link #sourcePort(int)}. */
    public int destinationPort(final int slot) {
        return u16(fact(slot, SECOND_PORT) + sourceIsSecond(slot) * Short.BYTES);
    }

    /** Sets {@link #destinationPort(int)}. */
    public void destinationPort(final int slot, final int value) {
        putU16(fact(slot, SECOND_PORT) + sourceIsSecond(slot) * Short.BYTES, value);
    }

    /** Address of the five words that tell both ends. */
    public long ends(final int slot) {
        return fact(slot, 0);
    }

    /** Whether the ends of a packet may have to be settled; {@code false} where all of the burst's are. */
    public boolean hasUnsettled() {
        return unsettled > 0;
    }

    /** Whether the ends stand in order and are hashed. */
    public boolean isSettled(final int slot) {
        return (u8(fact(slot, ORDER)) & SETTLED) != 0;
    }

    /** Whether the source is the second end. */
    public boolean isSourceSecond(final int slot) {
        return sourceIsSecond(slot) != 0;
    }

    /**
     * Puts the end first that is smaller by (address, port), so that both directions of a flow have the same words, and
     * hashes them; to be called once all that belongs to them was set.
     */
    public void settle(final int slot) {
        final long ends = ends(slot);
        final int order = u8(fact(slot, ORDER));
        putU8(fact(slot, ORDER), PacketEnds.order(ends) ? order ^ SOURCE_IS_SECOND | SETTLED : order | SETTLED);
        final long word0 = i64(ends);
        final long word2 = i64(ends + SECOND_HIGH);
        final long word4 = i64(ends + PORTS);
        putI32(fact(slot, HASH), ipVersion(slot) == IPV4 ? flowHash.hash(word0 | word2 >>> 32, word4)
            : flowHash.hash(word0, i64(ends + FIRST_LOW), word2, i64(ends + SECOND_LOW), word4));
    }

    /** Hash of the ends once they are settled. */
    public int hash(final int slot) {
        return i32(fact(slot, HASH));
    }

    /** Whether there are ports; TCP without them has no header that could be read. */
    public boolean hasPorts(final int slot) {
        return i32(fact(slot, SECOND_PORT)) != 0;
    }

    /** VLAN identifier of the innermost tag; 0 untagged. */
    public int vlanId(final int slot) {
        return u16(fact(slot, VLAN_ID));
    }

    /** Sets {@link #vlanId(int)}. */
    public void vlanId(final int slot, final int value) {
        putU16(fact(slot, VLAN_ID), value);
    }

    /** Bytes after the last header. */
    public int payloadLength(final int slot) {
        return i32(fact(slot, PAYLOAD_LENGTH));
    }

    /** Sets {@link #payloadLength(int)}. */
    public void payloadLength(final int slot, final int value) {
        putI32(fact(slot, PAYLOAD_LENGTH), value);
    }

    /** Whether the frame is a packet of a flow, known yet or not. */
    public boolean isPacket(final int slot) {
        final byte outcome = outcome(slot);
        return outcome == PARSED || outcome == HELD;
    }

    /** Whether the frame is a packet of a flow and no fragment. */
    public boolean isWhole(final int slot) {
        return u16(fact(slot, OUTCOME)) == PARSED;
    }

    /** Whether the packet is a fragment, first or later. */
    public boolean fragment(final int slot) {
        return u8(fact(slot, FRAGMENT)) != 0;
    }

    /** Sets {@link #fragment(int)}. */
    public void fragment(final int slot, final boolean value) {
        putU8(fact(slot, FRAGMENT), value ? 1 : 0);
    }

    /**
     * TCP: the low eight flag bits; ICMP: type and code as {@code type << 8 | code}; else 0. Of a frame without IP:
     * what it carries instead ({@link NonIpKind}).
     */
    public int flagsOrType(final int slot) {
        return i32(fact(slot, FLAGS_OR_TYPE));
    }

    /** Sets {@link #flagsOrType(int)}. */
    public void flagsOrType(final int slot, final int value) {
        putI32(fact(slot, FLAGS_OR_TYPE), value);
    }

    /** TCP: sequence number; else 0. */
    public int tcpSequence(final int slot) {
        return i32(fact(slot, TCP_SEQUENCE));
    }

    /** Sets {@link #tcpSequence(int)}. */
    public void tcpSequence(final int slot, final int value) {
        putI32(fact(slot, TCP_SEQUENCE), value);
    }

    /** TCP: acknowledgement number, whatever its flag says; else undefined. */
    public int tcpAcknowledgement(final int slot) {
        return i32(fact(slot, TCP_ACKNOWLEDGEMENT));
    }

    /** Sets {@link #tcpAcknowledgement(int)}. */
    public void tcpAcknowledgement(final int slot, final int value) {
        putI32(fact(slot, TCP_ACKNOWLEDGEMENT), value);
    }

    /** TCP: window as sent, not scaled; else undefined. */
    public int tcpWindow(final int slot) {
        return u16(fact(slot, TCP_WINDOW));
    }

    /** Sets {@link #tcpWindow(int)}. */
    public void tcpWindow(final int slot, final int value) {
        putU16(fact(slot, TCP_WINDOW), value);
    }

    /** Address of the Ethernet header; 0 where the link has none. */
    public long macAddress(final int slot) {
        return i64(fact(slot, MAC_ADDRESS));
    }

    /** Sets {@link #macAddress(int)}. */
    public void macAddress(final int slot, final long value) {
        putI64(fact(slot, MAC_ADDRESS), value);
    }

    /** Only where {@link #fragment(int)}: address of the IP header of the fragmented datagram. */
    public long fragmentHeader(final int slot) {
        return i64(fact(slot, FRAGMENT_HEADER));
    }

    /** Sets {@link #fragmentHeader(int)}. */
    public void fragmentHeader(final int slot, final long value) {
        putI64(fact(slot, FRAGMENT_HEADER), value);
    }

    /** Only where {@link #fragment(int)}: bytes on the wire from that header on. */
    public int fragmentLength(final int slot) {
        return i32(fact(slot, FRAGMENT_LENGTH));
    }

    /** Sets {@link #fragmentLength(int)}. */
    public void fragmentLength(final int slot, final int value) {
        putI32(fact(slot, FRAGMENT_LENGTH), value);
    }

    /** Only where {@link #isTunnelled(int)}: {@link TunnelType} of the outermost tunnel. */
    public int tunnelType(final int slot) {
        return u8(fact(slot, TUNNEL_TYPE));
    }

    /** Sets {@link #tunnelType(int)}. */
    public void tunnelType(final int slot, final int value) {
        putU8(fact(slot, TUNNEL_TYPE), value);
    }

    /** Only where {@link #isTunnelled(int)}: number of the outermost tunnel; 0 where it has none. */
    public int tunnelId(final int slot) {
        return i32(fact(slot, TUNNEL_ID));
    }

    /** Sets {@link #tunnelId(int)}. */
    public void tunnelId(final int slot, final int value) {
        putI32(fact(slot, TUNNEL_ID), value);
    }

    /** Only where {@link #isTunnelled(int)}: how many tunnels lie round the flow. */
    public int tunnelDepth(final int slot) {
        return u8(fact(slot, TUNNEL_DEPTH));
    }

    /** Sets {@link #tunnelDepth(int)}. */
    public void tunnelDepth(final int slot, final int value) {
        putU8(fact(slot, TUNNEL_DEPTH), value);
    }

    /** Only where {@link #isTunnelled(int)}: address of the IP header of the outermost tunnel. */
    public long tunnelHeader(final int slot) {
        return i64(fact(slot, TUNNEL_HEADER));
    }

    /** Sets {@link #tunnelHeader(int)}. */
    public void tunnelHeader(final int slot, final long value) {
        putI64(fact(slot, TUNNEL_HEADER), value);
    }

    /** Only where {@link #isTunnelled(int)}: its IP protocol number. */
    public int tunnelProtocol(final int slot) {
        return u8(fact(slot, TUNNEL_PROTOCOL));
    }

    /** Sets {@link #tunnelProtocol(int)}. */
    public void tunnelProtocol(final int slot, final int value) {
        putU8(fact(slot, TUNNEL_PROTOCOL), value);
    }

    /** Only where {@link #isTunnelled(int)}: its ports as {@code source << 16 | destination}; 0 where it has none. */
    public int tunnelPorts(final int slot) {
        return i32(fact(slot, TUNNEL_PORTS));
    }

    /** Sets {@link #tunnelPorts(int)}. */
    public void tunnelPorts(final int slot, final int value) {
        putI32(fact(slot, TUNNEL_PORTS), value);
    }

    /** Whether the packet came out of a tunnel that was opened. */
    public boolean isTunnelled(final int slot) {
        return (tunnelled[slot >> SLOT_SHIFT] & 1L << slot) != 0;
    }

    /** Whether the packet is a fragment without the transport header; its flow is that of the first fragment. */
    public boolean isLaterFragment(final int slot) {
        return fragment(slot) && l3Length(slot) == 0;
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

    /** Whether the burst may hold ICMP errors. */
    public boolean hasIcmpErrors() {
        return icmpErrors > 0;
    }

    /** Forgets what is told of the burst as a whole. */
    void clear() {
        fragments = 0;
        brokenTransports = 0;
        tooDeep = 0;
        icmpErrors = 0;
        unsettled = 0;
        for (int i = 0; i < tunnelled.length; i++) {
            tunnelled[i] = 0;
        }
    }

    void markTunnelled(final int slot) {
        tunnelled[slot >> SLOT_SHIFT] |= 1L << slot;
    }

    /**
     * What {@link PlainPackets} found, in whole words: a plain packet is parsed, in no tunnel and no fragment. Its ends
     * are settled at once, while they are in registers.
     *
     * @param addresses  source address 32, destination address 32.
     * @param ports      source port 16, destination port 16.
     * @param rest       {@code VLAN 16 | protocol 8 | IP version 8}.
     */
    void plainIpv4(final int slot, final long addresses, final long ports, final long rest) {
        final long swap = PacketEnds.destinationIsSmaller(addresses, ports);
        final long inOrder = PacketEnds.swapAddresses(addresses, swap);
        final long fact = fact(slot, 0);
        putI64(fact + FIRST_HIGH, inOrder & 0xFFFF_FFFFL << 32);
        putI64(fact + FIRST_LOW, 0);
        putI64(fact + SECOND_HIGH, inOrder << 32);
        putI64(fact + SECOND_LOW, 0);
        final long word4 = PacketEnds.swapPorts(ports, swap) << 32 | rest;
        putI64(fact + PORTS, word4);
        putI64(fact + HASH,
            (swap & SOURCE_IS_SECOND | SETTLED) << 32 | Integer.toUnsignedLong(flowHash.hash(inOrder, word4)));
    }

    /** The same with IPv6 addresses, which are left to {@link #settle(int)}. */
    void plainIpv6(
        final int slot,
        final long sourceHigh,
        final long sourceLow,
        final long destinationHigh,
        final long destinationLow,
        final long ports,
        final long rest) {

        addresses(slot, sourceHigh, sourceLow, destinationHigh, destinationLow);
        putI64(fact(slot, PORTS), ports << 32 | rest);
    }

    /** The rest of it; both are small enough to be compiled into the parser's loop. */
    void plain(
        final int slot,
        final long frame,
        final int l3Offset,
        final int length,
        final int payloadLength,
        final int typeOfService,
        final int tcpFlags,
        final int tcpSequence) {

        final long fact = fact(slot, 0);
        putI64(fact + L3_ADDRESS, frame + l3Offset);
        putI64(fact + WIRE_LENGTH, (long) payloadLength << Integer.SIZE | length);
        putI64(fact + L3_LENGTH, (long) tcpFlags << Integer.SIZE | length - l3Offset);
        putI64(fact + OUTCOME, (long) tcpSequence << Integer.SIZE | typeOfService << 16 | PARSED);
        putI64(fact + MAC_ADDRESS, frame);
    }

    /** Takes over what was found inside a tunnel; the frame's length on the wire stays that of the frame. */
    void takeOver(final int from, final int slot) {
        l3Address(slot, l3Address(from));
        l3Length(slot, l3Length(from));
        ipVersion(slot, ipVersion(from));
        typeOfService(slot, typeOfService(from));
        l4Protocol(slot, l4Protocol(from));
        addresses(slot, sourceHigh(from), sourceLow(from), destinationHigh(from), destinationLow(from));
        sourcePort(slot, sourcePort(from));
        destinationPort(slot, destinationPort(from));
        payloadLength(slot, Math.min(payloadLength(from), wireLength(slot)));
        flagsOrType(slot, flagsOrType(from));
        tcpSequence(slot, tcpSequence(from));
        tcpAcknowledgement(slot, tcpAcknowledgement(from));
        tcpWindow(slot, tcpWindow(from));
    }

    private int sourceIsSecond(final int slot) {
        return u8(fact(slot, ORDER)) & SOURCE_IS_SECOND;
    }

    private long fact(final int slot, final int offset) {
        return packets + ((long) slot << PACKET_SHIFT) + offset;
    }
}
