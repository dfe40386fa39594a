package io.millrace.engine.worker;

import io.millrace.engine.flow.table.FlowTable;
import java.util.function.IntConsumer;

/**
 * Passes over a worker's flows a few at a time, so that each is looked at about once a second of packet time, and at
 * least twice as many as packets add. What is due beyond the limit of a poll stays due. Owned by one worker.
 */
final class FlowSweep {
    /** Time in which every flow is looked at once. */
    static final long PASS_NS = 1_000_000_000L;
    /** What a frame may cost at most. */
    static final int RECORDS_PER_FRAME = 4;

    private static final int RECORDS_PER_NEW_FLOW = 2;
    private static final int RECORDS_PER_EMPTY_POLL = 64;

    private final FlowTable table;
    private final IntConsumer age;
    private long sweptNs;
    private long dueRecordNs;
    private int position;

    /** A sweep that gives the number of each live flow to {@code age}, which may end it. */
    FlowSweep(final FlowTable table, final IntConsumer age) {
        this.table = table;
        this.age = age;
    }

    /** Makes up for a flow that a packet has added. */
    void flowAdded() {
        dueRecordNs += RECORDS_PER_NEW_FLOW * PASS_NS;
    }

    /** Looks at what is due at {@code nowNs}, no more than a poll with {@code frames} frames may cost. */
    void advance(final long nowNs, final int frames) {
        final int used = table.used();
        final long elapsedNs = Math.clamp(nowNs - sweptNs, 0, PASS_NS);
        sweptNs = nowNs;
        dueRecordNs = Math.min(dueRecordNs + elapsedNs * used, used * PASS_NS);
        final long due = dueRecordNs / PASS_NS;
        final int records =
            (int) Math.min(due, frames == 0 ? RECORDS_PER_EMPTY_POLL : (long) frames * RECORDS_PER_FRAME);
        dueRecordNs -= records * PASS_NS;
        for (int i = 0; i < records; i++) {
            position = position + 1 < used ? position + 1 : 0;
            if (table.isLive(position)) {
                age.accept(position);
            }
        }
        table.touchAging(position + 1, records);
    }
}
