package io.millrace.engine.telemetry;

import java.util.concurrent.atomic.AtomicLongArray;
import org.agrona.concurrent.IdleStrategy;

/**
 * Shows that a polling thread goes round: idles as another strategy does, and counts how often it was asked to, which
 * is once a round. One thread polls, any may read.
 */
public final class Heartbeat implements IdleStrategy {
    private static final int CACHE_LINES = 16;

    private final String owner;
    private final IdleStrategy idle;
    // In the middle of cache lines that nobody else writes.
    private final AtomicLongArray rounds = new AtomicLongArray(2 * CACHE_LINES);

    /**
     * Of one thread.
     *
     * @param owner name of the thread.
     * @param idle  what to do between two rounds.
     */
    public Heartbeat(final String owner, final IdleStrategy idle) {
        this.owner = owner;
        this.idle = idle;
    }

    /** Name of the thread. */
    public String owner() {
        return owner;
    }

    /** Rounds so far. Any thread. */
    public long rounds() {
        return rounds.getOpaque(CACHE_LINES);
    }

    @Override
    public void idle(final int workCount) {
        beat();
        idle.idle(workCount);
    }

    @Override
    public void idle() {
        beat();
        idle.idle();
    }

    @Override
    public void reset() {
        idle.reset();
    }

    @Override
    public String alias() {
        return idle.alias();
    }

    private void beat() {
        rounds.setOpaque(CACHE_LINES, rounds.getPlain(CACHE_LINES) + 1);
    }
}
