package io.millrace.engine.flow.table;

import io.millrace.engine.memory.StructDescriptor;

/**
 * Where the slice of a long flow began that its next record reports: the flow's counters at that time; kept beside the
 * flow's record, the low side first, and copied behind its events, the client first.
 */
public final class SliceDescriptor {
    private static final StructDescriptor LAYOUT = new StructDescriptor("flow_slice_t");

    /** {@code uint64_t}: when the slice began; 0 where the flow has not been sliced. */
    public static final int START_NS = LAYOUT.u64("start_ns");
    /** {@code uint64_t}, pair, stride 8: packets before the slice. */
    public static final int PACKETS = pair("packets");
    /** {@code uint64_t}, pair, stride 8: frame bytes before the slice. */
    public static final int BYTES = pair("bytes");
    /** {@code uint32_t}: slices before this one. */
    public static final int NUMBER = LAYOUT.u32("number");

    /** Bytes of the whole; a multiple of 8. */
    public static final int LENGTH = LAYOUT.seal() + 7 & -8;

    private SliceDescriptor() {
    }

    /** The layout with all its fields. */
    public static StructDescriptor layout() {
        return LAYOUT;
    }

    private static int pair(final String name) {
        final int offset = LAYOUT.u64(name + "0");
        LAYOUT.u64(name + "1");
        return offset;
    }
}
