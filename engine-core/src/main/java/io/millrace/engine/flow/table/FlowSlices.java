package io.millrace.engine.flow.table;

import static io.millrace.engine.memory.RawMemory.i32;
import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.putI32;
import static io.millrace.engine.memory.RawMemory.putI64;
import static io.millrace.engine.memory.RawMemory.zero;

import io.millrace.engine.memory.OffHeapBlock;

/**
 * Reports of one worker's long flows while they live (RFC 5102 section 5.11.3, active timeout): remembers what was
 * reported already, by the number of the flow's record. Takes no memory where flows are reported as a whole. Owned by
 * the worker.
 */
public final class FlowSlices implements AutoCloseable {
    /** Address where a flow has not been sliced. */
    public static final long NONE = 0;

    private final long activeTimeoutNs;
    private final OffHeapBlock block;

    /**
     * Slices of flows.
     *
     * @param flows           records of the table.
     * @param activeTimeoutNs length of a slice; 0 reports flows as a whole.
     */
    public FlowSlices(final int flows, final long activeTimeoutNs) {
        this.activeTimeoutNs = activeTimeoutNs;
        block = activeTimeoutNs == 0 ? null : OffHeapBlock.untouched((long) flows * SliceDescriptor.LENGTH);
    }

    /** Whether a report of the flow is due: the slice is long enough, and packets have come in it. */
    public boolean isDue(final int number, final long record, final long nowNs) {
        if (activeTimeoutNs == 0) {
            return false;
        }
        final long slice = address(number);
        final long startNs = i64(slice + SliceDescriptor.START_NS);
        return nowNs - (startNs == 0 ? i64(record + FlowRecordDescriptor.FIRST_SEEN_NS) : startNs) >= activeTimeoutNs
            && FlowCounters.packets(record, FlowSide.LOW) + FlowCounters.packets(record, FlowSide.HIGH)
                != packets(slice, FlowSide.LOW) + packets(slice, FlowSide.HIGH);
    }

    /** Begins a flow's next slice. */
    public void next(final int number, final long record, final long nowNs) {
        final long slice = address(number);
        putI64(slice + SliceDescriptor.START_NS, nowNs);
        final long packets = slice + SliceDescriptor.PACKETS;
        final long bytes = slice + SliceDescriptor.BYTES;
        for (int side = FlowSide.LOW; side <= FlowSide.HIGH; side++) {
            putI64(FlowSide.field(packets, Long.BYTES, side), FlowCounters.packets(record, side));
            putI64(FlowSide.field(bytes, Long.BYTES, side), FlowCounters.bytes(record, side));
        }
        putI32(slice + SliceDescriptor.NUMBER, i32(slice + SliceDescriptor.NUMBER) + 1);
    }

    /** The slice that the flow's next record reports; {@link #NONE} where it reports the whole flow. */
    public long of(final int number) {
        return activeTimeoutNs == 0 || i64(address(number) + SliceDescriptor.START_NS) == 0 ? NONE : address(number);
    }

    /** The slice of a flow that is reported while it lives, the first as well. */
    public long current(final int number) {
        return address(number);
    }

    /** Forgets a flow that leaves the table. */
    public void release(final int number) {
        if (of(number) != NONE) {
            zero(address(number), SliceDescriptor.LENGTH);
        }
    }

    @Override
    public void close() {
        if (block != null) {
            block.close();
        }
    }

    private static long packets(final long slice, final int side) {
        return i64(FlowSide.field(slice + SliceDescriptor.PACKETS, Long.BYTES, side));
    }

    private long address(final int number) {
        return block.address() + (long) number * SliceDescriptor.LENGTH;
    }
}
