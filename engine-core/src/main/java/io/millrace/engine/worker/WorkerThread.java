package io.millrace.engine.worker;

import java.util.concurrent.CountDownLatch;

/**
 * Runs one {@link FlowWorker} on a thread of its own until its source is finished or a stop is asked for, then ends its
 * flows. Started and awaited by the thread that built the engine.
 */
public final class WorkerThread {
    private final FlowWorker worker;
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
    }

    /** A thread for {@code worker}. */
    public WorkerThread(final FlowWorker worker, final Setup setup) {
        this.worker = worker;
        thread = new Thread(() -> run(setup), worker.roleName());
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
                while (!stopRequested && !worker.finished()) {
                    worker.doWork();
                }
            } finally {
                worker.endAllFlows();
                setup.onEnd();
            }
        } catch (final Throwable t) {
            failure = t;
        } finally {
            ended.countDown();
        }
    }
}
