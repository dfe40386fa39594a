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
 * are not checked. The first line begins with {@link PacketEnds}; in the second there is room for a
 * {@link PacketTunnel}.
 */
public final class ParsedBurst {
    /** The frame is a packet of a flow. */
    public static final byte PARSED = 0;
    /** A fragment whose flow is not known yet: counted with its first fragment once that arrives. */
    public static final byte HELD = 1;
    /** The frame carries no IP. */
    public static final byte NOT_IP = 2;
    /** Cut short, with lengths that lie, or with a header chain past the frame's end. */
    public static final byte MALFORMED = 3;
    /** The link layer is not understood. */
    public static final byte UNSUPPORTED_LINK = 4;
    /** The packet may carry a tunnel; never seen outside of the parser. */
    static final byte CARRIER = 5;

    private static final int PACKET_SHIFT = 7;
    private static final int CACHE_LINE = 64;

    private static final int ENDS = 0;
    private static final int WIRE_LENGTH = ENDS + PacketEnds.LENGTH;
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
    private static final int TUNNEL = 92;
    private static final int TCP_ACKNOWLEDGEMENT = 112;
    private static final int TCP_WINDOW = 116;
    private static final int L3_ADDRESS = 120;

    /** By what the ends of packets are hashed. */
    final FlowHash flowHash;
    /** A slot behind those of the burst, for what may have to be thrown away. */
    final int spare;
    /** What there was in the burst as a whole. */
    final BurstTotals totals = new BurstTotals();

    private final ByteBuffer memory;
    private final long packets;
    /** Slots whose ends were set and not settled, some of them more than once. */
    private int unsettled;

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

    /** IPv4 type of service or IPv6 traffic class (RFC 2474, RFC 3168). */
    public int typeOfService(final int slot) {
        return u8(fact(slot, TYPE_OF_SERVICE));
    }

    /** Sets {@link #typeOfService(int)}. */
    public void typeOfService(final int slot, final int value) {
        putU8(fact(slot, TYPE_OF_SERVICE), value);
    }

    /** Sets both addresses, source first; ports are set after them. */
    public void addresses(
        final int slot,
        final long sourceHigh,
        final long sourceLow,
        final long destinationHigh,
        final long destinationLow) {

        PacketEnds.addresses(ends(slot), sourceHigh, sourceLow, destinationHigh, destinationLow);
        unsettled++;
    }

    /** Address of the packet's {@link PacketEnds}. */
    public long ends(final int slot) {
        return fact(slot, ENDS);
    }

    /** Whether the ends of a packet may have to be settled; {@code false} where all of the burst's are. */
    public boolean hasUnsettled() {
        return unsettled > 0;
    }

    /** Puts the ends in order and hashes them; to be called once all that belongs to them was set. */
    public void settle(final int slot) {
        PacketEnds.settle(ends(slot), flowHash);
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
        return outcome(slot) <= HELD;
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

    /** TCP: acknowledgement number, whatever its flag says; else undefined. */
    public int tcpAcknowledgement(final int slot) {
        return i32(fact(slot, TCP_ACKNOWLEDGEMENT));
    }

    /** TCP: window as sent, not scaled; else undefined. */
    public int tcpWindow(final int slot) {
        return u16(fact(slot, TCP_WINDOW));
    }

    /** Sets what is told of TCP alone. */
    public void tcp(final int slot, final int sequence, final int acknowledgement, final int window) {
        putI32(fact(slot, TCP_SEQUENCE), sequence);
        putI32(fact(slot, TCP_ACKNOWLEDGEMENT), acknowledgement);
        putU16(fact(slot, TCP_WINDOW), window);
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

    /** Only where {@link #fragment(int)}: bytes on the wire from that header on. */
    public int fragmentLength(final int slot) {
        return i32(fact(slot, FRAGMENT_LENGTH));
    }

    /** Sets what is told of a fragment. */
    void fragment(final int slot, final long header, final int lengthBytes) {
        fragment(slot, true);
        putI64(fact(slot, FRAGMENT_HEADER), header);
        putI32(fact(slot, FRAGMENT_LENGTH), lengthBytes);
    }

    /** How many tunnels lie round the packet; 0 none. */
    public int tunnelDepth(final int slot) {
        return u8(fact(slot, TUNNEL_DEPTH));
    }

    /** Sets {@link #tunnelDepth(int)}. */
    void tunnelDepth(final int slot, final int value) {
        putU8(fact(slot, TUNNEL_DEPTH), value);
    }

    /** Whether the packet came out of a tunnel that was opened. */
    public boolean isTunnelled(final int slot) {
        return tunnelDepth(slot) != 0;
    }

    /** Only where {@link #isTunnelled(int)}: address of the packet's {@link PacketTunnel}. */
    public long tunnel(final int slot) {
        return fact(slot, TUNNEL);
    }

    /** Whether the packet is a fragment without the transport header; its flow is that of the first fragment. */
    public boolean isLaterFragment(final int slot) {
        return fragment(slot) && l3Length(slot) == 0;
    }

    /** What there was in the burst as a whole. */
    public BurstTotals totals() {
        return totals;
    }

    /** Forgets what is told of the burst as a whole. */
    void clear() {
        totals.clear();
        unsettled = 0;
    }

    /**
     * What {@link PlainPackets} found beside the ends, in whole words: a plain packet is in no tunnel and no fragment.
     */
    void plain(
        final int slot,
        final long frame,
        final int l3Offset,
        final int length,
        final int payloadLength,
        final int typeOfService,
        final int tcpFlags) {

        final long fact = fact(slot, 0);
        putI64(fact + L3_ADDRESS, frame + l3Offset);
        putI64(fact + WIRE_LENGTH, (long) payloadLength << Integer.SIZE | length);
        putI64(fact + L3_LENGTH, (long) tcpFlags << Integer.SIZE | length - l3Offset);
        putI64(fact + OUTCOME, typeOfService << 16 | PARSED);
        putI64(fact + MAC_ADDRESS, frame);
    }

    /** Takes over what was found inside a tunnel; the frame's length on the wire stays that of the frame. */
    void takeOver(final int from, final int slot) {
        PacketEnds.copy(ends(from), ends(slot));
        l3Address(slot, l3Address(from));
        l3Length(slot, l3Length(from));
        typeOfService(slot, typeOfService(from));
        payloadLength(slot, Math.min(payloadLength(from), wireLength(slot)));
        flagsOrType(slot, flagsOrType(from));
        tcp(slot, tcpSequence(from), tcpAcknowledgement(from), tcpWindow(from));
    }

    private long fact(final int slot, final int offset) {
        return packets + ((long) slot << PACKET_SHIFT) + offset;
    }
}
