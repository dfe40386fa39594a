package io.millrace.launch;

import io.millrace.engine.EngineLibraries;
import io.millrace.engine.FlowEngine;
import io.millrace.engine.config.ConfigException;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.event.ApplicationNames;
import io.millrace.engine.event.EventRing;
import io.millrace.engine.event.EventRings;
import io.millrace.engine.telemetry.Heartbeat;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.launch.plan.ThreadPlan;
import io.millrace.script.ReloadResult;
import io.millrace.script.ScriptConfig;
import io.millrace.script.ScriptRuntime;
import io.millrace.script.geo.PlaceSource;
import io.millrace.script.intake.EventOrder;
import io.millrace.script.output.OutputRing;
import io.millrace.script.output.OutputWriter;
import io.millrace.script.output.StatsRecord;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One run of the engine with its scripts and output, from the settings to the closing summary. Used once, by the main
 * thread.
 *
 * <pre>{@code
 *   workers ═ event rings ═► script threads ═ output rings ═► output thread ─► eve.json, text
 * }</pre>
 *
 * <p>They end in that order, each after all that came before it is through.
 */
abstract class EngineRun {
    private static final long NS_PER_MS = 1_000_000;

    private final EngineConfig config;
    private final ThreadPlan threads;
    private final boolean live;
    private final ScriptConfig scriptConfig;
    private final ScriptOptions scriptOptions;
    private final OutputOptions outputOptions;
    private final RunOutput output;
    private final Preparation<PlaceSource> placeSource;

    private final Thread main = Thread.currentThread();
    private final Telemetry telemetry;
    private final RunStats stats;
    private final ScriptErrors scriptErrors = new ScriptErrors();
    private final EventRings eventRings;
    private int scriptThreads;
    private volatile boolean scriptsMayEnd;
    private volatile boolean stopRequested;
    private volatile boolean matchPacketsNamed;
    private volatile FlowEngine engine;

    /**
     * A run that has not begun.
     *
     * @param live whether packets come from ports, which wait for nobody; otherwise a run repeats itself.
     * @throws ConfigException where a setting or a file that it names is not usable.
     */
    EngineRun(
        final PlannedRun planned,
        final FlowOptions flows,
        final ScriptOptions scripts,
        final OutputOptions output,
        final boolean live,
        final Telemetry telemetry) {

        config = planned.config();
        matchPacketsNamed = config.detection().matchPackets();
        threads = planned.threads();
        this.live = live;
        this.scriptOptions = scripts;
        outputOptions = output;
        this.output = new RunOutput(output, live, threads.scriptThreads());
        this.telemetry = telemetry;
        stats = new RunStats(telemetry, live);
        final ScriptConfig asked = scripts.config(flows, planned.verdicts(), !live, this::scriptThread);
        scriptConfig = live ? asked.withInputs(asked.inputs().withLiveTime(this::liveTimeNs)) : asked;
        placeSource = Preparation.start("places", scripts::places);
        final int ringBytes = scripts.eventRingBytes();
        eventRings = new EventRings(
            perThread(threads.workers(), () -> perThread(threads.scriptThreads(), () -> EventRing.allocate(ringBytes))),
            perThread(drops() ? threads.workers() : 0, () -> OutputRing.allocate(RunOutput.RING_BYTES)));
    }

    private static <T> List<T> perThread(final int threads, final Supplier<T> made) {
        return Stream.generate(made).limit(threads).toList();
    }

