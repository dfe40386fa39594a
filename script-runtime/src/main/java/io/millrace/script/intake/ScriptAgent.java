package io.millrace.script.intake;

import io.millrace.engine.event.EventRing;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowEventKind;
import io.millrace.engine.memory.RawMemory;
import io.millrace.engine.telemetry.LatencyHistogram;
import io.millrace.engine.telemetry.LatencyKind;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.lua.EmissionCursor;
import io.millrace.script.lua.ScriptHost;
import io.millrace.script.output.OutputMessage;
import io.millrace.script.output.OutputRing;
import io.millrace.script.verdict.AlertDescriptor;
import io.millrace.script.verdict.VerdictDescriptor;
import io.millrace.script.verdict.VerdictTable;
import java.lang.foreign.Arena;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.BitUtil;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RecordDescriptor;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * The duty cycle of one script thread: for each ring, take a batch, run its hooks in one call, write what came of it.
 *
 * <p>Events are worked on where they lie in the ring and given back after their output is written. That saves a copy of
 * half a kilobyte per event; what it costs is that a batch's room comes back to the worker a few microseconds later,
 * which the ring's size absorbs.
 */
public final class ScriptAgent implements Agent {
    /** Most events that are handed to Lua at once. */
    public static final int BATCH = 256;

    private static final int PADDING = -1;
    private static final long NO_EPOCH = -1;
    private static final ScriptCounter[] COUNTED_BY_HOST = {
        ScriptCounter.HOOKS_DUE, ScriptCounter.HOOKS_RUN, ScriptCounter.HOOKS_FAILED, ScriptCounter.HOOKS_TIMED_OUT,
        ScriptCounter.HOOKS_SKIPPED, ScriptCounter.HOOKS_OUT_OF_MEMORY, ScriptCounter.FUNCTIONS_BLOCKED,
        ScriptCounter.SCRIPTS_SWITCHED_OFF, ScriptCounter.ALERTS_RAISED, ScriptCounter.EMISSIONS_LOST,
        ScriptCounter.STORE_REFUSED,
        ScriptCounter.EXTERNAL_ALERTS_TAKEN,
    };
    private static final MessageHandler GIVE_BACK = (type, buffer, offset, length) -> {
    };

    private final String name;
    private final List<OneToOneRingBuffer> eventRings;
    private final OneToOneRingBuffer outputRing;
    private final VerdictTable verdicts;
    private final FlowTraits traits;
    private final EventOrder order;
    private final List<StagedEvents> staged;
    private final boolean[] ended;
    private final IdleStrategy outputIdle;
    private final Map<ScriptCounter, AtomicCounter> counters = new EnumMap<>(ScriptCounter.class);
    private final AtomicCounter eventsDelivered;
    private final AtomicCounter flowRecords;
    private final AtomicCounter verdictsRefused;

    private final LatencyHistogram ringDwell;
    private final Arena arena = Arena.ofShared();
    private final long scratchVerdicts;
    private final long[] events = new long[BATCH];
    private final long[] flowIds = new long[BATCH];
    private final long[] records = new long[BATCH];

    private final AtomicReference<Offer> offered = new AtomicReference<>();
    private final AtomicReference<ScriptHost> retired = new AtomicReference<>();
    // What machines that are gone had counted, by ScriptCounter.
    private final long[] countedBefore = new long[ScriptCounter.values().length];
    private ScriptHost host;
    private int[] scriptNumbers;
    private int batchMessages;
    private long epochEnded;
    private int current;
    private long epoch;
    private volatile boolean finished;
    private volatile boolean lossless;

    private record Offer(ScriptHost host, int[] scriptNumbers) {
    }

