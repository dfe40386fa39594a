package io.millrace.engine.parse;

import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.putI64;

/**
 * The two ends of a packet in five words, and their order: in order, the end that is smaller by (address, port) is the
 * first, so that both directions of a flow have the same words.
 *
 * <pre>{@code
 *  word 0, 1   address of the first end, network order (IPv4 in the upper half of word 0)
 *  word 2, 3   address of the second end
 *  word 4      port of the first end 16 | port of the second 16 | VLAN 12, unused 4 | protocol 8 | IP version 8
 * }</pre>
 *
 * <p>Which end is smaller is as good as random: masks stand where branches would be mispredicted. Stateless.
 */
final class PacketEnds {
    private static final int WORD = Long.BYTES;
    private static final long PORT_MASK = 0xFFFF;

    private PacketEnds() {
    }

    /** Puts the ends at {@code address} in order; returns whether they had to change places. */
    static boolean order(final long address) {
        final long firstHigh = i64(address);
        final long firstLow = i64(address + WORD);
        final long secondHigh = i64(address + 2 * WORD);
        final long secondLow = i64(address + 3 * WORD);
        final long last = i64(address + 4 * WORD);
        final long swap = secondIsSmaller(firstHigh, firstLow, secondHigh, secondLow, last >>> 32);
        final long differenceHigh = (firstHigh ^ secondHigh) & swap;
        final long differenceLow = (firstLow ^ secondLow) & swap;
        putI64(address, firstHigh ^ differenceHigh);
        putI64(address + WORD, firstLow ^ differenceLow);
        putI64(address + 2 * WORD, secondHigh ^ differenceHigh);
        putI64(address + 3 * WORD, secondLow ^ differenceLow);
        putI64(address + 4 * WORD, swapPorts(last >>> 32, swap) << 32 | last & 0xFFFF_FFFFL);
        return swap != 0;
    }

    /**
     * All bits set where the destination comes before the source, else none.
     *
     * @param addresses source 32, destination 32.
     * @param ports     source 16, destination 16.
     */
    static long destinationIsSmaller(final long addresses, final long ports) {
        final long source = addresses >>> 32 << 16 | ports >>> 16;
        final long destination = (addresses & 0xFFFF_FFFFL) << 16 | ports & PORT_MASK;
        return destination - source >> Long.SIZE - 1;
    }

    /** Two IPv4 addresses, changed over where {@code swap} has all bits set. */
    static long swapAddresses(final long addresses, final long swap) {
        return addresses ^ (addresses ^ Long.rotateLeft(addresses, 32)) & swap;
    }

    /** Two ports, changed over where {@code swap} has all bits set. */
    static long swapPorts(final long ports, final long swap) {
        final long difference = (ports >>> 16 ^ ports & PORT_MASK) & swap;
        return ports ^ (difference << 16 | difference);
    }

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

    /** All bits set where {@code a < b}, both unsigned: the borrow of their difference. */
    private static long isBelow(final long a, final long b) {
        return (~a & b | (~a | b) & a - b) >> Long.SIZE - 1;
    }
}
