package io.millrace.script.intake;

import io.millrace.engine.event.EventRing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.ControlledMessageHandler.Action;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RecordDescriptor;

/**
 * Events of one ring that wait for their turn, as records like those of the ring itself, the end of their epoch
 * included. Owned by the script thread.
 *
 * <p>A worker must never wait for room in its ring because this thread waits for another worker: then the distributor
 * could come to wait for the first worker, and the other would wait for the distributor. So while one ring is being
 * worked on, the others are emptied into memory up to their own mark of the same epoch and no further. A worker that
 * still waits for room has put that mark into every ring, and thus was given all frames of the epoch, as all workers
 * were.
 */
final class StagedEvents {
    private static final int BATCH = 256;
    private static final int FIRST_BYTES = 64 * 1024;

    private final OneToOneRingBuffer ring;
    private final ControlledMessageHandler handler = this::onMessage;
    private UnsafeBuffer records = allocate(FIRST_BYTES);
    private int length;
    private int taken;
    private boolean complete;

    StagedEvents(final OneToOneRingBuffer ring) {
        this.ring = ring;
    }

    /** Takes a batch from the ring unless the end of the epoch is here already; returns how many messages. */
    int stage() {
        return complete ? 0 : ring.controlledRead(handler, BATCH);
    }

    /** Whether records wait. */
    boolean hasMore() {
        return taken < length;
    }

    /** The records; those from {@link #position()} to {@link #limit()} wait. */
    AtomicBuffer records() {
        return records;
    }

    int position() {
        return taken;
    }

    int limit() {
        return length;
    }

    /** Records up to {@code position} are worked on. */
    void onTaken(final int position) {
        taken = position;
        if (taken == length) {
            taken = 0;
            length = 0;
        }
    }

    /** The epoch is over: what comes now belongs to the next. */
    void onEpochEnd() {
        complete = false;
    }

    private Action onMessage(final int type, final DirectBuffer buffer, final int offset, final int messageLength) {
        final int recordLength = messageLength + RecordDescriptor.HEADER_LENGTH;
        final int aligned = BitUtil.align(recordLength, RecordDescriptor.ALIGNMENT);
        if (length + aligned > records.capacity()) {
            final UnsafeBuffer larger = allocate(Math.max(2 * records.capacity(), length + aligned));
            larger.putBytes(0, records, 0, length);
            records = larger;
        }
        records.putInt(RecordDescriptor.lengthOffset(length), recordLength);
        records.putInt(RecordDescriptor.typeOffset(length), type);
        records.putBytes(RecordDescriptor.encodedMsgOffset(length), buffer, offset, messageLength);
        length += aligned;
        if (type == EventRing.EPOCH) {
            complete = true;
            return Action.BREAK;
        }
        return Action.CONTINUE;
    }

    private static UnsafeBuffer allocate(final int lengthBytes) {
        return new UnsafeBuffer(ByteBuffer.allocateDirect(lengthBytes).order(ByteOrder.nativeOrder()));
    }
}
