package io.millrace.engine.flow.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.fixture.PacketFacts;
import io.millrace.engine.flow.key.FlowKeys;
import io.millrace.engine.memory.RawMemory;
import io.millrace.engine.parse.FlowHash;
import io.millrace.engine.parse.ParsedBurst;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FlowTableTest {
    private static final List<Integer> KEY_WORDS = List.of(
        FlowRecordDescriptor.LOW_ADDRESS, FlowRecordDescriptor.LOW_ADDRESS_REST, FlowRecordDescriptor.HIGH_ADDRESS,
        FlowRecordDescriptor.HIGH_ADDRESS_REST, FlowRecordDescriptor.ENDS);

    private final ParsedBurst parsed = new ParsedBurst(1, new FlowHash(11));
    private final FlowKeys keys = new FlowKeys(parsed);

    @ParameterizedTest
    @CsvSource({"16, 24, 1", "16, 64, 2", "100, 120, 3", "1000, 1500, 4"})
    void shouldDoWhatAMapDoes(final int capacity, final int universe, final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final Map<Integer, Integer> model = new HashMap<>();
        try (FlowTable table = new FlowTable(capacity, 1, false, true)) {
            for (int step = 0; step < 100_000; step++) {
                final int flow = random.nextInt(universe);
                key(flow);
                final Integer known = model.get(flow);
                assertThat(table.find(keys, 0)).isEqualTo(known == null ? FlowTable.NONE : known);
                // Phases of growth and of decline, so that the table is now full, now almost empty.
                final boolean growing = step / (4 * capacity) % 2 == 0;
                if (known == null && (growing || random.nextInt(4) == 0)) {
                    addLikeTheModel(table, model, flow);
                } else if (known != null && (!growing || random.nextInt(4) == 0)) {
                    RawMemory.putI64(table.record(known) + FlowRecordDescriptor.METADATA, -1);
                    table.remove(known);
                    model.remove(flow);
                    assertThat(table.find(keys, 0)).isEqualTo(FlowTable.NONE);
                    assertThat(table.isLive(known)).isFalse();
                }
                assertThat(table.size()).isEqualTo(model.size());
                if (step % 64 == 0) {
                    assertHolds(table, model, universe);
                }
            }
            assertHolds(table, model, universe);
        }
    }

    @Test
    void shouldRefuseAFlowOnceItIsFull() {
        try (FlowTable table = new FlowTable(20, 1, false, true)) {
            for (int flow = 0; flow < 20; flow++) {
                assertThat(add(table, flow)).isBetween(0, 19);
            }
            assertThat(table.capacity()).isEqualTo(table.size()).isEqualTo(table.used());

            assertThat(add(table, 20)).isEqualTo(FlowTable.NONE);
            assertThat(table.size()).isEqualTo(20);

            key(7);
            table.remove(table.find(keys, 0));
            assertThat(add(table, 20)).isNotEqualTo(FlowTable.NONE);
        }
    }

    @Test
    void shouldZeroARecordBeforeItIsUsedAgain() {
        try (FlowTable table = new FlowTable(16, 1, false, true)) {
            final int number = add(table, 1);
            for (int offset = 0; offset < FlowRecordDescriptor.LENGTH; offset++) {
                if (offset < FlowRecordDescriptor.HASH || offset >= FlowRecordDescriptor.HASH + Integer.BYTES) {
                    RawMemory.putU8(table.record(number) + offset, 0xFF);
                }
            }
            table.remove(number);

            assertThat(add(table, 2)).isEqualTo(number);
            final long record = table.record(number);
            for (int offset = FlowRecordDescriptor.LAST_SEEN_NS; offset < FlowRecordDescriptor.LENGTH; offset++) {
                final boolean written = offset >= FlowRecordDescriptor.HASH
                    && offset < FlowRecordDescriptor.HASH + Integer.BYTES || offset == FlowRecordDescriptor.FLAGS
                    || offset >= FlowRecordDescriptor.LOW_ADDRESS_REST
                    && offset < FlowRecordDescriptor.HIGH_ADDRESS_REST + Long.BYTES;
                assertThat(RawMemory.u8(record + offset)).as("offset %d", offset)
                    .matches(value -> written || value == 0);
            }
            assertThat(RawMemory.u8(record + FlowRecordDescriptor.FLAGS)).isEqualTo(FlowRecordDescriptor.LIVE);
        }
    }

    @Test
    void shouldStartEveryRecordAtACacheLine() {
        try (FlowTable table = new FlowTable(16, 1, false, true)) {
            assertThat(FlowRecordDescriptor.LENGTH % 64).isZero();
            assertThat(table.record(0) % 64).isZero();
            assertThat(table.record(3)).isEqualTo(table.record(0) + 3L * FlowRecordDescriptor.LENGTH);
        }
    }

    @Test
    void shouldDecideCountAndAgeWithinTheFirstCacheLine() {
        assertThat(List.of(FlowRecordDescriptor.LOW_ADDRESS, FlowRecordDescriptor.HIGH_ADDRESS,
            FlowRecordDescriptor.ENDS, FlowRecordDescriptor.LAST_SEEN_NS, FlowRecordDescriptor.FLAGS,
            FlowRecordDescriptor.HANDSHAKE, FlowRecordDescriptor.TCP_FLAGS + 1,
            FlowRecordDescriptor.PACKETS_AND_BYTES + Long.BYTES, FlowRecordDescriptor.PAYLOAD_BYTES + Integer.BYTES))
            .allMatch(offset -> offset < 64);
        assertThat(FlowRecordDescriptor.LENGTH).isLessThanOrEqualTo(512);
    }

    @Test
    void shouldFindTheLongestIdleOfTheNeighbourhood() {
        // All flows of so small a table are neighbours.
        try (FlowTable table = new FlowTable(16, 1, false, true)) {
            for (int flow = 0; flow < 16; flow++) {
                final int number = add(table, flow);
                RawMemory.putI64(table.record(number) + FlowRecordDescriptor.LAST_SEEN_NS, flow == 9 ? 5 : 100 + flow);
            }
            key(9);
            final int oldest = table.find(keys, 0);
            for (final int hash : new int[] {0, 1, 31, -1, 12_345}) {
                assertThat(table.longestIdleNear(hash)).isEqualTo(oldest);
            }
        }
    }

    @Test
    void shouldTouchFlowsThatAreThereAndThoseThatAreNot() {
        try (FlowTable table = new FlowTable(16, 2, false, true)) {
            final ParsedBurst burst = new ParsedBurst(2, new FlowHash(11));
            final FlowKeys burstKeys = new FlowKeys(burst);
            PacketFacts.of(burst, 0, "10.0.0.1", 1, "10.0.0.2", 2);
            PacketFacts.of(burst, 1, "10.0.0.1", 1, "10.0.0.2", 3);
            burst.outcome(1, ParsedBurst.MALFORMED);
            burstKeys.compute(2);
            table.touchIndex(burstKeys, 0, 2);
            table.touchRecords(burstKeys, burst, 0, 2);
            final int number = table.add(burstKeys, 0);

            table.touchIndex(burstKeys, 0, 2);
            table.touchRecords(burstKeys, burst, 0, 2);

            assertThat(table.find(burstKeys, 0)).isEqualTo(number);
            assertThat(table.size()).isEqualTo(1);
        }
    }

    private void addLikeTheModel(final FlowTable table, final Map<Integer, Integer> model, final int flow) {
        final int number = table.add(keys, 0);
        if (model.size() == table.capacity()) {
            assertThat(number).isEqualTo(FlowTable.NONE);
            return;
        }
        assertThat(number).isBetween(0, table.capacity() - 1);
        assertThat(model.containsValue(number)).isFalse();
        assertThat(table.isLive(number)).isTrue();
        assertThat(RawMemory.i64(table.record(number) + FlowRecordDescriptor.METADATA)).isZero();
        model.put(flow, number);
    }

    private void assertHolds(final FlowTable table, final Map<Integer, Integer> model, final int universe) {
        for (int flow = 0; flow < universe; flow++) {
            key(flow);
            final int number = table.find(keys, 0);
            assertThat(number).isEqualTo(model.getOrDefault(flow, FlowTable.NONE));
            if (number != FlowTable.NONE) {
                for (int word = 0; word < FlowKeys.WORDS; word++) {
                    assertThat(RawMemory.i64(table.record(number) + KEY_WORDS.get(word))).isEqualTo(keys.word(0, word));
                }
            }
        }
        final List<Integer> live = new ArrayList<>();
        for (int number = 0; number < table.used(); number++) {
            if (table.isLive(number)) {
                live.add(number);
            }
        }
        assertThat(new HashSet<>(live)).isEqualTo(new HashSet<>(model.values()));
    }

    private int add(final FlowTable table, final int flow) {
        key(flow);
        return table.add(keys, 0);
    }

    private void key(final int flow) {
        PacketFacts.of(parsed, 0, "10.0." + flow / 250 + "." + flow % 250, 40_000, "192.168.0.1", 443);
        keys.compute(1);
    }
}
