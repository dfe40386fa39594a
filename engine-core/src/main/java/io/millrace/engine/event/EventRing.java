package io.millrace.engine.event;

import io.millrace.engine.memory.OffHeapBlock;
import java.lang.ref.Cleaner;
import org.agrona.BitUtil;
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
    private static final Cleaner CLEANER = Cleaner.create();

    private EventRing() {
    }

    /**
     * A ring with room for {@code capacityBytes} of events, headers included. Its memory goes when nobody holds it.
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
        final OffHeapBlock block = new OffHeapBlock(total, true);
        final OneToOneRingBuffer ring = new OneToOneRingBuffer(new UnsafeBuffer(block.address(), total));
        CLEANER.register(ring, block::close);
        return ring;
    }

    /**
     * Gives all that lies before {@code position} back to the producer: what {@link OneToOneRingBuffer#read} does, for
     * a consumer that has walked the records itself. Only the consumer's thread.
     */
    public static void giveBack(final OneToOneRingBuffer ring, final long position) {
        ring.buffer().putLongRelease(ring.capacity() + RingBufferDescriptor.HEAD_POSITION_OFFSET, position);
    }

    /** Bytes to claim for a message of {@code lengthBytes}, so that the next one starts at a cache line too. */
    public static int claimLength(final int lengthBytes) {
        return BitUtil.align(lengthBytes + RecordDescriptor.HEADER_LENGTH, LINE) - RecordDescriptor.HEADER_LENGTH;
    }
}
