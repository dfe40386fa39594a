package io.millrace.engine.worker;

import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.putI32;
import static io.millrace.engine.memory.RawMemory.putI64;
import static io.millrace.engine.memory.RawMemory.i32;

import io.millrace.engine.burst.Burst;
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
import io.millrace.engine.flow.table.FlowStatistics;
import io.millrace.engine.flow.table.FlowTable;
import io.millrace.engine.flow.table.TunnelStore;
import io.millrace.engine.parse.FlowHash;
import io.millrace.engine.parse.FragmentTable;
import io.millrace.engine.parse.IcmpQuotes;
import io.millrace.engine.parse.PacketParser;
import io.millrace.engine.parse.ParsedBurst;
import io.millrace.engine.port.PacketSource;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.LatencyHistogram;
import io.millrace.engine.telemetry.LatencyKind;
import io.millrace.engine.telemetry.NonIpCounts;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.engine.telemetry.WorkerCounters;

/**
 * One worker: takes frames from its source and leads them through parse, key, table, detection and events. Owns all it
 * touches; only its own thread calls it. Time is packet time ({@link PacketClock}).
 */
public final class FlowWorker implements PollingDuty, AutoCloseable {
    private static final int FLOW_ID_WORKER_SHIFT = 44;
    /** Packets whose cache lines are on their way at once: more would find no free miss buffer and wait for one. */
    private static final int GROUP = 32;

    private final int index;
    private final PacketSource source;
    private final Burst burst;
    private final ParsedBurst parsed;
    private final PacketParser parser;
    private final FragmentTable fragments;
    private final IcmpQuotes icmpQuotes;
    private final TunnelStore tunnels;
    private final NonIpCounts nonIpCounts;
    private final FlowKeys keys;
    private final FlowTable table;
    private final FlowExpiry expiry;
    private final FlowSlices slices;
    private final ProtocolDetector detector;
    private final FlowEventWriter events;
    private final WorkerCounters counters;
    private final LatencyHistogram pollGaps;
    private final LatencyHistogram burstTimes;
    private final long periodicIntervalNs;
    private final long detectionSilenceNs;
    private final PacketClock clock = new PacketClock();
    private long nowNs;
    private long lastPollNs;
    private boolean lastPollReceived;
    private long firstFrameNs;
    private long lastFrameNs;
    private long flowsOpened;
    private final boolean withStatistics;
    private final FlowSweep sweep;

    /**
     * A worker.
     *
     * @param index    from 0.
     * @param source   where its frames come from; closed with the worker.
     * @param config   the engine's settings.
     * @param events   rings to the script threads.
     * @param telemetry hands out the worker's histograms.
     * @param counters its own.
     */
    public FlowWorker(
        final int index,
        final PacketSource source,
        final EngineConfig config,
        final FlowEventWriter events,
        final Telemetry telemetry,
        final WorkerCounters counters) {

        this.index = index;
        this.source = source;
        this.events = events;
        this.counters = counters;
        burst = new Burst(source);
        parsed = new ParsedBurst(config.burst(), new FlowHash(config.hashSeed()));
        parser = new PacketParser(parsed, config.openedTunnels());
        fragments = new FragmentTable(parsed, config.burst(), counters, config.hashSeed());
        icmpQuotes = new IcmpQuotes(parsed);
        tunnels = new TunnelStore(config.flowCapacity());
        nonIpCounts = telemetry.nonIpCounts();
        keys = new FlowKeys(parsed);
        withStatistics = config.flowStatistics() == EngineConfig.FlowStatistics.FULL;
        table = new FlowTable(
            config.flowCapacity(), config.burst(), config.hugePages() != EngineConfig.HugePages.OFF, withStatistics);
        sweep = new FlowSweep(table, this::age);
        expiry = new FlowExpiry(config.timeouts());
        slices = new FlowSlices(config.flowCapacity(), config.timeouts().activeNs());
        detector = new ProtocolDetector(config.detection(), counters);
        pollGaps = telemetry.histogram(LatencyKind.POLL_GAP, roleName());
        burstTimes = telemetry.histogram(LatencyKind.BURST_TIME, roleName());
        periodicIntervalNs = config.periodicIntervalNs();
        detectionSilenceNs = config.detection().silenceNs();
    }

    @Override
    public String roleName() {
        return "worker-" + index;
    }

    /** One poll: receive, parse, key, touch, update, sweep. Returns frames received. */
    @Override
    public int doWork() {
        final long pollNs = onPoll();
        final int received = burst.receive();
        lastPollReceived = received > 0;
        if (lastPollReceived) {
            parser.parse(burst);
            fragments.resolve(burst);
            countInFlows(received);
            if (parsed.hasIcmpErrors()) {
                noteIcmpErrors(received);
            }
            counters.add(EngineCounter.RECEIVED, received);
            counters.add(EngineCounter.BROKEN_TRANSPORT, parsed.brokenTransports());
            counters.add(EngineCounter.TUNNELS_TOO_DEEP, parsed.tooDeep());
            firstFrameNs = firstFrameNs == 0 ? pollNs : firstFrameNs;
        } else if (!takeTime(source.emptyPollNs())) {
            return 0;
        }
        sweep.advance(nowNs, received);
        if (source.endsEpoch()) {
            events.endEpoch();
        }
        counters.set(EngineCounter.FLOWS_LIVE, table.size());
        counters.publish();
        return received;
    }

