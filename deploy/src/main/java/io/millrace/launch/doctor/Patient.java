package io.millrace.launch.doctor;

import io.millrace.launch.machine.KernelInterface;
import io.millrace.launch.machine.Machine;
import io.millrace.launch.machine.NetworkCard;
import io.millrace.launch.machine.SystemFiles;
import java.util.List;

/**
 * The machine under examination, and what it is to do.
 *
 * @param files       of the kernel.
 * @param tools       that are asked where files do not tell.
 * @param machine     what the files told.
 * @param cards       that DPDK is to drive.
 * @param interfaces  of the kernel that are to be watched.
 * @param workerCores cores of the workers, given or as they would be chosen.
 * @param packetBytes memory of the packet buffers of {@code cards}, huge pages at best.
 * @param totalBytes  memory of all tables once they are full.
 */
public record Patient(
    SystemFiles files,
    ToolOutput tools,
    Machine machine,
    List<NetworkCard> cards,
    List<KernelInterface> interfaces,
    List<Integer> workerCores,
    long packetBytes,
    long totalBytes) {

    /** Whether a hypervisor is below. */
    boolean isVirtual() {
        return files.lines("proc/cpuinfo").stream()
            .anyMatch(line -> line.startsWith("flags") && line.contains(" hypervisor"));
    }

    /** Whether the process may do what this bit of {@code linux/capability.h} stands for. */
    boolean hasCapability(final int bit) {
        return files.lines("proc/self/status").stream().filter(line -> line.startsWith("CapEff:"))
            .map(line -> line.substring("CapEff:".length()).strip())
            .anyMatch(mask -> mask.matches("[0-9a-f]{1,16}") && (Long.parseUnsignedLong(mask, 16) >>> bit & 1) != 0);
    }
}
