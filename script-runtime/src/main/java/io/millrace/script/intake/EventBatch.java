package io.millrace.script.intake;

import io.millrace.engine.event.EventRing;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.memory.RawMemory;
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
    private static final int LOOK_AHEAD_BYTES = CAPACITY * (FlowEventDescriptor.LENGTH + RecordDescriptor.HEADER_LENGTH);

    private final long[] events = new long[CAPACITY];
    private final long[] flowIds = new long[CAPACITY];
    private int count;
    private int messages;
    private long epochEnded = NO_EPOCH;

    /**
     * Gathers what lies between {@code start} and {@code limit}, up to a batch or the end of an epoch.
     *
     * @param waitingBytes how much is known to lie there.
     * @return where the batch ends.
     */
    int gather(final AtomicBuffer buffer, final int start, final int limit, final long waitingBytes) {
        // Where a record starts is known only when the one before it has been read: without this, one miss would follow
        // the other.
        RawMemory.prefetchRange(buffer.addressOffset() + start,
            (int) Math.min(Math.min(limit - start, waitingBytes), LOOK_AHEAD_BYTES));
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
}