    /**
     * An agent that owns the reading ends of {@code eventRings}, the writing end of {@code outputRing}, and the host.
     *
     * @param index           number of the script thread, from 0.
     * @param order           in which order events of several rings are worked on.
     * @param scriptNumbers   number in the output of each script of the host.
     * @param verdictCapacity most live flows with a verdict.
     * @param lossless        whether to wait for room in the output ring (replay) or to count what is lost (live).
     * @param outputIdle      how to wait.
     */
    public ScriptAgent(
        final int index,
        final List<OneToOneRingBuffer> eventRings,
        final EventOrder order,
        final OneToOneRingBuffer outputRing,
        final ScriptHost host,
        final int[] scriptNumbers,
        final FlowTraitsSource traits,
        final int verdictCapacity,
        final boolean lossless,
        final IdleStrategy outputIdle,
        final Telemetry telemetry) {

        if (outputRing.maxMsgLength() < OutputRing.MAX_MESSAGE_LENGTH) {
            throw new IllegalArgumentException("output ring must be at least " + OutputRing.MIN_CAPACITY
                + " bytes: capacity=" + outputRing.capacity());
        }
        requireBatch(host);
        name = "script-" + index;
        this.eventRings = List.copyOf(eventRings);
        this.order = order;
        staged = eventRings.stream().map(StagedEvents::new).toList();
        ended = new boolean[eventRings.size()];
        this.outputRing = outputRing;
        this.host = host;
        this.scriptNumbers = scriptNumbers;
        this.traits = new FlowTraits(traits.localNetworks(), traits.blacklist(), traits.places());
        this.lossless = lossless;
        this.outputIdle = outputIdle;
        verdicts = new VerdictTable(verdictCapacity);
        for (final ScriptCounter counter : ScriptCounter.values()) {
            counters.put(counter, telemetry.counter(counter, name));
        }
        ringDwell = telemetry.histogram(LatencyKind.RING_DWELL);
        eventsDelivered = counters.get(ScriptCounter.EVENTS_DELIVERED);
        flowRecords = counters.get(ScriptCounter.FLOW_RECORDS);
        verdictsRefused = counters.get(ScriptCounter.VERDICTS_REFUSED);
        scratchVerdicts = arena.allocate((long) BATCH * VerdictDescriptor.LENGTH, 64).address();
    }

    @Override
    public String roleName() {
        return name;
    }

    /**
     * Has the thread change to another host before its next batch. Any thread; one offer at a time, until
     * {@link #takeRetired()} gave the old host.
     *
     * @param next          takes over with the event that follows; from here on it belongs to the agent.
     * @param numbers       number in the output of each of its scripts.
     */
    public void offer(final ScriptHost next, final int[] numbers) {
        requireBatch(next);
        offered.set(new Offer(next, numbers));
    }

    /** The host that the last offer replaced, torn down, to be closed by the caller; null while it is in use. */
    public ScriptHost takeRetired() {
        return retired.getAndSet(null);
    }

    /** Takes an offer back; null where the agent has taken it up. */
    public ScriptHost withdraw() {
        final Offer offer = offered.getAndSet(null);
        return offer == null ? null : offer.host();
    }

    @Override
    public void onStart() {
        writeTexts();
    }

    @Override
    public int doWork() {
        int work = 0;
        if (offered.getOpaque() != null) {
            change();
            work++;
        }
        if (order == EventOrder.BY_EPOCH) {
            return work + workInOrder();
        }
        for (int i = 0; i < eventRings.size(); i++) {
            work += drain(eventRings.get(i));
            if (epochEnded != NO_EPOCH) {
                writeEpoch(epochEnded);
            }
        }
        return work;
    }

    /** Whether all workers have said that nothing more comes, and all they sent is worked on; any thread. */
    public boolean isFinished() {
        return finished;
    }

    /** From now on the thread waits for room in the output ring, for a run that is to end without a loss. Any thread. */
    public void waitForOutput() {
        lossless = true;
    }

    @Override
    public void onClose() {
        host.teardown();
        writeTexts();
        publishCounters();
        host.close();
        verdicts.close();
        arena.close();
    }

