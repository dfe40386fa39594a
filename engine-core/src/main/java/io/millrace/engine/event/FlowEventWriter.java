package io.millrace.engine.event;

import static io.millrace.engine.memory.RawMemory.copy;
import static io.millrace.engine.memory.RawMemory.i32;
import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.putF64;
import static io.millrace.engine.memory.RawMemory.putI32;
import static io.millrace.engine.memory.RawMemory.putI64;
import static io.millrace.engine.memory.RawMemory.putI64BigEndian;
import static io.millrace.engine.memory.RawMemory.putU16;
import static io.millrace.engine.memory.RawMemory.putU8;
import static io.millrace.engine.memory.RawMemory.u16;
import static io.millrace.engine.memory.RawMemory.u32;
import static io.millrace.engine.memory.RawMemory.u8;

import io.millrace.engine.flow.key.FlowHash;
import io.millrace.engine.flow.key.FlowKeys;
import io.millrace.engine.flow.table.FlowAccounting;
import io.millrace.engine.flow.table.FlowCounters;
import io.millrace.engine.flow.table.FlowEndReason;
import io.millrace.engine.flow.table.FlowExpiry;
import io.millrace.engine.flow.table.FlowRecordDescriptor;
import io.millrace.engine.flow.table.FlowSlices;
import io.millrace.engine.flow.table.FlowStatistics;
import io.millrace.engine.flow.table.SliceDescriptor;
import io.millrace.engine.flow.table.TcpHandshake;
import io.millrace.engine.flow.table.TunnelDescriptor;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.WorkerCounters;
import java.util.List;
import org.agrona.concurrent.BackoffIdleStrategy;
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

    /** How long the events of a live run's end wait for scripts at most. */
    public static final long LAST_WAIT_NS = 3_000_000_000L;

    /** How long the records of a live run's end wait for an output that takes nothing at all. */
    private static final long STUCK_OUTPUT_NS = 3_000_000_000L;

    private static final int MAC_LENGTH = 6;

    private final OneToOneRingBuffer[] rings;
    private final OneToOneRingBuffer bypass;
    private final WorkerCounters counters;
    private final NanoClock clock;
    private final int worker;
    private final boolean epochs;
    private final boolean epochsOfSource;
    private IdleStrategy waiting;
    private boolean waitEnds;
    private long waitEndNs;
    private IdleStrategy waitingForOutput;
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

        this.clock = clock;
        this.rings = rings.toArray(OneToOneRingBuffer[]::new);
        this.bypass = bypass;
        this.waiting = waiting;
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
        final long metadata = i64(record + FlowRecordDescriptor.METADATA);
        final int metadataLength = metadata == 0 ? 0 : (int) u32(metadata);
        final int sliceOffset = FlowAccounting.hasFlag(record, FlowRecordDescriptor.TUNNELLED)
            ? tunnelOffset(metadataLength) + TunnelDescriptor.LENGTH : FlowEventDescriptor.LENGTH + metadataLength;
        final int length = slice == FlowSlices.NONE ? sliceOffset : (sliceOffset + 7 & -8) + SliceDescriptor.LENGTH;
        final int flowHash = unseededHash(record);
        final OneToOneRingBuffer ring = rings[rings.length == 1 ? 0 : (flowHash >>> 1) % rings.length];
        final int index = claim(ring, kind.code, length);
        if (index < 0) {
            counters.increment(EngineCounter.EVENTS_SKIPPED);
            return carriesRecord(kind)
                && passBy(record, kind, reason, timeNs, flowHash, metadata, slice, length);
        }
        fill(ring.buffer().addressOffset() + index, record, kind, reason, timeNs, flowHash, metadata, slice, length);
        ring.commit(index);
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
     * good: after {@link #LAST_WAIT_NS} in all they pass it by. Their records wait for the output as long as it takes
     * any.
     */
    public void onLastFrame() {
        countingEpochs = epochs;
        if (bypass != null && waiting == null) {
            waiting = new BackoffIdleStrategy();
            waitingForOutput = new BackoffIdleStrategy();
            waitEndNs = clock.nanoTime() + LAST_WAIT_NS;
            waitEnds = true;
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

    /** The hook is skipped, but the flow's record must reach the output; returns whether it will. */
    private boolean passBy(
        final long record,
        final FlowEventKind kind,
        final FlowEndReason reason,
        final long timeNs,
        final int flowHash,
        final long metadata,
        final long slice,
        final int length) {

        final int index = bypass == null ? -1 : claimOfOutput(kind.code, length);
        if (index < 0) {
            // What a slice holds is told by the next one.
            counters.add(EngineCounter.RECORDS_LOST, kind == FlowEventKind.FLOW_END ? 1 : 0);
            return false;
        }
        final long event = bypass.buffer().addressOffset() + index;
        fill(event, record, kind, reason, timeNs, flowHash, metadata, slice, length);
        bypass.commit(index);
        counters.increment(EngineCounter.RECORDS_BYPASSED);
        return true;
    }

    private int claimOfOutput(final int type, final int length) {
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

    private void fill(
        final long event,
        final long record,
        final FlowEventKind kind,
        final FlowEndReason reason,
        final long timeNs,
        final int flowHash,
        final long metadata,
        final long slice,
        final int length) {

        final int metadataLength = metadata == 0 ? 0 : (int) u32(metadata);
        writeIdentity(event, record, kind, reason, timeNs, flowHash);
        writeCounters(event, record);
        writeStatistics(event, record);
        writeTransport(event, record);
        writeDetection(event, record);
        putI64(event + FlowEventDescriptor.PRODUCED_NS, producedNs);
        putI32(event + FlowEventDescriptor.EVENT_LENGTH, length);
        putI32(event + FlowEventDescriptor.METADATA_OFFSET, metadataLength == 0 ? 0 : FlowEventDescriptor.LENGTH);
        if (metadataLength != 0) {
            copy(metadata, event + FlowEventDescriptor.LENGTH, metadataLength);
        }
        putU16(event + FlowEventDescriptor.TUNNEL_OFFSET, 0);
        if (FlowAccounting.hasFlag(record, FlowRecordDescriptor.TUNNELLED)) {
            writeTunnel(event, tunnelOffset(metadataLength), record);
        }
        putU16(event + FlowEventDescriptor.SLICE_OFFSET, 0);
        if (slice != FlowSlices.NONE) {
            writeSlice(event, length - SliceDescriptor.LENGTH, record, slice);
        }
    }

    private static int tunnelOffset(final int metadataLength) {
        return FlowEventDescriptor.LENGTH + metadataLength + 7 & -8;
    }

    private static void writeSlice(final long event, final int offset, final long record, final long slice) {
        final long to = event + offset;
        final int client = clientSide(record);
        putU16(event + FlowEventDescriptor.SLICE_OFFSET, offset);
        copy(slice, to, SliceDescriptor.LENGTH);
        pairOfLongs(to, SliceDescriptor.PACKETS, SliceDescriptor.PACKETS + Long.BYTES,
            slice + SliceDescriptor.PACKETS, client);
        pairOfLongs(to, SliceDescriptor.BYTES, SliceDescriptor.BYTES + Long.BYTES,
            slice + SliceDescriptor.BYTES, client);
    }

    /** Turned round where the packet that told the tunnel was not the client's. */
    private static void writeTunnel(final long event, final int offset, final long record) {
        final long from = i64(record + FlowRecordDescriptor.TUNNEL);
        final long to = event + offset;
        putU16(event + FlowEventDescriptor.TUNNEL_OFFSET, offset);
        copy(from, to, TunnelDescriptor.LENGTH);
        final boolean fromHigh = u8(from + TunnelDescriptor.FROM_HIGH) != 0;
        if (fromHigh != FlowAccounting.hasFlag(record, FlowRecordDescriptor.CLIENT_IS_HIGH)) {
            final int addressLength = TunnelDescriptor.SRV_ADDRESS - TunnelDescriptor.CLI_ADDRESS;
            copy(from + TunnelDescriptor.CLI_ADDRESS, to + TunnelDescriptor.SRV_ADDRESS, addressLength);
            copy(from + TunnelDescriptor.SRV_ADDRESS, to + TunnelDescriptor.CLI_ADDRESS, addressLength);
            putU16(to + TunnelDescriptor.CLI_PORT, u16(from + TunnelDescriptor.SRV_PORT));
            putU16(to + TunnelDescriptor.SRV_PORT, u16(from + TunnelDescriptor.CLI_PORT));
        }
    }

    private void markEpoch(final long number) {
        eventsInEpoch = 0;
        for (final OneToOneRingBuffer ring : rings) {
            final int index = claim(ring, EventRing.EPOCH, Long.BYTES);
            putI64(ring.buffer().addressOffset() + index, number);
            ring.commit(index);
        }
    }

    private int claim(final OneToOneRingBuffer ring, final int type, final int messageLength) {
        final int length = EventRing.claimLength(messageLength);
        int index = ring.tryClaim(type, length);
        if (index >= 0 || waiting == null) {
            return index;
        }
        counters.increment(EngineCounter.RING_WAITS);
        // The wait may be long; whoever watches must see what was counted before it.
        counters.publish();
        waiting.reset();
        while (index < 0) {
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("interrupted while waiting for room in an event ring");
            }
            if (waitEnds && clock.nanoTime() - waitEndNs >= 0) {
                waiting = null;
                return index;
            }
            waiting.idle();
            index = ring.tryClaim(type, length);
        }
        return index;
    }

    private void writeIdentity(
        final long event,
        final long record,
        final FlowEventKind kind,
        final FlowEndReason reason,
        final long timeNs,
        final int flowHash) {

        final long word4 = i64(record + FlowRecordDescriptor.ENDS);
        final boolean clientIsHigh = FlowAccounting.hasFlag(record, FlowRecordDescriptor.CLIENT_IS_HIGH);
        putI64(event + FlowEventDescriptor.FLOW_ID, i64(record + FlowRecordDescriptor.FLOW_ID));
        putI64(event + FlowEventDescriptor.TIME_NS, timeNs);
        putI64(event + FlowEventDescriptor.FIRST_SEEN_NS, i64(record + FlowRecordDescriptor.FIRST_SEEN_NS));
        // Time may have jumped back in between; a flow does not end before it began.
        putI64(event + FlowEventDescriptor.LAST_SEEN_NS, Math.max(
            i64(record + FlowRecordDescriptor.FIRST_SEEN_NS), i64(record + FlowRecordDescriptor.LAST_SEEN_NS)));
        putI32(event + FlowEventDescriptor.PERIODIC_TICK,
            kind == FlowEventKind.PERIODIC_UPDATE ? i32(record + FlowRecordDescriptor.PERIODIC_TICK) : 0);
        putI32(event + FlowEventDescriptor.FLOW_HASH, flowHash);
        putU8(event + FlowEventDescriptor.KIND, kind.code);
        putU8(event + FlowEventDescriptor.IP_VERSION, FlowKeys.ipVersion(word4));
        putU8(event + FlowEventDescriptor.L4_PROTOCOL, FlowKeys.l4Protocol(word4));
        putU8(event + FlowEventDescriptor.END_REASON, reason.code);
        putU16(event + FlowEventDescriptor.VLAN_ID, FlowKeys.vlanId(word4));
        putU16(event + FlowEventDescriptor.WORKER, worker);
        putU16(event + FlowEventDescriptor.CLI_PORT,
            clientIsHigh ? FlowKeys.highPort(word4) : FlowKeys.lowPort(word4));
        putU16(event + FlowEventDescriptor.SRV_PORT,
            clientIsHigh ? FlowKeys.lowPort(word4) : FlowKeys.highPort(word4));
        writeAddresses(event, record, clientIsHigh ? FlowEventDescriptor.SRV_ADDRESS : FlowEventDescriptor.CLI_ADDRESS,
            clientIsHigh ? FlowEventDescriptor.CLI_ADDRESS : FlowEventDescriptor.SRV_ADDRESS);
        copy(record + FlowRecordDescriptor.CLIENT_MAC, event + FlowEventDescriptor.CLI_MAC, MAC_LENGTH);
        copy(record + FlowRecordDescriptor.SERVER_MAC, event + FlowEventDescriptor.SRV_MAC, MAC_LENGTH);
    }

    private static void writeCounters(final long event, final long record) {
        final int client = clientSide(record);
        final int server = 1 - client;
        putI64(event + FlowEventDescriptor.CLI2SRV_PACKETS, FlowCounters.packets(record, client));
        putI64(event + FlowEventDescriptor.SRV2CLI_PACKETS, FlowCounters.packets(record, server));
        putI64(event + FlowEventDescriptor.CLI2SRV_BYTES, FlowCounters.bytes(record, client));
        putI64(event + FlowEventDescriptor.SRV2CLI_BYTES, FlowCounters.bytes(record, server));
        putI64(event + FlowEventDescriptor.CLI2SRV_GOODPUT_BYTES, FlowCounters.payloadBytes(record, client));
        putI64(event + FlowEventDescriptor.SRV2CLI_GOODPUT_BYTES, FlowCounters.payloadBytes(record, server));
    }

    private static void writeAddresses(final long event, final long record, final int low, final int high) {
        putI64BigEndian(event + low, i64(record + FlowRecordDescriptor.LOW_ADDRESS));
        putI64BigEndian(event + low + Long.BYTES, i64(record + FlowRecordDescriptor.LOW_ADDRESS_REST));
        putI64BigEndian(event + high, i64(record + FlowRecordDescriptor.HIGH_ADDRESS));
        putI64BigEndian(event + high + Long.BYTES, i64(record + FlowRecordDescriptor.HIGH_ADDRESS_REST));
    }

    private static void writeStatistics(final long event, final long record) {
        final int client = clientSide(record);
        final int server = 1 - client;
        final int stride = FlowRecordDescriptor.SIDE_STRIDE;
        putI64(event + FlowEventDescriptor.CLI2SRV_IAT_MIN_NS, FlowStatistics.gapMinNs(record, client));
        putI64(event + FlowEventDescriptor.SRV2CLI_IAT_MIN_NS, FlowStatistics.gapMinNs(record, server));
        putI64(event + FlowEventDescriptor.CLI2SRV_IAT_MAX_NS,
            i64(record + FlowRecordDescriptor.GAP_MAX_NS + (long) client * stride));
        putI64(event + FlowEventDescriptor.SRV2CLI_IAT_MAX_NS,
            i64(record + FlowRecordDescriptor.GAP_MAX_NS + (long) server * stride));
        putF64(event + FlowEventDescriptor.CLI2SRV_IAT_AVG_NS, FlowStatistics.gapMeanNs(record, client));
        putF64(event + FlowEventDescriptor.SRV2CLI_IAT_AVG_NS, FlowStatistics.gapMeanNs(record, server));
        putF64(event + FlowEventDescriptor.CLI2SRV_IAT_STDDEV_NS, FlowStatistics.gapDeviationNs(record, client));
        putF64(event + FlowEventDescriptor.SRV2CLI_IAT_STDDEV_NS, FlowStatistics.gapDeviationNs(record, server));
        pairOfInts(event, FlowEventDescriptor.CLI2SRV_LENGTH_MIN, FlowEventDescriptor.SRV2CLI_LENGTH_MIN,
            record + FlowRecordDescriptor.LENGTH_MIN, stride, client);
        pairOfInts(event, FlowEventDescriptor.CLI2SRV_LENGTH_MAX, FlowEventDescriptor.SRV2CLI_LENGTH_MAX,
            record + FlowRecordDescriptor.LENGTH_MAX, stride, client);
        pairOfInts(event, FlowEventDescriptor.CLI2SRV_FRAGMENTS, FlowEventDescriptor.SRV2CLI_FRAGMENTS,
            record + FlowRecordDescriptor.FRAGMENTS, stride, client);
        putU8(event + FlowEventDescriptor.CLI2SRV_TOS,
            u8(record + FlowRecordDescriptor.TYPE_OF_SERVICE + (long) client * stride));
        putU8(event + FlowEventDescriptor.SRV2CLI_TOS,
            u8(record + FlowRecordDescriptor.TYPE_OF_SERVICE + (long) server * stride));
        putF64(event + FlowEventDescriptor.CLI2SRV_LENGTH_STDDEV, FlowStatistics.lengthDeviation(record, client));
        putF64(event + FlowEventDescriptor.SRV2CLI_LENGTH_STDDEV, FlowStatistics.lengthDeviation(record, server));
    }

    private static void writeTransport(final long event, final long record) {
        final int client = clientSide(record);
        pairOfInts(event, FlowEventDescriptor.CLI2SRV_RETRANSMISSIONS, FlowEventDescriptor.SRV2CLI_RETRANSMISSIONS,
            record + FlowRecordDescriptor.RETRANSMISSIONS, FlowRecordDescriptor.TCP_STRIDE, client);
        pairOfInts(event, FlowEventDescriptor.CLI2SRV_OUT_OF_ORDER, FlowEventDescriptor.SRV2CLI_OUT_OF_ORDER,
            record + FlowRecordDescriptor.OUT_OF_ORDER, FlowRecordDescriptor.TCP_STRIDE, client);
        pairOfInts(event, FlowEventDescriptor.CLI2SRV_LOST, FlowEventDescriptor.SRV2CLI_LOST,
            record + FlowRecordDescriptor.LOST, Integer.BYTES, client);
        countsAsInts(event, FlowEventDescriptor.CLI2SRV_KEEP_ALIVES, FlowEventDescriptor.SRV2CLI_KEEP_ALIVES,
            record + FlowRecordDescriptor.KEEP_ALIVES, client);
        countsAsInts(event, FlowEventDescriptor.CLI2SRV_ZERO_WINDOWS, FlowEventDescriptor.SRV2CLI_ZERO_WINDOWS,
            record + FlowRecordDescriptor.ZERO_WINDOWS, client);
        final long errors = record + FlowRecordDescriptor.ICMP_ERRORS;
        putU16(event + FlowEventDescriptor.CLI2SRV_ICMP_ERRORS, u16(errors + (long) client * Short.BYTES));
        putU16(event + FlowEventDescriptor.SRV2CLI_ICMP_ERRORS, u16(errors + (1L - client) * Short.BYTES));
        putU8(event + FlowEventDescriptor.ICMP_ERROR_TYPE, u8(record + FlowRecordDescriptor.ICMP_ERROR_TYPE));
        putU8(event + FlowEventDescriptor.ICMP_ERROR_CODE, u8(record + FlowRecordDescriptor.ICMP_ERROR_CODE));
        putI64(event + FlowEventDescriptor.CLI_HANDSHAKE_RTT_NS, i64(record + FlowRecordDescriptor.CLIENT_RTT_NS));
        putI64(event + FlowEventDescriptor.SRV_HANDSHAKE_RTT_NS, TcpHandshake.serverRttNs(record));
        putI64(event + FlowEventDescriptor.APPLICATION_LATENCY_NS,
            i64(record + FlowRecordDescriptor.APPLICATION_LATENCY_NS));
        pairOfBytes(event, FlowEventDescriptor.CLI2SRV_TCP_FLAGS, FlowEventDescriptor.SRV2CLI_TCP_FLAGS,
            record + FlowRecordDescriptor.TCP_FLAGS, client);
        pairOfBytes(event, FlowEventDescriptor.CLI2SRV_ICMP_TYPE, FlowEventDescriptor.SRV2CLI_ICMP_TYPE,
            record + FlowRecordDescriptor.ICMP_TYPE, client);
        pairOfBytes(event, FlowEventDescriptor.CLI2SRV_ICMP_CODE, FlowEventDescriptor.SRV2CLI_ICMP_CODE,
            record + FlowRecordDescriptor.ICMP_CODE, client);
        putU16(event + FlowEventDescriptor.ICMP_MAX_PAYLOAD_BYTES, u16(record + FlowRecordDescriptor.ICMP_MAX_PAYLOAD));
        putU8(event + FlowEventDescriptor.ICMP_PRESENT,
            FlowAccounting.hasFlag(record, FlowRecordDescriptor.ICMP_SEEN) ? 1 : 0);
        putU8(event + FlowEventDescriptor.STATE, FlowExpiry.state(record).code);
        final int handshake = u8(record + FlowRecordDescriptor.HANDSHAKE);
        putU8(event + FlowEventDescriptor.HANDSHAKE_OK, handshake == TcpHandshake.COMPLETE ? 1 : 0);
        putU8(event + FlowEventDescriptor.HANDSHAKE_OVER, handshake >= TcpHandshake.COMPLETE ? 1 : 0);
    }

    private static void writeDetection(final long event, final long record) {
        putU16(event + FlowEventDescriptor.NDPI_MASTER, u16(record + FlowRecordDescriptor.NDPI_MASTER));
        putU16(event + FlowEventDescriptor.NDPI_APP, u16(record + FlowRecordDescriptor.NDPI_APP));
        putU16(event + FlowEventDescriptor.NDPI_CATEGORY, u16(record + FlowRecordDescriptor.NDPI_CATEGORY));
        putU8(event + FlowEventDescriptor.NDPI_BREED, u8(record + FlowRecordDescriptor.NDPI_BREED));
        putU8(event + FlowEventDescriptor.NDPI_CONFIDENCE, u8(record + FlowRecordDescriptor.NDPI_CONFIDENCE));
        putI64(event + FlowEventDescriptor.NDPI_RISK, i64(record + FlowRecordDescriptor.NDPI_RISK));
    }

    private static void pairOfLongs(
        final long event, final int fromClient, final int fromServer, final long pair, final int client) {
        putI64(event + fromClient, i64(pair + (long) client * Long.BYTES));
        putI64(event + fromServer, i64(pair + (1L - client) * Long.BYTES));
    }

    private static void pairOfInts(
        final long event, final int fromClient, final int fromServer, final long pair, final int stride,
        final int client) {

        putI32(event + fromClient, i32(pair + (long) client * stride));
        putI32(event + fromServer, i32(pair + (1L - client) * stride));
    }

    private static void countsAsInts(
        final long event, final int fromClient, final int fromServer, final long pair, final int client) {
        putI32(event + fromClient, u16(pair + (long) client * Short.BYTES));
        putI32(event + fromServer, u16(pair + (1L - client) * Short.BYTES));
    }

    private static void pairOfBytes(
        final long event, final int fromClient, final int fromServer, final long pair, final int client) {
        putU8(event + fromClient, u8(pair + client));
        putU8(event + fromServer, u8(pair + 1 - client));
    }

    private static int clientSide(final long record) {
        return FlowAccounting.hasFlag(record, FlowRecordDescriptor.CLIENT_IS_HIGH) ? 1 : 0;
    }

    private static int unseededHash(final long record) {
        return FlowHash.UNSEEDED.hash(
            i64(record + FlowRecordDescriptor.LOW_ADDRESS), i64(record + FlowRecordDescriptor.LOW_ADDRESS_REST),
            i64(record + FlowRecordDescriptor.HIGH_ADDRESS), i64(record + FlowRecordDescriptor.HIGH_ADDRESS_REST),
            i64(record + FlowRecordDescriptor.ENDS));
    }
}
