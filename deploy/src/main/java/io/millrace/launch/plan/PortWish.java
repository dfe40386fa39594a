package io.millrace.launch.plan;

import io.millrace.launch.machine.Machine;
import java.util.Optional;

/**
 * A live port as it was asked for.
 *
 * @param label         words for people.
 * @param driver        DPDK's driver where it is known: {@code net_af_packet} and the like; empty for a card.
 * @param pciAddress    of a card that DPDK is to drive.
 * @param interfaceName of an interface of the kernel.
 */
public record PortWish(
    String label, String driver, Optional<String> pciAddress, Optional<String> interfaceName) {

    private static final String KERNEL_SHARES = "net_af_packet";
    private static final String ZERO_COPY = "net_af_xdp";
    private static final String MAKES_ITS_INTERFACE = "net_tap";

    /** A card that DPDK is to drive. */
    public static PortWish ofCard(final String pciAddress) {
        return new PortWish(pciAddress, "", Optional.of(pciAddress), Optional.empty());
    }

    /** An interface of the kernel. */
    public static PortWish ofInterface(final String name, final String driver) {
        return new PortWish(name, driver, Optional.empty(), Optional.of(name));
    }

    /** Whether the machine has no such port. A TAP interface need not be there: its port makes it. */
    public boolean isAbsentFrom(final Machine machine) {
        return pciAddress.isPresent() ? machine.card(pciAddress.get()).isEmpty()
            : !driver.startsWith(MAKES_ITS_INTERFACE) && interfaceName.filter(name -> !name.equals(Machine.LOOPBACK)
                && machine.networkInterface(name).isEmpty()).isPresent();
    }

    /**
     * What reads it, as the flag has it that asked for it: {@code --driver af_packet}, {@code --port net_af_packet0}.
     */
    String reader() {
        return switch (driver) {
            case "" -> "card";
            case KERNEL_SHARES, ZERO_COPY -> driver.substring("net_".length());
            default -> driver;
        };
    }

    /** Whether the kernel copies its frames, so that no mbuf waits in an RX ring. */
    boolean isCopied() {
        return driver.startsWith(KERNEL_SHARES);
    }

    /** Whether it reads the queues of the kernel's driver. */
    boolean readsQueuesOfTheCard() {
        return driver.startsWith(ZERO_COPY);
    }

    /** Whether several queues get both directions of a flow, as far as is known before the port is open. */
    boolean splitsFlowsWhole() {
        return isCopied() || pciAddress.isPresent();
    }
}
