package io.millrace.engine.event;

import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.WorkerCounters;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;

/**
 * Room in a worker's rings, and how long the worker waits for it: not at all on live ports until their run ends, as
 * long as it takes in a replay. Owned by the worker.
 */
final class RingRoom {
    /** How long the events of a live run's end wait for scripts at most. */
    static final long LAST_WAIT_NS = 3_000_000_000L;

    /** How long the records of a live run's end wait for an output that takes nothing at all. */
    private static final long STUCK_OUTPUT_NS = 3_000_000_000L;

    private final WorkerCounters counters;
    private final NanoClock clock;
    private IdleStrategy waitingForScripts;
    private boolean waitEnds;
    private long waitEndNs;
    private IdleStrategy waitingForOutput;

    /**
     * Room.
     *
     * @param waitingForScripts how to wait for room in a full ring; {@code null} finds none there instead.
     * @param counters          the worker's.
     * @param clock             measures the waits of a live run's end.
     */
    RingRoom(final IdleStrategy waitingForScripts, final WorkerCounters counters, final NanoClock clock) {
        this.waitingForScripts = waitingForScripts;
        this.counters = counters;
        this.clock = clock;
    }

    /**
     * From now on messages wait that did not: for scripts {@link #LAST_WAIT_NS} in all, for the output as long as it
     * takes any.
     */
    void waitForTheLast() {
        if (waitingForScripts == null) {
            waitingForScripts = new BackoffIdleStrategy();
            waitingForOutput = new BackoffIdleStrategy();
            waitEndNs = clock.nanoTime() + LAST_WAIT_NS;
            waitEnds = true;
        }
    }

    /**
     * Claims room for a message to a script thread; returns its index or a negative number where there is none. Throws
     * {@link IllegalStateException} where the thread is interrupted while it waits.
     */
    int claim(final OneToOneRingBuffer ring, final int type, final int messageLength) {
        final int length = EventRing.claimLength(messageLength);
        int index = ring.tryClaim(type, length);
        if (index >= 0 || waitingForScripts == null) {
            return index;
        }
        counters.increment(EngineCounter.RING_WAITS);
        // The wait may be long; whoever watches must see what was counted before it.
        counters.publish();
        waitingForScripts.reset();
        while (index < 0) {
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("interrupted while waiting for room in an event ring");
            }
            if (waitEnds && clock.nanoTime() - waitEndNs >= 0) {
                waitingForScripts = null;
                return index;
            }
            waitingForScripts.idle();
            index = ring.tryClaim(type, length);
        }
        return index;
    }

    /** Claims room for a message past the scripts; returns its index or a negative number where there is none. */
    int claimOfOutput(final OneToOneRingBuffer bypass, final int type, final int length) {
        int index = bypass.tryClaim(type, length);
        if (index >= 0 || waitingForOutput == null) {
            return index;
        }
        counters.publish();
        waitingForOutput.reset();
        final long stuckNs = clock.nanoTime() + STUCK_OUTPUT_NS;
        while (index < 0 && clock.nanoTime() - stuckNs < 0 && !Thread.currentThread().isInterrupted()) {
            waitingForOutput.idle();
            index = bypass.tryClaim(type, length);
        }
        if (index < 0) {
            waitingForOutput = null;
        }
        return index;
    }
}
