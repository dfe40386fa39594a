package io.millrace.engine.port;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.linux.InterfaceQueues;
import io.millrace.engine.config.PortSpec;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What DPDK's {@code af_xdp} driver leaves unsaid. Sources: its guide, {@code AF_XDP} in the kernel's documentation.
 */
final class ExpressPath {
    private static final String DRIVER = "net_af_xdp";
    private static final String CHOSEN_BY_USER = "start_queue";
    private static final Pattern QUEUE_COUNT = Pattern.compile("(?:^|,)queue_count=(\\d{1,5})(?:,|$)");

    private ExpressPath() {
    }

    /** Whether that driver reads the port. */
    static boolean reads(final PortSpec spec) {
        return spec.device().startsWith(DRIVER);
    }

    /**
     * Refuses an interface whose frames come on more queues than are read: those of the others would go by, uncounted.
     *
     * @throws EnvironmentException with what to do.
     */
    static void requireEveryQueue(final PortSpec spec) {
        if (!reads(spec) || spec.interfaceName().isEmpty() || spec.arguments().contains(CHOSEN_BY_USER)) {
            return;
        }
        final String name = spec.interfaceName().get();
        final Matcher given = QUEUE_COUNT.matcher(spec.arguments());
        final int read = given.find() ? Integer.parseInt(given.group(1)) : 1;
        final int there = InterfaceQueues.of(name);
        if (there > read) {
            throw new EnvironmentException("interface " + name + " spreads frames over " + there + " queues, and af_xdp"
                + " reads " + read + ": ethtool -L " + name + " combined 1 (of a veth pair: rx 1), or leave out"
                + " --driver");
        }
    }

    /** What to do where the driver could not set up its queues; the kernel's own words stand on standard error. */
    static String remedy(final PortSpec spec) {
        return "XDP takes no frames above a page: ip link set " + spec.label() + " mtu 1500, at both ends of a veth"
            + " pair; or leave out --driver";
    }
}
