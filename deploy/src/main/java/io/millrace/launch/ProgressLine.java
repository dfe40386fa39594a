package io.millrace.launch;

import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.output.Sink;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.agrona.DirectBuffer;

/**
 * How far a replay is, redrawn twice a second in one line of a terminal. As a sink before the one that prints script
 * text it makes room for good once a script prints, where both share the terminal.
 */
final class ProgressLine implements Sink {
    private static final String ERASE = "\r\u001b[K";
    private static final long INTERVAL_MS = 500;

    private final Telemetry telemetry;
    private final PrintStream terminal;
    private final boolean sharedWithText;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean yielded;
    private boolean drawn;

    /**
     * A line that is not drawn yet.
     *
     * @param sharedWithText whether script text goes to the same terminal.
     */
    ProgressLine(final Telemetry telemetry, final PrintStream terminal, final boolean sharedWithText) {
        this.telemetry = telemetry;
        this.terminal = terminal;
        this.sharedWithText = sharedWithText;
    }

    /**
     * Starts drawing on a thread of its own.
     *
     * @param progress part that is done, 0 to 1.
     */
    void start(final DoubleSupplier progress) {
        Thread.ofPlatform().name("millrace-progress").daemon(true).start(() -> run(progress));
    }

    /** The same where there is no end that the run comes closer to. */
    void start() {
        start(() -> Double.NaN);
    }

    @Override
    public void text(final DirectBuffer buffer, final int offset, final int length) {
        if (sharedWithText && !yielded) {
            yielded = true;
            erase();
        }
    }

    /** Stops drawing and erases the line. */
    void end() {
        ended.countDown();
        yielded = true;
        erase();
    }

    private void run(final DoubleSupplier progress) {
        long packets = 0;
        long timeNs = System.nanoTime();
        try {
            while (!ended.await(INTERVAL_MS, TimeUnit.MILLISECONDS)) {
                final long nowNs = System.nanoTime();
                final long nowPackets = telemetry.total(EngineCounter.RECEIVED);
                final double part = progress.getAsDouble();
                draw(String.format(Locale.ROOT, "%,d packets  %.2f Mpps  %,d flows%s",
                    nowPackets, (nowPackets - packets) * 1e3 / (nowNs - timeNs),
                    telemetry.total(EngineCounter.FLOWS_CREATED),
                    Double.isNaN(part) ? "" : String.format(Locale.ROOT, "  %.0f %%", 100 * part)));
                packets = nowPackets;
                timeNs = nowNs;
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void draw(final String line) {
        if (!yielded) {
            terminal.print(ERASE + line);
            terminal.flush();
            drawn = true;
        }
    }

    private synchronized void erase() {
        if (drawn) {
            terminal.print(ERASE);
            terminal.flush();
            drawn = false;
        }
    }
}
