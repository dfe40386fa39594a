package io.millrace.engine.detect;

import static io.millrace.engine.memory.RawMemory.copy;
import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.putI64;
import static io.millrace.engine.memory.RawMemory.putU16;
import static io.millrace.engine.memory.RawMemory.putU8;
import static io.millrace.engine.memory.RawMemory.u16;
import static io.millrace.engine.memory.RawMemory.u32;
import static io.millrace.engine.memory.RawMemory.u8;

import io.millrace.binding.ndpi.DetectionModule;
import io.millrace.engine.config.DetectionConfig;
import io.millrace.engine.flow.key.FlowKeys;
import io.millrace.engine.flow.table.FlowAccounting;
import io.millrace.engine.flow.table.FlowRecordDescriptor;
import io.millrace.engine.memory.OffHeapBlock;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.WorkerCounters;

/**
 * Names a flow's application: shows its packets to nDPI while the verdict is open, writes the verdict into the flow's
 * record, keeps what nDPI read in the payload, and never asks again. One per worker; not thread-safe.
 *
 * <p>A flow's nDPI state is taken from a fixed pool. Where the pool is empty the flow is named by its port, and
 * counted; packets are counted in their flow all the same.
 */
public final class ProtocolDetector implements AutoCloseable {
    private static final int CONFIDENCE_DPI_CACHE = 3;
    private static final long NS_PER_MS = 1_000_000;
    private static final int FEWEST_FLOWS = 1;
    private static final long MATCH_LENGTH = (DetectionModule.MATCH_LENGTH + Long.BYTES - 1) & -Long.BYTES;

    private final DetectionConfig config;
    private final WorkerCounters counters;
    private final DetectionModule module;
    private final DetectionStates states;
    private final OffHeapBlock matches;
    private final MetadataStore metadataStore;
    private final OffHeapBlock scratch;
    private final long verdict;
    private final long metadata;
    private volatile boolean matchesWanted;

    /** A detector with an nDPI module of its own, which is not made where detection is off. */
    public ProtocolDetector(final DetectionConfig config, final WorkerCounters counters) {
        this.config = config;
        this.counters = counters;
        module = config.isOff() ? null : DetectionModule.create();
        final DetectionConfig room = room(config);
        states = new DetectionStates(room.undecidedFlows(), DetectionModule.FLOW_STATE_LENGTH);
        matches = OffHeapBlock.untouched(room.undecidedFlows() * MATCH_LENGTH);
        metadataStore = new MetadataStore(room.metadataBytes(), room.matchBytes());
        matchesWanted = config.matchPackets();
        scratch = new OffHeapBlock(DetectionModule.VERDICT_LENGTH + DetectionModule.METADATA_MAX_LENGTH, false);
        verdict = scratch.address();
        metadata = verdict + DetectionModule.VERDICT_LENGTH;
    }

    /** What flows fill as they begin; metadata, which lies in small pages and not all flows have, is not among it. */
    public OffHeapBlock memory() {
        return states.memory();
    }

    /** Memory of a detector once as many flows are undecided as there may be, in bytes, without what nDPI allocates. */
    public static long memoryBytes(final DetectionConfig config) {
        final DetectionConfig room = room(config);
        return DetectionStates.memoryBytes(room.undecidedFlows(), DetectionModule.FLOW_STATE_LENGTH)
            + room.metadataBytes()
            + (room.matchPackets() ? room.undecidedFlows() * MATCH_LENGTH + room.matchBytes() : 0);
    }

    /** What there is room for: where detection is off, the least there can be. */
    private static DetectionConfig room(final DetectionConfig config) {
        return !config.isOff() ? config : new DetectionConfig(
            0, 0, 0, FEWEST_FLOWS, config.silenceNs(), DetectionModule.METADATA_MAX_LENGTH);
    }

    /**
     * Keeps the payload of packets that name flows, or keeps it no more: of flows that begin from now on. Room for it
     * is there from the start, as addresses without memory. Any thread.
     */
    public void keepMatchPackets(final boolean wanted) {
        matchesWanted = wanted;
    }

    /** Begins with a new flow; {@code false} where it will not be inspected, because its name is settled already. */
    public boolean open(final long record) {
        if (config.packetLimit(l4Protocol(record)) == 0) {
            return false;
        }
        final long state = states.take();
        if (state == 0) {
            counters.increment(EngineCounter.DETECTION_REFUSED);
            guess(record);
            return false;
        }
        putI64(record + FlowRecordDescriptor.NDPI_STATE, state);
        FlowAccounting.setFlag(record, FlowRecordDescriptor.DETECTION_OPEN);
        if (matchesWanted) {
            metadataStore.grow();
            FlowAccounting.setFlag(record, FlowRecordDescriptor.MATCH_WANTED);
        }
        return true;
    }

