package io.millrace.launch;

import io.millrace.engine.FlowEngine;
import io.millrace.engine.config.ConfigException;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.event.EventRings;
import io.millrace.engine.port.CaptureFile;
import io.millrace.engine.service.ProcessSignals;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.ScriptRuntime;
import java.util.List;
import java.util.Locale;

/**
 * Capture files through the engine, as fast as they go. Two runs with the same files and flags write the same bytes.
 */
final class Replay extends EngineRun {
    private final List<CaptureFile> files;

    /**
     * A replay, not yet running.
     *
     * @throws ConfigException where a setting or a file that it names is not usable.
     */
    Replay(
        final List<CaptureFile> files,
        final PlannedRun planned,
        final FlowOptions flows,
        final ScriptOptions scripts,
        final OutputOptions output) {

        super(planned, flows, scripts, output, false, new Telemetry());
        this.files = files;
    }

    @Override
    AutoCloseable watchSignals() {
        ProcessSignals.ignoreHangup();
        return new StopOnSignal(this::requestStop);
    }

    @Override
    void prepare(final EngineConfig settings, final int workers) {
        FlowEngine.prepare(settings, null, workers);
    }

    @Override
    FlowEngine openEngine(final EngineConfig settings, final EventRings rings, final Telemetry counters) {
        return FlowEngine.replay(settings, files, rings, counters);
    }

    @Override
    void showProgress(final ProgressLine progress, final FlowEngine running) {
        progress.start(running::progress);
    }

    @Override
    void attend(final FlowEngine running, final ScriptRuntime runtime) {
        // The files end by themselves.
    }

    @Override
    void afterLastPacket(final FlowEngine ended) {
        ended.truncations().forEach(EngineRun::complain);
    }

    @Override
    String headline(final FlowEngine ended) {
        final String what = files.size() == 1 ? files.getFirst().path().toString() : files.size() + " files";
        return isStopRequested()
            ? String.format(Locale.ROOT, "Stopped by a signal after %.0f %% of %s", 100 * ended.progress(), what)
            : "Read " + what;
    }
}
