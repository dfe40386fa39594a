package io.millrace.launch.machine;

import java.util.List;
import java.util.Optional;

/**
 * A network card on the PCI bus.
 *
 * @param address    for example {@code 0000:3b:00.0}.
 * @param name       of vendor and device, from the machine's list of PCI numbers, or the numbers themselves.
 * @param driver     kernel driver that has it.
 * @param node       NUMA node; -1 where the firmware does not say.
 * @param interfaces of the kernel on it.
 * @param iommuGroup number of its IOMMU group; absent where no IOMMU is at work.
 * @param slotWidth  PCIe lanes in use; 0 where the kernel does not say.
 * @param fullWidth  PCIe lanes that the card has; 0 where the kernel does not say.
 */
public record NetworkCard(
    String address,
    String name,
    Optional<String> driver,
    int node,
    List<KernelInterface> interfaces,
    Optional<String> iommuGroup,
    int slotWidth,
    int fullWidth) {

    private static final List<String> USER_SPACE_DRIVERS = List.of("vfio-pci", "igb_uio", "uio_pci_generic");

    /** Whether a driver has it that hands it to DPDK. */
    public boolean isBoundForDpdk() {
        return driver.filter(USER_SPACE_DRIVERS::contains).isPresent();
    }

    /** Whether DPDK drives it beside the kernel's driver, which keeps it. */
    public boolean sharesWithKernel() {
        return driver.filter(name -> name.startsWith("mlx")).isPresent();
    }
}