    private void change() {
        final Offer offer = offered.getAndSet(null);
        if (offer == null) {
            return;
        }
        final ScriptHost old = host;
        old.teardown();
        writeTexts();
        for (final ScriptCounter counter : ScriptCounter.values()) {
            countedBefore[counter.ordinal()] += counted(counter, old);
        }
        host = offer.host();
        scriptNumbers = offer.scriptNumbers();
        writeTexts();
        publishCounters();
        retired.set(old);
    }

    private int workInOrder() {
        if (finished) {
            return 0;
        }
        final StagedEvents waiting = staged.get(current);
        int work = waiting.hasMore() ? drain(waiting) : drain(eventRings.get(current));
        if (epochEnded != NO_EPOCH) {
            onEpochOfCurrent(epochEnded);
        }
        for (int i = 0; i < staged.size(); i++) {
            if (i != current && !ended[i]) {
                work += staged.get(i).stage();
            }
        }
        return work;
    }

    private void onEpochOfCurrent(final long number) {
        if (number != EventRing.LAST_EPOCH && number != epoch + 1) {
            throw new IllegalStateException("worker " + current + " ended epoch " + number + " while epoch "
                + (epoch + 1) + " was worked on: every worker must bring the same ascending epochs");
        }
        ended[current] = number == EventRing.LAST_EPOCH;
        staged.get(current).onEpochEnd();
        final int next = nextWorker(current + 1);
        if (next < ended.length) {
            current = next;
            return;
        }
        writeEpoch(++epoch);
        current = nextWorker(0);
        finished = current == ended.length;
    }

    private int nextWorker(final int from) {
        int worker = from;
        while (worker < ended.length && ended[worker]) {
            worker++;
        }
        return worker;
    }

    private int drain(final StagedEvents waiting) {
        final int end = workOn(waiting.records(), waiting.position(), waiting.limit());
        waiting.onTaken(end);
        return batchMessages;
    }

    private int drain(final OneToOneRingBuffer ring) {
        final int capacity = ring.capacity();
        final int start = (int) ring.consumerPosition() & capacity - 1;
        if (workOn(ring.buffer(), start, capacity) == start) {
            return 0;
        }
        // Padding at the ring's end comes without a message; asking for one gives it back.
        final int messages = Math.max(1, batchMessages);
        ring.read(GIVE_BACK, messages);
        return messages;
    }

    /** Runs a batch of the records in a part of a buffer, up to the end of an epoch; returns where it ends. */
    private int workOn(final AtomicBuffer buffer, final int start, final int limit) {
        int index = start;
        int messages = 0;
        int count = 0;
        epochEnded = NO_EPOCH;
        while (index < limit && count < BATCH && epochEnded == NO_EPOCH) {
            final int length = buffer.getIntVolatile(RecordDescriptor.lengthOffset(index));
            if (length <= 0) {
                break;
            }
            final int type = buffer.getInt(RecordDescriptor.typeOffset(index));
            final int message = RecordDescriptor.encodedMsgOffset(index);
            if (type == EventRing.EPOCH) {
                epochEnded = buffer.getLong(message);
                messages++;
            } else if (type != PADDING) {
                events[count] = buffer.addressOffset() + message;
                flowIds[count] = RawMemory.i64(events[count] + FlowEventDescriptor.FLOW_ID);
                count++;
                messages++;
            }
            index += BitUtil.align(length, RecordDescriptor.ALIGNMENT);
        }
        if (count > 0) {
            verdicts.touch(flowIds, count);
            for (int slot = 0; slot < count; slot++) {
                take(slot, buffer);
            }
            run(count);
            eventsDelivered.getAndAddPlain(count);
            publishCounters();
        }
        batchMessages = messages;
        return index;
    }

    private void take(final int slot, final AtomicBuffer buffer) {
        final long event = events[slot];
        final long flowId = flowIds[slot];
        long verdict = verdicts.find(flowId);
        if (verdict == VerdictTable.NONE) {
            verdict = verdicts.add(flowId);
            if (verdict == VerdictTable.NONE) {
                verdictsRefused.getAndAddPlain(1);
                verdict = scratchVerdicts + (long) slot * VerdictDescriptor.LENGTH;
                VerdictTable.initialise(verdict, flowId);
            }
            traits.fill(verdict, buffer, (int) (event - buffer.addressOffset()));
        }
        records[slot] = verdict;
        host.put(slot, event, verdict);
    }

