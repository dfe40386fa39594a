package io.millrace.engine.parse;

import static io.millrace.engine.memory.RawMemory.i32;
import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.putI32;
import static io.millrace.engine.memory.RawMemory.putI64;
import static io.millrace.engine.memory.RawMemory.putU16;
import static io.millrace.engine.memory.RawMemory.putU8;
import static io.millrace.engine.memory.RawMemory.u16;
import static io.millrace.engine.memory.RawMemory.u8;

import io.millrace.engine.memory.RawMemory;

/**
 * The two ends of a packet and what they talk, in five words, then their hash and order:
 *
 * <pre>{@code
 *  word 0, 1   address of the first end, network order (IPv4 in the upper half of word 0)
 *  word 2, 3   address of the second end
 *  word 4      port of the first end 16 | port of the second 16 | VLAN 12, unused 4 | protocol 8 | IP version 8
 *  word 5      order 32 | hash 32
 * }</pre>
 *
 * <p>The first end is the source until the ends are settled; from then on it is the one that is smaller by (address,
 * port), so that both directions of a flow have the same words. Which one is smaller is as good as random: masks stand
 * where branches would be mispredicted.
 *
 * <p>{@code ends} is the address that {@link ParsedBurst#ends(int)} tells. Stateless; the worker that owns the burst
 * calls it.
 */
public final class PacketEnds {
    /** Bytes of the whole. */
    static final int LENGTH = 48;

    private static final int FIRST_HIGH = 0;
    private static final int FIRST_LOW = 8;
    private static final int SECOND_HIGH = 16;
    private static final int SECOND_LOW = 24;
    private static final int WORD_4 = 32;
    private static final int IP_VERSION = WORD_4;
    private static final int L4_PROTOCOL = WORD_4 + 1;
    private static final int VLAN_ID = WORD_4 + 2;
    private static final int SECOND_PORT = WORD_4 + 4;
    private static final int FIRST_PORT = WORD_4 + 6;
    private static final int HASH = 40;
    private static final int ORDER = 44;

    /** Bits of the order. */
    private static final int SOURCE_IS_SECOND = 1;
    private static final int SETTLED = 2;

    private static final int ADDRESS_SHIFT = 4;
    private static final int IPV4 = 4;
    private static final long PORT_MASK = 0xFFFF;

    private PacketEnds() {
    }

    /** 4 or 6. */
    public static int ipVersion(final long ends) {
        return u8(ends + IP_VERSION);
    }

    /** Sets {@link #ipVersion(long)}. */
    public static void ipVersion(final long ends, final int value) {
        putU8(ends + IP_VERSION, value);
    }

    /** IP protocol number of the last header. */
    public static int l4Protocol(final long ends) {
        return u8(ends + L4_PROTOCOL);
    }

    /** Sets {@link #l4Protocol(long)}. */
    public static void l4Protocol(final long ends, final int value) {
        putU8(ends + L4_PROTOCOL, value);
    }

    /** VLAN identifier of the innermost tag; 0 untagged. */
    public static int vlanId(final long ends) {
        return u16(ends + VLAN_ID);
    }

    /** Sets {@link #vlanId(long)}. */
    public static void vlanId(final long ends, final int value) {
        putU16(ends + VLAN_ID, value);
    }

    /** Bytes 0 to 7 of the source address in network order as a number; IPv4 addresses in the upper four. */
    public static long sourceHigh(final long ends) {
        return i64(ends + FIRST_HIGH + (sourceIsSecond(ends) << ADDRESS_SHIFT));
    }

    /** Bytes 8 to 15 of the source address. */
    public static long sourceLow(final long ends) {
        return i64(ends + FIRST_LOW + (sourceIsSecond(ends) << ADDRESS_SHIFT));
    }

    /** Bytes 0 to 7 of the destination address. */
    public static long destinationHigh(final long ends) {
        return i64(ends + SECOND_HIGH - (sourceIsSecond(ends) << ADDRESS_SHIFT));
    }

    /** Bytes 8 to 15 of the destination address. */
    public static long destinationLow(final long ends) {
        return i64(ends + SECOND_LOW - (sourceIsSecond(ends) << ADDRESS_SHIFT));
    }

    /** Source port; 0 where the protocol has none, or in a fragment after the first. */
    public static int sourcePort(final long ends) {
        return u16(ends + FIRST_PORT - sourceIsSecond(ends) * Short.BYTES);
    }

    /** Destination port; as {@link #sourcePort(long)}. */
    public static int destinationPort(final long ends) {
        return u16(ends + SECOND_PORT + sourceIsSecond(ends) * Short.BYTES);
    }

    /** Sets both ports, to be called after {@link ParsedBurst#addresses}. */
    public static void ports(final long ends, final int source, final int destination) {
        putI32(ends + SECOND_PORT, source << 16 | destination);
    }

    /** Whether there are ports; TCP without them has no header that could be read. */
    public static boolean hasPorts(final long ends) {
        return i32(ends + SECOND_PORT) != 0;
    }

    /** Whether the ends stand in order and are hashed. */
    public static boolean isSettled(final long ends) {
        return (u8(ends + ORDER) & SETTLED) != 0;
    }

    /** Whether the source is the second end. */
    public static boolean isSourceSecond(final long ends) {
        return sourceIsSecond(ends) != 0;
    }

    /** Hash of the ends once they are settled. */
    public static int hash(final long ends) {
        return i32(ends + HASH);
    }