    /** Whether the source will bring no more frames. */
    @Override
    public boolean finished() {
        return source.finished();
    }

    /** Packet time of the latest frame, nanoseconds since the Unix epoch; 0 before the first. */
    public long nowNs() {
        return nowNs;
    }

    /** Whether any frame came. */
    public boolean hasReceived() {
        return firstFrameNs != 0;
    }

    /** Reading of {@link System#nanoTime()} at the poll of the first frame; 0 before. */
    public long firstFrameNs() {
        return firstFrameNs;
    }

    /** Reading of {@link System#nanoTime()} at the end of work on the last frame, once {@link #endAllFlows} was called. */
    public long lastFrameNs() {
        return lastFrameNs;
    }

    /** Ends every flow that is left and the last epoch; call it once, after the last {@link #doWork()}. */
    public void endAllFlows() {
        endBurst(System.nanoTime());
        events.onLastFrame();
        for (int number = 0; number < table.used(); number++) {
            if (table.isLive(number)) {
                end(number, FlowEndReason.SHUTDOWN);
            }
        }
        fragments.finish();
        events.finish();
        counters.set(EngineCounter.FLOWS_LIVE, table.size());
        counters.publish();
    }

    @Override
    public void end() {
        endAllFlows();
    }

    /** Keeps the payload by which flows are named, or keeps it no more; see {@link ProtocolDetector}. Any thread. */
    public void keepMatchPackets(final boolean wanted) {
        detector.keepMatchPackets(wanted);
    }

    @Override
    public void close() {
        source.close();
        detector.close();
        table.close();
        tunnels.close();
        slices.close();
        fragments.close();
    }

    /** The only reading of a wall clock, one a poll, for measuring alone. */
    private long onPoll() {
        final long pollNs = System.nanoTime();
        if (lastPollNs != 0) {
            pollGaps.record(pollNs - lastPollNs);
        }
        endBurst(pollNs);
        lastPollNs = pollNs;
        events.onPoll(pollNs);
        return pollNs;
    }

    /** A worker polls again as soon as it is through with a burst: the burst has taken from one poll to the next. */
    private void endBurst(final long timeNs) {
        if (lastPollReceived) {
            burstTimes.record(timeNs - lastPollNs);
            lastFrameNs = timeNs;
            lastPollReceived = false;
        }
    }

    /** Whether an empty poll is one to act upon. */
    private boolean takeTime(final long timeNs) {
        if (timeNs == PacketSource.INCOMPLETE) {
            return false;
        }
        if (timeNs != PacketSource.PACKET_TIME) {
            nowNs = clock.advance(timeNs);
        }
        return true;
    }

    /**
     * Leads a burst through the table in groups, each a step behind the one before it: while the index lines of one are
     * on their way from memory and the records of another, a third is counted.
     */
    private void countInFlows(final int received) {
        for (int from = 0; from < received + 2 * GROUP; from += GROUP) {
            if (from < received) {
                final int to = Math.min(from + GROUP, received);
                keys.compute(from, to);
                table.touchIndex(keys, from, to);
            }
            final int touched = from - GROUP;
            if (touched >= 0 && touched < received) {
                table.touchRecords(keys, parsed, touched, Math.min(from, received));
            }
            final int fetched = touched - GROUP;
            if (fetched >= 0) {
                count(fetched, Math.min(touched, received));
            }
        }
    }

    /** Counts the frames from slot {@code from} to {@code to}, exclusive, one after the other. */
    private void count(final int from, final int to) {
        final Burst frames = burst;
        final ParsedBurst facts = parsed;
        long bytes = 0;
        int packets = 0;
        for (int slot = from; slot < to; slot++) {
            final long timeNs = frames.timestampNs(slot);
            nowNs = clock.advance(timeNs);
            if (facts.isPacket(slot)) {
                packets++;
                bytes += facts.wireLength(slot);
                if (!countSettled(facts, slot, timeNs)) {
                    onPacket(slot, timeNs);
                }
            } else {
                bytes += frames.capturedLength(slot);
                skip(slot);
            }
        }
        counters.add(EngineCounter.PARSED, packets);
        counters.add(EngineCounter.RECEIVED_BYTES, bytes);
    }

    private void skip(final int slot) {
        switch (parsed.outcome(slot)) {
            case ParsedBurst.NOT_IP -> {
                counters.increment(EngineCounter.NOT_IP);
                nonIpCounts.increment(parsed.flagsOrType(slot));
            }
            case ParsedBurst.MALFORMED -> counters.increment(EngineCounter.MALFORMED);
            default -> counters.increment(EngineCounter.UNSUPPORTED_LINK);
        }
    }