    private void run(final int count) {
        int done = 0;
        final long nowNs = System.nanoTime();
        for (int i = 0; i < count; i++) {
            ringDwell.record(nowNs - RawMemory.i64(events[i] + FlowEventDescriptor.PRODUCED_NS));
        }
        while (done < count) {
            final int next = host.dispatch(done, count);
            write(done, next);
            host.clearEmissions();
            done = next;
        }
    }

    // Output of the events from..to-1, in the order of events: first what their scripts said, then the flow's record.
    private void write(final int from, final int to) {
        final EmissionCursor emissions = host.emissions();
        boolean more = emissions.advance();
        for (int i = from; i < to; i++) {
            while (more && emissions.event() <= i) {
                writeEmission(emissions, i);
                more = emissions.advance();
            }
            if (RawMemory.u8(events[i] + FlowEventDescriptor.KIND) == FlowEventKind.FLOW_END.code) {
                writeFlow(events[i], records[i]);
                verdicts.remove(RawMemory.i64(events[i] + FlowEventDescriptor.FLOW_ID));
            }
        }
        while (more) {
            writeEmission(emissions, Math.min(emissions.event(), BATCH - 1));
            more = emissions.advance();
        }
    }

    // What scripts say while they are set up or torn down: there is no flow that an alert could speak of.
    private void writeTexts() {
        final EmissionCursor emissions = host.emissions();
        while (emissions.advance()) {
            if (!emissions.isAlert()) {
                writeEmission(emissions, 0);
            }
        }
        host.clearEmissions();
    }

    private void writeEmission(final EmissionCursor emission, final int event) {
        if (emission.isText()) {
            writeText(emission.payloadAddress(), emission.payloadLength());
        } else if (emission.isAlert()) {
            writeAlert(emission.payloadAddress(), events[event], records[event]);
        } else {
            host.report(emission);
        }
    }

    private void writeText(final long text, final int length) {
        final int index = claim(OutputMessage.TEXT, length, ScriptCounter.TEXTS_REFUSED);
        if (index > 0) {
            RawMemory.copy(text, outputRing.buffer().addressOffset() + index, length);
            outputRing.commit(index);
        }
    }

    private void writeAlert(final long alert, final long event, final long verdict) {
        final int alertLength = RawMemory.i32(alert + AlertDescriptor.TOTAL_LENGTH);
        final int eventLength = RawMemory.i32(event + FlowEventDescriptor.EVENT_LENGTH);
        final int verdictStart = BitUtil.align(alertLength, Long.BYTES);
        final int eventStart = verdictStart + BitUtil.align(VerdictDescriptor.LENGTH, Long.BYTES);
        final int index = claim(OutputMessage.ALERT, eventStart + eventLength, ScriptCounter.ALERTS_REFUSED);
        if (index > 0) {
            final long target = outputRing.buffer().addressOffset() + index;
            RawMemory.copy(alert, target, alertLength);
            RawMemory.copy(verdict, target + verdictStart, VerdictDescriptor.LENGTH);
            restore(alert, target + verdictStart);
            RawMemory.putU16(
                target + AlertDescriptor.SCRIPT, scriptNumbers[RawMemory.u16(alert + AlertDescriptor.SCRIPT)]);
            RawMemory.copy(event, target + eventStart, eventLength);
            outputRing.commit(index);
        }
    }

