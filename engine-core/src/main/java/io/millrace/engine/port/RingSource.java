package io.millrace.engine.port;

import io.millrace.binding.dpdk.RxBurst;

/**
 * What a distributor hands to one worker. In a replay a burst of the worker is its share of a burst of the distributor,
 * whatever the speed of both, so that a replay repeats itself; on live ports it is what waits. Owned by that worker.
 */
public final class RingSource implements PacketSource {
    private final FrameRings rings;
    private final RxBurst burst;
    private final LiveClock clock;
    private boolean drained;
    private long emptyPollNs;

    /**
     * The reading end of one of {@code rings}.
     *
     * @param clock time of empty polls on live ports; null in a replay.
     */
    RingSource(final FrameRings rings, final RxBurst burst, final LiveClock clock) {
        this.rings = rings;
        this.burst = burst;
        this.clock = clock;
    }

    @Override
    public int receive() {
        // Looked at before the ring: what the distributor put in before it ended is seen then.
        final boolean ended = rings.ended();
        final int received = burst.receive();
        if (received > 0) {
            return received;
        }
        drained = ended && (clock != null || received == RxBurst.INCOMPLETE);
        if (clock != null) {
            emptyPollNs = clock.nowNs();
        } else {
            emptyPollNs = received == RxBurst.INCOMPLETE ? INCOMPLETE : burst.tickNs();
        }
        return 0;
    }

    @Override
    public long frames() {
        return burst.frames();
    }

    @Override
    public LinkType linkType() {
        return rings.linkType(burst.stretch());
    }

    @Override
    public int snapLengthBytes() {
        return rings.snapLengthBytes(burst.stretch());
    }

    @Override
    public boolean finished() {
        return drained;
    }

    @Override
    public long emptyPollNs() {
        return emptyPollNs;
    }

    @Override
    public boolean endsEpoch() {
        return burst.endsEpoch();
    }

    @Override
    public void close() {
        burst.close();
    }
}
