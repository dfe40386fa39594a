package io.millrace.engine.worker;

import java.util.concurrent.CountDownLatch;
import org.agrona.concurrent.IdleStrategy;

/**
 * Runs one {@link FlowWorker} or {@link Distributor} on a thread of its own until its source is finished or a stop is
 * asked for, then has it end what it holds. Started and awaited by the thread that built the engine.
 */
public final class WorkerThread {
    private static final long PATIENCE_NS = 5_000_000_000L;
    private static final long ASK_AGAIN_MS = 10;

    private final PollingDuty duty;
    private final IdleStrategy idle;
    private final Thread thread;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean stopRequested;
    private volatile Throwable failure;

    /** What a worker's thread must do before its first and after its last poll. */
    public interface Setup {
        /** Called on the worker's thread, before the first poll. */
        void onStart();

        /** Called on the worker's thread, after the last. */
        void onEnd();

        /** Called on the worker's thread where something ended it before its time. */
        void onFailure();
    }

    /**
     * A thread for a worker.
     *
     * @param idle what to do after a poll that found nothing.
     */
    public WorkerThread(final FlowWorker worker, final IdleStrategy idle, final Setup setup) {
        this((PollingDuty) worker, idle, setup);
    }

    /** A thread for a distributor. */
    public WorkerThread(final Distributor distributor, final IdleStrategy idle, final Setup setup) {
        this((PollingDuty) distributor, idle, setup);
    }

    private WorkerThread(final PollingDuty duty, final IdleStrategy idle, final Setup setup) {
        this.duty = duty;
        this.idle = idle;
        thread = new Thread(() -> run(setup), duty.roleName());
        thread.setDaemon(true);
    }

    /** Starts polling. */
    public void start() {
        thread.start();
    }

    /** Asks for the end: flows are ended and their events written, then the thread ends. Any thread. */
    public void requestStop() {
        stopRequested = true;
    }

    /**
     * Has it break off, whatever it waits for, and waits until it has; flows it still holds may be lost. Does nothing
     * where it was not started or has ended.
     *
     * @return false where it goes on all the same after five seconds: what it works on must not be closed then.
     */
    public boolean halt() {
        requestStop();
        final long askedNs = System.nanoTime();
        boolean interrupted = false;
        while (thread.isAlive() && System.nanoTime() - askedNs < PATIENCE_NS) {
            thread.interrupt();
            try {
                thread.join(ASK_AGAIN_MS);
            } catch (final InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }

    /** Whether the thread still works. */
    public boolean isRunning() {
        return ended.getCount() > 0;
    }

    /** Waits until all flows are ended. */
    public void await() throws InterruptedException {
        ended.await();
    }

    /** What ended the worker before its time; {@code null} where nothing did. */
    public Throwable failure() {
        return failure;
    }

    private void run(final Setup setup) {
        try {
            setup.onStart();
            try {
                while (!stopRequested && !duty.finished()) {
                    idle.idle(duty.doWork());
                }
            } finally {
                duty.end();
                setup.onEnd();
            }
        } catch (final Throwable t) {
            failure = t;
            setup.onFailure();
        } finally {
            ended.countDown();
        }
    }
}
