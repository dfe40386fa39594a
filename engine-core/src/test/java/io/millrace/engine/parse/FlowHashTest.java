package io.millrace.engine.parse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class FlowHashTest {
    private static final int KEYS = 1 << 16;
    private static final int BUCKET_BITS = 12;
    private static final int BUCKETS = 1 << BUCKET_BITS;
    private static final long SERVER = 0xC0A8_0101_0000_0000L;
    private static final long SERVER_IPV4 = SERVER >>> 32;
    private static final long TCP_TO_443 = 443L << 32 | 6 << 8 | 4;

    /** Keys as traffic has them: one end fixed, the other counting. */
    private interface Keys {
        int hash(FlowHash hash, long number);
    }

    static Stream<Arguments> keys() {
        return Stream.of(
            keys("sequential IPv4 addresses", (hash, number) ->
                hash.hash(0x0A00_0000L + number << 32, 0, SERVER, 0, 40_000L << 48 | TCP_TO_443)),
            keys("sequential ports", (hash, number) ->
                hash.hash(0x0A00_0001L << 32, 0, SERVER, 0, number << 48 | TCP_TO_443)),
            keys("sequential ports of the other side", (hash, number) ->
                hash.hash(0x0A00_0001L << 32, 0, SERVER, 0, 443L << 48 | number << 32 | 6 << 8 | 4)),
            keys("sequential addresses and ports", (hash, number) ->
                hash.hash(0x0A00_0000L + (number & 255) << 32, 0, SERVER, 0, number >>> 8 << 48 | TCP_TO_443)),
            keys("both addresses sequential", (hash, number) ->
                hash.hash(0x0A00_0000L + (number & 255) << 32, 0, 0x0B00_0000L + (number >>> 8) << 32, 0, TCP_TO_443)),
            keys("sequential IPv4 addresses in one word", (hash, number) ->
                hash.hash(0x0A00_0000L + number << 32 | SERVER_IPV4, 40_000L << 48 | TCP_TO_443)),
            keys("sequential IPv4 servers in one word", (hash, number) ->
                hash.hash(0x0A00_0001L << 32 | SERVER_IPV4 + number, 40_000L << 48 | TCP_TO_443)),
            keys("sequential ports between IPv4 addresses in one word", (hash, number) ->
                hash.hash(0x0A00_0001L << 32 | SERVER_IPV4, number << 48 | TCP_TO_443)),
            keys("sequential ports of the other side between IPv4 addresses in one word", (hash, number) ->
                hash.hash(0x0A00_0001L << 32 | SERVER_IPV4, 443L << 48 | number << 32 | 6 << 8 | 4)),
            keys("sequential IPv4 addresses in one word and ports", (hash, number) ->
                hash.hash(0x0A00_0000L + (number & 255) << 32 | SERVER_IPV4, number >>> 8 << 48 | TCP_TO_443)),
            keys("both IPv4 addresses sequential in one word", (hash, number) ->
                hash.hash(0x0A00_0000L + (number & 255) << 32 | 0x0B00_0000L + (number >>> 8), TCP_TO_443)),
            keys("sequential IPv6 interfaces", (hash, number) ->
                hash.hash(0x2001_0DB8_0000_0000L, number, 0x2001_0DB8_0000_0001L, 1, 40_000L << 48 | TCP_TO_443)),
            keys("sequential IPv6 networks", (hash, number) ->
                hash.hash(0x2001_0DB8_0000_0000L + number, 1, 0x2001_0DB9_0000_0000L, 1, 40_000L << 48 | TCP_TO_443)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("keys")
    void shouldSpreadKeysEvenly(final String name, final Keys keys) {
        for (final FlowHash hash : new FlowHash[] {FlowHash.UNSEEDED, new FlowHash(1), new FlowHash(-1)}) {
            assertIsEven(number -> keys.hash(hash, number) & BUCKETS - 1);
            assertIsEven(number -> keys.hash(hash, number) >>> Integer.SIZE - BUCKET_BITS);
            assertIsEven(number -> keys.hash(hash, number) >>> 10 & BUCKETS - 1);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("keys")
    void shouldKeepProbeSequencesShort(final String name, final Keys keys) {
        final int entries = 2 * KEYS;
        for (int seed = 0; seed < 50; seed++) {
            final FlowHash hash = new FlowHash(seed);
            final BitSet taken = new BitSet(entries);
            long probes = KEYS;
            for (int number = 0; number < KEYS; number++) {
                int position = keys.hash(hash, number) & entries - 1;
                for (; taken.get(position); position = position + 1 & entries - 1) {
                    probes++;
                }
                taken.set(position);
            }
            // Knuth, The Art of Computer Programming 6.4: 1.5 when a table with linear probing is half full.
            assertThat((double) probes / KEYS).as("seed %d", seed).isLessThan(1.6);
        }
    }

    @Test
    void shouldPlaceKeysElsewhereUnderAnotherSeed() {
        final FlowHash one = new FlowHash(1);
        final FlowHash two = new FlowHash(2);
        int sameBucket = 0;
        for (int number = 0; number < KEYS; number++) {
            final long client = 0x0A00_0000L + number << 32;
            if (((one.hash(client, 0, SERVER, 0, TCP_TO_443) ^ two.hash(client, 0, SERVER, 0, TCP_TO_443))
                & BUCKETS - 1) == 0) {
                sameBucket++;
            }
        }
        // One in BUCKETS by chance: 16 expected, more than 48 less likely than one in 10^10.
        assertThat(sameBucket).isLessThan(48);
    }

    @Test
    void shouldRepeatItselfUnderTheSameSeed() {
        assertThat(new FlowHash(7).hash(1, 2, 3, 4, 5)).isEqualTo(new FlowHash(7).hash(1, 2, 3, 4, 5));
        assertThat(FlowHash.UNSEEDED.hash(1, 2, 3, 4, 5)).isEqualTo(new FlowHash(0).hash(1, 2, 3, 4, 5));
    }

    @Test
    void shouldDependOnEveryBitOfTheKey() {
        final FlowHash hash = new FlowHash(3);
        final long[] words = {0x0A00_0001_0000_0000L, 0, SERVER, 0, TCP_TO_443};
        final int before = hash(hash, words);
        for (int bit = 0; bit < words.length * Long.SIZE; bit++) {
            words[bit / Long.SIZE] ^= 1L << bit;
            assertThat(hash(hash, words)).as("bit %d", bit).isNotEqualTo(before);
            words[bit / Long.SIZE] ^= 1L << bit;
        }
    }

    @Test
    void shouldDependOnEveryBitOfAnIpv4Key() {
        final FlowHash hash = new FlowHash(3);
        final long addresses = 0x0A00_0001L << 32 | SERVER_IPV4;
        final int before = hash.hash(addresses, TCP_TO_443);
        for (int bit = 0; bit < Long.SIZE; bit++) {
            assertThat(hash.hash(addresses ^ 1L << bit, TCP_TO_443)).as("address bit %d", bit).isNotEqualTo(before);
            assertThat(hash.hash(addresses, TCP_TO_443 ^ 1L << bit)).as("bit %d", bit).isNotEqualTo(before);
        }
    }

    /** Chi-square statistic within six standard deviations of its mean: BUCKETS - 1 degrees of freedom. */
    private static void assertIsEven(final IntUnaryOperator bucketOf) {
        final int[] counts = new int[BUCKETS];
        for (int number = 0; number < KEYS; number++) {
            counts[bucketOf.applyAsInt(number)]++;
        }
        final double expected = (double) KEYS / BUCKETS;
        double chiSquare = 0;
        for (final int count : counts) {
            chiSquare += (count - expected) * (count - expected) / expected;
        }
        final double mean = BUCKETS - 1;
        assertThat(chiSquare).isLessThan(mean + 6 * Math.sqrt(2 * mean));
    }

    private static int hash(final FlowHash hash, final long[] words) {
        return hash.hash(words[0], words[1], words[2], words[3], words[4]);
    }

    private static Arguments keys(final String name, final Keys keys) {
        return Arguments.of(name, keys);
    }
}
