package io.millrace.engine;

import io.millrace.binding.dpdk.Eal;
import io.millrace.binding.linux.ThreadAffinity;
import io.millrace.engine.config.CaptureConfig;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.event.EventRings;
import io.millrace.engine.event.FlowEventWriter;
import io.millrace.engine.memory.MemoryAhead;
import io.millrace.engine.port.CaptureFile;
import io.millrace.engine.port.EalArguments;
import io.millrace.engine.port.FrameRings;
import io.millrace.engine.port.LiveClock;
import io.millrace.engine.port.LivePorts;
import io.millrace.engine.port.PacketSource;
import io.millrace.engine.port.ReplaySource;
import io.millrace.engine.telemetry.Heartbeat;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.engine.telemetry.WorkerCounters;
import io.millrace.engine.worker.Distributor;
import io.millrace.engine.worker.FlowWorker;
import io.millrace.engine.worker.WarmUp;
import io.millrace.engine.worker.WorkerThread;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NoOpIdleStrategy;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;

/**
 * Builds, starts and stops the workers. Owned by one thread, which also reads the results; counters may be read by any.
 *
 * <pre>{@code
 *   capture files ─────────────────► worker-0 ══► event ring per script thread
 *
 *   capture files,                ┌► worker-0 ══►
 *   ports with one queue ► distributor             event ring per worker and script thread
 *                                 └► worker-1 ══►
 *
 *   ports with several queues ─────► worker-0 ══►
 *                             └────► worker-1 ══►
 * }</pre>
 */
public final class FlowEngine implements AutoCloseable {
    private static final int UNPINNED_MAX_SPINS = 100;
    private static final int UNPINNED_MAX_YIELDS = 100;
    private static final long UNPINNED_MIN_PARK_NS = 1_000;
    private static final long UNPINNED_MAX_PARK_NS = 50_000;

    private static WarmUp warmUp;
    private static boolean warm;

    private final EngineConfig config;
    private final ReplaySource replay;
    private final LivePorts ports;
    private final LiveClock clock;
    private final FrameRings rings;
    private final Distributor distributor;
    private final WorkerThread distributorThread;
    private final List<FlowWorker> workers = new ArrayList<>();
    private final List<WorkerThread> threads = new ArrayList<>();
    private final List<Heartbeat> heartbeats = new ArrayList<>();
    private volatile BitSet coresBefore;
    private MemoryAhead memoryAhead;

    /**
     * An engine that replays capture files with one worker.
     *
     * @param config     settings.
     * @param files      read one after the other, at least one.
     * @param eventRings one per script thread; none runs the engine alone.
     * @param bypass     takes records past full event rings to the output; {@code null} where workers wait instead.
     * @param telemetry  receives the counters.
     * @throws io.millrace.binding.link.EnvironmentException where DPDK or nDPI do not run here.
     */
    public FlowEngine(
        final EngineConfig config,
        final List<CaptureFile> files,
        final List<OneToOneRingBuffer> eventRings,
        final OneToOneRingBuffer bypass,
        final Telemetry telemetry) {

        this(config, files, null, new EventRings(
            List.of(eventRings), bypass == null ? List.of() : List.of(bypass)), telemetry);
    }

    private FlowEngine(
        final EngineConfig config,
        final List<CaptureFile> files,
        final CaptureConfig capture,
        final EventRings events,
        final Telemetry telemetry) {

        this.config = config;
        final int count = events.workers();
        startDpdk(config, capture, count);
        clock = capture == null ? null : new LiveClock();
        ports = capture == null ? null : new LivePorts(capture, config, count, clock, telemetry);
        final boolean distributed = capture == null ? count > 1 : ports.distributed();
        FrameRings opened = null;
        ReplaySource read = null;
        Distributor deals = null;
        try {
            if (distributed) {
                opened = new FrameRings(count, config, clock);
            }
            if (capture == null) {
                read = distributed ? ReplaySource.shared(files, config, "0", count)
                    : new ReplaySource(files, config, "0");
            }
            if (distributed) {
                deals = new Distributor(capture == null ? read : ports.allQueues(), opened, config,
                    capture != null, telemetry);
            }
            rings = opened;
            replay = read;
            distributor = deals;
            for (int index = 0; index < count; index++) {
                workers.add(worker(index, events, telemetry));
            }
        } catch (final RuntimeException e) {
            closeAll(deals, read, opened);
            throw e;
        }
        for (int index = 0; index < count; index++) {
            final FlowWorker worker = workers.get(index);
            threads.add(new WorkerThread(worker, idle(index, worker.roleName()), new ThreadSetup(index)));
        }
        distributorThread = distributed
            ? new WorkerThread(distributor, idle(count, distributor.roleName()), new ThreadSetup(count)) : null;
    }

