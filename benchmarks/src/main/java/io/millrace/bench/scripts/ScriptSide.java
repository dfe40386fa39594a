package io.millrace.bench.scripts;

import io.millrace.bench.report.CheckFailedException;
import io.millrace.bench.report.Machine;
import io.millrace.engine.EngineLibraries;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.ScriptConfig;
import io.millrace.script.ScriptRuntime;
import io.millrace.script.geo.PlaceSource;
import io.millrace.script.geo.PlaceTable;
import io.millrace.script.lua.Finding;
import io.millrace.script.output.OutputMessage;
import io.millrace.script.output.OutputRing;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;

/**
 * One script thread with scripts, as {@code millrace} runs it, over one event ring; its output is taken and thrown away
 * by a thread that counts flow records. Built and closed by the main thread of a benchmark.
 */
public final class ScriptSide implements AutoCloseable {
    private static final int OUTPUT_RING_BYTES = 8 << 20;

    private final ScriptRuntime runtime;
    private final List<OneToOneRingBuffer> outputs;
    private final OneToOneRingBuffer bypassed;
    private final ConcurrentLinkedQueue<Finding> problems = new ConcurrentLinkedQueue<>();
    private final AtomicLong flowRecords = new AtomicLong();
    private final Thread writer;
    private volatile boolean finishing;

    /**
     * Loads the scripts and starts the thread.
     *
     * @param scripts   files or folders; none runs no hook.
     * @param allowed   what {@code --allow-script} would name.
     * @param flows     verdicts that the thread can keep.
     * @param lossless  whether it waits for room in its output ring.
     * @param events    the ring that it drains.
     * @param bypass    further output to take; {@code null} for none.
     * @param telemetry receives its counters.
     * @param idle      what it does without events.
     * @param threads   makes its thread.
     */
    public ScriptSide(
        final List<Path> scripts,
        final Set<String> allowed,
        final int flows,
        final boolean lossless,
        final OneToOneRingBuffer events,
        final OneToOneRingBuffer bypass,
        final Telemetry telemetry,
        final IdleStrategy idle,
        final ThreadFactory threads) {

        final ScriptConfig defaults = ScriptConfig.defaults().withScriptPaths(scripts);
        final ScriptConfig config = defaults
            .withLimits(defaults.memoryBytes(), defaults.deadlineNs(), allowed)
            .withFlows(flows, defaults.periodicSeconds(), defaults.idleTimeoutNs())
            .withThreads(lossless, () -> idle, threads);
        final OneToOneRingBuffer output = OutputRing.allocate(OUTPUT_RING_BYTES);
        bypassed = bypass;
        outputs = bypass == null ? List.of(output) : List.of(output, bypass);
        writer = Thread.ofPlatform().name("output").daemon(true).start(this::takeOutput);
        runtime = ScriptRuntime.launch(config, EngineLibraries.applicationNames(),
            List.of(new PlaceTable(PlaceSource.ofTables(PlaceSource.TOR_DIRECTORY))), List.of(List.of(events)),
            List.of(output), telemetry, problems::add);
        if (!runtime.findings().isEmpty()) {
            throw new CheckFailedException("scripts do not load: " + runtime.findings());
        }
    }

    /** The sample script of the distribution. */
    public static Path sample() {
        return Machine.home().resolve("script-runtime/src/main/scripts/flow/suspicious_countries.lua");
    }

    /** A script of the benchmarks. */
    public static Path script(final String name) {
        return Machine.home().resolve("benchmarks/src/main/scripts").resolve(name + ".lua");
    }

    /** Errors of running scripts so far. */
    public List<Finding> problems() {
        return List.copyOf(problems);
    }

    /** Waits until all events that are in the ring have been worked on; the writer of the ring must have stopped. */
    public void awaitDrained() {
        runtime.awaitDrained();
    }

    /** Flow records that came out, past the scripts too; complete after {@link #close()}. */
    public long flowRecords() {
        return flowRecords.get();
    }

    @Override
    public void close() {
        runtime.close();
        finishing = true;
        try {
            writer.join();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void takeOutput() {
        final IdleStrategy idle = new BackoffIdleStrategy();
        // Made once: one per call would fill the heap, and its collection stops the worker that is being measured.
        final MessageHandler own = (type, buffer, offset, length) -> {
            if (type == OutputMessage.FLOW) {
                flowRecords.incrementAndGet();
            }
        };
        final MessageHandler pastScripts = (type, buffer, offset, length) -> flowRecords.incrementAndGet();
        while (true) {
            final boolean last = finishing;
            int read = 0;
            for (final OneToOneRingBuffer output : outputs) {
                read += output.read(output == bypassed ? pastScripts : own);
            }
            if (read == 0 && last) {
                return;
            }
            idle.idle(read);
        }
    }
}
