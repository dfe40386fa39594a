package io.millrace.engine.event;

import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.putI32;
import static io.millrace.engine.memory.RawMemory.putI64;
import static io.millrace.engine.memory.RawMemory.putU16;

import io.millrace.engine.flow.table.FlowEndReason;
import io.millrace.engine.flow.table.FlowRecordDescriptor;
import io.millrace.engine.flow.table.FlowSlices;
import io.millrace.engine.flow.table.SliceDescriptor;
import io.millrace.engine.parse.FlowHash;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.WorkerCounters;
import java.util.List;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;

/**
 * Copies flows' records as events into the rings towards the script threads. All events of a flow go to the same ring,
 * in order. Owned by one worker, the only producer of its rings.
 */
public final class FlowEventWriter {
    /** Events between two epochs. */
    public static final int EPOCH_EVENTS = 4096;

    private final OneToOneRingBuffer[] rings;
    private final OneToOneRingBuffer bypass;
    private final RingRoom room;
    private final WorkerCounters counters;
    private final int worker;
    private final boolean epochs;
    private final boolean epochsOfSource;
    private boolean countingEpochs;
    private long epoch;
    private int eventsInEpoch;
    private long producedNs;

    /**
     * A writer.
     *
     * @param rings    one per script thread; none runs the engine without scripts and output.
     * @param bypass   takes the last event of a flow to the output where the script thread's ring is full; {@code null}
     *                 where the worker waits instead.
     * @param waiting  how to wait for room in a full ring; {@code null} skips the event instead.
     * @param counters the worker's.
     * @param worker   index of the worker.
     */
    public FlowEventWriter(
        final List<OneToOneRingBuffer> rings,
        final OneToOneRingBuffer bypass,
        final IdleStrategy waiting,
        final WorkerCounters counters,
        final int worker) {
        this(rings, bypass, waiting, counters, worker, false);
    }

    /**
     * A writer of one worker among several.
     *
     * @param epochsOfSource whether epochs end where {@link #endEpoch()} says so, at the same points of the traffic for
     *                       all workers, until {@link #onLastFrame()}; otherwise they are counted in events.
     */
    public FlowEventWriter(
        final List<OneToOneRingBuffer> rings,
        final OneToOneRingBuffer bypass,
        final IdleStrategy waiting,
        final WorkerCounters counters,
        final int worker,
        final boolean epochsOfSource) {
        this(rings, bypass, waiting, counters, worker, epochsOfSource, SystemNanoClock.INSTANCE);
    }

    /** The same with a clock of its own for the waits of a run's end. */
    FlowEventWriter(
        final List<OneToOneRingBuffer> rings,
        final OneToOneRingBuffer bypass,
        final IdleStrategy waiting,
        final WorkerCounters counters,
        final int worker,
        final boolean epochsOfSource,
        final NanoClock clock) {

        this.rings = rings.toArray(OneToOneRingBuffer[]::new);
        this.bypass = bypass;
        this.room = new RingRoom(waiting, counters, clock);
        this.counters = counters;
        this.worker = worker;
        this.epochsOfSource = epochsOfSource;
        this.epochs = waiting != null && (rings.size() > 1 || epochsOfSource);
        this.countingEpochs = epochs && !epochsOfSource;
    }

    /** Takes the clock reading that stamps the events to come; once per poll. */
    public void onPoll(final long monotonicNs) {
        producedNs = monotonicNs;
    }

    /**
     * Writes one event.
     *
     * @param record  the flow's record; its verdict on the application is final.
     * @param kind    what happened.
     * @param reason  why the flow ended; {@link FlowEndReason#NONE} while it lives.
     * @param timeNs  packet time.
     * @return whether the event, or at least its record, is on its way; {@code false} where it was skipped and counted.
     */
    public boolean write(
        final long record, final FlowEventKind kind, final FlowEndReason reason, final long timeNs) {

        return write(record, kind, reason, timeNs, FlowSlices.NONE);
    }

