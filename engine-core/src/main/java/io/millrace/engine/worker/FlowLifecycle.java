package io.millrace.engine.worker;

import static io.millrace.engine.memory.RawMemory.i32;
import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.putI32;
import static io.millrace.engine.memory.RawMemory.putI64;

import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.detect.ProtocolDetector;
import io.millrace.engine.event.FlowEventKind;
import io.millrace.engine.event.FlowEventWriter;
import io.millrace.engine.flow.key.FlowKeys;
import io.millrace.engine.flow.table.FlowAccounting;
import io.millrace.engine.flow.table.FlowEndReason;
import io.millrace.engine.flow.table.FlowExpiry;
import io.millrace.engine.flow.table.FlowRecordDescriptor;
import io.millrace.engine.flow.table.FlowSlices;
import io.millrace.engine.flow.table.FlowTable;
import io.millrace.engine.flow.table.TunnelStore;
import io.millrace.engine.memory.OffHeapBlock;
import io.millrace.engine.parse.ParsedBurst;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.WorkerCounters;

/**
 * What becomes of one worker's flows: opened by their first packet, announced once their application is decided,
 * reported while they live, ended when they fall silent. Writes the events of it. Owned by the worker.
 */
final class FlowLifecycle implements AutoCloseable {
    private static final int FLOW_ID_WORKER_SHIFT = 44;

    private final int worker;
    private final ParsedBurst parsed;
    private final FlowKeys keys;
    private final FlowTable table;
    private final FlowExpiry expiry;
    private final PacketClock clock;
    private final FlowEventWriter events;
    private final WorkerCounters counters;
    private final TunnelStore tunnels;
    private final FlowSlices slices;
    private final ProtocolDetector detector;
    private final FlowSweep sweep;
    private final long periodicIntervalNs;
    private final long detectionSilenceNs;
    private long flowsOpened;

    /**
     * The life of the flows in {@code table}.
     *
     * @param worker number of the worker, from 0.
     * @param parsed the packets that open flows and are shown to nDPI.
     * @param keys   their keys.
     * @param clock  the worker's time.
     */
    FlowLifecycle(
        final int worker,
        final EngineConfig config,
        final ParsedBurst parsed,
        final FlowKeys keys,
        final FlowTable table,
        final FlowExpiry expiry,
        final PacketClock clock,
        final FlowEventWriter events,
        final WorkerCounters counters) {

        this.worker = worker;
        this.parsed = parsed;
        this.keys = keys;
        this.table = table;
        this.expiry = expiry;
        this.clock = clock;
        this.events = events;
        this.counters = counters;
        tunnels = new TunnelStore(config.flowCapacity());
        slices = new FlowSlices(config.flowCapacity(), config.timeouts().activeNs());
        detector = new ProtocolDetector(config.detection(), counters);
        sweep = new FlowSweep(table, this::age);
        periodicIntervalNs = config.periodicIntervalNs();
        detectionSilenceNs = config.detection().silenceNs();
    }

    /** Ends the flow that the packet does not belong to any more, if there is one, and opens its own. */
    long openAnew(final long ended, final int slot, final boolean fromHighSide, final long timeNs) {
        if (ended != FlowTable.NO_RECORD) {
            end(table.number(ended), FlowEndReason.TIMEOUT);
        }
        int number = table.add(keys, slot);
        if (number == FlowTable.NONE) {
            end(table.longestIdleNear(keys.hash(slot)), FlowEndReason.FORCED);
            counters.increment(EngineCounter.FLOWS_EVICTED);
            number = table.add(keys, slot);
        }
        flowsOpened++;
        counters.increment(EngineCounter.FLOWS_CREATED);
        final long record = table.record(number);
        final long flowId = (long) worker << FLOW_ID_WORKER_SHIFT | flowsOpened;
        FlowAccounting.open(record, parsed, slot, fromHighSide, flowId, timeNs);
        if (parsed.isTunnelled(slot)) {
            tunnels.open(record, parsed, slot, fromHighSide);
        }
        sweep.flowAdded();
        detector.open(record);
        return record;
    }

