package io.millrace.engine.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.memory.RawMemory;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MetadataStoreTest {
    @ParameterizedTest(name = "{0} bytes take {1}")
    @CsvSource({"1, 128", "112, 128", "128, 128", "129, 256", "1024, 1024", "1025, 2048", "4096, 4096"})
    void shouldRoundSizesUpToAPowerOfTwo(final int lengthBytes, final int takenBytes) {
        try (MetadataStore store = new MetadataStore(16_384, 0)) {
            final long first = store.allocate(lengthBytes);

            assertThat(store.allocate(lengthBytes)).isEqualTo(first + takenBytes);
        }
    }

    @Test
    void shouldRefuseWhatDoesNotFitAnyMore() {
        try (MetadataStore store = new MetadataStore(4096 + 128, 0)) {
            assertThat(store.allocate(4096)).isNotZero();
            assertThat(store.allocate(129)).isZero();
            assertThat(store.allocate(128)).isNotZero();
            assertThat(store.allocate(1)).isZero();
        }
    }

    @Test
    void shouldTakeFurtherSpaceOnceItMayGrow() {
        try (MetadataStore store = new MetadataStore(256, 512)) {
            assertThat(store.allocate(256)).isNotZero();
            assertThat(store.allocate(128)).isZero();
            store.grow();
            assertThat(store.allocate(512)).isNotZero();
            assertThat(store.allocate(128)).isZero();
        }
    }

    @Test
    void shouldHandOutAFreedBlockToTheNextOfItsSize() {
        try (MetadataStore store = new MetadataStore(1024, 0)) {
            final long small = store.allocate(100);
            final long large = store.allocate(500);
            store.free(small, 100);
            store.free(large, 500);

            assertThat(store.allocate(512)).isEqualTo(large);
            assertThat(store.allocate(128)).isEqualTo(small);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldNeverGiveTheSameByteTwice(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final TreeMap<Long, Integer> live = new TreeMap<>();
        try (MetadataStore store = new MetadataStore(64 << 10, 0)) {
            for (int step = 0; step < 20_000; step++) {
                if (random.nextBoolean() && !live.isEmpty()) {
                    final Long probe = live.ceilingKey(live.firstKey() + random.nextLong(64 << 10));
                    final long address = probe == null ? live.lastKey() : probe;
                    assertThat(RawMemory.i32(address)).isEqualTo((int) address);
                    store.free(address, live.remove(address));
                    continue;
                }
                final int length = random.nextInt(8, 4097);
                final long address = store.allocate(length);
                if (address != 0) {
                    assertIsFree(live, address, length);
                    RawMemory.putI32(address, (int) address);
                    live.put(address, length);
                }
            }
        }
    }

    private static void assertIsFree(final TreeMap<Long, Integer> live, final long address, final int length) {
        final Long before = live.floorKey(address);
        final Long after = live.ceilingKey(address);
        assertThat(before == null || before + live.get(before) <= address).isTrue();
        assertThat(after == null || address + length <= after).isTrue();
    }
}
