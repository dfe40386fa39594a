package io.millrace.launch;

import io.millrace.engine.config.CaptureConfig;
import io.millrace.engine.config.ConfigException;
import io.millrace.engine.config.PortSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.BitUtil;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Flags about live ports. */
@Command(description = "Ports")
final class CaptureOptions {
    private static final int KERNEL_RING_FRAMES = 32_768;
    private static final int NIC_RING_DESCRIPTORS = 4096;

    /** Drivers on top of the kernel's own. */
    enum KernelDriver {
        AF_PACKET,
        AF_XDP;

        String dpdkName() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    @Option(names = "--iface", paramLabel = "NAME", split = ",",
        description = "Network interface of the kernel to watch; repeatable.")
    private List<String> interfaces = List.of();

    @Option(names = "--driver", paramLabel = "af_packet|af_xdp", defaultValue = "af_packet",
        description = "How interfaces of the kernel are read (default: ${DEFAULT-VALUE}).")
    private KernelDriver driver;

    @Option(names = "--port", paramLabel = "PCI|VDEV",
        description = "Port of DPDK's own: PCI address, or a virtual device with its arguments such as"
            + " net_tap0,iface=tap0 or net_memif0,role=client; repeatable.")
    private List<String> ports = List.of();

    @Option(names = "--rx-queues", paramLabel = "N", defaultValue = "0", converter = CountConverter.class,
        description = "RX queues of each port; 0 for as many as workers where both directions of a flow meet then, else"
            + " one and a distributor (default: ${DEFAULT-VALUE}).")
    private int rxQueues;

    @Option(names = "--promiscuous", paramLabel = "true|false", arity = "0..1", defaultValue = "true",
        fallbackValue = "true", description = "Take frames for any address (default: ${DEFAULT-VALUE}).")
    private boolean promiscuous;

    @Option(names = "--duration", paramLabel = "TIME", converter = DurationConverter.class,
        description = "End after this time (default: until stopped).")
    private Long durationNs;

    @Option(names = "--stats-interval", paramLabel = "TIME", defaultValue = "60s", converter = DurationConverter.class,
        description = "Time between two stats records in the EVE log (default: ${DEFAULT-VALUE}).")
    private long statsIntervalNs;

    @Option(names = "--run-dir", paramLabel = "DIR",
        description = "Folder of the counters that millrace stat reads, and of the locks on ports (default:"
            + " /run/millrace for root, else $XDG_RUNTIME_DIR/millrace).")
    private Path runDirectory;

    /**
     * The ports as the engine opens them.
     *
     * @param workers       how many there are.
     * @param rxDescriptors as asked for; 0 for what suits.
     */
    CaptureConfig config(final int workers, final int rxDescriptors) {
        final List<PortSpec> specs = new ArrayList<>();
        ports.forEach(port -> specs.add(PortSpec.parse(port)));
        final int queues = rxQueues == 0 ? driver == KernelDriver.AF_PACKET ? workers : 1 : rxQueues;
        final int ringFrames = rxDescriptors == 0 ? KERNEL_RING_FRAMES : rxDescriptors;
        if (!interfaces.isEmpty() && !BitUtil.isPowerOfTwo(ringFrames)) {
            throw new ConfigException("--rx-descriptors must be a power of two for --iface: " + ringFrames);
        }
        for (final String name : interfaces) {
            specs.add(PortSpec.ofInterface(specs.size(), name, driver.dpdkName(), queues, ringFrames));
        }
        return new CaptureConfig(specs, rxQueues, promiscuous);
    }

    /** Length of the RX rings of ports that are no interfaces of the kernel. */
    static int nicDescriptors(final int asked) {
        return asked == 0 ? NIC_RING_DESCRIPTORS : asked;
    }

    /** Time after which the capture ends; {@link Long#MAX_VALUE} for none. */
    long durationNs() {
        return durationNs == null ? Long.MAX_VALUE : durationNs;
    }

    long statsIntervalNs() {
        return statsIntervalNs;
    }

    RunDirectory runDirectory() {
        return RunDirectory.open(runDirectory, System.getenv());
    }
}
