package io.millrace.script.verdict;

import io.millrace.engine.memory.RawMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.agrona.BitUtil;

/**
 * Verdicts of the live flows of one script thread, by flow id. Records lie off-heap at an address that stays the same
 * from {@link #add} to {@link #remove}; an index with open addressing and linear probing finds them. Not thread-safe:
 * only the script thread uses it.
 */
public final class VerdictTable implements AutoCloseable {
    /** No such flow, or no room for one more. */
    public static final long NONE = 0;

    private static final int EMPTY = -1;

    private final Arena arena = Arena.ofShared();
    private final int capacity;
    private final long records;
    private final int mask;
    private final long[] flowIds;
    private final int[] slots;
    private final int[] freeSlots;
    private int freeCount;

    /**
     * An empty table.
     *
     * @param capacity most flows at once; records take {@link VerdictDescriptor#LENGTH} bytes each.
     */
    public VerdictTable(final int capacity) {
        if (capacity < 1 || capacity > 1 << 29) {
            throw new IllegalArgumentException("verdict capacity must be from 1 to 536870912 flows: capacity="
                + capacity);
        }
        this.capacity = capacity;
        final MemorySegment segment = arena.allocate((long) capacity * VerdictDescriptor.LENGTH, 64);
        records = segment.address();
        // At most half full, so that probe sequences stay short.
        final int indexLength = BitUtil.findNextPositivePowerOfTwo(capacity) * 2;
        mask = indexLength - 1;
        flowIds = new long[indexLength];
        slots = new int[indexLength];
        Arrays.fill(slots, EMPTY);
        freeSlots = new int[capacity];
        for (int i = 0; i < capacity; i++) {
            freeSlots[i] = capacity - 1 - i;
        }
        freeCount = capacity;
    }

    /** Address of the flow's record; {@link #NONE} where it has none. */
    public long find(final long flowId) {
        for (int i = home(flowId); slots[i] != EMPTY; i = i + 1 & mask) {
            if (flowIds[i] == flowId) {
                return address(slots[i]);
            }
        }
        return NONE;
    }

    /**
     * Gives a flow that has none a fresh record.
     *
     * @return its address; {@link #NONE} where the table is full.
     */
    public long add(final long flowId) {
        if (freeCount == 0) {
            return NONE;
        }
        int i = home(flowId);
        while (slots[i] != EMPTY) {
            i = i + 1 & mask;
        }
        final int slot = freeSlots[--freeCount];
        slots[i] = slot;
        flowIds[i] = flowId;
        final long record = address(slot);
        initialise(record, flowId);
        return record;
    }

    /** Makes {@code record} the verdict on a flow of which nothing was said yet. */
    public static void initialise(final long record, final long flowId) {
        RawMemory.zero(record, VerdictDescriptor.LENGTH);
        RawMemory.putI64(record + VerdictDescriptor.FLOW_ID, flowId);
        RawMemory.putI32(record + VerdictDescriptor.SCORE, VerdictDescriptor.SCORE_UNSET);
    }

    /** Forgets a flow; does nothing where it has no record. */
    public void remove(final long flowId) {
        int i = home(flowId);
        while (slots[i] != EMPTY && flowIds[i] != flowId) {
            i = i + 1 & mask;
        }
        if (slots[i] == EMPTY) {
            return;
        }
        freeSlots[freeCount++] = slots[i];
        closeGap(i);
    }

    /** Flows that have a record now. */
    public int size() {
        return capacity - freeCount;
    }

    @Override
    public void close() {
        arena.close();
    }

    // Moves later entries of the probe sequence into the gap, so that no tombstone is needed.
    private void closeGap(final int removed) {
        int gap = removed;
        slots[gap] = EMPTY;
        for (int i = gap + 1 & mask; slots[i] != EMPTY; i = i + 1 & mask) {
            final int wanted = home(flowIds[i]);
            if ((i - wanted & mask) >= (i - gap & mask)) {
                slots[gap] = slots[i];
                flowIds[gap] = flowIds[i];
                slots[i] = EMPTY;
                gap = i;
            }
        }
    }

    // Fibonacci hashing: ids are consecutive, their upper bits say nothing.
    private int home(final long flowId) {
        return (int) (flowId * 0x9E37_79B9_7F4A_7C15L >>> 33) & mask;
    }

    private long address(final int slot) {
        return records + (long) slot * VerdictDescriptor.LENGTH;
    }
}
