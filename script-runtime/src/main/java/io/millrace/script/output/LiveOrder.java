package io.millrace.script.output;

import java.util.List;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;

/** As they come: a batch of each ring in turn. Epoch markers are dropped. */
final class LiveOrder implements MessageOrder {
    private static final int BATCH = 256;

    private final List<OneToOneRingBuffer> rings;
    private final MessageHandler handler;
    private Consumer consumer;
    private int source;

    LiveOrder(final List<OneToOneRingBuffer> rings) {
        this.rings = List.copyOf(rings);
        handler = (type, buffer, offset, length) -> {
            if (type != OutputMessage.EPOCH) {
                consumer.onMessage(source, type, buffer, offset, length);
            }
        };
    }

    @Override
    public int poll(final Consumer consumer) {
        this.consumer = consumer;
        int messages = 0;
        for (source = 0; source < rings.size(); source++) {
            messages += rings.get(source).read(handler, BATCH);
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
    }
}
