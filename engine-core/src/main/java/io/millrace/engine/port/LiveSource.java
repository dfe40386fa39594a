package io.millrace.engine.port;

import io.millrace.binding.dpdk.RxBurst;
import java.util.List;

/**
 * Queues of live ports, polled in turn: those of one worker, or all of them for a distributor. Frames carry the time at
 * which they came, as far as the port tells, or their burst was received. Owned by the thread that polls; finished once
 * its ports are shut and drained.
 */
public final class LiveSource implements SharedSource {
    private static final int WHOLE_FRAMES = Integer.MAX_VALUE;
    /** A port that cannot be shut brings frames for ever, and the kernel hands over its last block after a while. */
    private static final long DRAIN_NS = 1_000_000_000L;

    private final LiveQueue[] queues;
    private final LiveClock clock;
    private int current;
    private volatile boolean shut;
    private volatile long shutNs;

    LiveSource(final List<LiveQueue> queues, final LiveClock clock) {
        this.queues = queues.toArray(LiveQueue[]::new);
        this.clock = clock;
    }

    @Override
    public int receive() {
        // Frames of the queue polled last are given back by its next poll, which may be late when others are busy; one
        // burst per queue is the most that waits so.
        for (int i = 0; i < queues.length; i++) {
            current = current + 1 < queues.length ? current + 1 : 0;
            final int received = queues[current].receive();
            if (received > 0) {
                return received;
            }
        }
        return 0;
    }

    @Override
    public long frames() {
        return queues[current].burst().frames();
    }

    @Override
    public RxBurst burst() {
        return queues[current].burst();
    }

    @Override
    public LinkType linkType() {
        return queues[current].linkType();
    }

    @Override
    public int snapLengthBytes() {
        return WHOLE_FRAMES;
    }

    /** Its ports are shut: what waits in the queues is all that comes. The thread that builds the engine. */
    void shut() {
        shutNs = System.nanoTime();
        shut = true;
    }

    @Override
    public boolean finished() {
        if (!shut) {
            return false;
        }
        for (final LiveQueue queue : queues) {
            if (!queue.drained()) {
                return System.nanoTime() - shutNs > DRAIN_NS;
            }
        }
        return true;
    }

    @Override
    public long emptyPollNs() {
        return clock.nowNs();
    }

    /** The ports are closed with all their queues. */
    @Override
    public void close() {
    }
}
