package io.millrace.engine.worker;

import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.event.EventRing;
import io.millrace.engine.event.FlowEventWriter;
import io.millrace.engine.port.CaptureFile;
import io.millrace.engine.port.MemoryFile;
import io.millrace.engine.port.ReplaySource;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.engine.telemetry.WorkerCounters;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;

/**
 * Leads a small bundled capture through a worker of its own, over and over, until the JVM has compiled the path of a
 * packet: without it the first hundred thousand packets of a run take several times as long as those after them, which
 * a file can bear and a live port cannot. Nothing of it is counted or written.
 *
 * <p>Opened and closed by the thread that builds the engine, because DPDK's devices come and go one at a time; works on
 * a thread of its own in between. The capture is a part of the sample capture with all its
 * protocols. Timeouts are so short that flows expire and come again, as they do in a long run: a branch that was never
 * taken would be compiled as one that never will be.
 */
public final class WarmUp {
    private static final String CAPTURE = "warm-up.pcap";
    private static final int ROUND_FRAMES = 4096;
    private static final int RING_BYTES = 1 << 20;
    private static final int FLOW_CAPACITY = 1024;
    private static final int MBUFS = 2048;
    private static final int MBUF_BYTES = 2048;
    private static final long TIMEOUT_NS = 200_000;
    private static final int ANY_WORKER = 0;

    private final OneToOneRingBuffer ring = EventRing.allocate(RING_BYTES);
    private final FlowWorker worker;
    private final Plateau plateau = new Plateau();
    private final Thread thread;

    /**
     * Opens the capture and starts to work. DPDK must have been started.
     *
     * @param config the engine's; its sizes are replaced by smaller ones.
     * @param frames frames to lead through at most, at least 1; it ends earlier where it gets no faster.
     */
    public WarmUp(final EngineConfig config, final long frames) {
        final int mbufs = Math.max(MBUFS, 2 * config.burst());
        final EngineConfig small = config.scaledDown(FLOW_CAPACITY, mbufs, MBUF_BYTES, TIMEOUT_NS);
        final Telemetry telemetry = new Telemetry();
        final WorkerCounters counters = new WorkerCounters(telemetry, "warm-up");
        final FlowEventWriter events = new FlowEventWriter(List.of(ring), null, null, counters, ANY_WORKER);
        try (MemoryFile capture = MemoryFile.of(CAPTURE, bundled())) {
            // The driver has read the whole file into mbufs when this returns.
            final ReplaySource source = ReplaySource.loop(CaptureFile.open(capture.path()), small, frames, "warm_up");
            worker = new FlowWorker(ANY_WORKER, source, small, events, telemetry, counters);
        }
        thread = Thread.ofPlatform().name("warm-up").daemon(true).start(this::run);
    }

    /** Waits for the end and closes what was opened. */
    public void finish() throws InterruptedException {
        thread.join();
        worker.close();
    }

    private void run() {
        int sinceRound = 0;
        long roundBegunNs = System.nanoTime();
        boolean compiled = false;
        while (!compiled && !worker.finished()) {
            sinceRound += worker.doWork();
            if (sinceRound >= ROUND_FRAMES) {
                sinceRound = 0;
                worker.endAllFlows();
                final long nowNs = System.nanoTime();
                compiled = plateau.isReachedBy(nowNs - roundBegunNs);
                roundBegunNs = nowNs;
            }
            ring.read((type, buffer, offset, length) -> { });
        }
    }

    private static byte[] bundled() {
        try (InputStream bundled = WarmUp.class.getResourceAsStream(CAPTURE)) {
            return bundled.readAllBytes();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
