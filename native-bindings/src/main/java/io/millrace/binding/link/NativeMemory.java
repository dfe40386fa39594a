package io.millrace.binding.link;

import java.lang.foreign.MemorySegment;

/**
 * The whole address space as one segment, so that an address handed over by native code can be read without a segment
 * object of its own. Stateless; any thread.
 *
 * <p>Reading an address that is not mapped ends the process: only addresses that native code vouches for belong here.
 */
public final class NativeMemory {
    /** Every address of the process; offset equals address. */
    public static final MemorySegment ALL = everything();

    private NativeMemory() {
    }

    @SuppressWarnings("restricted")
    private static MemorySegment everything() {
        return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    }
}
