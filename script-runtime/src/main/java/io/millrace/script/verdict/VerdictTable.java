package io.millrace.script.verdict;

import static io.millrace.engine.memory.RawMemory.i32;
import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.putI32;
import static io.millrace.engine.memory.RawMemory.putI64;

import io.millrace.engine.memory.OffHeapBlock;
import io.millrace.engine.memory.RawMemory;
import org.agrona.BitUtil;

/**
 * Verdicts of the live flows of one script thread, by flow id. Not thread-safe: only the script thread uses it.
 *
 * <pre>{@code
 *  index    | record number + 1, 4 | ...    open addressing, linear probing, at most half full
 *  records  | record 0 | record 1 | ...     VerdictDescriptor; stay where they are from add to remove
 * }</pre>
 *
 * <p>Both lie outside the heap and take memory page by page as flows come.
 */
public final class VerdictTable implements AutoCloseable {
    /** No such flow, or no room for one more. */
    public static final long NONE = 0;

    private static final int MAX_CAPACITY = 1 << 29;
    private static final int NO_RECORD = -1;

    private final int capacity;
    private final int mask;
    private final OffHeapBlock indexBlock;
    private final OffHeapBlock recordBlock;
    private final long index;
    private final long records;
    private int used;
    private int firstFree = NO_RECORD;
    private int size;
    private long touchSink;

    /**
     * An empty table.
     *
     * @param capacity most flows at once, from 1 to 536 870 912; records take {@link VerdictDescriptor#LENGTH} bytes
     *                 each.
     */
    public VerdictTable(final int capacity) {
        if (capacity < 1 || capacity > MAX_CAPACITY) {
            throw new IllegalArgumentException(
                "verdict capacity must be from 1 to " + MAX_CAPACITY + " flows: capacity=" + capacity);
        }
        this.capacity = capacity;
        final int entries = BitUtil.findNextPositivePowerOfTwo(capacity) * 2;
        mask = entries - 1;
        indexBlock = new OffHeapBlock((long) entries * Integer.BYTES, false);
        recordBlock = new OffHeapBlock((long) capacity * VerdictDescriptor.LENGTH, false);
        index = indexBlock.address();
        records = recordBlock.address();
    }

    /**
     * Reads the cache lines that the records of a batch of flows will need, so that the misses overlap instead of
     * following each other: first all places in the index, then all records they name.
     */
    public void touch(final long[] flowIds, final int count) {
        long sink = 0;
        for (int i = 0; i < count; i++) {
            sink += i32(entry(home(flowIds[i])));
        }
        for (int i = 0; i < count; i++) {
            sink += i64(record(Math.max(0, i32(entry(home(flowIds[i]))) - 1)));
        }
        touchSink = sink;
    }

    /** Address of the flow's record; {@link #NONE} where it has none. */
    public long find(final long flowId) {
        int position = home(flowId);
        int entry = i32(entry(position));
        while (entry != 0) {
            final long record = record(entry - 1);
            if (i64(record + VerdictDescriptor.FLOW_ID) == flowId) {
                return record;
            }
            position = position + 1 & mask;
            entry = i32(entry(position));
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
        while (i32(entry(position)) != 0) {
            position = position + 1 & mask;
        }
        putI32(entry(position), number + 1);
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

    /** Forgets a flow; does nothing where it has no record. */
    public void remove(final long flowId) {
        int position = home(flowId);
        int entry = i32(entry(position));
        while (entry != 0 && i64(record(entry - 1) + VerdictDescriptor.FLOW_ID) != flowId) {
            position = position + 1 & mask;
            entry = i32(entry(position));
        }
        if (entry == 0) {
            return;
        }
        closeGap(position);
        // A free record holds the number of the next.
        putI64(record(entry - 1), firstFree);
        firstFree = entry - 1;
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
        int entry = i32(entry(next));
        while (entry != 0) {
            final int wanted = home(i64(record(entry - 1) + VerdictDescriptor.FLOW_ID));
            if ((next - wanted & mask) >= (next - gap & mask)) {
                putI32(entry(gap), entry);
                gap = next;
            }
            next = next + 1 & mask;
            entry = i32(entry(next));
        }
        putI32(entry(gap), 0);
    }

    /** Fibonacci hashing: ids are consecutive, their upper bits say nothing. */
    private int home(final long flowId) {
        return (int) (flowId * 0x9E37_79B9_7F4A_7C15L >>> 33) & mask;
    }

    private long entry(final int position) {
        return index + (long) position * Integer.BYTES;
    }

    private long record(final int number) {
        return records + (long) number * VerdictDescriptor.LENGTH;
    }
}
