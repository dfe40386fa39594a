package io.millrace.engine.port;

import io.millrace.binding.dpdk.FrameLanes;
import io.millrace.binding.dpdk.PacketRing;
import io.millrace.engine.config.EngineConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The rings between a distributor and its workers, one each, bounded. Made and closed by the thread that builds the
 * engine, filled by the distributor, emptied by the workers through their {@link RingSource}s.
 *
 * <p>Frames travel as mbufs, without a copy. A worker learns the link layer and the snap length of its frames from
 * marks between them.
 */
public final class FrameRings implements AutoCloseable {
    /** Frames and marks that fit into one ring. */
    public static final int SLOTS = 1024;
    /** Mbufs of a pool that may be out of reach: in a ring, in a worker's hands, or in its thread's cache. */
    public static final int MBUFS_PER_WORKER = SLOTS + 1024;

    private static final AtomicInteger NEXT_NAME = new AtomicInteger();
    private static final int LINK_TYPE_BITS = 8;
    private static final LinkType[] LINK_TYPES = LinkType.values();

    private final List<PacketRing> rings = new ArrayList<>();
    private final List<RingSource> sources = new ArrayList<>();
    private final FrameLanes lanes;
    private long stretch = -1;
    private volatile boolean ended;

    /**
     * Rings for {@code workers}. DPDK must have been started.
     *
     * @param clock time on live ports, where bursts are what waits; null in a replay, where they are dealt out whole.
     */
    public FrameRings(final int workers, final EngineConfig config, final LiveClock clock) {
        try {
            for (int i = 0; i < workers; i++) {
                final PacketRing ring = PacketRing.create("lane-" + NEXT_NAME.getAndIncrement(), SLOTS);
                rings.add(ring);
                sources.add(new RingSource(this, ring.burst(config.burst(), clock == null), clock));
            }
            lanes = new FrameLanes(rings);
        } catch (final RuntimeException e) {
            sources.forEach(RingSource::close);
            rings.forEach(PacketRing::close);
            throw e;
        }
    }

    /** What worker {@code index} reads; closed with the worker. */
    public RingSource source(final int index) {
        return sources.get(index);
    }

    /** Workers that are fed. */
    public int workers() {
        return rings.size();
    }

    /** Sends frame {@code slot} of the burst in hand to {@code worker}. Distributor only. */
    public void target(final int slot, final int worker) {
        lanes.target(slot, worker);
    }

    /**
     * Takes the frames that {@code source} received last, each for the worker named by {@link #target}. Distributor
     * only.
     */
    public void take(final SharedSource source) {
        final long kind = (long) source.snapLengthBytes() << LINK_TYPE_BITS | source.linkType().ordinal();
        if (kind != stretch) {
            stretch = kind;
            lanes.stretch(kind);
        }
        lanes.fill(source.burst());
    }

    /** Ends a burst for every worker. Distributor only. */
    public void tick(final long timeNs, final boolean endsEpoch) {
        lanes.tick(timeNs, endsEpoch);
    }

    /** Puts into the rings what fits; returns how many frames and marks are left. Distributor only. */
    public int push() {
        return lanes.push();
    }

    /** Gives back the frames that are left; returns how many. Distributor only. */
    public int drop() {
        return lanes.drop();
    }

    /** Frames for {@code worker} that found no room, since the start. Distributor only. */
    public long dropped(final int worker) {
        return lanes.dropped(worker);
    }

    /** Nothing more will be pushed. Distributor only. */
    public void end() {
        ended = true;
    }

    /** Closes the rings; workers and distributor must have ended, and the workers' sources be closed. */
    @Override
    public void close() {
        lanes.close();
        rings.forEach(PacketRing::close);
    }

    boolean ended() {
        return ended;
    }

    LinkType linkType(final long kind) {
        return LINK_TYPES[(int) kind & (1 << LINK_TYPE_BITS) - 1];
    }

    int snapLengthBytes(final long kind) {
        return (int) (kind >>> LINK_TYPE_BITS);
    }
}
