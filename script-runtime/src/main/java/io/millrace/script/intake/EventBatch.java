package io.millrace.script.intake;

import io.millrace.engine.event.EventRing;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.memory.RawMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.agrona.BitUtil;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.ringbuffer.RecordDescriptor;

/**
 * The events that are worked on together, where they lie in a ring or in memory like a ring's. Owned by one script
 * thread.
 */
final class EventBatch {
    /** Most events. */
    static final int CAPACITY = 256;
    /** {@link #epochEnded()}: the batch ends no epoch. */
    static final long NO_EPOCH = -1;

    private static final int PADDING = -1;
    private static final long LINE = 64;
    private static final int SHORTEST_BYTES = FlowEventDescriptor.LENGTH + RecordDescriptor.HEADER_LENGTH;
    private static final int LOOK_AHEAD_BYTES = CAPACITY * SHORTEST_BYTES;

    private final long[] events = new long[CAPACITY];
    private final long[] flowIds = new long[CAPACITY];
    private final MemorySegment askedFor = Arena.ofAuto().allocate((long) CAPACITY * Long.BYTES, Long.BYTES);
    private int count;
    private boolean allShortest;
    private int messages;
    private long epochEnded = NO_EPOCH;

    /**
     * Gathers what lies between {@code start} and {@code limit}, up to a batch or the end of an epoch.
     *
     * @param waitingBytes how much is known to lie there.
     * @param wholly       whether more than the first cache line of an event is likely to be read.
     * @return where the batch ends.
     */
    int gather(
        final AtomicBuffer buffer, final int start, final int limit, final long waitingBytes, final boolean wholly) {

        lookAhead(buffer.addressOffset() + start, Math.min(limit - start, waitingBytes), wholly);
        int index = start;
        count = 0;
        messages = 0;
        epochEnded = NO_EPOCH;
        while (index < limit && count < CAPACITY && epochEnded == NO_EPOCH) {
            final int length = buffer.getIntVolatile(RecordDescriptor.lengthOffset(index));
            if (length <= 0) {
                break;
            }
            final int type = buffer.getInt(RecordDescriptor.typeOffset(index));
            final int message = RecordDescriptor.encodedMsgOffset(index);
            if (type == EventRing.EPOCH) {
                epochEnded = buffer.getLong(message);
                messages++;
            } else if (type != PADDING) {
                events[count] = buffer.addressOffset() + message;
                flowIds[count] = RawMemory.i64(events[count] + FlowEventDescriptor.FLOW_ID);
                count++;
                messages++;
            }
            index += BitUtil.align(length, RecordDescriptor.ALIGNMENT);
        }
        allShortest = index - start == count * SHORTEST_BYTES;
        return index;
    }

    /** Events gathered. */
    int count() {
        return count;
    }

    /** Messages gathered: events, and the end of an epoch. */
    int messages() {
        return messages;
    }

    /** Number of the epoch that ends behind the last event, or {@link #NO_EPOCH}. */
    long epochEnded() {
        return epochEnded;
    }

    /** Address of an event. */
    long event(final int index) {
        return events[index];
    }

    /** Flows of the events, the first {@link #count()} of them. */
    long[] flowIds() {
        return flowIds;
    }

    // Where a record starts is known only when the one before it has been read: without this, one miss would follow
    // the other. After a batch of the shortest events more of them are expected, whose beginnings are known; else all
    // that lies there is asked for.
    private void lookAhead(final long first, final long bytes, final boolean wholly) {
        if (wholly || !allShortest) {
            RawMemory.prefetchRange(first, (int) Math.min(bytes, LOOK_AHEAD_BYTES));
            return;
        }
        final int likely = (int) Math.min(bytes / SHORTEST_BYTES, CAPACITY);
        final long list = askedFor.address();
        for (int i = 0; i < likely; i++) {
            RawMemory.putI64(list + (long) i * Long.BYTES, first + (long) i * SHORTEST_BYTES & -LINE);
        }
        RawMemory.prefetchRecords(list, likely);
    }
}
