package io.millrace.script.intake;

import io.millrace.engine.event.EventRing;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowEventKind;
import io.millrace.engine.memory.RawMemory;
import io.millrace.engine.telemetry.LatencyHistogram;
import io.millrace.engine.telemetry.LatencyKind;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.lua.EmissionCursor;
import io.millrace.script.lua.FlowNeed;
import io.millrace.script.lua.HookTimes;
import io.millrace.script.lua.ScriptHost;
import io.millrace.script.verdict.VerdictTable;
import java.util.List;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
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
    public static final int BATCH = EventBatch.CAPACITY;

    private final String name;
    private final List<OneToOneRingBuffer> eventRings;
    private final ScriptOutput output;
    private final HostCounters hostCounters;
    private final VerdictTable verdicts;
    private final BatchVerdicts batchVerdicts;
    private final EventOrder order;
    private final List<StagedEvents> staged;
    private final WorkerTurns turns;
    private final AtomicCounter eventsDelivered;
    private final AtomicCounter verdictsLive;
    private final LatencyHistogram ringDwell;
    private final EventBatch batch = new EventBatch();

    private final HookTimes retiredTimes = new HookTimes();
    private final Exchange<Offer, ScriptHost> exchange = new Exchange<>();
    // Guards the host against being closed or exchanged while another thread speaks to it.
    private final Object hostLock = new Object();
    private ScriptHost host;
    private boolean skipping;

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

        requireBatch(host);
        name = "script-" + index;
        this.eventRings = List.copyOf(eventRings);
        this.order = order;
        staged = eventRings.stream().map(StagedEvents::new).toList();
        turns = new WorkerTurns(eventRings.size());
        this.host = host;
        output = new ScriptOutput(outputRing, scriptNumbers, lossless, outputIdle, telemetry, name);
        hostCounters = new HostCounters(telemetry, name);
        verdicts = new VerdictTable(verdictCapacity);
        ringDwell = telemetry.histogram(LatencyKind.RING_DWELL, name);
        eventsDelivered = telemetry.counter(ScriptCounter.EVENTS_DELIVERED, name);
        batchVerdicts = new BatchVerdicts(
            verdicts, new FlowTraits(traits), telemetry.counter(ScriptCounter.VERDICTS_REFUSED, name));
        verdictsLive = telemetry.counter(ScriptCounter.VERDICTS_LIVE, name);
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
        exchange.offer(new Offer(next, numbers));
    }

    /** The host that the last offer replaced, torn down, to be closed by the caller; null while it is in use. */
    public ScriptHost takeRetired() {
        return exchange.takeRetired();
    }

    /** Takes an offer back; null where the agent has taken it up. */
    public ScriptHost withdraw() {
        final Offer offer = exchange.withdraw();
        return offer == null ? null : offer.host();
    }

    @Override
    public void onStart() {
        writeTexts();
    }

    @Override
    public int doWork() {
        int work = 0;
        if (exchange.isOffered()) {
            change();
            work++;
        }
        if (order == EventOrder.BY_EPOCH) {
            return work + workInOrder();
        }
        for (int i = 0; i < eventRings.size(); i++) {
            work += drain(eventRings.get(i));
            if (batch.epochEnded() != EventBatch.NO_EPOCH) {
                output.writeEpoch(batch.epochEnded());
            }
        }
        return work;
    }

    /** Adds to {@code sum} how often hooks of all hosts so far ran and how long they took. Any thread. */
    public void addHookTimes(final HookTimes sum) {
        synchronized (hostLock) {
            sum.add(retiredTimes);
            if (host != null) {
                host.addHookTimes(sum);
            }
        }
    }

    /** Whether all workers have said that nothing more comes, and all they sent is worked on; any thread. */
    public boolean isFinished() {
        return turns.finished();
    }

    /**
     * From now on the thread waits for room in the output ring, for a run that is to end without a loss. Any thread.
     */
    public void waitForOutput() {
        output.waitForRoom();
    }

    /**
     * From now on hooks are counted as skipped instead of being called, those of the batch in hand too; only the call
     * that runs now comes to its end. Any thread.
     */
    public void skipHooks() {
        synchronized (hostLock) {
            skipping = true;
            if (host != null) {
                host.skipHooks();
            }
        }
    }

    @Override
    public void onClose() {
        host.teardown();
        writeTexts();
        publishCounters();
        synchronized (hostLock) {
            host.addHookTimes(retiredTimes);
            host.close();
            host = null;
        }
        batchVerdicts.close();
        verdicts.close();
    }

    private void change() {
        final Offer offer = exchange.takeUp();
        if (offer == null) {
            return;
        }
        final ScriptHost old = host;
        old.teardown();
        writeTexts();
        hostCounters.retire(old);
        synchronized (hostLock) {
            old.addHookTimes(retiredTimes);
            host = offer.host();
            if (skipping) {
                host.skipHooks();
            }
        }
        output.onScripts(offer.scriptNumbers());
        writeTexts();
        publishCounters();
        exchange.retire(old);
    }

    private int workInOrder() {
        if (turns.finished()) {
            return 0;
        }
        final int worker = turns.current();
        final StagedEvents waiting = staged.get(worker);
        int work = waiting.hasMore() ? drain(waiting) : drain(eventRings.get(worker));
        if (batch.epochEnded() != EventBatch.NO_EPOCH) {
            final boolean whole = turns.onEpoch(batch.epochEnded());
            waiting.onEpochEnd();
            if (whole) {
                output.writeEpoch(turns.epoch());
                turns.onEpochTold();
            }
        }
        for (int i = 0; i < staged.size(); i++) {
            if (i != turns.current() && !turns.isEnded(i)) {
                work += staged.get(i).stage();
            }
        }
        return work;
    }

    private int drain(final StagedEvents waiting) {
        final int start = waiting.position();
        final int end = batch.gather(
            waiting.records(), start, waiting.limit(), waiting.limit() - start, asksForMore());
        work(waiting.records());
        waiting.onTaken(end);
        return batch.messages();
    }

    private int drain(final OneToOneRingBuffer ring) {
        final int capacity = ring.capacity();
        final long position = ring.consumerPosition();
        final int start = (int) position & capacity - 1;
        final int end = batch.gather(
            ring.buffer(), start, capacity, ring.producerPosition() - position, asksForMore());
        if (end == start) {
            return 0;
        }
        work(ring.buffer());
        EventRing.giveBack(ring, position + end - start);
        // Padding at the ring's end comes without a message.
        return Math.max(1, batch.messages());
    }

    private boolean asksForMore() {
        return host.need() != FlowNeed.EVENT;
    }

    private void work(final AtomicBuffer buffer) {
        final int count = batch.count();
        if (count > 0) {
            batchVerdicts.find(batch, buffer, host.need());
            for (int slot = 0; slot < count; slot++) {
                host.put(slot, batch.event(slot), batchVerdicts.at(slot));
            }
            final long begunNs = System.nanoTime();
            noteDwell(count, begunNs);
            run(count);
            batchVerdicts.keep();
            if (host.isProfiled()) {
                host.onWorked(System.nanoTime() - begunNs);
            }
            eventsDelivered.getAndAddPlain(count);
            publishCounters();
        }
    }

    // Events of one poll of a worker carry one time.
    private void noteDwell(final int count, final long nowNs) {
        long producedNs = RawMemory.i64(batch.event(0) + FlowEventDescriptor.PRODUCED_NS);
        int alike = 1;
        for (int i = 1; i < count; i++) {
            final long next = RawMemory.i64(batch.event(i) + FlowEventDescriptor.PRODUCED_NS);
            if (next != producedNs) {
                ringDwell.record(nowNs - producedNs, alike);
                producedNs = next;
                alike = 0;
            }
            alike++;
        }
        ringDwell.record(nowNs - producedNs, alike);
    }

    private void run(final int count) {
        int done = 0;
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
            final long event = batch.event(i);
            final int kind = RawMemory.u8(event + FlowEventDescriptor.KIND);
            if (kind == FlowEventKind.FLOW_SLICE.code) {
                output.writeFlow(event, batchVerdicts.complete(i));
            } else if (kind == FlowEventKind.FLOW_END.code) {
                output.writeFlow(event, batchVerdicts.complete(i));
                batchVerdicts.end(i);
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
            output.writeText(emission.payloadAddress(), emission.payloadLength());
        } else if (emission.isAlert()) {
            output.writeAlert(emission.payloadAddress(), batch.event(event), batchVerdicts.complete(event));
        } else {
            host.report(emission);
        }
    }

    private void publishCounters() {
        hostCounters.publish(host);
        verdictsLive.setRelease(verdicts.size());
    }

    private static void requireBatch(final ScriptHost host) {
        if (host.batchCapacity() < BATCH) {
            throw new IllegalArgumentException("batch too small: batchCapacity=" + host.batchCapacity());
        }
    }
}
