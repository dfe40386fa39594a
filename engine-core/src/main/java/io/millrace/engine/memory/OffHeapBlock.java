package io.millrace.engine.memory;

import io.millrace.binding.linux.AnonymousMemory;

/**
 * A block of zeroed memory outside the Java heap. Its beginning is there from the start, so that the first packets do
 * not wait for the kernel; the rest comes page by page when first touched, or ahead of that by {@link MemoryAhead}. Made
 * and closed by the thread that builds the engine; used by the thread that owns what lies in it.
 */
public final class OffHeapBlock implements AutoCloseable {
    private static final long POPULATED_BYTES = 16 << 20;

    private final AnonymousMemory memory;
    private final long lengthBytes;

    /**
     * Reserves {@code lengthBytes}, aligned to a page.
     *
     * @param hugePages whether to ask for transparent huge pages.
     */
    public OffHeapBlock(final long lengthBytes, final boolean hugePages) {
        if (lengthBytes <= 0) {
            throw new IllegalArgumentException("block must not be empty: lengthBytes=" + lengthBytes);
        }
        this(AnonymousMemory.map(lengthBytes, hugePages), lengthBytes);
        populate(0, POPULATED_BYTES);
    }

    private OffHeapBlock(final AnonymousMemory memory, final long lengthBytes) {
        this.memory = memory;
        this.lengthBytes = lengthBytes;
    }

    /**
     * Reserves {@code lengthBytes} of zero, of which most may never be needed: no page is taken before it is written.
     */
    public static OffHeapBlock untouched(final long lengthBytes) {
        return untouched(lengthBytes, false);
    }

    /** The same with or without transparent huge pages. */
    public static OffHeapBlock untouched(final long lengthBytes, final boolean hugePages) {
        return new OffHeapBlock(AnonymousMemory.map(lengthBytes, hugePages), lengthBytes);
    }

    /** First byte. */
    public long address() {
        return memory.address();
    }

    /**
     * Takes pages from the kernel before they are touched. Any thread, while the block is open.
     *
     * @param fromBytes offset of the first, a multiple of a page.
     * @param bytes     how much; what lies behind the end is left out.
     */
    void populate(final long fromBytes, final long bytes) {
        memory.populate(fromBytes, bytes);
    }

    /** Size. */
    public long lengthBytes() {
        return lengthBytes;
    }

    @Override
    public void close() {
        memory.close();
    }
}
