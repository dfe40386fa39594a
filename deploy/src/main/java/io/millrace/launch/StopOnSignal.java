package io.millrace.launch;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ends a run in order when the process is asked to end (SIGINT, SIGTERM): asks for the stop, then keeps the process
 * alive until the run has written what it holds. The JVM leaves with 128 plus the signal's number by itself.
 */
final class StopOnSignal implements AutoCloseable {
    // A reader that has stopped reading must not keep the process alive for ever.
    private static final long PATIENCE_S = 30;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Runnable stop;
    private final Thread hook = new Thread(this::onShutdown, "millrace-stop");
    private volatile boolean requested;

    /**
     * Watches for signals from now on.
     *
     * @param stop asks the run to end; called on another thread.
     */
    StopOnSignal(final Runnable stop) {
        this.stop = stop;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Whether a signal came. */
    boolean requested() {
        return requested;
    }

    /** The run has ended, and nothing here keeps it any longer. */
    @Override
    public void close() {
        ended.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (final IllegalStateException _) {
            // The process is on its way out.
            return;
        }
    }

    private void onShutdown() {
        if (ended.getCount() == 0) {
            return;
        }
        requested = true;
        stop.run();
        try {
            if (!ended.await(PATIENCE_S, TimeUnit.SECONDS)) {
                System.err.println(ErrorLine.of("stopped by a signal: output: not all could be written within "
                    + PATIENCE_S + " s: keep its reader running"));
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
