package io.millrace.binding.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.millrace.binding.link.NativeShim;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;

/**
 * The datagram socket at which a service manager listens to its services; Java has no datagrams of Unix sockets.
 * Source: {@code sd_notify(3)}, {@code unix(7)}. Any thread.
 */
public final class SupervisorSocket {
    private final String path;

    /**
     * A socket by its name.
     *
     * @param path absolute, or abstract with {@code @} in front.
     */
    public SupervisorSocket(final String path) {
        this.path = path;
    }

    /**
     * Sends one datagram; waits up to two seconds where the other side does not read.
     *
     * @return 0, or the negative {@code errno} of what went wrong.
     */
    public int send(final String message) {
        try (Arena arena = Arena.ofConfined()) {
            return NativeShim.shim().function("millrace_datagram", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS))
                .callInt(arena.allocateFrom(path), arena.allocateFrom(message));
        }
    }
}
