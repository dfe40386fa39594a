package io.millrace.engine.worker;

import io.millrace.engine.burst.Burst;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.event.FlowEventWriter;
import io.millrace.engine.flow.key.FlowKeys;
import io.millrace.engine.flow.table.FlowAccounting;
import io.millrace.engine.flow.table.FlowEndReason;
import io.millrace.engine.flow.table.FlowExpiry;
import io.millrace.engine.flow.table.FlowRecordDescriptor;
import io.millrace.engine.flow.table.FlowStatistics;
import io.millrace.engine.flow.table.FlowTable;
import io.millrace.engine.memory.OffHeapBlock;
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
import java.util.List;
import java.util.stream.Stream;

/**
 * One worker: takes frames from its source, leads them through parse, key and table, and counts them in their flows.
 * What becomes of the flows is up to {@link FlowLifecycle}. Owns all it touches; only its own thread calls it. Time is
 * packet time ({@link PacketClock}).
 */
public final class FlowWorker implements PollingDuty, AutoCloseable {
    /** Packets whose cache lines are on their way at once: more would find no free miss buffer and wait for one. */
    private static final int GROUP = 32;

    private final int index;
    private final PacketSource source;
    private final Burst burst;
    private final ParsedBurst parsed;
    private final PacketParser parser;
    private final FragmentTable fragments;
    private final IcmpQuotes icmpQuotes;
    private final NonIpCounts nonIpCounts;
    private final FlowKeys keys;
    private final FlowTable table;
    private final FlowExpiry expiry;
    private final FlowLifecycle flows;
    private final FlowEventWriter events;
    private final WorkerCounters counters;
    private final boolean withStatistics;
    private final LatencyHistogram pollGaps;
    private final LatencyHistogram burstTimes;
    private final PacketClock clock = new PacketClock();
    private long lastPollNs;
    private boolean lastPollReceived;
    private long firstFrameNs;
    private long lastFrameNs;

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
        nonIpCounts = telemetry.nonIpCounts();
        keys = new FlowKeys(parsed);
        withStatistics = config.flowStatistics() == EngineConfig.FlowStatistics.FULL;
        table = new FlowTable(
            config.flowCapacity(), config.burst(), config.hugePages() != EngineConfig.HugePages.OFF, withStatistics);
        expiry = new FlowExpiry(config.timeouts());
        flows = new FlowLifecycle(index, config, parsed, keys, table, expiry, clock, events, counters);
        pollGaps = telemetry.histogram(LatencyKind.POLL_GAP, roleName());
        burstTimes = telemetry.histogram(LatencyKind.BURST_TIME, roleName());
    }

    /** What fills as flows come; open until the worker is closed. */
    public List<OffHeapBlock> memory() {
        return Stream.concat(table.memory().stream(), Stream.of(flows.memory())).toList();
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
            parseAndCount(received);
            if (parsed.totals().icmpErrors() > 0) {
                noteIcmpErrors(received);
            }
            counters.add(EngineCounter.RECEIVED, received);
            counters.add(EngineCounter.BROKEN_TRANSPORT, parsed.totals().brokenTransports());
            counters.add(EngineCounter.TUNNELS_TOO_DEEP, parsed.totals().tooDeep());
            firstFrameNs = firstFrameNs == 0 ? pollNs : firstFrameNs;
        } else if (!takeTime(source.emptyPollNs())) {
            return 0;
        }
        flows.sweep(received);
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
        return clock.nowNs();
    }

    /** Whether any frame came. */
    public boolean hasReceived() {
        return firstFrameNs != 0;
    }

    /** Reading of {@link System#nanoTime()} at the poll of the first frame; 0 before. */
    public long firstFrameNs() {
        return firstFrameNs;
    }

    /**
     * Reading of {@link System#nanoTime()} at the end of work on the last frame, once {@link #endAllFlows} was called.
     */
    public long lastFrameNs() {
        return lastFrameNs;
    }

    /** Ends every flow that is left and the last epoch; call it once, after the last {@link #doWork()}. */
    public void endAllFlows() {
        endBurst(System.nanoTime());
        events.onLastFrame();
        for (int number = 0; number < table.used(); number++) {
            if (table.isLive(number)) {
                flows.end(number, FlowEndReason.SHUTDOWN);
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

    /** Keeps the payload by which flows are named, or keeps it no more; see {@link FlowLifecycle}. Any thread. */
    public void keepMatchPackets(final boolean wanted) {
        flows.keepMatchPackets(wanted);
    }

    @Override
    public void close() {
        source.close();
        flows.close();
        table.close();
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
            clock.advance(timeNs);
        }
        return true;
    }

    /**
     * Leads a burst through parser and table in groups, each a step behind the one before it: one is parsed while the
     * index lines of the one before are on their way from memory, and one counted while the records of the next are.
     */
    private void parseAndCount(final int received) {
        parser.begin();
        fragments.begin();
        for (int from = 0; from < received + 2 * GROUP; from += GROUP) {
            if (from < received) {
                final int to = Math.min(from + GROUP, received);
                parser.parse(burst, from, to);
                fragments.resolve(burst, from, to);
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
        final PacketClock time = clock;
        long bytes = 0;
        int packets = 0;
        for (int slot = from; slot < to; slot++) {
            final long timeNs = frames.timestampNs(slot);
            final long nowNs = time.advance(timeNs);
            if (facts.isPacket(slot)) {
                packets++;
                bytes += facts.wireLength(slot);
                if (!countSettled(facts, slot, timeNs, nowNs)) {
                    onPacket(slot, timeNs, nowNs);
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
    private boolean countSettled(final ParsedBurst facts, final int slot, final long timeNs, final long nowNs) {
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

    private void onPacket(final int slot, final long timeNs, final long nowNs) {
        final ParsedBurst facts = parsed;
        if (facts.outcome(slot) == ParsedBurst.HELD) {
            return;
        }
        final boolean fromHighSide = keys.fromHighSide(slot);
        long record = table.record(keys, slot);
        if (record == FlowTable.NO_RECORD || expiry.isOver(record, nowNs)
            || FlowExpiry.isReopenedBy(record, facts.flagsOrType(slot))) {
            record = flows.openAnew(record, slot, fromHighSide, timeNs);
        }
        FlowAccounting.count(record, facts, slot, fromHighSide, timeNs, nowNs);
        if (withStatistics) {
            FlowStatistics.count(record, facts, slot, fromHighSide, timeNs);
        }
        if (facts.fragment(slot)) {
            claimFragments(record, slot, fromHighSide);
        }
        if (!FlowAccounting.hasFlag(record, FlowRecordDescriptor.ANNOUNCED)) {
            flows.detect(record, slot, timeNs);
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
}
