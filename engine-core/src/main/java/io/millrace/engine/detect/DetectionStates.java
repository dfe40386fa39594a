package io.millrace.engine.detect;

import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.putI64;

import io.millrace.engine.memory.OffHeapBlock;

/**
 * nDPI states for the flows of one worker that are undecided: a fixed number, taken when a flow begins and given back
 * when its application is named. Free states are zeroed but for their first word. Owned by one worker.
 */
final class DetectionStates implements AutoCloseable {
    private static final int CACHE_LINE = 64;

    private final OffHeapBlock block;
    private final long stateLength;
    private final long end;
    private long next;
    private long firstFree;

    /** Room for {@code count} states of {@code stateBytes} each. */
    DetectionStates(final int count, final int stateBytes) {
        stateLength = stateLength(stateBytes);
        block = new OffHeapBlock(count * stateLength, true);
        next = block.address();
        end = next + count * stateLength;
    }

    /** Memory of {@code count} states. */
    static long memoryBytes(final int count, final int stateBytes) {
        return count * stateLength(stateBytes);
    }

    private static long stateLength(final int stateBytes) {
        return (stateBytes + CACHE_LINE - 1) & -CACHE_LINE;
    }

    /** Address of a zeroed state; 0 where all are in use. */
    long take() {
        if (firstFree != 0) {
            final long state = firstFree;
            firstFree = i64(state);
            putI64(state, 0);
            return state;
        }
        if (next == end) {
            return 0;
        }
        final long state = next;
        next += stateLength;
        return state;
    }

    /** Place of a state among all, from 0. */
    long indexOf(final long state) {
        return (state - block.address()) / stateLength;
    }

    /** Takes back a state that nDPI has freed and zeroed. */
    void giveBack(final long state) {
        putI64(state, firstFree);
        firstFree = state;
    }

    OffHeapBlock memory() {
        return block;
    }

    @Override
    public void close() {
        block.close();
    }
}
