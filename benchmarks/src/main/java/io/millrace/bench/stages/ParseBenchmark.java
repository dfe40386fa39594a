package io.millrace.bench.stages;

import io.millrace.bench.traffic.SyntheticFrames;
import io.millrace.engine.burst.Burst;
import io.millrace.engine.parse.PacketParser;
import io.millrace.engine.parse.ParsedBurst;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** {@code parse}: nanoseconds per 64-byte UDP frame, headers read from memory that a NIC has just written. */
public class ParseBenchmark extends StageBenchmark {
    private static final int BURST = 64;

    /** Frames in memory: 4096 stay in the L2 cache, 262 144 do not. */
    @Param({"4096", "262144"})
    public int frames;

    private SyntheticFrames source;
    private Burst burst;
    private ParsedBurst parsed;
    private PacketParser parser;

    /** Lays out the frames. */
    @Setup
    public void setUp() {
        source = new SyntheticFrames(1000, frames, BURST, 7);
        burst = new Burst(source);
        parsed = new ParsedBurst(BURST);
        parser = new PacketParser(parsed);
    }

    /** Receives and parses one burst. */
    @Benchmark
    @OperationsPerInvocation(BURST)
    public int parse() {
        burst.receive();
        parser.parse(burst);
        return parsed.payloadLength(BURST - 1);
    }

    /** Receives only: what the source itself costs. */
    @Benchmark
    @OperationsPerInvocation(BURST)
    public int receiveBaseline() {
        return burst.receive();
    }

    /** Every frame must have been understood. */
    @TearDown(Level.Iteration)
    public void prove() {
        for (int slot = 0; slot < BURST; slot++) {
            if (parsed.outcome(slot) != ParsedBurst.PARSED) {
                throw new IllegalStateException("frame not parsed: slot=" + slot);
            }
        }
    }

    /** Frees the frames. */
    @TearDown
    public void tearDown() {
        source.close();
    }
}
