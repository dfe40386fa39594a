package io.millrace.engine.parse;

/**
 * Hash of a flow key: each pair of key words is folded by a 64 x 64 to 128 bit multiplication with a secret, so that
 * whoever does not know the secret cannot aim at one bucket. Immutable; any thread.
 */
public final class FlowHash {
    /** The hash that is the same in every run; for partitions that outsiders may know. */
    public static final FlowHash UNSEEDED = new FlowHash(0);

    private static final long GOLDEN_RATIO = 0x9E37_79B9_7F4A_7C15L;

    private final long secret0;
    private final long secret1;
    private final long secret2;
    private final long secret3;
    private final long secret4;

    /** A hash with secrets drawn from {@code seed}. */
    public FlowHash(final long seed) {
        secret0 = splitMix(seed + GOLDEN_RATIO);
        secret1 = splitMix(seed + 2 * GOLDEN_RATIO);
        secret2 = splitMix(seed + 3 * GOLDEN_RATIO);
        secret3 = splitMix(seed + 4 * GOLDEN_RATIO);
        secret4 = splitMix(seed + 5 * GOLDEN_RATIO);
    }

    /** Hash of the five words of a key ({@link PacketEnds}); all 32 bits are usable. */
    public int hash(final long word0, final long word1, final long word2, final long word3, final long word4) {
        final long lowSide = fold(word0 ^ secret0, word1 ^ secret1);
        final long highSide = fold(word2 ^ secret2, word3 ^ secret3);
        // In both factors: a product of which one factor is constant puts ports that count up at even distances.
        final long all = fold(lowSide ^ word4 ^ secret4, highSide ^ Long.rotateLeft(word4, 29) ^ secret0);
        return (int) (all ^ all >>> 32);
    }

    /**
     * Hash of a key between IPv4 addresses; another one than that of its five words.
     *
     * @param addresses low side 32, high side 32.
     */
    public int hash(final long addresses, final long word4) {
        final long once = fold(addresses ^ secret0, word4 ^ secret1);
        final long all = fold(once ^ secret2, Long.rotateLeft(word4, 29) ^ secret3);
        return (int) (all ^ all >>> 32);
    }

    private static long fold(final long a, final long b) {
        return a * b ^ Math.unsignedMultiplyHigh(a, b);
    }

    /** Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014. */
    private static long splitMix(final long state) {
        long z = state;
        z = (z ^ z >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ z >>> 27) * 0x94D0_49BB_1331_11EBL;
        return z ^ z >>> 31;
    }
}
