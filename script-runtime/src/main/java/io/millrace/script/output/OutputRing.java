package io.millrace.script.output;

import java.nio.ByteBuffer;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/** The way from one script thread to the writer. Messages: {@link OutputMessage}. */
public final class OutputRing {
    /** Longest message in bytes. A script thread shortens alert texts and splits printed text to stay below it. */
    public static final int MAX_MESSAGE_LENGTH = 64 * 1024;
    /** Least capacity in bytes; Agrona takes messages up to an eighth of the ring. */
    public static final int MIN_CAPACITY = 8 * MAX_MESSAGE_LENGTH;

    private OutputRing() {
    }

    /**
     * A ring with room for {@code capacityBytes} of messages, headers included.
     *
     * @param capacityBytes a power of two, at least {@link #MIN_CAPACITY}.
     */
    public static OneToOneRingBuffer allocate(final int capacityBytes) {
        if (!BitUtil.isPowerOfTwo(capacityBytes) || capacityBytes < MIN_CAPACITY) {
            throw new IllegalArgumentException("output ring must be a power of two of at least " + MIN_CAPACITY
                + " bytes: capacityBytes=" + capacityBytes);
        }
        final int total = capacityBytes + RingBufferDescriptor.TRAILER_LENGTH;
        return new OneToOneRingBuffer(new UnsafeBuffer(ByteBuffer.allocateDirect(total)));
    }
}
