package io.millrace.engine.event;

import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RecordDescriptor;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * The way from one worker to one script thread. The message type is {@link FlowEventKind#code} and the message a flow
 * event ({@link FlowEventDescriptor}), or {@link #EPOCH} and a {@code uint64_t}. Ring headers start at cache lines, and
 * messages eight bytes behind them.
 */
public final class EventRing {
    /**
     * Message type that ends a numbered stretch of events. In a replay every ring of a worker gets the same epochs at
     * the same points of the event sequence, so that the output of several script threads can be put in one order.
     */
    public static final int EPOCH = 100;
    /** Number of the epoch after which a worker among several brings nothing more. */
    public static final long LAST_EPOCH = Long.MAX_VALUE;

    private static final int LINE = 64;

    private EventRing() {
    }

    /**
     * A ring with room for {@code capacityBytes} of events, headers included.
     *
     * @param capacityBytes a power of two, at least eight times {@link FlowEventDescriptor#MAX_LENGTH}, so that the
     *                      longest event always fits.
     */
    public static OneToOneRingBuffer allocate(final int capacityBytes) {
        if (!BitUtil.isPowerOfTwo(capacityBytes) || capacityBytes < 8 * FlowEventDescriptor.MAX_LENGTH) {
            throw new IllegalArgumentException("event ring must be a power of two of at least "
                + 8 * FlowEventDescriptor.MAX_LENGTH + " bytes: capacityBytes=" + capacityBytes);
        }
        final int total = capacityBytes + RingBufferDescriptor.TRAILER_LENGTH;
        return new OneToOneRingBuffer(new UnsafeBuffer(BufferUtil.allocateDirectAligned(total, LINE)));
    }

    /** Bytes to claim for a message of {@code lengthBytes}, so that the next one starts at a cache line too. */
    public static int claimLength(final int lengthBytes) {
        return BitUtil.align(lengthBytes + RecordDescriptor.HEADER_LENGTH, LINE) - RecordDescriptor.HEADER_LENGTH;
    }
}
