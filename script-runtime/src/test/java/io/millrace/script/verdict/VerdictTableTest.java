package io.millrace.script.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.memory.RawMemory;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class VerdictTableTest {
    @Test
    void shouldStartAVerdictWithNothingSaid() {
        try (VerdictTable table = new VerdictTable(4)) {
            final long record = table.add(7);
            assertThat(RawMemory.i64(record + VerdictDescriptor.FLOW_ID)).isEqualTo(7);
            assertThat(RawMemory.i64(record + VerdictDescriptor.STATUS_BITMAP)).isZero();
            assertThat(RawMemory.i32(record + VerdictDescriptor.SCORE)).isEqualTo(VerdictDescriptor.SCORE_UNSET);
        }
    }

    @Test
    void shouldRefuseMoreFlowsThanItHolds() {
        try (VerdictTable table = new VerdictTable(3)) {
            for (int flow = 1; flow <= 3; flow++) {
                assertThat(table.add(flow)).isNotEqualTo(VerdictTable.NONE);
            }
            assertThat(table.add(4)).isEqualTo(VerdictTable.NONE);
            table.remove(2);
            assertThat(table.add(4)).isNotEqualTo(VerdictTable.NONE);
            assertThat(table.find(2)).isEqualTo(VerdictTable.NONE);
        }
    }

    @Test
    void shouldFindTheFlowsOfABatchAsOneByOne() {
        final long[] found = new long[3];
        try (VerdictTable table = new VerdictTable(4)) {
            table.find(new long[] {7, 8, 9}, 3, found, false);
            assertThat(found).containsOnly(VerdictTable.NONE);
            final long seven = table.add(7);
            final long nine = table.add(9);
            for (final boolean wholly : new boolean[] {false, true}) {
                table.find(new long[] {7, 8, 9}, 3, found, wholly);
                assertThat(found).containsExactly(seven, VerdictTable.NONE, nine);
            }
        }
    }

    @Test
    void shouldKnowWhetherAnythingIsSaid() {
        try (VerdictTable table = new VerdictTable(4)) {
            final long record = table.add(7);
            RawMemory.putU16(record + VerdictDescriptor.CLI_PLACE, 3);
            assertThat(VerdictTable.isSaid(record)).isFalse();
            for (final int field : new int[] {
                VerdictDescriptor.STATUS_BITMAP, VerdictDescriptor.SCORE, VerdictDescriptor.CLIENT_SCORE,
                VerdictDescriptor.SERVER_SCORE, VerdictDescriptor.ALERTS, VerdictDescriptor.PREDOMINANT_STATUS,
                VerdictDescriptor.ALERTED_STATUS, VerdictDescriptor.ALERTED_SCORE}) {
                VerdictTable.initialise(record, 7);
                RawMemory.putU8(record + field, 1);
                assertThat(VerdictTable.isSaid(record)).as("field at %d", field).isTrue();
            }
        }
    }

    @Test
    void shouldKeepEachRecordWhereItIsWhileOthersComeAndGo() {
        final Map<Long, Long> expected = new HashMap<>();
        final Random random = new Random(42);
        try (VerdictTable table = new VerdictTable(500)) {
            for (int step = 0; step < 200_000; step++) {
                final long flow = 1 + random.nextInt(800);
                final Long present = expected.get(flow);
                if (present != null && random.nextInt(3) == 0) {
                    table.remove(flow);
                    expected.remove(flow);
                } else if (present == null && expected.size() < 500) {
                    expected.put(flow, table.add(flow));
                }
                assertThat(table.find(flow)).isEqualTo(expected.getOrDefault(flow, VerdictTable.NONE));
            }
            assertThat(table.size()).isEqualTo(expected.size());
            expected.forEach((flow, record) -> assertThat(table.find(flow)).isEqualTo(record));
            assertThat(expected.values()).doesNotHaveDuplicates();
        }
    }
}
