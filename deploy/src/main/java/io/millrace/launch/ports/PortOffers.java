package io.millrace.launch.ports;

import io.millrace.launch.machine.KernelInterface;
import io.millrace.launch.machine.Machine;
import io.millrace.launch.machine.NetworkCard;
import io.millrace.launch.machine.SystemFiles;
import io.millrace.launch.ports.PortOffer.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Finds what a capture can watch on a machine. */
public final class PortOffers {
    /** Packet buffers of one queue with its ring and its gaps, in huge pages of 2 MiB. */
    private static final int PAGES_OF_A_CARD = 64;
    private static final Map<String, String> VIRTUAL_DEVICES = new TreeMap<>(Map.of(
        "net_tap", "net_tap0,iface=tap0",
        "net_memif", "net_memif0,role=client,socket=/run/memif.sock,socket-abstract=no",
        "net_pcap", "net_pcap0,rx_iface=eth0", "net_null", "net_null0", "net_ring", "net_ring0"));
    private static final Map<String, String> MEANINGS = Map.of(
        "net_tap", "an interface that Millrace makes", "net_memif", "shared memory of another program",
        "net_pcap", "an interface through libpcap", "net_null", "frames without content, for tests",
        "net_ring", "frames within the process, for tests");

    private final SystemFiles files;
    private final Machine machine;
    private final List<String> drivers;

    /**
     * Offers of a machine.
     *
     * @param drivers network drivers of the installed DPDK.
     */
    public PortOffers(final SystemFiles files, final Machine machine, final List<String> drivers) {
        this.files = files;
        this.machine = machine;
        this.drivers = List.copyOf(drivers);
    }

    /** Cards, then interfaces, then virtual devices. */
    public List<PortOffer> find() {
        final List<PortOffer> offers = new ArrayList<>();
        machine.cards().forEach(card -> offers.add(offer(card)));
        machine.interfaces().forEach(one -> offers.add(offer(one)));
        VIRTUAL_DEVICES.forEach((driver, example) -> {
            if (drivers.contains(driver)) {
                offers.add(new PortOffer(Kind.VIRTUAL, driver, MEANINGS.get(driver), Optional.of(driver), -1, "unknown",
                    0, "--port " + example, List.of(), ""));
            }
        });
        return offers;
    }

    private PortOffer offer(final NetworkCard card) {
        final Optional<KernelInterface> first = card.interfaces().stream().findFirst();
        final List<String> needs = new ArrayList<>();
        if (!card.isBoundForDpdk() && !card.sharesWithKernel()) {
            if (!files.exists("sys/bus/pci/drivers/vfio-pci")) {
                needs.add("modprobe vfio-pci");
            }
            if (card.iommuGroup().isEmpty()) {
                needs.add("modprobe vfio enable_unsafe_noiommu_mode=1");
            }
            first.ifPresent(one -> needs.add("ip link set " + one.name() + " down"));
            needs.add("dpdk-devbind.py --bind=vfio-pci " + card.address());
        }
        final int node = Math.max(0, card.node());
        if (machine.freeHugePageBytes(node) == 0) {
            needs.add("echo " + PAGES_OF_A_CARD + " > /sys/devices/system/node/node" + node
                + "/hugepages/hugepages-2048kB/nr_hugepages");
        }
        return new PortOffer(Kind.CARD, card.address(), card.name(), card.driver(), card.node(),
            first.map(KernelInterface::state).orElse("unknown"), first.map(KernelInterface::megabits).orElse(0),
            "--port " + card.address(), needs, first.map(one -> "the kernel's " + one.name()
                + (card.sharesWithKernel() ? ", which stays" : hasDefaultRoute(one)
                    ? ", which goes: this machine's default route leads over it" : ", which goes")).orElse(""));
    }

    private boolean hasDefaultRoute(final KernelInterface one) {
        return files.lines("proc/net/route").stream().anyMatch(line -> line.startsWith(one.name() + "\t00000000\t"));
    }

    private PortOffer offer(final KernelInterface one) {
        final List<String> needs = new ArrayList<>();
        if (one.state().equals("down")) {
            needs.add("ip link set " + one.name() + " up");
        }
        final boolean express = drivers.contains("net_af_xdp");
        return new PortOffer(Kind.INTERFACE, one.name(),
            one.isVirtual() ? "virtual" : "on " + one.pciAddress().orElseThrow(),
            one.pciAddress().flatMap(machine::card).flatMap(NetworkCard::driver),
            one.pciAddress().flatMap(machine::card).map(NetworkCard::node).orElse(-1), one.state(), one.megabits(),
            "--iface " + one.name(), needs, express ? "or --iface " + one.name() + " --driver af_xdp" : "");
    }
}