    /**
     * The same about a part of a flow.
     *
     * @param slice address of the {@link SliceDescriptor}; {@link FlowSlices#NONE} for the whole flow.
     */
    public boolean write(
        final long record, final FlowEventKind kind, final FlowEndReason reason, final long timeNs, final long slice) {

        if (rings.length == 0) {
            return true;
        }
        counters.increment(EngineCounter.EVENTS_PRODUCED);
        final int length = FlowEventTail.eventLength(record, slice);
        final int flowHash = unseededHash(record);
        OneToOneRingBuffer to = rings[rings.length == 1 ? 0 : (flowHash >>> 1) % rings.length];
        int index = room.claim(to, kind.code, length);
        if (index < 0) {
            counters.increment(EngineCounter.EVENTS_SKIPPED);
            if (!carriesRecord(kind)) {
                return false;
            }
            // The hook is skipped, but the flow's record must reach the output.
            to = bypass;
            index = claimPastScripts(kind, length);
            if (index < 0) {
                return false;
            }
        }
        final long event = to.buffer().addressOffset() + index;
        FlowEventSnapshot.write(event, record, kind, reason, timeNs, flowHash);
        putU16(event + FlowEventDescriptor.WORKER, worker);
        putI64(event + FlowEventDescriptor.PRODUCED_NS, producedNs);
        putI32(event + FlowEventDescriptor.EVENT_LENGTH, length);
        FlowEventTail.write(event, length, record, slice);
        to.commit(index);
        if (countingEpochs && ++eventsInEpoch == EPOCH_EVENTS) {
            markEpoch(++epoch);
        }
        return true;
    }

    /** Ends an epoch, where the source decides about them. */
    public void endEpoch() {
        if (epochs) {
            markEpoch(++epoch);
        }
    }

    /**
     * What follows are the ends of all flows that are left. On live ports these events wait for room in their ring, as
     * no packet is late for it any more, and every flow gets its last hook; but not for a script that has stopped for
     * good: after three seconds in all they pass it by. Their records wait for the output as long as it takes any.
     */
    public void onLastFrame() {
        countingEpochs = epochs;
        if (bypass != null) {
            room.waitForTheLast();
        }
    }

    /** Ends the last epoch; call it once, after the last event. */
    public void finish() {
        if (epochs) {
            markEpoch(epochsOfSource ? EventRing.LAST_EPOCH : ++epoch);
        }
    }

    private static boolean carriesRecord(final FlowEventKind kind) {
        return kind == FlowEventKind.FLOW_END || kind == FlowEventKind.FLOW_SLICE;
    }

    private int claimPastScripts(final FlowEventKind kind, final int length) {
        final int index = bypass == null ? -1 : room.claimOfOutput(bypass, kind.code, length);
        if (index < 0) {
            // What a slice holds is told by the next one.
            counters.add(EngineCounter.RECORDS_LOST, kind == FlowEventKind.FLOW_END ? 1 : 0);
        } else {
            counters.increment(EngineCounter.RECORDS_BYPASSED);
        }
        return index;
    }

    private void markEpoch(final long number) {
        eventsInEpoch = 0;
        for (final OneToOneRingBuffer ring : rings) {
            final int index = room.claim(ring, EventRing.EPOCH, Long.BYTES);
            putI64(ring.buffer().addressOffset() + index, number);
            ring.commit(index);
        }
    }

    private static int unseededHash(final long record) {
        return FlowHash.UNSEEDED.hash(
            i64(record + FlowRecordDescriptor.LOW_ADDRESS), i64(record + FlowRecordDescriptor.LOW_ADDRESS_REST),
            i64(record + FlowRecordDescriptor.HIGH_ADDRESS), i64(record + FlowRecordDescriptor.HIGH_ADDRESS_REST),
            i64(record + FlowRecordDescriptor.ENDS));
    }
}
