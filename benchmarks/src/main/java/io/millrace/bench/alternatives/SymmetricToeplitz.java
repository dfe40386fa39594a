package io.millrace.bench.alternatives;

/**
 * The hash that network cards compute for symmetric receive-side scaling: Toeplitz with a key that repeats every 16
 * bits, so that both directions of a flow have the same. It costs the worker nothing, but the table cannot use it: all
 * 16-bit words of a flow meet the same part of the key, so the hash depends on their sum modulo 2 alone, and whoever
 * picks addresses and ports with one sum aims at one bucket, whatever the key. Choosing a queue by it does no harm of
 * that kind.
 *
 * <p>Sources: Microsoft, Verifying the RSS Hash Calculation; Woo, Park: Scalable TCP Session Monitoring with Symmetric
 * Receive-side Scaling, 2012.
 */
public final class SymmetricToeplitz {
    private static final int WORD_BITS = 16;

    private final int key;

    /** A hash with a key that repeats the low 16 bits of {@code secret}. */
    public SymmetricToeplitz(final int secret) {
        key = (secret & 0xFFFF) << WORD_BITS | secret & 0xFFFF;
    }

    /** Hash of the four 16-bit words of two IPv4 addresses, and two ports, as a card reads them. */
    public int hash(final int sourceAddress, final int destinationAddress, final int sourcePort,
        final int destinationPort) {
        return word(sourceAddress >>> WORD_BITS) ^ word(sourceAddress)
            ^ word(destinationAddress >>> WORD_BITS) ^ word(destinationAddress)
            ^ word(sourcePort) ^ word(destinationPort);
    }

    /** For each bit that is set, the 32 bits of the key that begin at its place; the key is the same at every word. */
    private int word(final int bits) {
        int hash = 0;
        for (int place = 0; place < WORD_BITS; place++) {
            if ((bits >>> WORD_BITS - 1 - place & 1) != 0) {
                hash ^= Integer.rotateLeft(key, place);
            }
        }
        return hash;
    }
}
