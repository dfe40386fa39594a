package io.millrace.bench.stages;

import io.millrace.bench.traffic.SyntheticFrames;
import io.millrace.engine.burst.Burst;
import io.millrace.engine.config.DetectionConfig;
import io.millrace.engine.detect.ProtocolDetector;
import io.millrace.engine.flow.key.FlowKeys;
import io.millrace.engine.flow.table.FlowTable;
import io.millrace.engine.parse.FlowHash;
import io.millrace.engine.parse.PacketParser;
import io.millrace.engine.parse.ParsedBurst;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.engine.telemetry.WorkerCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** {@code detect}: nanoseconds per packet of an undecidable UDP flow, nDPI's worst case: opened, shown, given up. */
public class DetectBenchmark extends StageBenchmark {
    private static final int PACKETS = 8;

    private SyntheticFrames source;
    private ParsedBurst parsed;
    private FlowKeys keys;
    private FlowTable table;
    private WorkerCounters counters;
    private ProtocolDetector detector;
    private Burst burst;

    /** One flow of as many packets as nDPI may see. */
    @Setup
    public void setUp() {
        source = new SyntheticFrames(1, PACKETS, PACKETS, 7);
        burst = new Burst(source);
        parsed = new ParsedBurst(PACKETS, new FlowHash(7));
        keys = new FlowKeys(parsed);
        table = new FlowTable(1024, PACKETS, false, true);
        counters = new WorkerCounters(new Telemetry(), "bench");
        detector = new ProtocolDetector(new DetectionConfig(80, PACKETS - 1, 10, 16, 1, 1 << 20), counters);
        burst.receive();
        new PacketParser(parsed).parse(burst);
        keys.compute(PACKETS);
    }

    /** The life of one undecided flow. */
    @Benchmark
    @OperationsPerInvocation(PACKETS)
    public boolean detect() {
        final int number = table.add(keys, 0);
        final long record = table.record(number);
        boolean decided = !detector.open(record);
        for (int slot = 0; slot < PACKETS && !decided; slot++) {
            decided = detector.inspect(
                record, parsed.l3Address(slot), parsed.l3Length(slot), burst.timestampNs(slot));
        }
        detector.release(record);
        table.remove(number);
        return decided;
    }

    /** Every flow must have been inspected to its end. */
    @TearDown(Level.Trial)
    public void prove() {
        final long flows = counters.value(EngineCounter.FLOWS_DETECTED) + counters.value(EngineCounter.FLOWS_GIVEN_UP);
        if (flows == 0 || counters.value(EngineCounter.DETECTION_REFUSED) != 0
            || counters.value(EngineCounter.PACKETS_INSPECTED) < flows) {
            throw new IllegalStateException("flows inspected: " + flows);
        }
        detector.close();
        table.close();
        source.close();
    }
}
