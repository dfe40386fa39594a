package io.millrace.script.intake;

import io.millrace.engine.memory.RawMemory;
import io.millrace.script.lua.FlowNeed;
import io.millrace.script.verdict.VerdictDescriptor;
import io.millrace.script.verdict.VerdictTable;
import java.lang.foreign.Arena;
import java.util.Arrays;
import org.agrona.BitUtil;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * The verdicts on the flows of one batch. Where scripts can ask for more than the event, each flow has a lasting one
 * from its first event on. Otherwise a flow of which nothing was said has a passing one, which is here anew for each
 * batch, and stays only once a script says something of a flow that goes on: most flows never take memory. Owned by one
 * script thread.
 */
final class BatchVerdicts implements AutoCloseable {
    private static final int STRIDE = BitUtil.align(VerdictDescriptor.LENGTH, 64);
    private static final int CHAINS = 512;
    private static final int NO_SLOT = -1;

    private final VerdictTable table;
    private final FlowTraits traits;
    private final AtomicCounter refused;
    private final Arena arena = Arena.ofShared();
    private final long passing = arena.allocate((long) EventBatch.CAPACITY * STRIDE, STRIDE).address();
    private final long[] addresses = new long[EventBatch.CAPACITY];
    private final boolean[] hostsKnown = new boolean[EventBatch.CAPACITY];
    // Passing verdicts that hold more than the number of their flow, and have to be made blank before they serve again.
    private final boolean[] written = new boolean[EventBatch.CAPACITY];
    // Passing verdicts by flow: the latest slot of a chain with the number of its batch, and the slot before each.
    private final long[] latest = new long[CHAINS];
    private final int[] before = new int[EventBatch.CAPACITY];
    private int batchNumber;
    private EventBatch batch;
    private AtomicBuffer buffer;
    private boolean lazily;
    private int passingCount;

    /**
     * Verdicts that last in {@code table}.
     *
     * @param refused counts events whose flow's verdict should last and found no room.
     */
    BatchVerdicts(final VerdictTable table, final FlowTraits traits, final AtomicCounter refused) {
        this.table = table;
        this.traits = traits;
        this.refused = refused;
        Arrays.fill(written, true);
    }

    /** Finds or begins the verdicts on the flows of {@code events}, which lie in {@code eventBuffer}. */
    void find(final EventBatch events, final AtomicBuffer eventBuffer, final FlowNeed need) {
        batch = events;
        buffer = eventBuffer;
        lazily = need == FlowNeed.EVENT;
        passingCount = 0;
        if (++batchNumber == 0) {
            Arrays.fill(latest, 0);
            batchNumber = 1;
        }
        final int count = batch.count();
        final long[] flowIds = batch.flowIds();
        table.find(flowIds, count, addresses, need == FlowNeed.PAST);
        for (int slot = 0; slot < count; slot++) {
            if (addresses[slot] == VerdictTable.NONE) {
                addresses[slot] = lazily ? pass(slot, flowIds[slot]) : begin(slot, flowIds[slot]);
            }
        }
    }

    /** Address of the verdict for an event, until {@link #keep()}. */
    long at(final int slot) {
        return addresses[slot];
    }

    /** The same with all that is known of the hosts, for the output. */
    long complete(final int slot) {
        final long verdict = addresses[slot];
        if (isPassing(verdict)) {
            final int own = slotOf(verdict);
            if (!hostsKnown[own]) {
                fillTraits(verdict, slot);
                hostsKnown[own] = true;
                written[own] = true;
            }
        }
        return verdict;
    }

    /** The flow of an event has ended. */
    void end(final int slot) {
        final long verdict = addresses[slot];
        if (isPassing(verdict)) {
            RawMemory.putI64(verdict + VerdictDescriptor.FLOW_ID, 0);
        } else {
            table.remove(batch.flowIds()[slot]);
        }
    }

    /** The batch is over: what was said of flows that go on lasts. */
    void keep() {
        if (!lazily || passingCount == 0) {
            return;
        }
        for (int slot = 0; slot < batch.count(); slot++) {
            final long verdict = passing + (long) slot * STRIDE;
            if (addresses[slot] == verdict && VerdictTable.isSaid(verdict)) {
                written[slot] = true;
                keep(slot, verdict);
            }
        }
    }

    @Override
    public void close() {
        arena.close();
    }

    private void keep(final int slot, final long verdict) {
        final long flowId = RawMemory.i64(verdict + VerdictDescriptor.FLOW_ID);
        if (flowId == 0) {
            return;
        }
        final long lasting = table.add(flowId);
        if (lasting == VerdictTable.NONE) {
            refused.getAndAddPlain(1);
        } else {
            RawMemory.copy(complete(slot), lasting, VerdictDescriptor.LENGTH);
        }
    }

    private long pass(final int slot, final long flowId) {
        final int chain = (int) flowId & CHAINS - 1;
        int earlier = (int) (latest[chain] >>> Integer.SIZE) == batchNumber ? (int) latest[chain] : NO_SLOT;
        before[slot] = earlier;
        latest[chain] = (long) batchNumber << Integer.SIZE | slot;
        while (earlier != NO_SLOT) {
            if (batch.flowIds()[earlier] == flowId) {
                return addresses[earlier];
            }
            earlier = before[earlier];
        }
        passingCount++;
        hostsKnown[slot] = false;
        return blank(slot, flowId);
    }

    // The first event of a flow, unless another of this batch was it.
    private long begin(final int slot, final long flowId) {
        long verdict = table.find(flowId);
        if (verdict == VerdictTable.NONE) {
            verdict = table.add(flowId);
            if (verdict == VerdictTable.NONE) {
                refused.getAndAddPlain(1);
                verdict = blank(slot, flowId);
                hostsKnown[slot] = true;
                written[slot] = true;
            }
            fillTraits(verdict, slot);
        }
        return verdict;
    }

    private long blank(final int slot, final long flowId) {
        final long verdict = passing + (long) slot * STRIDE;
        if (written[slot]) {
            VerdictTable.initialise(verdict, flowId);
            written[slot] = false;
        } else {
            RawMemory.putI64(verdict + VerdictDescriptor.FLOW_ID, flowId);
        }
        return verdict;
    }

    private void fillTraits(final long verdict, final int slot) {
        traits.fill(verdict, buffer, (int) (batch.event(slot) - buffer.addressOffset()));
    }

    private boolean isPassing(final long verdict) {
        return verdict >= passing && verdict < passing + (long) EventBatch.CAPACITY * STRIDE;
    }

    private int slotOf(final long verdict) {
        return (int) ((verdict - passing) / STRIDE);
    }
}