    /** Sets both addresses, those of the source first. */
    static void addresses(
        final long ends,
        final long sourceHigh,
        final long sourceLow,
        final long destinationHigh,
        final long destinationLow) {

        putI64(ends + FIRST_HIGH, sourceHigh);
        putI64(ends + FIRST_LOW, sourceLow);
        putI64(ends + SECOND_HIGH, destinationHigh);
        putI64(ends + SECOND_LOW, destinationLow);
        putU8(ends + ORDER, 0);
    }

    /**
     * Sets all of word 4.
     *
     * @param ports source port 16, destination port 16.
     * @param rest  {@link #rest}.
     */
    static void portsAndRest(final long ends, final long ports, final long rest) {
        putI64(ends + WORD_4, ports << 32 | rest);
    }

    /** The lower half of word 4. */
    static long rest(final int vlanId, final int l4Protocol, final int ipVersion) {
        return vlanId << 16 | l4Protocol << 8 | ipVersion;
    }

    /** Takes over the ends of another packet. */
    static void copy(final long from, final long ends) {
        RawMemory.copy(from, ends, LENGTH);
    }

    /** Puts the ends in order and hashes them; to be called once everything was set. */
    static void settle(final long ends, final FlowHash flowHash) {
        final int order = u8(ends + ORDER);
        putU8(ends + ORDER, order(ends) ? order ^ SOURCE_IS_SECOND | SETTLED : order | SETTLED);
        final long word0 = i64(ends + FIRST_HIGH);
        final long word2 = i64(ends + SECOND_HIGH);
        final long word4 = i64(ends + WORD_4);
        putI32(ends + HASH, ipVersion(ends) == IPV4 ? flowHash.hash(word0 | word2 >>> 32, word4)
            : flowHash.hash(word0, i64(ends + FIRST_LOW), word2, i64(ends + SECOND_LOW), word4));
    }

    /**
     * Sets and settles the ends of an IPv4 packet while they are in registers.
     *
     * @param addresses source address 32, destination address 32.
     * @param ports     source port 16, destination port 16.
     * @param rest      {@link #rest}.
     */
    static void settleIpv4(
        final long ends, final FlowHash flowHash, final long addresses, final long ports, final long rest) {

        final long swap = destinationIsSmaller(addresses, ports);
        final long inOrder = addresses ^ (addresses ^ Long.rotateLeft(addresses, 32)) & swap;
        putI64(ends + FIRST_HIGH, inOrder & 0xFFFF_FFFFL << 32);
        putI64(ends + FIRST_LOW, 0);
        putI64(ends + SECOND_HIGH, inOrder << 32);
        putI64(ends + SECOND_LOW, 0);
        final long word4 = swapPorts(ports, swap) << 32 | rest;
        putI64(ends + WORD_4, word4);
        putI64(ends + HASH,
            (swap & SOURCE_IS_SECOND | SETTLED) << 32 | Integer.toUnsignedLong(flowHash.hash(inOrder, word4)));
    }

    /** Puts the ends in order; returns whether they had to change places. */
    private static boolean order(final long ends) {
        final long firstHigh = i64(ends + FIRST_HIGH);
        final long firstLow = i64(ends + FIRST_LOW);
        final long secondHigh = i64(ends + SECOND_HIGH);
        final long secondLow = i64(ends + SECOND_LOW);
        final long word4 = i64(ends + WORD_4);
        final long swap = secondIsSmaller(firstHigh, firstLow, secondHigh, secondLow, word4 >>> 32);
        final long differenceHigh = (firstHigh ^ secondHigh) & swap;
        final long differenceLow = (firstLow ^ secondLow) & swap;
        putI64(ends + FIRST_HIGH, firstHigh ^ differenceHigh);
        putI64(ends + FIRST_LOW, firstLow ^ differenceLow);
        putI64(ends + SECOND_HIGH, secondHigh ^ differenceHigh);
        putI64(ends + SECOND_LOW, secondLow ^ differenceLow);
        putI64(ends + WORD_4, swapPorts(word4 >>> 32, swap) << 32 | word4 & 0xFFFF_FFFFL);
        return swap != 0;
    }

    /** All bits set where the second end comes before the first, else none. */
    private static long secondIsSmaller(
        final long firstHigh, final long firstLow, final long secondHigh, final long secondLow, final long ports) {

        if (firstHigh != secondHigh) {
            return isBelow(secondHigh, firstHigh);
        }
        if (firstLow != secondLow) {
            return isBelow(secondLow, firstLow);
        }
        return isBelow(ports & PORT_MASK, ports >>> 16);
    }

    /** The same between IPv4 addresses, which fit into one number with their port. */
    private static long destinationIsSmaller(final long addresses, final long ports) {
        final long source = addresses >>> 32 << 16 | ports >>> 16;
        final long destination = (addresses & 0xFFFF_FFFFL) << 16 | ports & PORT_MASK;
        return destination - source >> Long.SIZE - 1;
    }

    /** All bits set where {@code a < b}, both unsigned: the borrow of their difference. */
    private static long isBelow(final long a, final long b) {
        return (~a & b | (~a | b) & a - b) >> Long.SIZE - 1;
    }

    /** Two ports, changed over where {@code swap} has all bits set. */
    private static long swapPorts(final long ports, final long swap) {
        final long difference = (ports >>> 16 ^ ports & PORT_MASK) & swap;
        return ports ^ (difference << 16 | difference);
    }

    private static int sourceIsSecond(final long ends) {
        return u8(ends + ORDER) & SOURCE_IS_SECOND;
    }
}
