package io.millrace.engine.flow.key;

import io.millrace.engine.parse.ParsedBurst;

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
 * <p>Owned by one worker.
 */
public final class FlowKeys {
    /** Words of a key. */
    public static final int WORDS = 5;

    private final FlowHash flowHash;
    private final long[] words;
    private final int[] hashes;
    private final boolean[] fromHighSide;

    /** Room for bursts of {@code limit} frames. */
    public FlowKeys(final int limit, final FlowHash flowHash) {
        this.flowHash = flowHash;
        words = new long[limit * WORDS];
        hashes = new int[limit];
        fromHighSide = new boolean[limit];
    }

    /** Makes the keys of all parsed frames among the first {@code count}. */
    public void compute(final ParsedBurst parsed, final int count) {
        for (int slot = 0; slot < count; slot++) {
            if (parsed.outcome[slot] == ParsedBurst.PARSED) {
                compute(parsed, slot, slot * WORDS);
            }
        }
    }

    /** Word {@code index} of the key of {@code slot}. */
    public long word(final int slot, final int index) {
        return words[slot * WORDS + index];
    }

    /** Hash of the key of {@code slot}. */
    public int hash(final int slot) {
        return hashes[slot];
    }

    /** Whether the packet was sent by the high side of its key. */
    public boolean fromHighSide(final int slot) {
        return fromHighSide[slot];
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

    private void compute(final ParsedBurst parsed, final int slot, final int first) {
        final long sourceHigh = parsed.sourceHigh[slot];
        final long sourceLow = parsed.sourceLow[slot];
        final long destinationHigh = parsed.destinationHigh[slot];
        final long destinationLow = parsed.destinationLow[slot];
        final int sourcePort = parsed.sourcePort[slot];
        final int destinationPort = parsed.destinationPort[slot];
        // Which end is smaller is as good as random: masks instead of branches that would be mispredicted.
        final long swap = destinationIsSmaller(
            sourceHigh, sourceLow, sourcePort, destinationHigh, destinationLow, destinationPort);
        final long differenceHigh = (sourceHigh ^ destinationHigh) & swap;
        final long differenceLow = (sourceLow ^ destinationLow) & swap;
        final long differencePort = (sourcePort ^ destinationPort) & swap;
        final long word0 = sourceHigh ^ differenceHigh;
        final long word1 = sourceLow ^ differenceLow;
        final long word2 = destinationHigh ^ differenceHigh;
        final long word3 = destinationLow ^ differenceLow;
        final long word4 = (sourcePort ^ differencePort) << 48 | (destinationPort ^ differencePort) << 32
            | (long) parsed.vlanId[slot] << 16 | (long) (parsed.l4Protocol[slot] & 0xFF) << 8 | parsed.ipVersion[slot];
        words[first] = word0;
        words[first + 1] = word1;
        words[first + 2] = word2;
        words[first + 3] = word3;
        words[first + 4] = word4;
        hashes[slot] = flowHash.hash(word0, word1, word2, word3, word4);
        fromHighSide[slot] = swap != 0;
    }

    /** All bits set where the destination comes before the source by (address, port), else none. */
    private static long destinationIsSmaller(
        final long sourceHigh,
        final long sourceLow,
        final int sourcePort,
        final long destinationHigh,
        final long destinationLow,
        final int destinationPort) {

        if (sourceHigh != destinationHigh) {
            return isBelow(destinationHigh, sourceHigh);
        }
        if (sourceLow != destinationLow) {
            return isBelow(destinationLow, sourceLow);
        }
        return isBelow(destinationPort, sourcePort);
    }

    /** All bits set where {@code a < b}, both unsigned: the borrow of their difference. */
    private static long isBelow(final long a, final long b) {
        return (~a & b | (~a | b) & a - b) >> Long.SIZE - 1;
    }
}
