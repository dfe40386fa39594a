package io.millrace.engine.port;

import io.millrace.binding.dpdk.Eal;
import io.millrace.binding.linux.ThreadAffinity;
import io.millrace.engine.config.CaptureConfig;
import io.millrace.engine.config.ConfigException;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.config.PortSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What DPDK's environment abstraction layer is told at its start. Source: {@code rte_eal_init}, EAL parameters. */
public final class EalArguments {
    private static final String WARM_UP_DRIVER = "net_pcap";
    private static final List<String> COMMON_DRIVERS = List.of("bus_vdev", "mempool_ring");
    private static final Path PCI_DEVICES = Path.of("/sys/bus/pci/devices");

    private EalArguments() {
    }

    /**
     * The arguments of a run, without the program's name.
     *
     * @param capture live ports; null for a replay.
     * @param workers how many there shall be.
     * @throws ConfigException where a port names a driver that the installed DPDK does not have.
     */
    public static List<String> of(final EngineConfig config, final CaptureConfig capture, final int workers) {
        final List<PortSpec> ports = capture == null ? List.of() : capture.ports();
        final boolean hardware = ports.stream().anyMatch(EalArguments::isHardware);
        final List<String> arguments = new ArrayList<>(
            List.of("--no-telemetry", "--lcores", "0@(" + allowedCores() + ")"));
        final int mebibytes = PacketMemory.of(config, capture, workers).mebibytes();
        if (config.hugePages() == EngineConfig.HugePages.ON) {
            arguments.add("--in-memory");
            arguments.addAll(hugePageMemory(ports, mebibytes));
        } else {
            arguments.addAll(List.of("--no-shconf", "--no-huge", "-m", Integer.toString(mebibytes)));
        }
        if (hardware) {
            // Which driver a device needs is known to the drivers alone, so all of them are loaded.
            ports.stream().filter(EalArguments::isHardware).forEach(port -> arguments.addAll(List.of(
                "-a", port.arguments().isEmpty() ? port.device() : port.device() + "," + port.arguments())));
        } else {
            arguments.add("--no-pci");
            drivers(ports).forEach(library -> arguments.addAll(List.of("-d", library.toString())));
        }
        arguments.addAll(config.ealArguments());
        return arguments;
    }

    private static boolean isHardware(final PortSpec port) {
        return port.bus().equals(PortSpec.PCI);
    }

    /** Pages of the node that the cards are on: left to itself EAL takes them from all nodes alike. */
    private static List<String> hugePageMemory(final List<PortSpec> ports, final int mebibytes) {
        final int node = ports.stream().filter(EalArguments::isHardware).mapToInt(port -> nodeOf(port.device()))
            .filter(known -> known >= 0).findFirst().orElse(-1);
        return node < 0 ? List.of("-m", Integer.toString(mebibytes))
            : List.of("--socket-mem", "0,".repeat(node) + mebibytes);
    }

    private static int nodeOf(final String pciAddress) {
        try {
            return Integer.parseInt(Files.readString(PCI_DEVICES.resolve(pciAddress).resolve("numa_node")).strip());
        } catch (final IOException | NumberFormatException e) {
            return -1;
        }
    }

    private static List<Path> drivers(final List<PortSpec> ports) {
        final Set<String> drivers = new LinkedHashSet<>(COMMON_DRIVERS);
        drivers.add(WARM_UP_DRIVER);
        ports.stream().filter(port -> port.bus().equals(PortSpec.VIRTUAL)).forEach(port -> drivers.add(driverOf(port)));
        return drivers.stream().map(Eal::driver).filter(Files::exists).toList();
    }

    /** A device is named after its driver, with something of its own behind. */
    private static String driverOf(final PortSpec port) {
        String name = port.device();
        while (!name.isEmpty() && !Files.exists(Eal.driver(name))) {
            name = name.substring(0, name.length() - 1);
        }
        if (name.isEmpty()) {
            throw new ConfigException("--port: " + port.device() + ": DPDK has no such driver: ls "
                + Eal.driver("net_*").getParent() + " shows what is installed");
        }
        return name;
    }

    private static String allowedCores() {
        return String.join(",", ThreadAffinity.current().stream().mapToObj(Integer::toString).toList());
    }
}