    /** What flows fill as they begin, beside their records. */
    OffHeapBlock memory() {
        return detector.memory();
    }

    /** Shows a packet to nDPI while the application of its flow is not decided; the packet was counted in it. */
    void detect(final long record, final int slot, final long timeNs) {
        if (parsed.isLaterFragment(slot)) {
            return;
        }
        if (!FlowAccounting.hasFlag(record, FlowRecordDescriptor.DETECTION_OPEN)
            || detector.inspect(record, parsed.l3Address(slot), parsed.l3Length(slot), timeNs)) {
            announce(record);
        }
    }

    /** Looks after flows that have waited longest for it, as many as a poll with {@code frames} frames may cost. */
    void sweep(final int frames) {
        sweep.advance(clock.nowNs(), frames);
    }

    /** Ends a flow and forgets it. */
    void end(final int number, final FlowEndReason reason) {
        final long record = table.record(number);
        settle(record);
        events.write(record, FlowEventKind.FLOW_END, reason, clock.nowNs(), slices.of(number));
        detector.release(record);
        tunnels.release(record);
        slices.release(number);
        table.remove(number);
        counters.increment(EngineCounter.FLOWS_ENDED);
    }

    /** Keeps the payload by which flows are named, or keeps it no more; see {@link ProtocolDetector}. Any thread. */
    void keepMatchPackets(final boolean wanted) {
        detector.keepMatchPackets(wanted);
    }

    @Override
    public void close() {
        detector.close();
        tunnels.close();
        slices.close();
    }

    private void announce(final long record) {
        FlowAccounting.setFlag(record, FlowRecordDescriptor.ANNOUNCED);
        final long nowNs = clock.nowNs();
        putI64(record + FlowRecordDescriptor.NEXT_PERIODIC_NS, nowNs + periodicIntervalNs);
        events.write(record, FlowEventKind.PROTOCOL_DETECTED, FlowEndReason.NONE, nowNs);
    }

    /** Makes sure that the application is decided and announced, as it must be before any other event of the flow. */
    private void settle(final long record) {
        if (FlowAccounting.hasFlag(record, FlowRecordDescriptor.DETECTION_OPEN)) {
            detector.giveUp(record);
        }
        if (!FlowAccounting.hasFlag(record, FlowRecordDescriptor.ANNOUNCED)) {
            announce(record);
        }
    }

    private void age(final int number) {
        final long record = table.record(number);
        final long nowNs = clock.nowNs();
        if (expiry.isOver(record, nowNs)) {
            end(number, FlowEndReason.TIMEOUT);
        } else if (FlowAccounting.hasFlag(record, FlowRecordDescriptor.DETECTION_OPEN)) {
            if (nowNs - i64(record + FlowRecordDescriptor.LAST_SEEN_NS) >= detectionSilenceNs) {
                settle(record);
            }
        } else {
            report(number, record, nowNs);
        }
    }

    /** What falls due in the course of a flow's life. */
    private void report(final int number, final long record, final long nowNs) {
        if (slices.isDue(number, record, nowNs)
            && events.write(record, FlowEventKind.FLOW_SLICE, FlowEndReason.ACTIVE, nowNs, slices.current(number))) {
            slices.next(number, record, nowNs);
            counters.increment(EngineCounter.FLOW_SLICES);
        }
        if (nowNs >= i64(record + FlowRecordDescriptor.NEXT_PERIODIC_NS)) {
            events.write(record, FlowEventKind.PERIODIC_UPDATE, FlowEndReason.NONE, nowNs);
            final long tick = record + FlowRecordDescriptor.PERIODIC_TICK;
            putI32(tick, i32(tick) + 1);
            putI64(record + FlowRecordDescriptor.NEXT_PERIODIC_NS, nowNs + periodicIntervalNs);
        }
    }
}
