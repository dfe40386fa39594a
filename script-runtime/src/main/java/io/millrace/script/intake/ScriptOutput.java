package io.millrace.script.intake;

import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.memory.RawMemory;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.output.OutputMessage;
import io.millrace.script.output.OutputRing;
import io.millrace.script.verdict.AlertDescriptor;
import io.millrace.script.verdict.VerdictDescriptor;
import java.util.EnumMap;
import java.util.Map;
import org.agrona.BitUtil;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * The writing end of a script thread's output ring: what scripts said, and the records of ended flows. Owned by the
 * script thread.
 */
final class ScriptOutput {
    private final OneToOneRingBuffer ring;
    private final IdleStrategy idle;
    private final Map<ScriptCounter, AtomicCounter> counters = new EnumMap<>(ScriptCounter.class);
    private final AtomicCounter flowRecords;
    private int[] scriptNumbers;
    private volatile boolean lossless;

    /**
     * A writer into {@code ring}.
     *
     * @param scriptNumbers number in the output of each script of the host.
     * @param lossless      whether to wait for room (replay) or to count what is lost (live).
     * @param idle          how to wait.
     * @param owner         whose counters count.
     */
    ScriptOutput(
        final OneToOneRingBuffer ring,
        final int[] scriptNumbers,
        final boolean lossless,
        final IdleStrategy idle,
        final Telemetry telemetry,
        final String owner) {

        if (ring.maxMsgLength() < OutputRing.MAX_MESSAGE_LENGTH) {
            throw new IllegalArgumentException("output ring must be at least " + OutputRing.MIN_CAPACITY
                + " bytes: capacity=" + ring.capacity());
        }
        this.ring = ring;
        this.scriptNumbers = scriptNumbers;
        this.lossless = lossless;
        this.idle = idle;
        for (final ScriptCounter counter : new ScriptCounter[] {
            ScriptCounter.FLOW_RECORDS, ScriptCounter.RECORDS_REFUSED, ScriptCounter.ALERTS_REFUSED,
            ScriptCounter.TEXTS_REFUSED, ScriptCounter.OUTPUT_WAITS}) {
            counters.put(counter, telemetry.counter(counter, owner));
        }
        flowRecords = counters.get(ScriptCounter.FLOW_RECORDS);
    }

    /** Other scripts run from here on. */
    void onScripts(final int[] numbers) {
        scriptNumbers = numbers;
    }

    /** From now on it waits for room. Any thread. */
    void waitForRoom() {
        lossless = true;
    }

    /** What a script printed. */
    void writeText(final long text, final int length) {
        final int index = claim(OutputMessage.TEXT, length, ScriptCounter.TEXTS_REFUSED);
        if (index > 0) {
            RawMemory.copy(text, ring.buffer().addressOffset() + index, length);
            ring.commit(index);
        }
    }

    /** An alert with the event and the verdict of its flow. */
    void writeAlert(final long alert, final long event, final long verdict) {
        final int alertLength = RawMemory.i32(alert + AlertDescriptor.TOTAL_LENGTH);
        final int eventLength = RawMemory.i32(event + FlowEventDescriptor.EVENT_LENGTH);
        final int verdictStart = BitUtil.align(alertLength, Long.BYTES);
        final int eventStart = verdictStart + BitUtil.align(VerdictDescriptor.LENGTH, Long.BYTES);
        final int index = claim(OutputMessage.ALERT, eventStart + eventLength, ScriptCounter.ALERTS_REFUSED);
        if (index > 0) {
            final long target = ring.buffer().addressOffset() + index;
            RawMemory.copy(alert, target, alertLength);
            RawMemory.copy(verdict, target + verdictStart, VerdictDescriptor.LENGTH);
            restore(alert, target + verdictStart);
            RawMemory.putU16(
                target + AlertDescriptor.SCRIPT, scriptNumbers[RawMemory.u16(alert + AlertDescriptor.SCRIPT)]);
            RawMemory.copy(event, target + eventStart, eventLength);
            ring.commit(index);
        }
    }

    /** The record of a flow that has ended. */
    void writeFlow(final long event, final long verdict) {
        final int eventLength = RawMemory.i32(event + FlowEventDescriptor.EVENT_LENGTH);
        final int eventStart = BitUtil.align(VerdictDescriptor.LENGTH, Long.BYTES);
        flowRecords.getAndAddPlain(1);
        final int index = claim(OutputMessage.FLOW, eventStart + eventLength, ScriptCounter.RECORDS_REFUSED);
        if (index > 0) {
            final long target = ring.buffer().addressOffset() + index;
            RawMemory.copy(verdict, target, VerdictDescriptor.LENGTH);
            RawMemory.copy(event, target + eventStart, eventLength);
            ring.commit(index);
        }
    }

    /** The end of an epoch: never dropped, as without it the output could not put the rings of a replay in order. */
    void writeEpoch(final long epoch) {
        int index = ring.tryClaim(OutputMessage.EPOCH, Long.BYTES);
        while (index <= 0 && !Thread.currentThread().isInterrupted()) {
            idle.idle();
            index = ring.tryClaim(OutputMessage.EPOCH, Long.BYTES);
        }
        idle.reset();
        if (index > 0) {
            ring.buffer().putLong(index, epoch);
            ring.commit(index);
        }
    }

    /** Puts back what held when the alert was raised: later events of the batch have changed the verdict since. */
    private static void restore(final long alert, final long verdict) {
        RawMemory.putI64(
            verdict + VerdictDescriptor.STATUS_BITMAP, RawMemory.i64(alert + AlertDescriptor.STATUS_BITMAP));
        RawMemory.putI32(verdict + VerdictDescriptor.CLIENT_SCORE, RawMemory.i32(alert + AlertDescriptor.CLIENT_SCORE));
        RawMemory.putI32(verdict + VerdictDescriptor.SERVER_SCORE, RawMemory.i32(alert + AlertDescriptor.SERVER_SCORE));
    }

    private int claim(final int type, final int length, final ScriptCounter refused) {
        int index = ring.tryClaim(type, length);
        if (index > 0) {
            return index;
        }
        if (lossless) {
            counters.get(ScriptCounter.OUTPUT_WAITS).getAndAddPlain(1);
            while (index <= 0 && !Thread.currentThread().isInterrupted()) {
                idle.idle();
                index = ring.tryClaim(type, length);
            }
            idle.reset();
        }
        if (index <= 0) {
            counters.get(refused).getAndAddPlain(1);
        }
        return index;
    }
}