    /**
     * An engine that replays capture files.
     *
     * @param files  read one after the other, at least one.
     * @param events rings of as many workers as there shall be; several are fed by a distributor.
     * @throws io.millrace.binding.link.EnvironmentException where DPDK or nDPI do not run here.
     */
    public static FlowEngine replay(
        final EngineConfig config, final List<CaptureFile> files, final EventRings events, final Telemetry telemetry) {
        return new FlowEngine(config, files, null, events, telemetry);
    }

    /**
     * An engine on live ports, which are open from here on; it runs until it is stopped.
     *
     * @param events rings of as many workers as there shall be.
     * @throws io.millrace.binding.link.EnvironmentException where DPDK, nDPI or a port do not run here.
     */
    public static FlowEngine capture(
        final EngineConfig config, final CaptureConfig capture, final EventRings events, final Telemetry telemetry) {
        return new FlowEngine(config, List.of(), capture, events, telemetry);
    }

    /**
     * Starts DPDK and, once per process, begins to compile the path of a packet on a thread of its own, while the
     * caller builds the rest. {@link #start()} waits for the end of it. Optional.
     *
     * @param capture live ports that are to be opened; null for a replay.
     * @param workers how many there shall be.
     * @throws io.millrace.binding.link.EnvironmentException where DPDK or nDPI do not run here.
     */
    public static void prepare(final EngineConfig config, final CaptureConfig capture, final int workers) {
        startDpdk(config, capture, workers);
        if (!warm && config.warmUpFrames() > 0) {
            warm = true;
            warmUp = capture == null
                ? WarmUp.forFiles(config, config.warmUpFrames()) : WarmUp.forPorts(config, config.warmUpFrames());
        }
    }

    /** Starts the workers, once the warm-up is through, and clears their cores of all other threads. */
    public void start() throws InterruptedException {
        if (warmUp != null) {
            warmUp.finish();
            warmUp = null;
        }
        coresBefore = ThreadAffinity.current();
        ThreadAffinity.vacate(config.workerCores());
        threads.forEach(WorkerThread::start);
        if (distributorThread != null) {
            distributorThread.start();
        }
        if (ports != null) {
            ports.letIn();
        }
    }

    /**
     * Takes the memory that fills as flows come from the kernel now, while workers run, so that none of them has to
     * wait for it. After {@link #start()}.
     */
    public void takeMemoryAhead() {
        if (memoryAhead == null) {
            memoryAhead = new MemoryAhead(IntStream.range(0, workers.size())
                .mapToObj(index -> new MemoryAhead.Share(workers.get(index).memory(), coreOf(index))).toList());
        }
    }

    private OptionalInt coreOf(final int index) {
        final List<Integer> cores = config.workerCores();
        return index < cores.size() ? OptionalInt.of(cores.get(index)) : OptionalInt.empty();
    }

    /** Whether a worker still runs. */
    public boolean isRunning() {
        return threads.stream().anyMatch(WorkerThread::isRunning);
    }

    /** One for each thread of the engine; each goes on while it runs. */
    public List<Heartbeat> heartbeats() {
        return List.copyOf(heartbeats);
    }

    /** Asks the workers to end their flows and stop. Any thread. */
    public void requestStop() {
        if (replay != null) {
            replay.stopWaiting();
        }
        if (ports != null) {
            // What came before is worked through; then the sources are finished, and with them the threads.
            ports.shut();
            // Nothing more comes that a worker could be late for: scripts and output have the more to do now.
            giveCoresBack();
        } else if (distributorThread != null) {
            // The workers follow when they have worked through what it gave them.
            distributorThread.requestStop();
        } else {
            threads.forEach(WorkerThread::requestStop);
        }
    }

    /**
     * Waits until all frames are read and all flows ended.
     *
     * @throws RuntimeException what ended a worker before its time.
     */
    public void await() throws InterruptedException {
        if (distributorThread != null) {
            distributorThread.await();
            rethrow(distributorThread.failure());
        }
        for (final WorkerThread thread : threads) {
            thread.await();
        }
        threads.forEach(thread -> rethrow(thread.failure()));
    }

    /**
     * Keeps the payload of the packet that names a flow, for flows that begin from now on, or keeps it no more. Where
     * it is kept from the start {@link EngineConfig} says so. Any thread.
     */
    public void keepMatchPackets(final boolean wanted) {
        workers.forEach(worker -> worker.keepMatchPackets(wanted));
    }

    /** One line for each live port; empty in a replay. */
    public List<String> portDescriptions() {
        return ports == null ? List.of() : ports.descriptions();
    }

    /** Updates the counters of live ports and tells in one line each what changed about them. About once a second. */
    public void watchPorts(final Consumer<String> news) {
        ports.watch(news, !isRunning() && (distributorThread == null || !distributorThread.isRunning()));
    }

    /** Time of live ports now, nanoseconds since the Unix epoch. */
    public long nowNs() {
        return clock.nowNs();
    }

    /** How far wall time is ahead of the time of live ports, in nanoseconds. */
    public long wallAheadNs() {
        return clock.wallAheadNs();
    }

