package io.millrace.script.verdict;

import static io.millrace.engine.memory.RawMemory.i32;
import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.putI32;
import static io.millrace.engine.memory.RawMemory.putI64;
import static io.millrace.engine.memory.RawMemory.u16;

import io.millrace.engine.memory.OffHeapBlock;
import io.millrace.engine.memory.RawMemory;
import java.util.Arrays;
import org.agrona.BitUtil;

/**
 * Verdicts of the live flows of one script thread, by flow id. Not thread-safe: only the script thread uses it.
 *
 * <pre>{@code
 *  index    | lower half of the id 4, record number + 1, 4 | ...   open addressing, linear probing, at most half full
 *  records  | record 0 | record 1 | ...                            VerdictDescriptor, at cache lines; they do not move
 * }</pre>
 *
 * <p>Eight ids that follow each other share a cache line of the index: flows of one time have their events at one time.
 *
 * <p>Both lie outside the heap and take memory page by page as flows come.
 */
public final class VerdictTable implements AutoCloseable {
    /** No such flow, or no room for one more. */
    public static final long NONE = 0;

    private static final int MAX_CAPACITY = 1 << 29;
    private static final int LINE = 64;
    private static final int STRIDE = BitUtil.align(VerdictDescriptor.LENGTH, LINE);
    private static final int IDS_PER_LINE = LINE / Long.BYTES;
    private static final int MIN_ENTRIES = 2 * IDS_PER_LINE;
    private static final int MAX_BATCH = 256;
    private static final int NO_RECORD = -1;
    private static final int SECOND_LINE = 1;

    private final int capacity;
    private final int mask;
    private final int lineShift;
    private final OffHeapBlock indexBlock;
    private final OffHeapBlock recordBlock;
    private final OffHeapBlock batchBlock;
    private final long index;
    private final long records;
    private final long likely;
    private int used;
    private int firstFree = NO_RECORD;
    private int size;

    /**
     * An empty table.
     *
     * @param capacity most flows at once, from 1 to 536 870 912; records take two cache lines
     *                 each.
     */
    public VerdictTable(final int capacity) {
        if (capacity < 1 || capacity > MAX_CAPACITY) {
            throw new IllegalArgumentException(
                "verdict capacity must be from 1 to " + MAX_CAPACITY + " flows: capacity=" + capacity);
        }
        this.capacity = capacity;
        final int entries = entries(capacity);
        mask = entries - 1;
        lineShift = Long.SIZE - Integer.numberOfTrailingZeros(entries / IDS_PER_LINE);
        // Most scripts say nothing of most flows.
        indexBlock = OffHeapBlock.untouched((long) entries * Long.BYTES, true);
        recordBlock = OffHeapBlock.untouched((long) capacity * STRIDE, true);
        batchBlock = new OffHeapBlock(MAX_BATCH * Long.BYTES, false);
        index = indexBlock.address();
        records = recordBlock.address();
        likely = batchBlock.address();
    }

    /** Memory of a table for {@code capacity} flows once it was full, in bytes; untouched parts cost nothing. */
    public static long memoryBytes(final int capacity) {
        return (long) entries(capacity) * Long.BYTES + (long) capacity * STRIDE;
    }

    private static int entries(final int capacity) {
        return Math.max(MIN_ENTRIES, BitUtil.findNextPositivePowerOfTwo(capacity) * 2);
    }

    /**
     * Looks up the flows of a batch, so that the misses overlap instead of following each other: first all places in
     * the index, then all records they name.
     *
     * @param count     flows, up to 256.
     * @param found     takes each flow's address as {@link #find(long)} tells it.
     * @param wholly    whether more than the first cache line of a record will be needed.
     */
    public void find(final long[] flowIds, final int count, final long[] found, final boolean wholly) {
        if (size == 0) {
            Arrays.fill(found, 0, count, NONE);
            return;
        }
        for (int i = 0; i < count; i++) {
            putI64(likely + (long) i * Long.BYTES, entry(home(flowIds[i])));
        }
        RawMemory.prefetch(likely, count);
        for (int i = 0; i < count; i++) {
            final long entry = i64(i64(likely + (long) i * Long.BYTES));
            final long record = (int) entry == (int) flowIds[i] && entry != 0 ? record(numberOf(entry)) : NONE;
            found[i] = record;
            putI64(likely + (long) i * Long.BYTES, record == NONE || !wholly ? record : record | SECOND_LINE);
        }
        RawMemory.prefetchRecords(likely, count);
        for (int i = 0; i < count; i++) {
            if (found[i] == NONE || i64(found[i] + VerdictDescriptor.FLOW_ID) != flowIds[i]) {
                found[i] = find(flowIds[i]);
            }
        }
    }

