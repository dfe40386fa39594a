package io.millrace.script.output;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.util.List;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.ControlledMessageHandler.Action;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;

/**
 * One order whatever the threads' speed: all of ring 0 up to its marker of epoch e, then all of ring 1 up to the same
 * marker, and so on; then epoch e + 1.
 *
 * <pre>{@code
 *  ring 0  a b |1 c |2          written: a b  d  f g  c  e
 *  ring 1  d |1 e |2                     '-- epoch 1 --'  '- 2 -'
 *  ring 2  f g |1 |2
 * }</pre>
 *
 * <p>While one ring is being waited for, the others are emptied into memory up to their own marker of that epoch and no
 * further. So the memory is bounded by one epoch's output, and nothing can deadlock: a script thread that stands still
 * before a full ring has passed the marker of the current epoch, thus every worker has put this marker into every event
 * ring, and the ring that is being waited for will bring it.
 */
final class ReplayOrder implements MessageOrder {
    private static final int BATCH = 256;
    private static final int NO_EPOCH = -1;
    private static final int RECORD_HEADER = 2 * BitUtil.SIZE_OF_INT;
    private static final int FIRST_STAGING_BYTES = 64 * 1024;

    private final OneToOneRingBuffer[] rings;
    private final Staged[] staged;
    private final ControlledMessageHandler currentHandler;
    private final ControlledMessageHandler stagingHandler;
    private Consumer consumer;
    private int current;
    private int staging;
    private long epoch = NO_EPOCH;
    private boolean finishing;

    /** Messages of one ring that wait for their turn; the marker, once there, is the last of them. */
    private static final class Staged {
        private final ExpandableArrayBuffer records = new ExpandableArrayBuffer(FIRST_STAGING_BYTES);
        private int length;
        private long marker = NO_EPOCH;
    }

    ReplayOrder(final List<OneToOneRingBuffer> rings) {
        this.rings = rings.toArray(OneToOneRingBuffer[]::new);
        staged = new Staged[this.rings.length];
        for (int i = 0; i < staged.length; i++) {
            staged[i] = new Staged();
        }
        currentHandler = this::onCurrentMessage;
        stagingHandler = this::onStagingMessage;
    }

    @Override
    public int poll(final Consumer consumer) {
        this.consumer = consumer;
        int messages = pollCurrent();
        for (staging = 0; staging < rings.length; staging++) {
            if (staging != current && staged[staging].marker == NO_EPOCH) {
                messages += rings[staging].controlledRead(stagingHandler, BATCH);
            }
        }
        return messages;
    }

    @Override
    public void finish(final Consumer consumer) {
        // A poll that meets only the padding at a ring's end takes no message though more may follow.
        int idlePolls = 0;
        while (idlePolls < 2) {
            idlePolls = poll(consumer) > 0 ? 0 : idlePolls + 1;
        }
        // A run that was cut short leaves stretches without markers: each ring's rest, in the order of rings.
        finishing = true;
        for (int i = 0; i < rings.length; i++) {
            final int ring = current;
            deliverStaged(ring);
            while (rings[ring].size() > 0) {
                rings[ring].controlledRead(currentHandler, BATCH);
            }
            current = (ring + 1) % rings.length;
        }
    }

    private int pollCurrent() {
        final int delivered = deliverStaged(current);
        final long marker = staged[current].marker;
        if (marker != NO_EPOCH) {
            staged[current].marker = NO_EPOCH;
            endEpochOfCurrent(marker);
            return delivered + 1;
        }
        return delivered + rings[current].controlledRead(currentHandler, BATCH);
    }

    private int deliverStaged(final int ring) {
        final Staged waiting = staged[ring];
        int messages = 0;
        int position = 0;
        while (position < waiting.length) {
            final int type = waiting.records.getInt(position, LITTLE_ENDIAN);
            final int length = waiting.records.getInt(position + BitUtil.SIZE_OF_INT, LITTLE_ENDIAN);
            consumer.onMessage(ring, type, waiting.records, position + RECORD_HEADER, length);
            position += RECORD_HEADER + BitUtil.align(length, BitUtil.SIZE_OF_LONG);
            messages++;
        }
        waiting.length = 0;
        return messages;
    }

    private Action onCurrentMessage(final int type, final DirectBuffer buffer, final int offset, final int length) {
        if (type != OutputMessage.EPOCH) {
            consumer.onMessage(current, type, buffer, offset, length);
            return Action.CONTINUE;
        }
        if (!finishing) {
            endEpochOfCurrent(buffer.getLong(offset, LITTLE_ENDIAN));
        }
        return Action.BREAK;
    }

    private Action onStagingMessage(final int type, final DirectBuffer buffer, final int offset, final int length) {
        final Staged waiting = staged[staging];
        if (type == OutputMessage.EPOCH) {
            waiting.marker = buffer.getLong(offset, LITTLE_ENDIAN);
            return Action.BREAK;
        }
        waiting.records.putInt(waiting.length, type, LITTLE_ENDIAN);
        waiting.records.putInt(waiting.length + BitUtil.SIZE_OF_INT, length, LITTLE_ENDIAN);
        waiting.records.putBytes(waiting.length + RECORD_HEADER, buffer, offset, length);
        waiting.length += RECORD_HEADER + BitUtil.align(length, BitUtil.SIZE_OF_LONG);
        return Action.CONTINUE;
    }

    private void endEpochOfCurrent(final long number) {
        if (current == 0 ? number <= epoch : number != epoch) {
            throw new IllegalStateException("output ring " + current + " ended epoch " + number + ", ring 0 ended "
                + epoch + " last: every ring must bring the same ascending epochs");
        }
        epoch = number;
        current = (current + 1) % rings.length;
    }
}
