package io.millrace.script.lua;

import io.millrace.binding.luajit.LuaVm;
import io.millrace.engine.memory.RawMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Stops hooks that run too long. It measures the processor time of the script thread, not the clock on the wall, so
 * that a thread that waits for its turn on a busy machine is not blamed. One thread of its own; machines come and go
 * under a lock that no packet ever waits for.
 */
public final class Watchdog implements AutoCloseable {
    private static final long MIN_INTERVAL_NS = 1_000_000;
    private static final long MAX_INTERVAL_NS = 50_000_000;

    private final long deadlineNs;
    private final long intervalNs;
    private final List<Watch> watches = new ArrayList<>();
    private final Thread thread;
    private volatile boolean running = true;

    private static final class Watch {
        final LuaVm vm;
        final long controlAddress;
        int serial;
        long startedCpuNs = -1;
        boolean late;

        Watch(final LuaVm vm, final long controlAddress) {
            this.vm = vm;
            this.controlAddress = controlAddress;
        }
    }

    /**
     * A running watchdog.
     *
     * @param deadlineNs processor time that one hook may take.
     */
    public Watchdog(final long deadlineNs) {
        this.deadlineNs = deadlineNs;
        intervalNs = Math.clamp(deadlineNs / 4, MIN_INTERVAL_NS, MAX_INTERVAL_NS);
        thread = Thread.ofPlatform().name("millrace-watchdog").daemon(true).unstarted(this::run);
        thread.start();
    }

    @Override
    public void close() {
        running = false;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (final InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    synchronized void add(final LuaVm vm, final long controlAddress) {
        vm.watch(controlAddress);
        watches.add(new Watch(vm, controlAddress));
    }

    /** After this returns, the machine is not touched any more. */
    synchronized void remove(final LuaVm vm) {
        watches.removeIf(watch -> watch.vm == vm);
    }

    private void run() {
        while (running) {
            LockSupport.parkNanos(check() ? MIN_INTERVAL_NS : intervalNs);
        }
    }

    // Whether a hook is late, so that the next look should come soon.
    private synchronized boolean check() {
        boolean late = false;
        for (final Watch watch : watches) {
            look(watch);
            late |= watch.late;
        }
        return late;
    }

    private void look(final Watch watch) {
        final int serial = RawMemory.i32(watch.controlAddress + ControlDescriptor.HOOK_SERIAL);
        final long cpuNs = watch.vm.cpuTimeNs();
        final boolean inHook = (serial & 1) == 1;
        if (!inHook || cpuNs < 0 || serial != watch.serial || watch.startedCpuNs < 0) {
            watch.serial = serial;
            watch.startedCpuNs = inHook ? cpuNs : -1;
            watch.late = false;
        } else if (cpuNs - watch.startedCpuNs >= deadlineNs) {
            watch.late = true;
            watch.vm.interrupt(serial);
        }
    }
}
