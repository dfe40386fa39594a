package io.millrace.bench.stages;

import io.millrace.bench.traffic.SyntheticFrames;
import io.millrace.engine.burst.Burst;
import io.millrace.engine.flow.key.FlowKeys;
import io.millrace.engine.flow.table.FlowAccounting;
import io.millrace.engine.flow.table.FlowStatistics;
import io.millrace.engine.flow.table.FlowTable;
import io.millrace.engine.parse.FlowHash;
import io.millrace.engine.parse.PacketParser;
import io.millrace.engine.parse.ParsedBurst;
import java.util.HashMap;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * {@code flow.table}: nanoseconds per packet to find its flow and count it, with parse and key, beside the JDK's
 * {@code HashMap} with a record as key and an array of counters as value.
 */
public class FlowTableBenchmark extends StageBenchmark {
    private static final int BURST = 64;

    /** Flows in the table. */
    @Param({"1000", "100000", "1000000"})
    public int flows;

    private SyntheticFrames source;
    private Burst burst;
    private ParsedBurst parsed;
    private PacketParser parser;
    private FlowKeys keys;
    private FlowTable table;
    private Map<BoxedKey, long[]> map;

    private record BoxedKey(long word0, long word1, long word2, long word3, long word4) {
    }

    /** Fills the table. */
    @Setup
    public void setUp() {
        source = new SyntheticFrames(flows, Math.max(1 << 20, (flows + BURST - 1) / BURST * BURST), BURST, 7);
        burst = new Burst(source);
        parsed = new ParsedBurst(BURST, new FlowHash(7));
        parser = new PacketParser(parsed);
        keys = new FlowKeys(parsed);
        table = new FlowTable(flows * 2, BURST, true, true);
        map = new HashMap<>(flows * 2);
        for (int i = 0; i < (flows + BURST - 1) / BURST; i++) {
            flowTable();
            hashMapBaseline();
        }
    }

    /** Our table. */
    @Benchmark
    @OperationsPerInvocation(BURST)
    public int flowTable() {
        receive();
        table.touchIndex(keys, 0, BURST);
        table.touchRecords(keys, parsed, 0, BURST);
        for (int slot = 0; slot < BURST; slot++) {
            final int found = table.find(keys, slot);
            final int number = found == FlowTable.NONE ? table.add(keys, slot) : found;
            final long timeNs = burst.timestampNs(slot);
            FlowAccounting.count(table.record(number), parsed, slot, keys.fromHighSide(slot), timeNs, timeNs);
            FlowStatistics.count(table.record(number), parsed, slot, keys.fromHighSide(slot), timeNs);
        }
        return table.size();
    }

    /** The JDK's way. */
    @Benchmark
    @OperationsPerInvocation(BURST)
    public int hashMapBaseline() {
        receive();
        for (int slot = 0; slot < BURST; slot++) {
            final BoxedKey key = new BoxedKey(
                keys.word(slot, 0), keys.word(slot, 1), keys.word(slot, 2), keys.word(slot, 3), keys.word(slot, 4));
            final long[] counters = map.computeIfAbsent(key, k -> new long[2]);
            counters[0]++;
            counters[1] += parsed.wireLength(slot);
        }
        return map.size();
    }

    /** Both must know every flow, and no other. */
    @TearDown(Level.Trial)
    public void prove() {
        final int expected = source.distinctFlows();
        if (table.size() > expected || map.size() > expected || Math.max(table.size(), map.size()) != expected) {
            throw new IllegalStateException(
                "flows: expected=" + expected + " table=" + table.size() + " map=" + map.size());
        }
        table.close();
        source.close();
    }

    private void receive() {
        burst.receive();
        parser.parse(burst);
        keys.compute(BURST);
    }
}
