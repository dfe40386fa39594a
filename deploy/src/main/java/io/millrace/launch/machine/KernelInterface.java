package io.millrace.launch.machine;

import java.util.Optional;

/**
 * A network interface of the kernel.
 *
 * @param name       of it.
 * @param state      {@code up}, {@code down} and what else {@code operstate} knows.
 * @param megabits   speed of its link in Mbit/s; 0 where unknown.
 * @param mtuBytes   longest packet.
 * @param rxQueues   RX queues that it has now.
 * @param pciAddress of the card behind it, if there is one.
 */
public record KernelInterface(
    String name, String state, int megabits, int mtuBytes, int rxQueues, Optional<String> pciAddress) {

    /** Whether it is there in software alone. */
    public boolean isVirtual() {
        return pciAddress.isEmpty();
    }
}
