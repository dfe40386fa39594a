package io.millrace.engine.detect;

import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.putI64;

import io.millrace.engine.memory.OffHeapBlock;

/**
 * Keeps the metadata blocks of one worker's flows in a fixed amount of memory: sizes are rounded up to a power of two
 * from 128 to 4096 bytes, and a freed block waits on its size's list for the next of that size. Owned by one worker.
 */
final class MetadataStore implements AutoCloseable {
    private static final int MIN_SHIFT = 7;
    private static final int MAX_SHIFT = 12;

    private final OffHeapBlock block;
    private final long last;
    private final long[] free = new long[MAX_SHIFT + 1];
    private long end;
    private long next;

    /** Room for {@code lengthBytes} of blocks, and address space for {@code furtherBytes} that it may grow by. */
    MetadataStore(final long lengthBytes, final long furtherBytes) {
        block = new OffHeapBlock(lengthBytes + furtherBytes, false);
        next = block.address();
        end = next + lengthBytes;
        last = end + furtherBytes;
    }

    /** Takes all its address space into use. */
    void grow() {
        end = last;
    }

    /** Address of a block of at least {@code lengthBytes}, up to 4096; 0 where the memory is used up. */
    long allocate(final int lengthBytes) {
        final int shift = shiftOf(lengthBytes);
        final long reused = free[shift];
        if (reused != 0) {
            free[shift] = i64(reused);
            return reused;
        }
        final long sizeBytes = 1L << shift;
        if (next + sizeBytes > end) {
            return 0;
        }
        final long fresh = next;
        next += sizeBytes;
        return fresh;
    }

    /** Takes back a block that was allocated with this length. */
    void free(final long address, final int lengthBytes) {
        final int shift = shiftOf(lengthBytes);
        putI64(address, free[shift]);
        free[shift] = address;
    }

    @Override
    public void close() {
        block.close();
    }

    private static int shiftOf(final int lengthBytes) {
        return Math.max(MIN_SHIFT, Integer.SIZE - Integer.numberOfLeadingZeros(lengthBytes - 1));
    }
}
