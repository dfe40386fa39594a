package io.millrace.engine.service;

import io.millrace.binding.linux.Signals;

/** Signals of this process, taken over from the JVM. Owned by the main thread. */
public final class ProcessSignals {
    private ProcessSignals() {
    }

    /** Takes SIGINT, SIGTERM and SIGHUP over from the JVM, for good; {@link #await} hands them out. */
    public static void watch() {
        Signals.watch();
    }

    /** Has SIGHUP do nothing, for good: a run that ends by itself has nothing to open anew. */
    public static void ignoreHangup() {
        Signals.ignoreHangup();
    }

    /** The next signal; {@link ProcessSignal#NONE} after {@code timeoutMs} without one. One thread at a time. */
    public static ProcessSignal await(final int timeoutMs) {
        return switch (Signals.await(timeoutMs)) {
            case NONE -> ProcessSignal.NONE;
            case INTERRUPT, TERMINATE -> ProcessSignal.STOP;
            case RELOAD -> ProcessSignal.RELOAD;
        };
    }
}
