package io.millrace.script.output;

import io.millrace.script.geo.PlaceTable;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;

/**
 * One ring that the writer drains.
 *
 * @param ring   written by one other thread.
 * @param places that thread's places, behind the indices in its verdicts; null for a worker's ring.
 */
public record OutputSource(OneToOneRingBuffer ring, PlaceTable places) {
    /** The ring of a script thread: messages as {@link OutputMessage} lists them. */
    public static OutputSource ofScriptThread(final OneToOneRingBuffer ring, final PlaceTable places) {
        return new OutputSource(ring, places);
    }

    /**
     * The ring of a worker, for flow records that found no room on the way through the scripts: messages are
     * {@code flowEnd} events as on an {@link io.millrace.engine.event.EventRing}; there is no verdict. Live ports only.
     */
    public static OutputSource ofWorker(final OneToOneRingBuffer ring) {
        return new OutputSource(ring, null);
    }

    boolean isWorker() {
        return places == null;
    }
}
