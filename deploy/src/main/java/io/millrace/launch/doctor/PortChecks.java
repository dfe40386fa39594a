package io.millrace.launch.doctor;

import static io.millrace.launch.doctor.Finding.Severity.BROKEN;
import static io.millrace.launch.doctor.Finding.Severity.HURTS;
import static io.millrace.launch.doctor.Finding.Severity.NOTE;
import static io.millrace.launch.doctor.Finding.good;

import io.millrace.launch.machine.KernelInterface;
import io.millrace.launch.machine.NetworkCard;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cards and interfaces: who drives them, IOMMU, lanes, rings, offloads. */
final class PortChecks {
    private static final Pattern RX_RING = Pattern.compile("(?m)^RX:\\s+(\\d+)");
    private static final Pattern MERGED = Pattern.compile("(?m)^(generic|large)-receive-offload: on$");

    private final Patient patient;
    private final List<Finding> findings = new ArrayList<>();

    PortChecks(final Patient patient) {
        this.patient = patient;
    }

    List<Finding> look() {
        if (!patient.cards().isEmpty()) {
            iommu();
            vfio();
        }
        patient.cards().forEach(this::card);
        patient.interfaces().forEach(this::kernelInterface);
        if (patient.cards().isEmpty() && patient.interfaces().isEmpty()) {
            findings.add(new Finding(NOTE, "ports", "none on a card",
                "there is nothing to watch but virtual interfaces", "millrace ports"));
        }
        return findings;
    }

    private void iommu() {
        if (patient.cards().stream().allMatch(card -> card.iommuGroup().isPresent() || card.sharesWithKernel())) {
            findings.add(good("IOMMU", "at work"));
            return;
        }
        final boolean without = patient.files().text("sys/module/vfio/parameters/enable_unsafe_noiommu_mode")
            .filter("Y"::equals).isPresent();
        if (without) {
            findings.add(new Finding(NOTE, "IOMMU", "none, vfio is told to do without",
                "a card can write to any memory", ProcessorChecks.bootParameters("intel_iommu=on iommu=pt")));
        } else if (patient.isVirtual()) {
            findings.add(new Finding(HURTS, "IOMMU", "none in this virtual machine", "vfio-pci takes no card",
                "modprobe vfio enable_unsafe_noiommu_mode=1"));
        } else {
            findings.add(new Finding(HURTS, "IOMMU", "off", "vfio-pci takes no card",
                ProcessorChecks.bootParameters("intel_iommu=on iommu=pt")));
        }
    }

    private void vfio() {
        if (patient.files().exists("sys/bus/pci/drivers/vfio-pci") || patient.files().exists("sys/module/vfio_pci")) {
            findings.add(good("vfio-pci", "loaded"));
        } else if (patient.cards().stream().anyMatch(card -> !card.sharesWithKernel())) {
            findings.add(new Finding(HURTS, "vfio-pci", "not loaded", "no driver hands the cards to DPDK",
                "modprobe vfio-pci && echo vfio-pci > /etc/modules-load.d/millrace.conf"));
        }
    }

    private void card(final NetworkCard card) {
        final String subject = "card " + card.address();
        if (card.isBoundForDpdk() || card.sharesWithKernel()) {
            findings.add(good(subject, card.name() + ", driver " + card.driver().orElseThrow()));
        } else {
            final String down = card.interfaces().isEmpty() ? ""
                : "ip link set " + card.interfaces().getFirst().name() + " down && ";
            findings.add(new Finding(HURTS, subject, card.name() + ", driver " + card.driver().orElse("none"),
                "DPDK cannot open it", down + "dpdk-devbind.py --bind=vfio-pci " + card.address()));
        }
        if (card.slotWidth() > 0 && card.slotWidth() < card.fullWidth()) {
            findings.add(new Finding(HURTS, subject, card.slotWidth() + " of " + card.fullWidth() + " PCIe lanes",
                "the bus is slower than the link", "move it to a wider slot, then lspci -vv -s " + card.address()
                    + " | grep LnkSta"));
        }
    }

    private void kernelInterface(final KernelInterface one) {
        final String subject = "interface " + one.name();
        if (one.state().equals("down")) {
            findings.add(new Finding(BROKEN, subject, "down", "no frame comes from it",
                "ip link set " + one.name() + " up"));
        } else {
            findings.add(good(subject, one.state()
                + (one.megabits() > 0 ? ", " + one.megabits() + " Mbit/s" : "") + ", " + one.rxQueues()
                + " RX queues"));
        }
        ring(one, subject);
        final Optional<String> offloads = patient.tools().of("ethtool", "-k", one.name());
        if (offloads.filter(text -> MERGED.matcher(text).find()).isPresent()) {
            findings.add(new Finding(HURTS, subject, "the kernel merges frames (GRO, LRO)",
                "Millrace sees fewer and longer frames than the wire: packet counts and times are wrong",
                "ethtool -K " + one.name() + " gro off lro off"));
        }
    }

    private void ring(final KernelInterface one, final String subject) {
        final Optional<String> rings = patient.tools().of("ethtool", "-g", one.name());
        if (rings.isEmpty()) {
            return;
        }
        final Matcher matcher = RX_RING.matcher(rings.get());
        if (!matcher.find()) {
            return;
        }
        final int most = Integer.parseInt(matcher.group(1));
        if (matcher.find() && Integer.parseInt(matcher.group(1)) < most) {
            findings.add(new Finding(NOTE, subject, "RX ring of " + matcher.group(1) + " of " + most,
                "a burst that the ring does not hold is lost before Millrace sees it",
                "ethtool -G " + one.name() + " rx " + most));
        } else {
            findings.add(good(subject, "RX ring of " + most));
        }
    }
}
