package io.millrace.binding.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.millrace.binding.link.NativeShim;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;

/** Over how many queues a network interface spreads the frames that it receives. Source: {@code linux/ethtool.h}. */
public final class InterfaceQueues {
    private InterfaceQueues() {
    }

    /** Of the interface of this name in this network namespace, now; 1 where its driver does not tell. */
    public static int of(final String name) {
        try (Arena arena = Arena.ofConfined()) {
            final int queues = NativeShim.shim()
                .function("millrace_interface_rx_queues", FunctionDescriptor.of(JAVA_INT, ADDRESS))
                .callInt(arena.allocateFrom(name));
            return Math.max(1, queues);
        }
    }
}