    /** Keeps the time of live ports near wall time. About ten times a second. */
    public void followWallClock() {
        clock.follow();
    }

    /** One line for each capture file that was cut or damaged; complete after {@link #await()}. */
    public List<String> truncations() {
        return replay == null ? List.of() : replay.truncations();
    }

    /** Part of the files' bytes that is read, 0 to 1; 0 on live ports. Any thread. */
    public double progress() {
        return replay == null ? 0 : Math.min(1.0, (double) replay.progressBytes() / Math.max(1, replay.totalBytes()));
    }

    /** Packet time of the last frame, nanoseconds since the Unix epoch; valid after {@link #await()}. */
    public long lastPacketNs() {
        return workers.stream().mapToLong(FlowWorker::nowNs).max().orElseThrow();
    }

    /** Wall time from the first frame to the last, in nanoseconds; valid after {@link #await()}. */
    public long elapsedNs() {
        return Math.max(0, workers.stream().mapToLong(FlowWorker::lastFrameNs).max().orElseThrow()
            - workers.stream().filter(FlowWorker::hasReceived).mapToLong(FlowWorker::firstFrameNs).min().orElse(0));
    }

    /**
     * Binds the calling thread to a core.
     *
     * @throws io.millrace.binding.link.EnvironmentException where the process may not use that core.
     */
    public static void pinCurrentThread(final int core) {
        ThreadAffinity.pin(core);
    }

    /** Gives everything back, the workers' cores to all threads too. Workers that still run are broken off. */
    @Override
    public void close() {
        if (memoryAhead != null) {
            memoryAhead.close();
        }
        if (haltAll()) {
            closeAll(distributor, replay, rings);
        }
        giveCoresBack();
    }

    private void giveCoresBack() {
        final BitSet before = coresBefore;
        if (before != null) {
            ThreadAffinity.placeAll(before);
        }
    }

    private boolean haltAll() {
        if (replay != null) {
            replay.stopWaiting();
        }
        if (distributor != null) {
            distributor.requestStop();
        }
        threads.forEach(WorkerThread::requestStop);
        boolean halted = distributorThread == null || distributorThread.halt();
        for (final WorkerThread thread : threads) {
            halted &= thread.halt();
        }
        return halted;
    }

    private void closeAll(final Distributor deals, final ReplaySource read, final FrameRings opened) {
        workers.forEach(FlowWorker::close);
        if (deals != null) {
            deals.close();
        } else if (read != null && workers.isEmpty()) {
            read.close();
        }
        if (opened != null) {
            opened.close();
        }
        if (ports != null) {
            ports.close();
        }
    }

    private FlowWorker worker(final int index, final EventRings rings, final Telemetry telemetry) {
        final WorkerCounters counters = new WorkerCounters(telemetry, "worker-" + index);
        final boolean severalInReplay = ports == null && rings.workers() > 1;
        final FlowEventWriter events = new FlowEventWriter(
            rings.ofWorker(index), rings.bypassOfWorker(index), waiting(config), counters, index, severalInReplay);
        final PacketSource source;
        if (this.rings != null) {
            source = this.rings.source(index);
        } else {
            source = ports == null ? replay : ports.source(index);
        }
        return new FlowWorker(index, source, config, events, telemetry, counters);
    }

    /** A thread on a core of its own never gives it away; one that shares its core does when there is nothing to do. */
    private IdleStrategy idle(final int index, final String owner) {
        final Heartbeat heartbeat = new Heartbeat(owner,
            index < config.workerCores().size() ? NoOpIdleStrategy.INSTANCE : new BackoffIdleStrategy(
                UNPINNED_MAX_SPINS, UNPINNED_MAX_YIELDS, UNPINNED_MIN_PARK_NS, UNPINNED_MAX_PARK_NS));
        heartbeats.add(heartbeat);
        return heartbeat;
    }

    private static void rethrow(final Throwable failure) {
        switch (failure) {
            case null -> {
            }
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable t -> throw new IllegalStateException(t);
        }
    }

    private static void startDpdk(final EngineConfig config, final CaptureConfig capture, final int workers) {
        Eal.start(EalArguments.of(config, capture, workers), config.dpdkLogToStderr());
    }

    private static IdleStrategy waiting(final EngineConfig config) {
        return config.overflow() == EngineConfig.Overflow.BLOCK ? new BackoffIdleStrategy() : null;
    }

    private final class ThreadSetup implements WorkerThread.Setup {
        private final int index;

        ThreadSetup(final int index) {
            this.index = index;
        }

        @Override
        public void onStart() {
            if (index < config.workerCores().size()) {
                ThreadAffinity.pin(config.workerCores().get(index));
            }
            Eal.registerThread();
        }

        @Override
        public void onEnd() {
            Eal.unregisterThread();
        }

        @Override
        public void onFailure() {
            // Whoever waits for room in this thread's ring would wait for ever.
            if (distributor != null) {
                distributor.requestStop();
            }
            requestStop();
        }
    }
}
