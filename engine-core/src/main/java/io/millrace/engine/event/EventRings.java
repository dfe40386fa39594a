package io.millrace.engine.event;

import java.util.List;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;

/**
 * The rings between workers and script threads, one for each pair of them, and those that lead past the script threads.
 *
 * @param byWorker       for each worker its rings, one per script thread; no rings run the engine alone.
 * @param bypassByWorker for each worker the ring that takes records past full event rings to the output; empty where
 *                       workers wait instead.
 */
public record EventRings(List<List<OneToOneRingBuffer>> byWorker, List<OneToOneRingBuffer> bypassByWorker) {
    /** Checks that every worker has as many rings; throws {@link IllegalArgumentException}. */
    public EventRings {
        byWorker = byWorker.stream().map(List::copyOf).toList();
        bypassByWorker = List.copyOf(bypassByWorker);
        if (byWorker.isEmpty() || byWorker.stream().mapToInt(List::size).distinct().count() != 1) {
            throw new IllegalArgumentException("every worker needs one event ring per script thread: "
                + byWorker.stream().map(List::size).toList());
        }
        if (!bypassByWorker.isEmpty() && bypassByWorker.size() != byWorker.size()) {
            throw new IllegalArgumentException("every worker needs a bypass or none: workers=" + byWorker.size()
                + " bypasses=" + bypassByWorker.size());
        }
    }

    /** Workers that there are. */
    public int workers() {
        return byWorker.size();
    }

    /** The rings that script thread {@code index} reads, one per worker. */
    public List<OneToOneRingBuffer> ofScriptThread(final int index) {
        return byWorker.stream().map(rings -> rings.get(index)).toList();
    }

    /** The rings that worker {@code index} writes, one per script thread. */
    public List<OneToOneRingBuffer> ofWorker(final int index) {
        return byWorker.get(index);
    }

    /** Where worker {@code index} puts records that find no room elsewhere; null for nowhere. */
    public OneToOneRingBuffer bypassOfWorker(final int index) {
        return bypassByWorker.isEmpty() ? null : bypassByWorker.get(index);
    }
}
