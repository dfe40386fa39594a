package io.millrace.script.intake;

import io.millrace.engine.event.EventRing;

/**
 * Whose events are due where the workers' epochs are worked on in one order: an epoch of each worker in turn, until
 * every one has said that nothing more comes. Owned by the script thread; {@link #finished()} is for any.
 */
final class WorkerTurns {
    private final boolean[] ended;
    private int current;
    private long epoch;
    private volatile boolean finished;

    WorkerTurns(final int workers) {
        ended = new boolean[workers];
    }

    /** The worker whose turn it is; none once {@link #finished()}. */
    int current() {
        return current;
    }

    /** The epoch that was worked on last. */
    long epoch() {
        return epoch;
    }

    /** Whether a worker has said that nothing more comes. */
    boolean isEnded(final int worker) {
        return ended[worker];
    }

    /** Whether all have. Any thread. */
    boolean finished() {
        return finished;
    }

    /**
     * The worker whose turn it is has ended an epoch.
     *
     * @param number of the epoch, or {@link EventRing#LAST_EPOCH}.
     * @return whether that was the last worker of the epoch, which is worked on now.
     */
    boolean onEpoch(final long number) {
        if (number != EventRing.LAST_EPOCH && number != epoch + 1) {
            throw new IllegalStateException("worker " + current + " ended epoch " + number + " while epoch "
                + (epoch + 1) + " was worked on: every worker must bring the same ascending epochs");
        }
        ended[current] = number == EventRing.LAST_EPOCH;
        current = next(current + 1);
        if (current < ended.length) {
            return false;
        }
        epoch++;
        current = next(0);
        return true;
    }

    /** To be called once the end of the epoch is told. */
    void onEpochTold() {
        finished = current == ended.length;
    }

    private int next(final int from) {
        int worker = from;
        while (worker < ended.length && ended[worker]) {
            worker++;
        }
        return worker;
    }
}
