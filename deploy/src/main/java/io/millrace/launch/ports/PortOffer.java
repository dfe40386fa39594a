package io.millrace.launch.ports;

import java.util.List;
import java.util.Optional;

/**
 * Something that a capture can watch.
 *
 * @param kind     of port.
 * @param name     PCI address, interface or virtual device.
 * @param words    what it is.
 * @param driver   that has it now; empty for none.
 * @param node     NUMA node; -1 where unknown.
 * @param link     {@code up}, {@code down}, or {@code unknown}.
 * @param megabits speed in Mbit/s; 0 where unknown.
 * @param flags    of {@code millrace capture} that watch it.
 * @param needs    commands that make it ready, in their order; none where it is.
 * @param remark   what else is to be known; empty for nothing.
 */
public record PortOffer(
    Kind kind, String name, String words, Optional<String> driver, int node, String link, int megabits, String flags,
    List<String> needs, String remark) {

    /** Kind of port. */
    public enum Kind {
        /** Network card on the PCI bus. */
        CARD,
        /** Interface of the kernel. */
        INTERFACE,
        /** Made up by a driver of DPDK. */
        VIRTUAL
    }
}
