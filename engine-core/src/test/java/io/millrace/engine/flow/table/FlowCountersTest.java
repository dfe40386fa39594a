package io.millrace.engine.flow.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.memory.OffHeapBlock;
import io.millrace.engine.memory.RawMemory;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlowCountersTest {
    private static final int MOST_PACKETS = 1 << 22;
    private static final long BYTES_BELOW = 1L << 38;
    private static final long PAYLOAD_BELOW = 1L << 31;

    private final OffHeapBlock block = new OffHeapBlock(FlowRecordDescriptor.LENGTH, false);
    private final long record = block.address();

    @AfterEach
    void close() {
        block.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void shouldCountFarBeyondWhatTheFirstLineHolds(final int side) {
        final SplittableRandom random = new SplittableRandom(3);
        long packets = 0;
        long bytes = 0;
        long payloadBytes = 0;
        for (int i = 0; i < 20_000; i++) {
            final long morePackets = random.nextLong(MOST_PACKETS + 1);
            final long moreBytes = random.nextLong(BYTES_BELOW);
            final long morePayload = random.nextLong(PAYLOAD_BELOW);
            FlowCounters.add(record, side, morePackets, moreBytes, morePayload);
            packets += morePackets;
            bytes += moreBytes;
            payloadBytes += morePayload;
            assertCounts(side, packets, bytes, payloadBytes);
            assertCounts(1 - side, 0, 0, 0);
        }
    }

    @Test
    void shouldCarryAtTheVeryPacketThatFillsTheFirstLine() {
        FlowCounters.add(record, 1, 4_194_304, 0, 0);
        FlowCounters.add(record, 1, 4_194_303, (1L << 38) - 1, PAYLOAD_BELOW - 1);
        FlowCounters.add(record, 1, 0, 1L << 37, 0);
        FlowCounters.add(record, 1, 0, 1L << 37, 0);
        assertThat(RawMemory.i32(record + FlowRecordDescriptor.PACKET_CARRIES + Integer.BYTES)).isZero();

        FlowCounters.count(record, 1, 1, 1);

        assertCounts(1, 8_388_608, 1L << 39, PAYLOAD_BELOW);
        assertThat(RawMemory.i32(record + FlowRecordDescriptor.PACKET_CARRIES + Integer.BYTES)).isEqualTo(1);
        assertThat(RawMemory.i32(record + FlowRecordDescriptor.BYTE_CARRIES + Integer.BYTES)).isEqualTo(1);
        assertThat(RawMemory.i32(record + FlowRecordDescriptor.PAYLOAD_CARRIES + Integer.BYTES)).isEqualTo(1);
    }

    @Test
    void shouldKnowTheFirstPacketOfASide() {
        assertThat(FlowCounters.isFirst(record, 0)).isFalse();
        FlowCounters.count(record, 0, 60, 0);
        assertThat(FlowCounters.isFirst(record, 0)).isTrue();
        assertThat(FlowCounters.isFirst(record, 1)).isFalse();
        FlowCounters.add(record, 0, 4_194_304, 0, 0);
        FlowCounters.add(record, 0, 4_194_304, 0, 0);
        assertThat(FlowCounters.packets(record, 0)).isEqualTo(8_388_609);
        assertThat(FlowCounters.isFirst(record, 0)).isFalse();
    }

    @Test
    void shouldKnowThatASideHasSentWhereAllWasCarried() {
        assertThat(FlowCounters.hasPackets(record, 1)).isFalse();
        FlowCounters.add(record, 1, 4_194_304, 0, 0);
        FlowCounters.add(record, 1, 4_194_304, 0, 0);
        assertThat(RawMemory.i64(record + FlowRecordDescriptor.PACKETS_AND_BYTES + Long.BYTES)).isZero();
        assertThat(FlowCounters.hasPackets(record, 1)).isTrue();
    }

    private void assertCounts(final int side, final long packets, final long bytes, final long payloadBytes) {
        assertThat(FlowCounters.packets(record, side)).isEqualTo(packets);
        assertThat(FlowCounters.bytes(record, side)).isEqualTo(bytes);
        assertThat(FlowCounters.payloadBytes(record, side)).isEqualTo(payloadBytes);
    }
}
