package io.millrace.engine.port;

import io.millrace.binding.dpdk.RxBurst;
import java.util.List;

/**
 * Queues of live ports, polled in turn: those of one worker, or all of them for a distributor. Frames carry the time at
 * which their burst was received. Owned by the thread that polls; never finished by itself.
 */
public final class LiveSource implements SharedSource {
    private static final int WHOLE_FRAMES = Integer.MAX_VALUE;

    private final RxBurst[] queues;
    private final LivePort[] ports;
    private final LiveClock clock;
    private int current;

    LiveSource(final List<RxBurst> queues, final List<LivePort> ports, final LiveClock clock) {
        this.queues = queues.toArray(RxBurst[]::new);
        this.ports = ports.toArray(LivePort[]::new);
        this.clock = clock;
    }

    @Override
    public int receive() {
        // Frames of the queue polled last are given back by its next poll, which may be late when others are busy; one
        // burst per queue is the most that waits so.
        for (int i = 0; i < queues.length; i++) {
            current = current + 1 < queues.length ? current + 1 : 0;
            final int received = ports[current].removed() ? 0 : queues[current].receive();
            if (received > 0) {
                return received;
            }
        }
        return 0;
    }

    @Override
    public long frames() {
        return queues[current].frames();
    }

    @Override
    public RxBurst burst() {
        return queues[current];
    }

    @Override
    public LinkType linkType() {
        return LinkType.ETHERNET;
    }

    @Override
    public int snapLengthBytes() {
        return WHOLE_FRAMES;
    }

    @Override
    public boolean finished() {
        return false;
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
