package io.millrace.launch;

import io.millrace.engine.service.ServiceManager;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.Heartbeat;
import io.millrace.engine.telemetry.Telemetry;
import java.util.List;
import java.util.Locale;

/**
 * Keeps the service manager informed of a running capture. Owned by the main thread, which calls {@link #look} about
 * once a second.
 */
final class ServiceLink {
    private static final double NS_PER_S = 1e9;

    private final ServiceManager manager;
    private final Telemetry telemetry;
    private final ProgressWatch progress;
    private long framesBefore;
    private long lookedNs;

    /** The link of a capture whose ports are open. */
    ServiceLink(final ServiceManager manager, final Telemetry telemetry, final List<Heartbeat> heartbeats) {
        this.manager = manager;
        this.telemetry = telemetry;
        progress = new ProgressWatch(heartbeats);
    }

    /** The capture runs. */
    void ready(final long nowNs) {
        lookedNs = nowNs;
        manager.ready();
    }

    /** Tells that the capture is alive if all threads went round since it was told last, and what it does. */
    void look(final long nowNs) {
        if (!manager.listens()) {
            return;
        }
        if (progress.allWentRound()) {
            manager.alive();
            manager.status(status(nowNs));
        } else {
            progress.standstill().ifPresent(thread -> manager.status("no progress: " + thread));
        }
    }

    /** Scripts are loaded anew by {@code reload}. */
    void reload(final Runnable reload) {
        manager.reloading();
        reload.run();
        manager.ready();
    }

    /** The capture ends. */
    void stopping() {
        manager.stopping();
    }

    private String status(final long nowNs) {
        final long frames = telemetry.total(EngineCounter.RECEIVED);
        final double seconds = Math.max(1, nowNs - lookedNs) / NS_PER_S;
        final long lost = DropWatch.REASONS.stream().mapToLong(telemetry::total).sum();
        final String line = String.format(Locale.ROOT, "%,.0f packets/s, %,d flows, %,d lost",
            (frames - framesBefore) / seconds, telemetry.total(EngineCounter.FLOWS_LIVE), lost);
        framesBefore = frames;
        lookedNs = nowNs;
        return line;
    }
}