    /**
     * Shows one packet of an open flow to nDPI.
     *
     * @param l3Address address of the IP header.
     * @param l3Length  readable bytes from there on.
     * @param timeNs    packet time.
     * @return whether the verdict is now final; the flow's record then holds it.
     */
    public boolean inspect(final long record, final long l3Address, final int l3Length, final long timeNs) {
        final long state = i64(record + FlowRecordDescriptor.NDPI_STATE);
        final int inspected = u16(record + FlowRecordDescriptor.INSPECTED) + 1;
        putU16(record + FlowRecordDescriptor.INSPECTED, inspected);
        counters.increment(EngineCounter.PACKETS_INSPECTED);
        final int answer = module.inspect(state, l3Address, l3Length, timeNs / NS_PER_MS, verdict);
        if (answer != DetectionModule.UNDECIDED && FlowAccounting.hasFlag(record, FlowRecordDescriptor.MATCH_WANTED)) {
            module.keepMatch(state, matches.address() + states.indexOf(state) * MATCH_LENGTH, l3Address, l3Length);
        }
        final boolean enough = inspected >= config.packetLimit(l4Protocol(record));
        if (answer == DetectionModule.FINAL || enough && answer == DetectionModule.NAMED) {
            close(record, state);
            return true;
        }
        if (enough) {
            giveUp(record);
            return true;
        }
        return false;
    }

    /** Takes nDPI's best guess about an open flow; its verdict is final then. */
    public void giveUp(final long record) {
        final long state = i64(record + FlowRecordDescriptor.NDPI_STATE);
        module.giveUp(state, verdict);
        close(record, state);
    }

    /** Frees what the detector keeps for a flow that leaves the table; its verdict must be final. */
    public void release(final long record) {
        final long block = i64(record + FlowRecordDescriptor.METADATA);
        if (block != 0) {
            metadataStore.free(block, (int) u32(block));
            putI64(record + FlowRecordDescriptor.METADATA, 0);
        }
    }

    @Override
    public void close() {
        if (module != null) {
            module.close();
        }
        states.close();
        matches.close();
        metadataStore.close();
        scratch.close();
    }

    private void close(final long record, final long state) {
        writeVerdict(record);
        final boolean read = u8(verdict + DetectionModule.VERDICT_CONFIDENCE_OFFSET) >= CONFIDENCE_DPI_CACHE;
        counters.increment(read ? EngineCounter.FLOWS_DETECTED : EngineCounter.FLOWS_GIVEN_UP);
        keepMetadata(record, state);
        module.reset(state);
        states.giveBack(state);
        putI64(record + FlowRecordDescriptor.NDPI_STATE, 0);
        FlowAccounting.clearFlag(record, FlowRecordDescriptor.DETECTION_OPEN);
    }

    private void keepMetadata(final long record, final long state) {
        final int length = module.metadata(state, metadata, DetectionModule.METADATA_MAX_LENGTH);
        if (length == 0) {
            return;
        }
        final long block = metadataStore.allocate(length);
        if (block == 0) {
            counters.increment(EngineCounter.METADATA_DROPPED);
            return;
        }
        copy(metadata, block, length);
        putI64(record + FlowRecordDescriptor.METADATA, block);
    }

    private void guess(final long record) {
        final long word4 = i64(record + FlowRecordDescriptor.ENDS);
        final boolean ipv4 = FlowKeys.ipVersion(word4) == 4;
        final int low = ipv4 ? (int) (i64(record + FlowRecordDescriptor.LOW_ADDRESS) >>> 32) : 0;
        final int high = ipv4 ? (int) (i64(record + FlowRecordDescriptor.HIGH_ADDRESS) >>> 32) : 0;
        module.guess(FlowKeys.l4Protocol(word4), low, FlowKeys.lowPort(word4), high, FlowKeys.highPort(word4), verdict);
        writeVerdict(record);
    }

    private void writeVerdict(final long record) {
        putU16(record + FlowRecordDescriptor.NDPI_MASTER, u16(verdict + DetectionModule.VERDICT_MASTER_OFFSET));
        putU16(record + FlowRecordDescriptor.NDPI_APP, u16(verdict + DetectionModule.VERDICT_APP_OFFSET));
        putU16(record + FlowRecordDescriptor.NDPI_CATEGORY, u16(verdict + DetectionModule.VERDICT_CATEGORY_OFFSET));
        putU8(record + FlowRecordDescriptor.NDPI_BREED, u8(verdict + DetectionModule.VERDICT_BREED_OFFSET));
        putU8(record + FlowRecordDescriptor.NDPI_CONFIDENCE, u8(verdict + DetectionModule.VERDICT_CONFIDENCE_OFFSET));
        putI64(record + FlowRecordDescriptor.NDPI_RISK, i64(verdict + DetectionModule.VERDICT_RISK_OFFSET));
    }

    private static int l4Protocol(final long record) {
        return FlowKeys.l4Protocol(i64(record + FlowRecordDescriptor.ENDS));
    }
}
