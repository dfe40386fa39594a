package io.millrace.script.external;

import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.lua.ScriptStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/**
 * Where external alerts come from: a file, or a Unix socket that is made where there is no file. A replay reads a file
 * whole before the first event, so that it says the same every time; a live run follows what is added to it. Opened
 * and closed by one thread, read by a thread of its own.
 */
public final class ExternalAlerts implements AutoCloseable {
    /** Reads until it is closed. */
    interface Feed extends AutoCloseable {
        /** Called once, on the thread of the alerts. */
        void run();

        @Override
        void close();
    }

    private final Path path;
    private final AlertLines lines;
    private final Feed feed;
    private final Thread thread;

    private ExternalAlerts(final Path path, final AlertLines lines, final Feed feed) {
        this.path = path;
        this.lines = lines;
        this.feed = feed;
        thread = feed == null ? null
            : Thread.ofPlatform().name("millrace-external-alerts").daemon(true).start(feed::run);
    }

    /**
     * Opens the source.
     *
     * @param whole       whether a file is read here and now and no further (replay).
     * @param timeToLiveS how long an alert waits for its flow; 0 for ever.
     * @param clockNs     time of the flows, nanoseconds since the Unix epoch.
     * @throws IllegalArgumentException with path and what to do where it cannot be opened.
     */
    public static ExternalAlerts open(
        final Path path,
        final boolean whole,
        final double timeToLiveS,
        final LongSupplier clockNs,
        final ScriptStores stores,
        final Telemetry telemetry) {

        final AlertLines lines = new AlertLines(stores, timeToLiveS, clockNs, telemetry);
        try {
            if (Files.isRegularFile(path)) {
                if (whole) {
                    AlertFile.readWhole(path, lines);
                    return new ExternalAlerts(path, lines, null);
                }
                return new ExternalAlerts(path, lines, AlertFile.follow(path, lines));
            }
            return new ExternalAlerts(path, lines, AlertSocket.listen(path, lines));
        } catch (final IOException e) {
            throw new IllegalArgumentException("external alerts: " + path + ": " + e.getMessage()
                + ": name a file, or a place where a Unix socket can be made");
        }
    }

    /** One line on lines that could not be read; null where all could. */
    public String problem() {
        return lines.firstProblem() == null ? null
            : "external alerts: " + path + ": " + lines.firstProblem() + ": correct what writes it";
    }

    /** After the last script has ended: counts alerts in vain, of which scripts have taken {@code taken}. */
    public void conclude(final long taken) {
        lines.conclude(taken);
    }

    /** Reads no further; a socket is removed. */
    @Override
    public void close() {
        if (feed == null) {
            return;
        }
        feed.close();
        try {
            thread.join();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
