package io.millrace.bench.stages;

import io.millrace.bench.traffic.SyntheticFrames;
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
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.engine.telemetry.WorkerCounters;
import java.util.List;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** {@code event}: nanoseconds per event to copy a flow's record into a ring and to take it out again. */
public class EventBenchmark extends StageBenchmark {
    private static final int EVENTS = 64;

    private SyntheticFrames source;
    private FlowTable table;
    private OneToOneRingBuffer ring;
    private FlowEventWriter writer;
    private WorkerCounters counters;
    private long record;
    private long read;

    /** One flow with one packet. */
    @Setup
    public void setUp() {
        source = new SyntheticFrames(1, 1, 1, 7);
        final Burst burst = new Burst(source);
        final ParsedBurst parsed = new ParsedBurst(1, new FlowHash(7));
        final FlowKeys keys = new FlowKeys(parsed);
        burst.receive();
        new PacketParser(parsed).parse(burst);
        keys.compute(1);
        table = new FlowTable(1024, 1, false, true);
        record = table.record(table.add(keys, 0));
        FlowAccounting.open(record, parsed, 0, keys.fromHighSide(0), 1, burst.timestampNs(0));
        FlowAccounting.count(record, parsed, 0, keys.fromHighSide(0), burst.timestampNs(0), burst.timestampNs(0));
        FlowStatistics.count(record, parsed, 0, keys.fromHighSide(0), burst.timestampNs(0));
        ring = EventRing.allocate(1 << 20);
        counters = new WorkerCounters(new Telemetry(), "bench");
        writer = new FlowEventWriter(List.of(ring), null, null, counters, 0);
    }

    /** Writes a batch of events and drains it. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public int event() {
        for (int i = 0; i < EVENTS; i++) {
            writer.write(record, FlowEventKind.PERIODIC_UPDATE, FlowEndReason.NONE, i);
        }
        final int drained = ring.read((type, buffer, offset, length) -> { }, EVENTS);
        read += drained;
        return drained + ring.read((type, buffer, offset, length) -> read++, EVENTS);
    }

    /** What was written must have been read. */
    @TearDown(Level.Trial)
    public void prove() {
        if (counters.value(EngineCounter.EVENTS_SKIPPED) != 0
            || counters.value(EngineCounter.EVENTS_PRODUCED) != read) {
            throw new IllegalStateException(
                "events: produced=" + counters.value(EngineCounter.EVENTS_PRODUCED) + " read=" + read);
        }
        table.close();
        source.close();
    }
}