    /**
     * Counts a whole packet that changes nothing but its flow's counters, as nearly all are; {@code false} for the
     * others.
     */
    private boolean countSettled(final ParsedBurst facts, final int slot, final long timeNs) {
        if (!facts.isWhole(slot)) {
            return false;
        }
        final long record = table.candidate(keys, slot);
        if (record == FlowTable.NO_RECORD || expiry.mayBeOver(record, nowNs)) {
            return false;
        }
        final boolean fromHighSide = keys.fromHighSide(slot);
        if (!FlowAccounting.countSettled(record, facts, slot, fromHighSide, nowNs)) {
            return false;
        }
        if (withStatistics) {
            FlowStatistics.count(record, facts, slot, fromHighSide, timeNs);
        }
        return true;
    }

    private void onPacket(final int slot, final long timeNs) {
        final ParsedBurst facts = parsed;
        if (facts.outcome(slot) == ParsedBurst.HELD) {
            return;
        }
        final long timeOfFlowsNs = nowNs;
        final boolean fromHighSide = keys.fromHighSide(slot);
        long record = table.record(keys, slot);
        if (record == FlowTable.NO_RECORD || expiry.isOver(record, timeOfFlowsNs)
            || FlowExpiry.isReopenedBy(record, facts.flagsOrType(slot))) {
            record = openAnew(record, slot, fromHighSide, timeNs);
        }
        FlowAccounting.count(record, facts, slot, fromHighSide, timeNs, timeOfFlowsNs);
        if (withStatistics) {
            FlowStatistics.count(record, facts, slot, fromHighSide, timeNs);
        }
        if (facts.fragment(slot)) {
            claimFragments(record, slot, fromHighSide);
        }
        if (!FlowAccounting.hasFlag(record, FlowRecordDescriptor.ANNOUNCED)) {
            detect(record, slot, timeNs);
        }
    }

    private void noteIcmpErrors(final int received) {
        for (int slot = 0; slot < received; slot++) {
            if (parsed.outcome(slot) == ParsedBurst.PARSED && icmpQuotes.isError(slot)) {
                final long record = icmpQuotes.read(slot) ? quotedFlow() : FlowTable.NO_RECORD;
                if (record == FlowTable.NO_RECORD) {
                    counters.increment(EngineCounter.ICMP_ERRORS_UNMATCHED);
                } else {
                    counters.increment(EngineCounter.ICMP_ERRORS_ATTACHED);
                    FlowAccounting.noteIcmpError(
                        record, keys.fromHighSide(icmpQuotes.slot()), parsed.flagsOrType(slot));
                }
            }
        }
    }

    private long quotedFlow() {
        keys.computeOne(icmpQuotes.slot());
        return table.probe(keys, icmpQuotes.slot());
    }

    private void claimFragments(final long record, final int slot, final boolean fromHighSide) {
        final int claim = fragments.claimOf(slot);
        if (claim >= 0) {
            FlowAccounting.add(record, fromHighSide, fragments.claimedPackets(claim), fragments.claimedBytes(claim),
                fragments.claimedPayloadBytes(claim));
        }
    }

    private void detect(final long record, final int slot, final long timeNs) {
        if (parsed.isLaterFragment(slot)) {
            return;
        }
        if (!FlowAccounting.hasFlag(record, FlowRecordDescriptor.DETECTION_OPEN)
            || detector.inspect(record, parsed.l3Address(slot), parsed.l3Length(slot), timeNs)) {
            announce(record);
        }
    }

    /** Ends the flow that the packet does not belong to any more, if there is one, and opens its own. */
    private long openAnew(final long ended, final int slot, final boolean fromHighSide, final long timeNs) {
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
        final long flowId = (long) index << FLOW_ID_WORKER_SHIFT | flowsOpened;
        FlowAccounting.open(record, parsed, slot, fromHighSide, flowId, timeNs);
        if (parsed.isTunnelled(slot)) {
            tunnels.open(record, parsed, slot, fromHighSide);
        }
        sweep.flowAdded();
        detector.open(record);
        return record;
    }

    private void announce(final long record) {
        FlowAccounting.setFlag(record, FlowRecordDescriptor.ANNOUNCED);
        putI64(record + FlowRecordDescriptor.NEXT_PERIODIC_NS, nowNs + periodicIntervalNs);
        events.write(record, FlowEventKind.PROTOCOL_DETECTED, FlowEndReason.NONE, nowNs);
    }

    private void end(final int number, final FlowEndReason reason) {
        final long record = table.record(number);
        settle(record);
        events.write(record, FlowEventKind.FLOW_END, reason, nowNs, slices.of(number));
        detector.release(record);
        tunnels.release(record);
        slices.release(number);
        table.remove(number);
        counters.increment(EngineCounter.FLOWS_ENDED);
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
        if (expiry.isOver(record, nowNs)) {
            end(number, FlowEndReason.TIMEOUT);
        } else if (FlowAccounting.hasFlag(record, FlowRecordDescriptor.DETECTION_OPEN)) {
            if (nowNs - i64(record + FlowRecordDescriptor.LAST_SEEN_NS) >= detectionSilenceNs) {
                settle(record);
            }
        } else {
            report(number, record);
        }
    }

    /** What falls due in the course of a flow's life. */
    private void report(final int number, final long record) {
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
