package io.millrace.launch;

import io.millrace.engine.config.ConfigException;
import io.millrace.engine.config.EngineConfig.HugePages;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Flags about workers, DPDK and its memory. */
@Command(description = "Packets")
final class PacketOptions {
    private static final int WARM_UP_FRAMES_OF_PORTS = 1_000_000;
    private static final int WARM_UP_FRAMES_OF_FILES = 150_000;
    private static final int MAX_WORKERS = 64;
    private static final String PROCESS_TYPE = "--proc-type";

    @Option(names = "--workers", paramLabel = "N", converter = CountConverter.class,
        description = "Worker threads; a distributor feeds them where files or ports have fewer queues (default: 1; on"
            + " live ports one for 5 Gbit/s of their speed, as far as there are cores).")
    private Integer workers;

    @Option(names = "--worker-cores", paramLabel = "LIST", converter = CoreList.Converter.class,
        description = "Cores to pin workers to and to keep all other threads off, for example 2,4-7; one more than"
            + " workers is for the distributor; any leaves it to the kernel (default: isolated cores, those of the"
            + " ports' NUMA node, the last ones, as long as one is left for the rest).")
    private CoreList workerCores;

    @Option(names = "--burst", paramLabel = "N", defaultValue = "64", converter = CountConverter.class,
        description = "Frames taken per poll at most (default: ${DEFAULT-VALUE}).")
    private int burst;

    @Option(names = "--mempool", paramLabel = "N", converter = CountConverter.class,
        description = "Packet buffers per RX queue, those in its ring included (default: 4096; on live ports twice the"
            + " ring).")
    private Integer mempool;

    @Option(names = "--mbuf-size", paramLabel = "SIZE", defaultValue = "2048", converter = SizeConverter.class,
        description = "Frame bytes per packet buffer; longer frames take several (default: ${DEFAULT-VALUE}).")
    private long mbufBytes;

    @Option(names = "--rx-descriptors", paramLabel = "N", converter = CountConverter.class,
        description = "Length of an RX ring, of --iface in the kernel (default: 4096, 65536 for --iface, 512 in a"
            + " replay).")
    private Integer rxDescriptors;

    @Option(names = "--huge-pages", paramLabel = "auto|on|off", defaultValue = "auto",
        description = "Memory from huge pages: auto takes reserved ones for cards where enough are free, on refuses to"
            + " start without (default: ${DEFAULT-VALUE}).")
    private HugePages hugePages;

    @Option(names = "--warm-up", paramLabel = "N", converter = CountConverter.class,
        description = "Packets of a bundled capture led at most through the engine while it starts, until it gets no"
            + " faster, so that the first real ones meet compiled code; 0 for none (default: 1M, 150K in a replay).")
    private Integer warmUpFrames;

    @Option(names = "--decap", paramLabel = "LIST", converter = TunnelSet.Converter.class,
        description = "Tunnels whose inside is the flow, of ip-in-ip, gre, erspan, vxlan, geneve, gtp-u, teredo, l2tp,"
            + " capwap, tzsp, mpls, ether-ip; the outermost is told beside the flow (default: all).")
    private TunnelSet decap;

    @Option(names = "--no-decap",
        description = "Leave all tunnels closed: the tunnel is the flow (default: ${DEFAULT-VALUE}).")
    private boolean noDecap;

    @Option(names = "--eal", paramLabel = "ARGS",
        description = "Further arguments for DPDK's EAL, in one word: --eal='--log-level=8' (default: none).")
    private String eal = "";

    /** Threads as asked for; null for what suits. */
    Integer askedWorkers() {
        if (workers != null && (workers < 1 || workers > MAX_WORKERS)) {
            throw new ConfigException("--workers must be from 1 to " + MAX_WORKERS + ": " + workers);
        }
        return workers;
    }

    /**
     * Cores of the workers and, behind them, of the distributor; empty leaves placing to the kernel, null is any
     * choice.
     */
    List<Integer> askedWorkerCores() {
        return workerCores == null ? null : workerCores.cores();
    }

    /** Set of the tunnels to open. */
    int openedTunnels() {
        if (noDecap && decap != null) {
            throw new ConfigException("--no-decap and --decap contradict each other: give one of them");
        }
        return noDecap ? TunnelSet.NONE.bits() : decap == null ? TunnelSet.ALL.bits() : decap.bits();
    }

    int burst() {
        return burst;
    }

    /** Packet buffers per RX queue as asked for; null for what suits. */
    Integer askedMempool() {
        return mempool;
    }

    int mbufBytes() {
        if (mbufBytes > Integer.MAX_VALUE) {
            throw new ConfigException("--mbuf-size: " + mbufBytes + " is too large: at most 64K");
        }
        return (int) mbufBytes;
    }

    /** Length of an RX ring as asked for; null for what suits. */
    Integer askedRxDescriptors() {
        return rxDescriptors == null || rxDescriptors == 0 ? null : rxDescriptors;
    }

    HugePages hugePages() {
        return hugePages;
    }

    /** Packets to warm up with: a port brings its full rate from the first moment, a file can wait. */
    int warmUpFrames(final boolean live) {
        if (warmUpFrames != null) {
            return warmUpFrames;
        }
        return live ? WARM_UP_FRAMES_OF_PORTS : WARM_UP_FRAMES_OF_FILES;
    }

    List<String> ealArguments() {
        final List<String> arguments = eal.isBlank() ? List.of() : List.of(eal.strip().split("\\s+"));
        if (arguments.stream().anyMatch(argument -> argument.startsWith(PROCESS_TYPE))) {
            throw new ConfigException("--eal: " + PROCESS_TYPE + ": Millrace shares no memory with other processes of"
                + " DPDK: leave it out");
        }
        return arguments;
    }
}
