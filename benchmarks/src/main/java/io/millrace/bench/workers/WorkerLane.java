package io.millrace.bench.workers;

import io.millrace.bench.linerate.BenchSettings;
import io.millrace.bench.linerate.LoopPort;
import io.millrace.binding.dpdk.Eal;
import io.millrace.binding.linux.ThreadAffinity;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.event.FlowEventWriter;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.engine.telemetry.WorkerCounters;
import io.millrace.engine.worker.FlowWorker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;

/**
 * A worker with a port, a core and, while it works, a thread of its own. Made, started and awaited by one thread.
 */
final class WorkerLane {
    private static final int BURST = 64;
    private static final int POLLS_PER_CLOCK_READING = 16;
    private static final double NS_PER_S = 1e9;

    private final int core;
    private final LoopPort port;
    private final FlowWorker worker;
    private final WorkerCounters counters;
    private Thread thread;
    private Throwable failure;
    private long ceilingPackets;
    private long packets;
    private long nanos;

    WorkerLane(
        final int index, final int core, final Path capture, final int mbufs, final int mbufBytes, final int capacity,
        final Telemetry telemetry) throws IOException {

        this.core = core;
        port = new LoopPort("loop" + index, capture, null, BURST, mbufs, mbufBytes);
        counters = new WorkerCounters(telemetry, "worker-" + index);
        worker = new FlowWorker(index, port,
            BenchSettings.decided(capacity, EngineConfig.FlowStatistics.BASIC, BURST, false, List.of(core)),
            new FlowEventWriter(List.of(), null, null, counters, index), telemetry, counters);
    }

    /** Begins to work, or only to receive, for {@code seconds} once all who use {@code begin} are there. */
    void start(final boolean receiveOnly, final double seconds, final CyclicBarrier begin) {
        thread = Thread.ofPlatform().name("lane-" + core).start(() -> {
            ThreadAffinity.pin(core);
            Eal.registerThread();
            try {
                begin.await();
                run(receiveOnly, (long) (seconds * NS_PER_S));
            } catch (final InterruptedException | BrokenBarrierException | RuntimeException e) {
                failure = e;
            } finally {
                Eal.unregisterThread();
            }
        });
    }

    /** Waits for the end; returns millions of packets a second. */
    double await() throws InterruptedException {
        thread.join();
        if (failure != null) {
            throw new IllegalStateException(failure);
        }
        return packets * 1000.0 / nanos;
    }

    /** Packets that the port gave and nobody counted; 0 in a sound run. */
    long unaccounted() {
        return port.portPackets() - ceilingPackets - counters.value(EngineCounter.PARSED);
    }

    /** Flows in the table. */
    long flows() {
        return counters.value(EngineCounter.FLOWS_LIVE);
    }

    private void run(final boolean receiveOnly, final long lengthNs) {
        final long begun = System.nanoTime();
        packets = 0;
        do {
            for (int i = 0; i < POLLS_PER_CLOCK_READING; i++) {
                packets += receiveOnly ? port.receiveOnly() : worker.doWork();
            }
            nanos = System.nanoTime() - begun;
        } while (nanos < lengthNs);
        if (receiveOnly) {
            ceilingPackets += packets;
        }
    }
}