    /** Runs it; returns the exit code. */
    final int run() throws Exception {
        try (AutoCloseable _ = watchSignals();
            SummaryJson json = outputOptions.summaryJson() == null ? null
                : SummaryJson.open(outputOptions.summaryJson())) {
            try (Preparation<Void> engineStart = Preparation.start("engine-start", () -> {
                prepare(config, eventRings.workers());
                return null;
            })) {
                final ApplicationNames names = EngineLibraries.applicationNames();
                output.open(names, placeSource.await(), eventRings.bypassByWorker(),
                    repeatsItself() ? OutputWriter.Order.REPLAY : OutputWriter.Order.LIVE, telemetry,
                    this::closingStats);
                final RunResult result = runOutput(names, engineStart);
                scriptErrors.lines().forEach(EngineRun::complain);
                return output.report(result, json) ? ExitCode.DONE : ExitCode.ERRORS_FOUND;
            }
        }
    }

    private RunResult runOutput(final ApplicationNames names, final Preparation<Void> engineStart)
        throws InterruptedException {

        final OutputThread thread = output.start(scriptOptions.idleStrategy().create());
        final RunResult result;
        try (thread) {
            result = runScripts(names, engineStart);
        } finally {
            output.progress().end();
        }
        if (thread.failure() != null) {
            throw new IllegalStateException("the output thread died: " + thread.failure(), thread.failure());
        }
        return result;
    }

    private RunResult runScripts(final ApplicationNames names, final Preparation<Void> engineStart)
        throws InterruptedException {

        final ScriptRuntime runtime = launchScripts(names);
        try {
            output.verdictNames().loaded(runtime.verdictNames());
            runtime.findings().forEach(finding -> complain(finding.toString()));
            if (runtime.scripts().isEmpty()) {
                complain("no scripts: " + (scriptConfig.scriptPaths().isEmpty()
                    ? "none of the default folders exists" : "none in " + scriptConfig.scriptPaths())
                    + ": flows are recorded, no hook runs: give --scripts DIR");
            }
            if (scriptOptions.watch(live)) {
                runtime.watch(() -> reload(runtime));
            }
            engineStart.await();
            return runEngine(runtime);
        } finally {
            scriptsMayEnd = true;
            runtime.close();
            runtime.externalAlertProblem().ifPresent(EngineRun::complain);
        }
    }

    private RunResult runEngine(final ScriptRuntime runtime) throws InterruptedException {
        if (live) {
            // What the start leaves would else be collected amid traffic, and stop the workers for tens of
            // milliseconds.
            System.gc();
        }
        final FlowEngine started = openEngine(config, eventRings, telemetry);
        try {
            engine = started;
            keepMatchPackets(matchPacketsNamed);
            if (stopRequested) {
                started.requestStop();
            }
            if (!outputOptions.quiet() && ProcessFacts.isTerminal(2)) {
                showProgress(output.progress(), started);
            }
            started.start();
            final double startupS = ProcessFacts.ageSeconds();
            awaitEngine(started, runtime);
            runtime.awaitDrained();
            afterLastPacket(started);
            return new RunResult(headline(started), telemetry, started.elapsedNs(), scriptConfig.run().profile(),
                startupS);
        } finally {
            started.close();
        }
    }

    /** Makes the engine that this run is about. */
    abstract FlowEngine openEngine(EngineConfig settings, EventRings rings, Telemetry counters);

    /** Draws how far the run is. */
    abstract void showProgress(ProgressLine progress, FlowEngine running);

    /** Called by the main thread while the workers run; returns when they are to end or have ended. */
    abstract void attend(FlowEngine running, ScriptRuntime runtime) throws InterruptedException;

    /** Complains of what is known only now. */
    abstract void afterLastPacket(FlowEngine ended);

    /** First line of the closing summary, without a line break. */
    abstract String headline(FlowEngine ended);

    /** Takes signals that are to end the run; closed at its end. */
    abstract AutoCloseable watchSignals();

    /** Starts DPDK and the warm-up; called on a thread of its own, before the engine is made. */
    abstract void prepare(EngineConfig settings, int workers);

    /** The end of a script thread interrupts this wait: without it a worker could wait for room for ever. */
    private void awaitEngine(final FlowEngine running, final ScriptRuntime runtime) throws InterruptedException {
        try {
            attend(running, runtime);
            running.await();
        } catch (final InterruptedException e) {
            // Knows why the thread ended.
            runtime.awaitDrained();
            throw new IllegalStateException("a script thread ended before its time", e);
        }
    }

