package io.millrace.bench.hooks;

import io.millrace.bench.linerate.BenchSettings;
import io.millrace.bench.report.CheckFailedException;
import io.millrace.bench.traffic.SyntheticFrames;
import io.millrace.engine.event.EventRing;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowEventKind;
import io.millrace.engine.event.FlowEventWriter;
import io.millrace.engine.memory.OffHeapBlock;
import io.millrace.engine.memory.RawMemory;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.engine.telemetry.WorkerCounters;
import io.millrace.engine.worker.FlowWorker;
import java.util.List;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;

/**
 * The {@code protocolDetected} events of many distinct flows, as a worker wrote them, kept in memory to be put into a
 * ring again and again. Owned by one thread.
 */
final class PreparedEvents implements AutoCloseable {
    private static final int BURST = 64;
    private static final int WRITING_RING_BYTES = 4 << 20;

    private final OffHeapBlock block;
    private final int count;
    private long writtenBytes;
    private int kept;
    private int next;
    private long nextAt;

    /** Events of {@code flows} UDP flows, a multiple of 64. */
    PreparedEvents(final int flows) {
        count = flows;
        block = new OffHeapBlock((long) flows * FlowEventDescriptor.MAX_LENGTH, true);
        final OneToOneRingBuffer ring = EventRing.allocate(WRITING_RING_BYTES);
        final Telemetry telemetry = new Telemetry();
        final WorkerCounters counters = new WorkerCounters(telemetry, "preparing");
        final SyntheticFrames source = new SyntheticFrames(flows, flows, BURST, 7);
        try (FlowWorker worker =
            new FlowWorker(0, source, BenchSettings.live(2 * flows + 1024, BURST, Long.MAX_VALUE / 4, 0),
            new FlowEventWriter(List.of(ring), null, null, counters, 0), telemetry, counters)) {
            for (int done = 0; done < flows; done += BURST) {
                worker.doWork();
                ring.read((type, buffer, offset, length) -> keep(type, buffer.addressOffset() + offset, length));
            }
        }
        if (kept != flows) {
            throw new CheckFailedException("events of " + flows + " flows expected, written were " + kept);
        }
    }

    /** Starts again at the first event. */
    void rewind() {
        next = 0;
        nextAt = block.address();
    }

    /** Whether all events have been put into the ring. */
    boolean exhausted() {
        return next == count;
    }

    /** Puts as many of the next events into the ring as it holds; returns how many. */
    int fill(final OneToOneRingBuffer ring) {
        final int first = next;
        while (next < count) {
            final int length = RawMemory.i32(nextAt + FlowEventDescriptor.EVENT_LENGTH);
            final int index = ring.tryClaim(FlowEventKind.PROTOCOL_DETECTED.code, length);
            if (index < 0) {
                break;
            }
            RawMemory.copy(nextAt, ring.buffer().addressOffset() + index, length);
            ring.commit(index);
            nextAt += stride(length);
            next++;
        }
        return next - first;
    }

    @Override
    public void close() {
        block.close();
    }

    private void keep(final int type, final long event, final int length) {
        if (type == FlowEventKind.PROTOCOL_DETECTED.code) {
            RawMemory.copy(event, block.address() + writtenBytes, length);
            writtenBytes += stride(length);
            kept++;
        }
    }

    private static int stride(final int length) {
        return length + 7 & -8;
    }
}
