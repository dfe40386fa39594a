package io.millrace.engine.worker;

import io.millrace.engine.burst.Burst;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.parse.FlowHash;
import io.millrace.engine.parse.FragmentTable;
import io.millrace.engine.parse.PacketEnds;
import io.millrace.engine.parse.PacketParser;
import io.millrace.engine.parse.ParsedBurst;
import io.millrace.engine.port.FrameRings;
import io.millrace.engine.port.SharedSource;
import io.millrace.engine.telemetry.DistributorCounter;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.engine.telemetry.WorkerCounters;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * Deals the frames of ports with one queue to several workers. Both directions of a flow, all its fragments, and what
 * else its two hosts say to each other go to the same worker: the worker is chosen by a hash of the two addresses
 * alone, the innermost ones, as the workers' own parser finds them. Frames without addresses go to the first worker.
 *
 * <p>In a replay it waits for room in a worker's ring, and its bursts and epochs reach all workers as marks, so that
 * every worker does the same in every run. On live ports it waits a moment, while the rings of the ports hold what
 * comes: what finds no room by then is dropped and counted.
 *
 * <p>Owns its source and the writing ends of the rings; only its own thread calls it, but for {@link #requestStop()}.
 */
public final class Distributor implements PollingDuty, AutoCloseable {
    /** Bursts between two epochs of a replay. */
    static final int EPOCH_BURSTS = 64;

    /** How long frames of live ports wait for room: longer than a worker is away that shares its core. */
    private static final long PATIENCE_NS = 100_000_000L;
    private static final int FIRST_WORKER = 0;

    private final SharedSource source;
    private final FrameRings rings;
    private final Burst burst;
    private final ParsedBurst parsed;
    private final PacketParser parser;
    private final FragmentTable fragments;
    private final FlowHash hash;
    private final boolean live;
    private final IdleStrategy waiting = new BackoffIdleStrategy();
    private final PacketClock clock = new PacketClock();
    private final AtomicCounter distributed;
    private final AtomicCounter waits;
    private final List<AtomicCounter> dropped = new ArrayList<>();
    private long frames;
    private long ringWaits;
    private int burstsInEpoch;
    private volatile boolean stopRequested;

    /**
     * A distributor.
     *
     * @param source  where frames come from; closed with the distributor.
     * @param rings   where they go.
     * @param live    whether frames come from ports, which do not wait; otherwise none is dropped, and bursts are
     *                marked.
     */
    public Distributor(
        final SharedSource source,
        final FrameRings rings,
        final EngineConfig config,
        final boolean live,
        final Telemetry telemetry) {

        this.source = source;
        this.rings = rings;
        this.live = live;
        burst = new Burst(source);
        parsed = new ParsedBurst(config.burst());
        parser = new PacketParser(parsed, config.openedTunnels());
        // The workers count fragments; what is counted here has no reader.
        fragments = new FragmentTable(
            parsed, config.burst(), new WorkerCounters(new Telemetry(), roleName()), config.hashSeed());
        hash = new FlowHash(config.hashSeed());
        distributed = telemetry.counter(DistributorCounter.FRAMES_DISTRIBUTED, roleName());
        waits = telemetry.counter(DistributorCounter.LANE_WAITS, roleName());
        for (int worker = 0; worker < rings.workers(); worker++) {
            dropped.add(telemetry.counter(DistributorCounter.FRAMES_DROPPED, roleName() + " to worker-" + worker));
        }
    }

    @Override
    public String roleName() {
        return "distributor";
    }

    @Override
    public int doWork() {
        final int received = burst.receive();
        if (received == 0) {
            return 0;
        }
        parser.parse(burst);
        fragments.begin();
        fragments.resolve(burst, 0, received);
        for (int slot = 0; slot < received; slot++) {
            rings.target(slot, worker(slot));
            clock.advance(burst.timestampNs(slot));
        }
        rings.take(source);
        frames += received;
        if (!live) {
            burstsInEpoch = burstsInEpoch == EPOCH_BURSTS - 1 ? 0 : burstsInEpoch + 1;
            rings.tick(clock.nowNs(), burstsInEpoch == 0);
        }
        pushAll();
        distributed.setRelease(frames);
        return received;
    }

    @Override
    public boolean finished() {
        return source.finished();
    }

    /** A worker may have died, and nobody empties its ring: waits for no room from now on. Any thread. */
    public void requestStop() {
        stopRequested = true;
    }

    @Override
    public void end() {
        rings.end();
    }

    @Override
    public void close() {
        fragments.close();
        source.close();
    }

    private int worker(final int slot) {
        if (!parsed.isPacket(slot)) {
            return FIRST_WORKER;
        }
        final long ends = parsed.ends(slot);
        final long sourceHigh = PacketEnds.sourceHigh(ends);
        final long sourceLow = PacketEnds.sourceLow(ends);
        final long destinationHigh = PacketEnds.destinationHigh(ends);
        final long destinationLow = PacketEnds.destinationLow(ends);
        final boolean swap = sourceHigh == destinationHigh
            ? sourceLow > destinationLow : sourceHigh > destinationHigh;
        final int addresses = swap ? hash.hash(destinationHigh, destinationLow, sourceHigh, sourceLow, 0)
            : hash.hash(sourceHigh, sourceLow, destinationHigh, destinationLow, 0);
        return (int) (Integer.toUnsignedLong(addresses) * rings.workers() >>> Integer.SIZE);
    }

    private void pushAll() {
        if (rings.push() == 0) {
            return;
        }
        waits.setRelease(++ringWaits);
        waiting.reset();
        final long beganNs = System.nanoTime();
        while (rings.push() > 0) {
            if (stopRequested || live && System.nanoTime() - beganNs > PATIENCE_NS) {
                drop();
                return;
            }
            waiting.idle();
        }
    }

    private void drop() {
        rings.drop();
        for (int worker = 0; worker < dropped.size(); worker++) {
            dropped.get(worker).setRelease(rings.dropped(worker));
        }
    }
}