    /** Puts back what held when the alert was raised: later events of the batch have changed the verdict since. */
    private static void restore(final long alert, final long verdict) {
        RawMemory.putI64(
            verdict + VerdictDescriptor.STATUS_BITMAP, RawMemory.i64(alert + AlertDescriptor.STATUS_BITMAP));
        RawMemory.putI32(verdict + VerdictDescriptor.CLIENT_SCORE, RawMemory.i32(alert + AlertDescriptor.CLIENT_SCORE));
        RawMemory.putI32(verdict + VerdictDescriptor.SERVER_SCORE, RawMemory.i32(alert + AlertDescriptor.SERVER_SCORE));
    }

    private void writeFlow(final long event, final long verdict) {
        final int eventLength = RawMemory.i32(event + FlowEventDescriptor.EVENT_LENGTH);
        final int eventStart = BitUtil.align(VerdictDescriptor.LENGTH, Long.BYTES);
        flowRecords.getAndAddPlain(1);
        final int index = claim(OutputMessage.FLOW, eventStart + eventLength, ScriptCounter.RECORDS_REFUSED);
        if (index > 0) {
            final long target = outputRing.buffer().addressOffset() + index;
            RawMemory.copy(verdict, target, VerdictDescriptor.LENGTH);
            RawMemory.copy(event, target + eventStart, eventLength);
            outputRing.commit(index);
        }
    }

    // An epoch is never dropped: without it the output could not put the rings of a replay in order.
    private void writeEpoch(final long epoch) {
        int index = outputRing.tryClaim(OutputMessage.EPOCH, Long.BYTES);
        while (index <= 0 && !Thread.currentThread().isInterrupted()) {
            outputIdle.idle();
            index = outputRing.tryClaim(OutputMessage.EPOCH, Long.BYTES);
        }
        outputIdle.reset();
        if (index > 0) {
            outputRing.buffer().putLong(index, epoch);
            outputRing.commit(index);
        }
    }

    private int claim(final int type, final int length, final ScriptCounter refused) {
        int index = outputRing.tryClaim(type, length);
        if (index > 0) {
            return index;
        }
        if (lossless) {
            counters.get(ScriptCounter.OUTPUT_WAITS).getAndAddPlain(1);
            while (index <= 0 && !Thread.currentThread().isInterrupted()) {
                outputIdle.idle();
                index = outputRing.tryClaim(type, length);
            }
            outputIdle.reset();
        }
        if (index <= 0) {
            counters.get(refused).getAndAddPlain(1);
        }
        return index;
    }

    private void publishCounters() {
        for (final ScriptCounter counter : COUNTED_BY_HOST) {
            set(counter, countedBefore[counter.ordinal()] + counted(counter, host));
        }
        set(ScriptCounter.VERDICTS_LIVE, verdicts.size());
        set(ScriptCounter.SCRIPT_MEMORY, host.memoryUsedBytes());
    }

    // What a host has counted since it was made; 0 where it counts no such thing.
    private static long counted(final ScriptCounter counter, final ScriptHost host) {
        return switch (counter) {
            case HOOKS_DUE -> host.hooksDue();
            case HOOKS_RUN -> host.hooksRun();
            case HOOKS_FAILED -> host.hooksFailed();
            case HOOKS_TIMED_OUT -> host.hooksTimedOut();
            case HOOKS_SKIPPED -> host.hooksSkipped();
            case HOOKS_OUT_OF_MEMORY -> host.hooksOutOfMemory();
            case FUNCTIONS_BLOCKED -> host.functionsBlocked();
            case SCRIPTS_SWITCHED_OFF -> host.scriptsSwitchedOff();
            case ALERTS_RAISED -> host.alertsRaised();
            case EMISSIONS_LOST -> host.emissionsLost();
            case STORE_REFUSED -> host.storeRefused();
            case EXTERNAL_ALERTS_TAKEN -> host.externalAlertsTaken();
            default -> 0;
        };
    }

    private void set(final ScriptCounter counter, final long value) {
        counters.get(counter).setRelease(value);
    }

    private static void requireBatch(final ScriptHost host) {
        if (host.batchCapacity() < BATCH) {
            throw new IllegalArgumentException("batch too small: batchCapacity=" + host.batchCapacity());
        }
    }
}
