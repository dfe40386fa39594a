package io.millrace.launch;

import io.millrace.engine.FlowEngine;
import io.millrace.engine.config.CaptureConfig;
import io.millrace.engine.config.ConfigException;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.config.PortSpec;
import io.millrace.engine.event.EventRings;
import io.millrace.engine.port.LiveClock;
import io.millrace.engine.service.CaptureUser;
import io.millrace.engine.service.ProcessSignals;
import io.millrace.engine.service.ServiceManager;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.ScriptRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Live ports through the engine until SIGINT, SIGTERM or the end of a given time. Then every live flow ends, its record
 * is written, and the run is done. SIGHUP opens output files anew and loads the scripts anew.
 */
final class Capture extends EngineRun {
    private static final int ATTEND_MS = 100;
    private static final long WATCH_NS = 1_000_000_000L;
    private static final long PATIENCE_MS = 30_000;
    private static final long GRACE_MS = 3_000;

    private final CaptureConfig ports;
    private final boolean memoryFits;
    private final CaptureOptions options;
    private final CaptureUser user;
    private final List<AutoCloseable> locks = new ArrayList<>();
    private final DropWatch drops;
    private final ClockWatch wallClock = new ClockWatch();
    private final RunGauges gauges;
    private final HookGauges hookGauges;
    private ServiceLink service;
    private ScriptRuntime scripts;
    private long endedNs;
    private long startedNs;

    /**
     * A capture, not yet running.
     *
     * @param user      becomes that when the ports are open.
     * @param telemetry its counters.
     * @throws ConfigException where a setting or a file that it names is not usable.
     * @throws io.millrace.binding.link.EnvironmentException where another capture has one of the ports.
     */
    Capture(
        final PlannedRun planned,
        final CaptureOptions options,
        final CaptureUser user,
        final RunDirectory runDirectory,
        final FlowOptions flows,
        final ScriptOptions scripts,
        final OutputOptions output,
        final Telemetry telemetry) {

        super(planned, flows, scripts, output, true, telemetry);
        ports = planned.capture();
        memoryFits = planned.fits();
        this.options = options;
        this.user = user;
        drops = new DropWatch(telemetry);
        gauges = new RunGauges(telemetry, eventRings(), output().rings());
        hookGauges = new HookGauges(telemetry);
        for (final PortSpec port : ports.ports()) {
            locks.add(runDirectory.lock(port));
        }
    }

    @Override
    AutoCloseable watchSignals() {
        ProcessSignals.watch();
        return () -> {
            for (final AutoCloseable lock : locks) {
                lock.close();
            }
        };
    }

    @Override
    void prepare(final EngineConfig settings, final int workers) {
        user.reachFilesAsStarted();
        FlowEngine.prepare(settings, ports, workers);
        user.reachFiles();
    }

    @Override
    FlowEngine openEngine(final EngineConfig settings, final EventRings rings, final Telemetry counters) {
        user.reachFilesAsStarted();
        final FlowEngine opened = FlowEngine.capture(settings, ports, rings, counters);
        try {
            user.become();
        } catch (final RuntimeException e) {
            opened.close();
            throw e;
        }
        return opened;
    }

    @Override
    void showProgress(final ProgressLine progress, final FlowEngine running) {
        progress.start();
    }

    @Override
    void attend(final FlowEngine running, final ScriptRuntime runtime) throws InterruptedException {
        startedNs = System.nanoTime();
        if (memoryFits) {
            running.takeMemoryAhead();
        }
        scripts = runtime;
        running.portDescriptions().forEach(EngineRun::complain);
        service = new ServiceLink(ServiceManager.of(System.getenv()), telemetry(), heartbeats(running, runtime));
        service.ready(startedNs);
        long watchedNs = startedNs - WATCH_NS;
        long statsNs = startedNs;
        boolean askedToStop = false;
        while (!askedToStop && !isOver(running)) {
            switch (ProcessSignals.await(ATTEND_MS)) {
                case STOP -> askedToStop = true;
                case RELOAD -> {
                    output().reopen();
                    complain("SIGHUP: output files are opened anew");
                    service.reload(() -> reload(runtime));
                }
                case NONE -> {
                }
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            running.followWallClock();
            final long nowNs = System.nanoTime();
            if (nowNs - watchedNs >= WATCH_NS) {
                watchedNs = nowNs;
                watch(running);
                service.look(nowNs);
            }
            if (nowNs - statsNs >= options.statsIntervalNs()) {
                statsNs += options.statsIntervalNs();
                writeStats(running.nowNs());
            }
        }
        endedNs = System.nanoTime();
        service.stopping();
        giveUpAfter(PATIENCE_MS);
        skipHooksAfter(GRACE_MS, runtime);
        // Before flows end: a million records at once are more than the rings to the output hold.
        runtime.waitForOutput();
        requestStop();
    }

    @Override
    void afterLastPacket(final FlowEngine ended) {
        watch(ended);
        drops.end(EngineRun::complain);
    }

    @Override
    String headline(final FlowEngine ended) {
        return String.format(Locale.ROOT, "Captured from %s for %.1f s",
            String.join(", ", ports.ports().stream().map(PortSpec::label).toList()), (endedNs - startedNs) / 1e9);
    }

    private boolean isOver(final FlowEngine running) {
        return isStopRequested() || !running.isRunning() || System.nanoTime() - startedNs >= options.durationNs();
    }

    private void watch(final FlowEngine running) {
        running.watchPorts(EngineRun::complain);
        gauges.update();
        hookGauges.update(scripts.hookTimes().hooks());
        output().watch();
        drops.look(EngineRun::complain);
        wallClock.look(running.wallAheadNs(), LiveClock.CATCH_UP_SHARE, EngineRun::complain);
    }

    /** Events that wait for scripts that sleep must not keep the process alive. */
    private static void skipHooksAfter(final long graceMs, final ScriptRuntime runtime) {
        Thread.ofPlatform().name("millrace-grace").daemon(true).start(() -> {
            try {
                Thread.sleep(graceMs);
                runtime.skipHooks();
            } catch (final InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** A reader that has stopped reading must not keep the process alive for ever. */
    private static void giveUpAfter(final long patienceMs) {
        Thread.ofPlatform().name("millrace-patience").daemon(true).start(() -> {
            try {
                Thread.sleep(patienceMs);
                complain("stopped: output: not all could be written within " + patienceMs / 1000
                    + " s: keep its reader running");
                Runtime.getRuntime().halt(ExitCode.ERRORS_FOUND);
            } catch (final InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }
}
