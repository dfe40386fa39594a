package io.millrace.engine;

import io.millrace.binding.dpdk.Eal;
import io.millrace.binding.linux.ThreadAffinity;
import io.millrace.binding.ndpi.DetectionModule;
import io.millrace.binding.ndpi.NameTables;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.event.ApplicationNames;
import io.millrace.engine.event.FlowEventWriter;
import io.millrace.engine.port.CaptureFile;
import io.millrace.engine.port.ReplaySource;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.engine.telemetry.WorkerCounters;
import io.millrace.engine.worker.FlowWorker;
import io.millrace.engine.worker.WarmUp;
import io.millrace.engine.worker.WorkerThread;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;

/**
 * Builds, starts and stops the workers. Owned by one thread, which also reads the results; counters may be read by any.
 *
 * <pre>{@code
 *   capture files ─► worker-0 ══► event ring per script thread
 * }</pre>
 */
public final class FlowEngine implements AutoCloseable {
    private static final int MBUF_OVERHEAD_BYTES = 128 + 384;
    private static final int EAL_RESERVE_MEBIBYTES = 64;
    private static final List<String> REPLAY_DRIVERS = List.of("bus_vdev", "mempool_ring", "net_pcap");

    private static WarmUp warmUp;
    private static boolean warm;

    private final EngineConfig config;
    private final ReplaySource source;
    private final FlowWorker worker;
    private final WorkerThread thread;

    /**
     * An engine that replays capture files.
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

        this.config = config;
        startDpdk(config);
        final int index = 0;
        final WorkerCounters counters = new WorkerCounters(telemetry, "worker-" + index);
        final FlowEventWriter events = new FlowEventWriter(eventRings, bypass, waiting(config), counters, index);
        source = new ReplaySource(files, config, Integer.toString(index));
        try {
            worker = new FlowWorker(index, source, config, events, telemetry, counters);
        } catch (final RuntimeException e) {
            source.close();
            throw e;
        }
        thread = new WorkerThread(worker, new ThreadSetup(index));
    }

    /**
     * Starts DPDK and, once per process, begins to compile the path of a packet on a thread of its own, while the
     * caller builds the rest. {@link #start()} waits for the end of it. Optional.
     *
     * @throws io.millrace.binding.link.EnvironmentException where DPDK or nDPI do not run here.
     */
    public static void prepare(final EngineConfig config) {
        startDpdk(config);
        if (!warm && config.warmUpFrames() > 0) {
            warm = true;
            warmUp = new WarmUp(config, config.warmUpFrames());
        }
    }

    /** Names behind the numbers in flow events, as the loaded nDPI has them. */
    public static ApplicationNames applicationNames() {
        try (DetectionModule module = DetectionModule.create()) {
            final NameTables names = NameTables.read(module);
            return new ApplicationNames(
                names.protocols(), names.protocolCategory(), names.protocolBreed(), names.categories(),
                names.breeds(), names.risks(), names.confidences());
        }
    }

    /** Version of the loaded DPDK, for example {@code DPDK 22.11.11}. */
    public static String dpdkVersion() {
        return Eal.version();
    }

    /** Version of the loaded nDPI, for example {@code 4.2.0}. */
    public static String ndpiVersion() {
        return DetectionModule.version();
    }

    /** Starts the workers, once the warm-up is through, and clears their cores of all other threads. */
    public void start() throws InterruptedException {
        if (warmUp != null) {
            warmUp.finish();
            warmUp = null;
        }
        ThreadAffinity.vacate(config.workerCores());
        thread.start();
    }

    /** Whether a worker still runs. */
    public boolean isRunning() {
        return thread.isRunning();
    }

    /** Asks the workers to end their flows and stop. Any thread. */
    public void requestStop() {
        thread.requestStop();
    }

    /**
     * Waits until all frames are read and all flows ended.
     *
     * @throws RuntimeException what ended a worker before its time.
     */
    public void await() throws InterruptedException {
        thread.await();
        switch (thread.failure()) {
            case null -> {
            }
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable t -> throw new IllegalStateException(t);
        }
    }

    /** One line for each capture file that was cut or damaged; complete after {@link #await()}. */
    public List<String> truncations() {
        return source.truncations();
    }

    /** Part of the files' bytes that is read, 0 to 1. Any thread. */
    public double progress() {
        return Math.min(1.0, (double) source.progressBytes() / Math.max(1, source.totalBytes()));
    }

    /** Packet time of the last frame, nanoseconds since the Unix epoch; valid after {@link #await()}. */
    public long lastPacketNs() {
        return worker.nowNs();
    }

    /** Wall time from the first frame to the last, in nanoseconds; valid after {@link #await()}. */
    public long elapsedNs() {
        return worker.elapsedNs();
    }

    /**
     * Cores for workers where none are named: the last ones that the process may use, since kernels prefer the first
     * for their own work. None where not even one core would be left for all other threads.
     */
    public static List<Integer> defaultWorkerCores(final int workers) {
        final List<Integer> allowed = ThreadAffinity.current().stream().boxed().toList();
        return allowed.size() > workers ? allowed.subList(allowed.size() - workers, allowed.size()) : List.of();
    }

    /**
     * Checks that the process may use these cores.
     *
     * @throws io.millrace.binding.link.EnvironmentException naming the first core that it may not use.
     */
    public static void requireCores(final List<Integer> cores) {
        for (final int core : cores) {
            ThreadAffinity.require(core);
        }
    }

    /**
     * Binds the calling thread to a core.
     *
     * @throws io.millrace.binding.link.EnvironmentException where the process may not use that core.
     */
    public static void pinCurrentThread(final int core) {
        ThreadAffinity.pin(core);
    }

    @Override
    public void close() {
        worker.close();
    }

    private static void startDpdk(final EngineConfig config) {
        final List<String> arguments = new ArrayList<>(List.of(
            "--no-shconf", "--no-pci", "--no-telemetry", "--lcores", "0@(" + allowedCores() + ")"));
        if (config.hugePages() == EngineConfig.HugePages.ON) {
            arguments.add("--in-memory");
            arguments.remove("--no-shconf");
        } else {
            arguments.add("--no-huge");
        }
        arguments.addAll(List.of("-m", Integer.toString(memoryMebibytes(config))));
        for (final String driver : REPLAY_DRIVERS) {
            final Path library = Eal.driver(driver);
            if (Files.exists(library)) {
                arguments.addAll(List.of("-d", library.toString()));
            }
        }
        arguments.addAll(config.ealArguments());
        Eal.start(arguments, config.dpdkLogToStderr());
    }

    private static int memoryMebibytes(final EngineConfig config) {
        final long mbufBytes = (long) config.mempoolMbufs() * (config.mbufBytes() + MBUF_OVERHEAD_BYTES);
        // A pool of many mbufs comes in pieces, which leave gaps.
        return EAL_RESERVE_MEBIBYTES + (int) (mbufBytes * 3 / 2 >> 20);
    }

    private static String allowedCores() {
        final StringBuilder cores = new StringBuilder();
        ThreadAffinity.current().stream().forEach(core -> cores.append(cores.isEmpty() ? "" : ",").append(core));
        return cores.toString();
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
    }
}
