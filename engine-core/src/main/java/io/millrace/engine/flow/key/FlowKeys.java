package io.millrace.engine.flow.key;

import static io.millrace.engine.memory.RawMemory.i32;
import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.putI64;
import static io.millrace.engine.memory.RawMemory.u8;

import io.millrace.engine.parse.ParsedBurst;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Keys and hashes of a burst. A key is five words; the endpoint that is smaller by (address, port) stands first, so
 * both directions of a flow have the same key.
 *
 * <pre>{@code
 *  word 0, 1   address of the low side, network order (IPv4 in the upper half of word 0)
 *  word 2, 3   address of the high side
 *  word 4      low port 16 | high port 16 | VLAN 12, unused 4 | protocol 8 | IP version 8
 * }</pre>
 *
 * <p>One cache line a key, outside the heap; slots are not checked. Owned by one worker.
 */
public final class FlowKeys {
    /** Words of a key. */
    public static final int WORDS = 5;

    private static final int HASH = WORDS * Long.BYTES;
    private static final int FROM_HIGH_SIDE = HASH + Integer.BYTES;
    private static final long HIGH_BIT = 1L << Integer.SIZE;
    private static final long PORT_MASK = 0xFFFF;
    private static final int KEY_SHIFT = 6;
    private static final int CACHE_LINE = 64;

    private final FlowHash flowHash;
    private final ByteBuffer memory;
    private final long keys;

    /** Room for bursts of {@code limit} frames, and for one packet beside them. */
    public FlowKeys(final int limit, final FlowHash flowHash) {
        this.flowHash = flowHash;
        memory = ByteBuffer.allocateDirect((limit + 1 << KEY_SHIFT) + CACHE_LINE).alignedSlice(CACHE_LINE);
        keys = MemorySegment.ofBuffer(memory).address();
    }

    /** Makes the keys of all parsed frames among the first {@code count}. */
    public void compute(final ParsedBurst parsed, final int count) {
        compute(parsed, 0, count);
    }

    /** Makes the keys of all parsed frames from slot {@code from} to {@code to}, exclusive. */
    public void compute(final ParsedBurst parsed, final int from, final int to) {
        for (int slot = from; slot < to; slot++) {
            if (parsed.outcome(slot) == ParsedBurst.PARSED) {
                write(parsed, slot, address(slot));
            }
        }
    }

    /** Makes the key of one slot. */
    public void computeOne(final ParsedBurst parsed, final int slot) {
        write(parsed, slot, address(slot));
    }

    /** Address of the five words of the key of {@code slot}. */
    public long address(final int slot) {
        return keys + ((long) slot << KEY_SHIFT);
    }

    /** Word {@code index} of the key of {@code slot}. */
    public long word(final int slot, final int index) {
        return i64(address(slot) + (long) index * Long.BYTES);
    }

    /** Hash of the key of {@code slot}. */
    public int hash(final int slot) {
        return i32(address(slot) + HASH);
    }

    /** Whether the packet was sent by the high side of its key. */
    public boolean fromHighSide(final int slot) {
        return u8(address(slot) + FROM_HIGH_SIDE) != 0;
    }

    /** Port of the low side in word 4. */
    public static int lowPort(final long word4) {
        return (int) (word4 >>> 48);
    }

    /** Port of the high side in word 4. */
    public static int highPort(final long word4) {
        return (int) (word4 >>> 32) & 0xFFFF;
    }

    /** VLAN identifier in word 4. */
    public static int vlanId(final long word4) {
        return (int) (word4 >>> 16) & 0x0FFF;
    }

    /** IP protocol number in word 4. */
    public static int l4Protocol(final long word4) {
        return (int) (word4 >>> 8) & 0xFF;
    }

    /** IP version in word 4. */
    public static int ipVersion(final long word4) {
        return (int) word4 & 0xFF;
    }

    private void write(final ParsedBurst parsed, final int slot, final long key) {
        final long sourceHigh = parsed.sourceHigh(slot);
        final long sourceLow = parsed.sourceLow(slot);
        final long destinationHigh = parsed.destinationHigh(slot);
        final long destinationLow = parsed.destinationLow(slot);
        final long ends = parsed.ends(slot);
        // Which end is smaller is as good as random: masks instead of branches that would be mispredicted.
        final long swap = destinationIsSmaller(sourceHigh, sourceLow, destinationHigh, destinationLow, ends);
        final long differenceHigh = (sourceHigh ^ destinationHigh) & swap;
        final long differenceLow = (sourceLow ^ destinationLow) & swap;
        final long differencePort = (ends >>> 48 ^ ends >>> 32 & PORT_MASK) & swap;
        final long word0 = sourceHigh ^ differenceHigh;
        final long word1 = sourceLow ^ differenceLow;
        final long word2 = destinationHigh ^ differenceHigh;
        final long word3 = destinationLow ^ differenceLow;
        final long word4 = ends ^ (differencePort << 48 | differencePort << 32);
        putI64(key, word0);
        putI64(key + 8, word1);
        putI64(key + 16, word2);
        putI64(key + 24, word3);
        putI64(key + 32, word4);
        putI64(key + HASH, Integer.toUnsignedLong(flowHash.hash(word0, word1, word2, word3, word4)) | swap & HIGH_BIT);
    }

    /** All bits set where the destination comes before the source by (address, port), else none. */
    private static long destinationIsSmaller(
        final long sourceHigh,
        final long sourceLow,
        final long destinationHigh,
        final long destinationLow,
        final long ends) {

        if (sourceHigh != destinationHigh) {
            return isBelow(destinationHigh, sourceHigh);
        }
        if (sourceLow != destinationLow) {
            return isBelow(destinationLow, sourceLow);
        }
        return isBelow(ends >>> 32 & PORT_MASK, ends >>> 48);
    }

    /** All bits set where {@code a < b}, both unsigned: the borrow of their difference. */
    private static long isBelow(final long a, final long b) {
        return (~a & b | (~a | b) & a - b) >> Long.SIZE - 1;
    }
}