    /** Address of the flow's record; {@link #NONE} where it has none. */
    public long find(final long flowId) {
        int position = home(flowId);
        long entry = i64(entry(position));
        while (entry != 0) {
            if ((int) entry == (int) flowId) {
                final long record = record(numberOf(entry));
                if (i64(record + VerdictDescriptor.FLOW_ID) == flowId) {
                    return record;
                }
            }
            position = position + 1 & mask;
            entry = i64(entry(position));
        }
        return NONE;
    }

    /**
     * Gives a flow that has none a fresh record.
     *
     * @return its address; {@link #NONE} where the table is full.
     */
    public long add(final long flowId) {
        final int number = takeRecord();
        if (number == NO_RECORD) {
            return NONE;
        }
        int position = home(flowId);
        while (i64(entry(position)) != 0) {
            position = position + 1 & mask;
        }
        putI64(entry(position), number + 1L << Integer.SIZE | flowId & 0xFFFF_FFFFL);
        size++;
        final long record = record(number);
        initialise(record, flowId);
        return record;
    }

    /** Makes {@code record} the verdict on a flow of which nothing was said yet. */
    public static void initialise(final long record, final long flowId) {
        RawMemory.zero(record, VerdictDescriptor.LENGTH);
        putI64(record + VerdictDescriptor.FLOW_ID, flowId);
        putI32(record + VerdictDescriptor.SCORE, VerdictDescriptor.SCORE_UNSET);
    }

    /** Whether a script has said anything in this record. */
    public static boolean isSaid(final long record) {
        return i64(record + VerdictDescriptor.STATUS_BITMAP) != 0
            || i32(record + VerdictDescriptor.SCORE) != VerdictDescriptor.SCORE_UNSET
            || i64(record + VerdictDescriptor.CLIENT_SCORE) != 0
            || i32(record + VerdictDescriptor.ALERTS) != 0
            || u16(record + VerdictDescriptor.PREDOMINANT_STATUS) != 0
            || i32(record + VerdictDescriptor.ALERTED_STATUS) != 0;
    }

    /** Forgets a flow; does nothing where it has no record. */
    public void remove(final long flowId) {
        int position = home(flowId);
        long entry = i64(entry(position));
        while (entry != 0 && i64(record(numberOf(entry)) + VerdictDescriptor.FLOW_ID) != flowId) {
            position = position + 1 & mask;
            entry = i64(entry(position));
        }
        if (entry == 0) {
            return;
        }
        closeGap(position);
        // A free record holds the number of the next.
        putI64(record(numberOf(entry)), firstFree);
        firstFree = numberOf(entry);
        size--;
    }

    /** Flows that have a record now. */
    public int size() {
        return size;
    }

    @Override
    public void close() {
        indexBlock.close();
        recordBlock.close();
        batchBlock.close();
    }

    private int takeRecord() {
        if (firstFree != NO_RECORD) {
            final int number = firstFree;
            firstFree = (int) i64(record(number));
            return number;
        }
        return used < capacity ? used++ : NO_RECORD;
    }

    /** Moves later entries of the probe sequence into the gap, so that no tombstone is needed. */
    private void closeGap(final int removed) {
        int gap = removed;
        int next = gap + 1 & mask;
        long entry = i64(entry(next));
        while (entry != 0) {
            final int wanted = home(i64(record(numberOf(entry)) + VerdictDescriptor.FLOW_ID));
            if ((next - wanted & mask) >= (next - gap & mask)) {
                putI64(entry(gap), entry);
                gap = next;
            }
            next = next + 1 & mask;
            entry = i64(entry(next));
        }
        putI64(entry(gap), 0);
    }

    /** Fibonacci hashing of lines: its upper bits spread consecutive numbers evenly, so that hardly two lines meet. */
    private int home(final long flowId) {
        final int line = (int) (flowId / IDS_PER_LINE * 0x9E37_79B9_7F4A_7C15L >>> lineShift);
        return line * IDS_PER_LINE + (int) flowId % IDS_PER_LINE;
    }

    private static int numberOf(final long entry) {
        return (int) (entry >>> Integer.SIZE) - 1;
    }

    private long entry(final int position) {
        return index + (long) position * Long.BYTES;
    }

    private long record(final int number) {
        return records + (long) number * STRIDE;
    }
}
