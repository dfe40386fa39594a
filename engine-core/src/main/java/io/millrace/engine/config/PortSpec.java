package io.millrace.engine.config;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A live port as it was asked for.
 *
 * @param bus           {@code pci}, {@code vdev} or {@code kernel}.
 * @param device        PCI address, name of the virtual device, or of the kernel's interface.
 * @param arguments     for the driver, separated by commas; may be empty.
 * @param interfaceName the kernel's network interface behind it, where the arguments name one.
 */
public record PortSpec(String bus, String device, String arguments, Optional<String> interfaceName) {
    /** Bus of devices that are there in hardware. */
    public static final String PCI = "pci";
    /** Bus of devices that a driver makes up. */
    public static final String VIRTUAL = "vdev";
    /** Interfaces of the kernel, which is asked for their frames without a driver of DPDK's. */
    public static final String KERNEL = "kernel";

    private static final Pattern PCI_ADDRESS =
        Pattern.compile("(?:([0-9a-fA-F]{4}):)?([0-9a-fA-F]{2}:[0-9a-fA-F]{2}\\.[0-7])((?:,.*)?)");
    private static final Pattern VIRTUAL_DEVICE = Pattern.compile("((?:net|eth)_[A-Za-z0-9_]+)((?:,.*)?)");
    private static final Pattern INTERFACE = Pattern.compile("(?:^|,)iface=([^,]+)");
    /** {@code IFNAMSIZ} of {@code linux/if.h} less the final zero. */
    private static final int LONGEST_INTERFACE_NAME = 15;
    private static final Pattern INTERFACE_NAME = Pattern.compile("[^/\\s,]{1," + LONGEST_INTERFACE_NAME + "}");

    /**
     * Reads the value of {@code --port}: {@code 0000:3b:00.0}, {@code net_tap0,iface=tap0} and the like.
     *
     * @throws ConfigException where it is neither a PCI address nor a virtual device.
     */
    public static PortSpec parse(final String text) {
        final Matcher pci = PCI_ADDRESS.matcher(text);
        if (pci.matches()) {
            final String domain = pci.group(1) == null ? "0000" : pci.group(1);
            return new PortSpec(PCI, domain + ":" + pci.group(2), withoutComma(pci.group(3)), Optional.empty());
        }
        final Matcher virtual = VIRTUAL_DEVICE.matcher(text);
        if (!virtual.matches()) {
            throw new ConfigException("--port: " + text + ": write a PCI address such as 0000:3b:00.0, or a virtual"
                + " device such as net_tap0,iface=tap0; for an interface of the kernel use --iface");
        }
        final String arguments = withoutComma(virtual.group(2));
        final Matcher named = INTERFACE.matcher(arguments);
        return new PortSpec(
            VIRTUAL, virtual.group(1), arguments, named.find() ? Optional.of(named.group(1)) : Optional.empty());
    }

    /**
     * An interface of the kernel, read through packet sockets.
     *
     * @throws ConfigException where the name cannot be that of an interface.
     */
    public static PortSpec ofInterface(final String name) {
        requireInterfaceName(name);
        return new PortSpec(KERNEL, name, "", Optional.of(name));
    }

    /**
     * An interface of the kernel, read through DPDK's {@code af_xdp} driver.
     *
     * @param index  makes the device's name unique in the process.
     * @param queues RX queues of the interface.
     * @throws ConfigException where the name cannot be that of an interface.
     */
    public static PortSpec ofExpressPath(final int index, final String name, final int queues) {
        requireInterfaceName(name);
        return new PortSpec(
            VIRTUAL, "net_af_xdp" + index, "iface=" + name + ",queue_count=" + queues, Optional.of(name));
    }

    private static void requireInterfaceName(final String name) {
        if (!INTERFACE_NAME.matcher(name).matches()) {
            throw new ConfigException("--iface: '" + name + "' cannot be the name of an interface: ip link lists them");
        }
    }

    /** Words for people. */
    public String label() {
        return interfaceName.orElse(device);
    }

    private static String withoutComma(final String arguments) {
        return arguments.isEmpty() ? "" : arguments.substring(1);
    }
}
