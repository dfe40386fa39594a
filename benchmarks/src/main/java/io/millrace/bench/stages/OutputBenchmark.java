package io.millrace.bench.stages;

import io.millrace.bench.traffic.SampleEvents;
import io.millrace.engine.EngineLibraries;
import io.millrace.engine.event.FlowEventKind;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.geo.PlaceSource;
import io.millrace.script.geo.PlaceTable;
import io.millrace.script.output.EveSink;
import io.millrace.script.output.OutputCounter;
import io.millrace.script.output.OutputMessage;
import io.millrace.script.output.OutputRing;
import io.millrace.script.output.OutputSource;
import io.millrace.script.output.OutputWriter;
import io.millrace.script.output.VerdictNames;
import io.millrace.script.verdict.VerdictDescriptor;
import java.util.List;
import org.agrona.BitUtil;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** {@code output}: nanoseconds per flow record from the output ring to an EVE line in {@code /dev/null}. */
public class OutputBenchmark extends StageBenchmark {
    private static final int RECORDS = 64;

    private SampleEvents events;
    private OneToOneRingBuffer ring;
    private OutputWriter writer;
    private Telemetry telemetry;
    private byte[] message;
    private long offered;

    /** One record, as a script thread would hand it over. */
    @Setup
    public void setUp() {
        events = new SampleEvents(1);
        events.write(FlowEventKind.FLOW_END);
        events.ring().read((type, buffer, offset, length) -> {
            final int start = BitUtil.align(VerdictDescriptor.LENGTH, Long.BYTES);
            message = new byte[start + length];
            buffer.getBytes(offset, message, start, length);
        });
        ring = OutputRing.allocate(1 << 22);
        telemetry = new Telemetry();
        writer = new OutputWriter(
            List.of(OutputSource.ofScriptThread(ring, new PlaceTable(PlaceSource.nowhere()))),
            OutputWriter.Order.LIVE,
            List.of(EveSink.open("/dev/null", true, EngineLibraries.applicationNames(), new Unnamed())),
            telemetry, null);
    }

    /** Hands over a batch of records and writes it. */
    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public int output() {
        for (int i = 0; i < RECORDS; i++) {
            final int index = ring.tryClaim(OutputMessage.FLOW, message.length);
            ring.buffer().putBytes(index, message);
            ring.commit(index);
        }
        offered += RECORDS;
        int written = 0;
        while (written < RECORDS) {
            written += writer.doWork();
        }
        return written;
    }

    /** Every record must have been written. */
    @TearDown(Level.Trial)
    public void prove() {
        writer.onClose();
        events.close();
        if (telemetry.total(OutputCounter.RECORDS_WRITTEN) != offered) {
            throw new IllegalStateException(
                "offered=" + offered + " written=" + telemetry.total(OutputCounter.RECORDS_WRITTEN));
        }
    }

    private static final class Unnamed implements VerdictNames {
        @Override
        public String status(final int id) {
            return "";
        }

        @Override
        public String script(final int index) {
            return "";
        }
    }
}
