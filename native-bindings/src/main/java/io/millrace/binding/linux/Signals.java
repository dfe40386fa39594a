package io.millrace.binding.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.link.NativeShim;
import java.lang.foreign.FunctionDescriptor;

/**
 * Signals as messages: once watched, SIGINT, SIGTERM and SIGHUP end nothing any more, and one thread takes them one by
 * one. For the whole process and for good. Source: {@code sigaction(2)}.
 */
public final class Signals {
    /** What a signal asks for. */
    public enum Signal {
        /** None came in time. */
        NONE,
        /** SIGINT: end. */
        INTERRUPT,
        /** SIGTERM: end. */
        TERMINATE,
        /** SIGHUP: read again what is read at the start, and open anew what is written. */
        RELOAD
    }

    private static final int SIGHUP = 1;
    private static final int SIGINT = 2;
    private static final int SIGTERM = 15;

    private Signals() {
    }

    /**
     * Takes the signals over from the JVM.
     *
     * @throws EnvironmentException where the kernel refuses.
     */
    public static void watch() {
        final int result =
            NativeShim.shim().function("millrace_signals_watch", FunctionDescriptor.of(JAVA_INT)).callInt();
        if (result != 0) {
            throw new EnvironmentException("cannot watch for signals (errno " + -result
                + "): allow pipe2 and sigaction in the sandbox of the service");
        }
    }

    /**
     * Has SIGHUP do nothing, where there is nothing to read or open anew.
     *
     * @throws EnvironmentException where the kernel refuses.
     */
    public static void ignoreHangup() {
        final int result =
            NativeShim.shim().function("millrace_signals_ignore_hangup", FunctionDescriptor.of(JAVA_INT)).callInt();
        if (result != 0) {
            throw new EnvironmentException("cannot ignore SIGHUP (errno " + -result
                + "): allow sigaction in the sandbox of the service");
        }
    }

    /** The next signal; {@link Signal#NONE} after {@code timeoutMs} without one. One thread at a time. */
    public static Signal await(final int timeoutMs) {
        return switch (NativeShim.shim()
            .function("millrace_signals_await", FunctionDescriptor.of(JAVA_INT, JAVA_INT)).callInt(timeoutMs)) {
            case SIGHUP -> Signal.RELOAD;
            case SIGINT -> Signal.INTERRUPT;
            case SIGTERM -> Signal.TERMINATE;
            default -> Signal.NONE;
        };
    }
}
