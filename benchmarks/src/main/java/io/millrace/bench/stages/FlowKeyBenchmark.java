package io.millrace.bench.stages;

import io.millrace.bench.traffic.SyntheticFrames;
import io.millrace.engine.burst.Burst;
import io.millrace.engine.flow.key.FlowKeys;
import io.millrace.engine.parse.FlowHash;
import io.millrace.engine.parse.PacketParser;
import io.millrace.engine.parse.ParsedBurst;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** {@code flow.key}: nanoseconds per packet for key and hash, where the parser has not settled them. */
public class FlowKeyBenchmark extends StageBenchmark {
    private static final int BURST = 64;

    private SyntheticFrames source;
    private ParsedBurst parsed;
    private FlowKeys keys;

    /** Parses one burst, over and over the same. */
    @Setup
    public void setUp() {
        source = new SyntheticFrames(BURST, BURST, BURST, 7);
        final Burst burst = new Burst(source);
        parsed = new ParsedBurst(BURST, new FlowHash(7));
        keys = new FlowKeys(parsed);
        burst.receive();
        new PacketParser(parsed).parse(burst);
    }

    /** Makes the keys of one burst. */
    @Benchmark
    @OperationsPerInvocation(BURST)
    public int key() {
        for (int slot = 0; slot < BURST; slot++) {
            keys.computeOne(slot);
        }
        return keys.hash(BURST - 1);
    }

    /** Different flows must have different hashes here. */
    @TearDown(Level.Iteration)
    public void prove() {
        final long distinct = IntStream.range(0, BURST).map(keys::hash).distinct().count();
        if (distinct != BURST) {
            throw new IllegalStateException("hashes collide: distinct=" + distinct);
        }
    }

    /** Frees the frames. */
    @TearDown
    public void tearDown() {
        source.close();
    }
}
