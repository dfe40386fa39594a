package io.millrace.launch;

import io.millrace.engine.config.CaptureConfig;
import io.millrace.engine.config.ConfigException;
import io.millrace.engine.config.PortSpec;
import io.millrace.engine.service.CaptureUser;
import io.millrace.launch.plan.BufferPlan;
import io.millrace.launch.plan.PortWish;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Flags about live ports. */
@Command(description = "Ports")
final class CaptureOptions {
    /** Drivers on top of the kernel's own. */
    enum KernelDriver {
        AF_PACKET,
        AF_XDP
    }

    private static final long MIN_STATS_INTERVAL_NS = 100_000_000L;

    @Option(names = "--iface", paramLabel = "NAME", split = ",",
        description = "Network interface of the kernel to watch; repeatable.")
    private List<String> interfaces = List.of();

    @Option(names = "--driver", paramLabel = "af_packet|af_xdp",
        description = "How interfaces of the kernel are read (default: af_packet).")
    private KernelDriver driver;

    @Option(names = "--port", paramLabel = "PCI|VDEV",
        description = "Port of DPDK's own: PCI address, or a virtual device with its arguments such as"
            + " net_tap0,iface=tap0 or net_memif0,role=client; repeatable.")
    private List<String> ports = List.of();

    @Option(names = "--rx-queues", paramLabel = "N", converter = CountConverter.class,
        description = "RX queues of each port (default: as many as workers where both directions of a flow meet then,"
            + " else one and a distributor).")
    private Integer rxQueues;

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

    @Option(names = "--user", paramLabel = "NAME[:GROUP]", converter = NameConverter.class,
        description = "User to become when the ports are open, without any capability from there on; what is read and"
            + " written is reached as this user from the start (default: the one that starts it).")
    private String user;

    /** The ports as they were asked for. */
    List<PortWish> wishes() {
        if (driver != null && interfaces.isEmpty()) {
            throw new ConfigException(
                "--driver: is for --iface, and there is none: give --iface NAME, or leave it out");
        }
        if (durationNs != null && durationNs == 0) {
            throw new ConfigException("--duration must be longer than zero: leave it out for a run without end");
        }
        if (statsIntervalNs < MIN_STATS_INTERVAL_NS) {
            throw new ConfigException("--stats-interval must be at least 100 ms: " + statsIntervalNs + " ns");
        }
        final List<PortWish> wishes = new ArrayList<>();
        for (final String port : ports) {
            final PortSpec spec = PortSpec.parse(port);
            wishes.add(spec.bus().equals(PortSpec.PCI) ? PortWish.ofCard(spec.device())
                : new PortWish(spec.label(), spec.device(), Optional.empty(), spec.interfaceName()));
        }
        interfaces.forEach(name -> wishes.add(
            PortWish.ofInterface(name, "net_" + driver().name().toLowerCase(Locale.ROOT))));
        return wishes;
    }

    /** RX queues of each port as asked for; null for what suits. */
    Integer askedRxQueues() {
        return rxQueues == null || rxQueues == 0 ? null : rxQueues;
    }

    /** The ports as the engine opens them. */
    CaptureConfig config(final BufferPlan buffers) {
        final List<PortSpec> specs = new ArrayList<>();
        ports.forEach(port -> specs.add(PortSpec.parse(port)));
        for (final String name : interfaces) {
            specs.add(driver() == KernelDriver.AF_PACKET ? PortSpec.ofInterface(name)
                : PortSpec.ofExpressPath(specs.size(), name, Math.max(1, buffers.rxQueues())));
        }
        return new CaptureConfig(specs, buffers.rxQueues(), promiscuous, buffers.kernelRingFrames());
    }

    private KernelDriver driver() {
        return driver == null ? KernelDriver.AF_PACKET : driver;
    }

    /** Time after which the capture ends; {@link Long#MAX_VALUE} for none. */
    long durationNs() {
        return durationNs == null ? Long.MAX_VALUE : durationNs;
    }

    long statsIntervalNs() {
        return statsIntervalNs;
    }

    /** Who the capture becomes. */
    CaptureUser user() {
        return user == null ? CaptureUser.asStarted() : CaptureUser.named(user);
    }

    /** The folder, which belongs to {@code user} from here on. */
    RunDirectory runDirectory(final CaptureUser owner) {
        final RunDirectory directory = RunDirectory.open(runDirectory, System.getenv());
        if (owner.takesFilesOver()) {
            directory.handOver(owner.uid(), owner.gid());
        }
        return directory;
    }
}
