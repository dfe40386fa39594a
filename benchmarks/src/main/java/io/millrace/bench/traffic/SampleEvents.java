package io.millrace.bench.traffic;

import io.millrace.engine.burst.Burst;
import io.millrace.engine.event.EventRing;
import io.millrace.engine.event.FlowEventKind;
import io.millrace.engine.event.FlowEventWriter;
import io.millrace.engine.flow.key.FlowKeys;
import io.millrace.engine.flow.table.FlowAccounting;
import io.millrace.engine.flow.table.FlowEndReason;
import io.millrace.engine.flow.table.FlowStatistics;
import io.millrace.engine.flow.table.FlowTable;
import io.millrace.engine.parse.FlowHash;
import io.millrace.engine.parse.PacketParser;
import io.millrace.engine.parse.ParsedBurst;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.engine.telemetry.WorkerCounters;
import java.util.List;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;

/** Flows of one packet each, and their events in a ring as the engine writes them. Owned by one thread. */
public final class SampleEvents implements AutoCloseable {
    private static final int RING_BYTES = 1 << 22;

    private final SyntheticFrames source;
    private final FlowTable table;
    private final OneToOneRingBuffer ring = EventRing.allocate(RING_BYTES);
    private final FlowEventWriter writer =
        new FlowEventWriter(List.of(ring), null, null, new WorkerCounters(new Telemetry(), "bench"), 0);
    private final long[] records;

    /** So many UDP flows between private addresses. */
    public SampleEvents(final int flows) {
        source = new SyntheticFrames(flows, flows, flows, 7);
        table = new FlowTable(Math.max(1024, flows), flows, false, true);
        records = new long[flows];
        final Burst burst = new Burst(source);
        final ParsedBurst parsed = new ParsedBurst(flows, new FlowHash(7));
        final FlowKeys keys = new FlowKeys(parsed);
        burst.receive();
        new PacketParser(parsed).parse(burst);
        keys.compute(flows);
        for (int slot = 0; slot < flows; slot++) {
            final long timeNs = burst.timestampNs(slot);
            records[slot] = table.record(table.add(keys, slot));
            FlowAccounting.open(records[slot], parsed, slot, keys.fromHighSide(slot), slot + 1L, timeNs);
            FlowAccounting.count(records[slot], parsed, slot, keys.fromHighSide(slot), timeNs, timeNs);
            FlowStatistics.count(records[slot], parsed, slot, keys.fromHighSide(slot), timeNs);
        }
    }

    /** Writes one event of this kind for each flow; throws where the ring is not empty enough. */
    public void write(final FlowEventKind kind) {
        final FlowEndReason reason = kind == FlowEventKind.FLOW_END ? FlowEndReason.TIMEOUT : FlowEndReason.NONE;
        for (final long record : records) {
            if (!writer.write(record, kind, reason, 1)) {
                throw new IllegalStateException("event ring full");
            }
        }
    }

    /** Where the events are. */
    public OneToOneRingBuffer ring() {
        return ring;
    }

    @Override
    public void close() {
        table.close();
        source.close();
    }
}