    /** Wall time until the ports are open, whose clock starts there. */
    private long liveTimeNs() {
        final FlowEngine running = engine;
        return running == null ? System.currentTimeMillis() * NS_PER_MS : running.nowNs();
    }

    private ScriptRuntime launchScripts(final ApplicationNames names) {
        try {
            return ScriptRuntime.launch(
                scriptConfig, names, output.places(),
                IntStream.range(0, threads.scriptThreads()).mapToObj(eventRings::ofScriptThread).toList(),
                repeatsItself() && eventRings.workers() > 1 ? EventOrder.BY_EPOCH : EventOrder.AS_THEY_COME,
                output.rings(), telemetry, scriptErrors);
        } catch (final IllegalArgumentException e) {
            throw new ConfigException("scripts: " + e.getMessage());
        }
    }

    private Thread scriptThread(final Runnable task) {
        final List<Integer> cores = threads.scriptCores();
        final int index = scriptThreads++;
        return Thread.ofPlatform().daemon(true).unstarted(() -> {
            if (!cores.isEmpty()) {
                FlowEngine.pinCurrentThread(cores.get(index));
            }
            task.run();
            if (!scriptsMayEnd) {
                main.interrupt();
            }
        });
    }

    /** Ends the run in order; any thread. */
    final void requestStop() {
        stopRequested = true;
        final FlowEngine running = engine;
        if (running != null) {
            running.requestStop();
        }
    }

    /** Where events may be skipped no two runs are alike, and nothing marks the stretches that could be ordered. */
    private boolean repeatsItself() {
        return !live && config.overflow() == EngineConfig.Overflow.BLOCK;
    }

    private boolean drops() {
        return config.overflow() == EngineConfig.Overflow.DROP;
    }

    private StatsRecord closingStats() {
        return stats.at(engine == null ? 0 : engine.lastPacketNs());
    }

    /** Has all counters written as a stats record of this moment. */
    final void writeStats(final long timeNs) {
        output.write(stats.at(timeNs));
    }

    /** Of all threads that packets, events and records go through. */
    final List<Heartbeat> heartbeats(final FlowEngine running, final ScriptRuntime runtime) {
        return Stream.of(running.heartbeats(), runtime.heartbeats(), List.of(output.heartbeat()))
            .flatMap(List::stream).toList();
    }

    final Telemetry telemetry() {
        return telemetry;
    }

    final EventRings eventRings() {
        return eventRings;
    }

    final RunOutput output() {
        return output;
    }

    /** Whether a signal has asked for the end. */
    final boolean isStopRequested() {
        return stopRequested;
    }

    /**
     * Has the scripts loaded anew, and says what came of it. What they may now ask of a flow is kept before they can
     * ask, and until those that ask no more are gone.
     */
    final synchronized void reload(final ScriptRuntime runtime) {
        final boolean named;
        try {
            named = scriptOptions.nameMatchPackets();
        } catch (final ConfigException e) {
            complain("scripts not reloaded, those that run go on: " + e.getMessage());
            return;
        }
        keepMatchPackets(named || matchPacketsNamed);
        final ReloadResult result = runtime.reload();
        if (result.swapped()) {
            matchPacketsNamed = named;
        }
        keepMatchPackets(matchPacketsNamed);
        complain(result.message());
        if (result.swapped()) {
            result.findings().forEach(finding -> complain(finding.toString()));
        }
    }

    private void keepMatchPackets(final boolean wanted) {
        final FlowEngine running = engine;
        if (running != null) {
            running.keepMatchPackets(wanted);
        }
    }

    /** One line on standard error. */
    static void complain(final String message) {
        System.err.println(ErrorLine.of(message));
    }
}
