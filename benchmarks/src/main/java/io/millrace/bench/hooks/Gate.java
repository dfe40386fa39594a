package io.millrace.bench.hooks;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.IdleStrategy;

/**
 * Holds a script thread whenever it has nothing to do, until it is let through, and notes when it began and when it was
 * through. Two threads: the script thread waits, the benchmark opens.
 */
final class Gate implements IdleStrategy {
    private final AtomicReference<Thread> held = new AtomicReference<>();
    private volatile boolean open;
    private volatile boolean always;
    private volatile long begunNs;
    private volatile long endedNs;
    private volatile boolean passed;

    /** Lets the script thread work until it finds nothing more; returns the nanoseconds that this took. */
    long pass() {
        awaitHeld();
        passed = false;
        open = true;
        LockSupport.unpark(held.get());
        while (!passed) {
            Thread.onSpinWait();
        }
        return endedNs - begunNs;
    }

    /** Waits until the script thread stands at the gate; returns it. */
    Thread awaitHeld() {
        while (held.get() == null) {
            Thread.onSpinWait();
        }
        return held.get();
    }

    /** Never holds again. */
    void openForEver() {
        always = true;
        open = true;
        LockSupport.unpark(held.get());
    }

    @Override
    public void idle(final int workCount) {
        if (workCount == 0) {
            idle();
        }
    }

    @Override
    public void idle() {
        if (begunNs != 0 && !passed) {
            endedNs = System.nanoTime();
            passed = true;
        }
        held.set(Thread.currentThread());
        while (!open) {
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
            LockSupport.park(this);
        }
        open = always;
        begunNs = System.nanoTime();
    }

    @Override
    public void reset() {
        // Keeps no state between calls that would have to go.
    }
}
