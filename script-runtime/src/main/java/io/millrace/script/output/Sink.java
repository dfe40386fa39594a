package io.millrace.script.output;

import org.agrona.DirectBuffer;

/**
 * Where output goes. A sink takes what concerns it and leaves the rest. Called by the writer thread only; records are
 * valid during the call. A sink that cannot write any more does not throw: it counts what it loses and says why.
 */
public interface Sink extends AutoCloseable {
    /** Takes the final record of a flow. */
    default void flow(final FlowRecord record) {
    }

    /** Takes an alert. */
    default void alert(final AlertRecord alert) {
    }

    /** Takes bytes that a script printed. */
    default void text(final DirectBuffer buffer, final int offset, final int length) {
    }

    /** Takes the counters of the run. */
    default void stats(final StatsRecord stats) {
    }

    /** Hands buffered bytes to the operating system. */
    default void flush() {
    }

    /** Flushes, lets go of files, and opens them anew under their names, so that another program may rotate them. */
    default void reopen() {
    }

    /** Flushes and lets go of files. */
    @Override
    default void close() {
    }

    /** Flow records that this sink took and lost. */
    default long flowsLost() {
        return 0;
    }

    /** Alerts that this sink took and lost. */
    default long alertsLost() {
        return 0;
    }

    /** One line saying what this sink cannot write now, where, and how to mend it; null where all is well. */
    default String failure() {
        return null;
    }

    /** One line saying what this sink has lost since it was opened first, however it is now; null where nothing. */
    default String loss() {
        return failure();
    }
}
