package io.millrace.engine.worker;

import io.millrace.engine.config.CaptureConfig;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.config.PortSpec;
import io.millrace.engine.event.EventRing;
import io.millrace.engine.event.FlowEventWriter;
import io.millrace.engine.port.CaptureFile;
import io.millrace.engine.port.LiveClock;
import io.millrace.engine.port.LivePorts;
import io.millrace.engine.port.LiveSource;
import io.millrace.engine.port.MemoryFile;
import io.millrace.engine.port.PacketSource;
import io.millrace.engine.port.ReplaySource;
import io.millrace.engine.port.RingSource;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.engine.telemetry.WorkerCounters;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.agrona.CloseHelper;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;

/**
 * Leads a small bundled capture through a worker of its own, over and over, until the JVM has compiled the path of a
 * packet: without it the first hundred thousand packets of a run take several times as long as those after them, which
 * a file can bear and a live port cannot. The worker reads as those of the run will, a file or a port: compiled for one
 * of them, the path would be thrown away with the first packet of the other. Nothing of it is counted or written.
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
    /** Ports bring the capture in a millisecond or less. */
    private static final long TIMEOUT_OF_PORTS_NS = 200_000;
    /** Files bring it with its own times, over half a minute. */
    private static final long TIMEOUT_OF_FILES_NS = 2_000_000_000;
    private static final int PCAP_HEADER_BYTES = 24;
    /** They are longer than a round. */
    private static final int REPETITIONS = 9;
    private static final int ANY_WORKER = 0;
    /** Code that was compiled while one of them alone was loaded calls it unseen, and is thrown away with the next. */
    private static final List<Class<? extends PacketSource>> SOURCES =
        List.of(ReplaySource.class, LiveSource.class, RingSource.class);
    private static final int ONE_WORKER = 1;
    private static final int ONE_QUEUE = 1;
    /** For interfaces of the kernel alone. */
    private static final int UNUSED_RING_FRAMES = 1;

    private final OneToOneRingBuffer ring = EventRing.allocate(RING_BYTES);
    private final MemoryFile capture;
    private final LivePorts ports;
    private final FlowWorker worker;
    private final Plateau plateau = new Plateau();
    private final Thread thread;
    private final long mostFrames;
    private long frames;

    /**
     * Opens the capture as files are opened that are replayed, and starts to work. DPDK must have been started.
     *
     * @param config the engine's; its sizes are replaced by smaller ones.
     * @param frames frames to lead through at most, at least 1; it ends earlier where it gets no faster.
     */
    public static WarmUp forFiles(final EngineConfig config, final long frames) {
        return new WarmUp(config, frames, false);
    }

    /** The same for a run on live ports: the capture is opened as a port that brings it for ever. */
    public static WarmUp forPorts(final EngineConfig config, final long frames) {
        return new WarmUp(config, frames, true);
    }

    private WarmUp(final EngineConfig config, final long frames, final boolean live) {
        final int mbufs = Math.max(MBUFS, 2 * config.burst());
        final EngineConfig small = config.scaledDown(
            FLOW_CAPACITY, mbufs, MBUF_BYTES, live ? TIMEOUT_OF_PORTS_NS : TIMEOUT_OF_FILES_NS);
        final Telemetry telemetry = new Telemetry();
        final WorkerCounters counters = new WorkerCounters(telemetry, "warm-up");
        final FlowEventWriter events = new FlowEventWriter(List.of(ring), null, null, counters, ANY_WORKER);
        mostFrames = frames;
        load(SOURCES);
        capture = MemoryFile.of(CAPTURE, live ? bundled() : repeated(bundled()));
        LivePorts opened = null;
        PacketSource source = null;
        try {
            opened = live ? port(capture, small, telemetry) : null;
            source = live ? opened.source(ANY_WORKER) : files(capture, small, frames);
            worker = new FlowWorker(ANY_WORKER, source, small, events, telemetry, counters);
        } catch (final RuntimeException e) {
            CloseHelper.closeAll(source, opened, capture);
            throw e;
        }
        ports = opened;
        thread = Thread.ofPlatform().name("warm-up").daemon(true).start(this::run);
    }

    /** Waits for the end and closes what was opened. */
    public void finish() throws InterruptedException {
        thread.join();
        CloseHelper.closeAll(worker, ports, capture);
    }

    /** Frames that were led through; valid after {@link #finish()}. */
    long frames() {
        return frames;
    }

    private static PacketSource files(final MemoryFile capture, final EngineConfig config, final long frames) {
        final CaptureFile file = CaptureFile.open(capture.path());
        return new ReplaySource(Collections.nCopies((int) (frames / ROUND_FRAMES) + 1, file), config, "warm-up");
    }

    private static LivePorts port(final MemoryFile capture, final EngineConfig config, final Telemetry telemetry) {
        final PortSpec port = new PortSpec(
            PortSpec.VIRTUAL, "net_pcap_warm_up", "rx_pcap=" + capture.path() + ",infinite_rx=1", Optional.empty());
        return new LivePorts(new CaptureConfig(List.of(port), ONE_QUEUE, false, UNUSED_RING_FRAMES), config, ONE_WORKER,
            new LiveClock(), telemetry);
    }

    private static void load(final List<Class<? extends PacketSource>> kinds) {
        try {
            for (final Class<? extends PacketSource> kind : kinds) {
                MethodHandles.lookup().ensureInitialized(kind);
            }
        } catch (final IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    private void run() {
        int sinceRound = 0;
        long roundBegunNs = System.nanoTime();
        boolean compiled = false;
        while (!compiled && frames < mostFrames && !worker.finished()) {
            final int received = worker.doWork();
            frames += received;
            sinceRound += received;
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

    /** A file is opened anew more rarely then; the time that jumps back ends the flows. */
    private static byte[] repeated(final byte[] pcap) {
        final int bodyLength = pcap.length - PCAP_HEADER_BYTES;
        final byte[] longer = Arrays.copyOf(pcap, PCAP_HEADER_BYTES + REPETITIONS * bodyLength);
        for (int end = pcap.length; end < longer.length; end += bodyLength) {
            System.arraycopy(pcap, PCAP_HEADER_BYTES, longer, end, bodyLength);
        }
        return longer;
    }

    private static byte[] bundled() {
        try (InputStream bundled = WarmUp.class.getResourceAsStream(CAPTURE)) {
            return bundled.readAllBytes();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
