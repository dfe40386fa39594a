package io.millrace.binding.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.millrace.binding.link.NativeShim;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;

/** What the kernel says about a network interface of this network namespace. Source: {@code netdevice(7)}. */
public enum InterfaceState {
    /** Set up, and its link carries frames. */
    RUNNING,
    /** Set up, but its link is down. */
    NO_CARRIER,
    /** There, but not set up. */
    DOWN,
    /** There is no interface of this name. */
    ABSENT;

    private static final int IFF_UP = 0x1;
    private static final int IFF_RUNNING = 0x40;

    /** State of the interface of this name now. */
    public static InterfaceState of(final String name) {
        final int flags;
        try (Arena arena = Arena.ofConfined()) {
            flags = NativeShim.shim().function("millrace_interface_flags", FunctionDescriptor.of(JAVA_INT, ADDRESS))
                .callInt(arena.allocateFrom(name));
        }
        if (flags < 0) {
            return ABSENT;
        }
        if ((flags & IFF_UP) == 0) {
            return DOWN;
        }
        return (flags & IFF_RUNNING) == 0 ? NO_CARRIER : RUNNING;
    }
}
