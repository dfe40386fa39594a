package io.millrace.launch.machine;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Processors, memory and network of one machine at one moment.
 *
 * @param cpus           that are online, by number.
 * @param nodes          NUMA nodes, at least one.
 * @param cards          network cards on the PCI bus, by address.
 * @param interfaces     of the kernel in this network namespace, by name, without the loopback.
 * @param totalBytes     memory that this process may take at most: that of the machine, or of its control group.
 * @param availableBytes part of it that can be had without swapping.
 */
public record Machine(
    List<Cpu> cpus,
    List<NumaNode> nodes,
    List<NetworkCard> cards,
    List<KernelInterface> interfaces,
    long totalBytes,
    long availableBytes) {

    /** Interface that is in every network namespace, and therefore not told. */
    public static final String LOOPBACK = "lo";

    /** A processor of this number, if it is online. */
    public Optional<Cpu> cpu(final int number) {
        return cpus.stream().filter(cpu -> cpu.number() == number).findFirst();
    }

    /** A card of this address. */
    public Optional<NetworkCard> card(final String address) {
        return cards.stream().filter(card -> card.address().equalsIgnoreCase(address)).findFirst();
    }

    /** An interface of this name. */
    public Optional<KernelInterface> networkInterface(final String name) {
        return interfaces.stream().filter(known -> known.name().equals(name)).findFirst();
    }

    /** Numbers of the processors that this process may run on. */
    public SortedSet<Integer> usableCpus() {
        return numbers(cpus.stream().filter(Cpu::usable).toList());
    }

    /** Numbers of the processors that the scheduler leaves alone. */
    public SortedSet<Integer> isolatedCpus() {
        return numbers(cpus.stream().filter(Cpu::isolated).toList());
    }

    /** Bytes in free huge pages of all nodes, or of one. */
    public long freeHugePageBytes(final int node) {
        return nodes.stream().filter(one -> node < 0 || one.number() == node)
            .flatMap(one -> one.hugePages().stream()).mapToLong(HugePagePool::freeBytes).sum();
    }

    /** Whether there is more than one NUMA node. */
    public boolean hasSeveralNodes() {
        return nodes.size() > 1;
    }

    private static SortedSet<Integer> numbers(final Collection<Cpu> cpus) {
        final SortedSet<Integer> numbers = new TreeSet<>();
        cpus.forEach(cpu -> numbers.add(cpu.number()));
        return numbers;
    }
}
