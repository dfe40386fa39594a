package io.millrace.launch.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a {@link Machine} from its files. Source: the kernel's {@code Documentation/ABI}, {@code proc(5)}. */
public final class MachineReader {
    private static final String CPUS = "sys/devices/system/cpu/";
    private static final String NODES = "sys/devices/system/node/";
    private static final String PCI = "sys/bus/pci/devices/";
    private static final String INTERFACES = "sys/class/net/";
    /** {@code PCI_BASE_CLASS_NETWORK} of {@code linux/pci_ids.h}. */
    private static final String NETWORK_CLASS = "0x02";
    private static final Pattern PCI_ADDRESS = Pattern.compile("[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\\.[0-7]");

    private final SystemFiles files;

    /** A reader of these files. */
    public MachineReader(final SystemFiles files) {
        this.files = files;
    }

    /** The machine as it is now. */
    public Machine read() {
        final List<KernelInterface> interfaces = interfaces();
        return machine(cards(interfaces), interfaces);
    }

    /** The same without cards and interfaces, whose names take a while to look up. */
    public Machine readWithoutNetwork() {
        return machine(List.of(), List.of());
    }

    private Machine machine(final List<NetworkCard> cards, final List<KernelInterface> interfaces) {
        final long totalBytes = files.field("proc/meminfo", "MemTotal").orElse(0) << 10;
        final long limitBytes = memoryLimit().orElse(Long.MAX_VALUE);
        return new Machine(cpus(), nodes(), cards, interfaces, Math.min(totalBytes, limitBytes),
            Math.min(files.field("proc/meminfo", "MemAvailable").orElse(0) << 10, limitBytes));
    }

    private List<Cpu> cpus() {
        final SortedSet<Integer> online = CpuNumbers.parse(files.text(CPUS + "online").orElse("0"));
        final SortedSet<Integer> isolated = CpuNumbers.parse(files.text(CPUS + "isolated").orElse(""));
        final SortedSet<Integer> usable = usable(online, isolated);
        final List<Cpu> cpus = new ArrayList<>();
        for (final int number : online) {
            final SortedSet<Integer> siblings = CpuNumbers.parse(
                files.text(CPUS + "cpu" + number + "/topology/thread_siblings_list").orElse(""));
            siblings.add(number);
            cpus.add(new Cpu(
                number, siblings, nodeOf(number), isolated.contains(number), usable.contains(number)));
        }
        return List.copyOf(cpus);
    }

    /**
     * Isolated processors are in no process's affinity until it asks for them; a process whose affinity lacks more than
     * those was restricted on purpose.
     */
    private SortedSet<Integer> usable(final SortedSet<Integer> online, final SortedSet<Integer> isolated) {
        final SortedSet<Integer> allowed = files.lines("proc/self/status").stream()
            .filter(line -> line.startsWith("Cpus_allowed_list:"))
            .map(line -> CpuNumbers.parse(line.substring(line.indexOf(':') + 1))).findFirst().orElse(online);
        final SortedSet<Integer> shared = new TreeSet<>(online);
        shared.removeAll(isolated);
        return allowed.containsAll(shared) ? online : allowed;
    }

    private int nodeOf(final int cpu) {
        return nodeNumbers().stream()
            .filter(node -> CpuNumbers.parse(files.text(NODES + "node" + node + "/cpulist").orElse("")).contains(cpu))
            .findFirst().orElse(0);
    }

    private List<NumaNode> nodes() {
        final List<NumaNode> nodes = new ArrayList<>();
        for (final int node : nodeNumbers()) {
            final String folder = NODES + "node" + node + "/";
            nodes.add(new NumaNode(node,
                files.field(folder + "meminfo", "MemTotal").orElse(0) << 10,
                files.field(folder + "meminfo", "MemFree").orElse(0) << 10,
                hugePages(node, folder + "hugepages/")));
        }
        return nodes.isEmpty() ? List.of(new NumaNode(0, files.field("proc/meminfo", "MemTotal").orElse(0) << 10,
            files.field("proc/meminfo", "MemFree").orElse(0) << 10, hugePages(0, "sys/kernel/mm/hugepages/")))
            : List.copyOf(nodes);
    }

    private List<Integer> nodeNumbers() {
        return files.names(NODES).stream().filter(name -> name.matches("node\\d{1,4}"))
            .map(name -> Integer.parseInt(name.substring("node".length()))).sorted().toList();
    }

    private List<HugePagePool> hugePages(final int node, final String folder) {
        return files.names(folder).stream().filter(name -> name.matches("hugepages-\\d{1,12}kB"))
            .map(name -> new HugePagePool(node, Long.parseLong(name.replaceAll("\\D", "")) << 10,
                files.number(folder + name + "/nr_hugepages").orElse(0),
                files.number(folder + name + "/free_hugepages").orElse(0)))
            .toList();
    }

    private List<KernelInterface> interfaces() {
        return files.names(INTERFACES).stream()
            .filter(name -> !name.equals(Machine.LOOPBACK) && files.exists(INTERFACES + name + "/mtu"))
            .map(name -> new KernelInterface(name,
                files.text(INTERFACES + name + "/operstate").orElse("unknown"),
                (int) Math.max(0, files.number(INTERFACES + name + "/speed").orElse(0)),
                (int) files.number(INTERFACES + name + "/mtu").orElse(0),
                (int) files.names(INTERFACES + name + "/queues").stream().filter(q -> q.startsWith("rx-")).count(),
                pciAddress(name)))
            .toList();
    }

    /** The last address on the way through the tree of devices is that of the card; those before are bridges. */
    private Optional<String> pciAddress(final String name) {
        final Matcher matcher = PCI_ADDRESS.matcher(files.target(INTERFACES + name).orElse(""));
        return matcher.results().map(match -> match.group()).reduce((first, second) -> second);
    }

    private List<NetworkCard> cards(final List<KernelInterface> interfaces) {
        final List<String> addresses = files.names(PCI).stream()
            .filter(address -> files.text(PCI + address + "/class").orElse("").startsWith(NETWORK_CLASS)).toList();
        if (addresses.isEmpty()) {
            return List.of();
        }
        final PciNames names = new PciNames(files);
        return addresses.stream().map(address -> new NetworkCard(
            address,
            names.name(pciNumber(address, "vendor"), pciNumber(address, "device")),
            files.targetName(PCI + address + "/driver"),
            (int) files.number(PCI + address + "/numa_node").orElse(-1),
            interfaces.stream().filter(known -> known.pciAddress().equals(Optional.of(address))).toList(),
            files.targetName(PCI + address + "/iommu_group"),
            (int) files.number(PCI + address + "/current_link_width").orElse(0),
            (int) files.number(PCI + address + "/max_link_width").orElse(0))).toList();
    }

    private String pciNumber(final String address, final String file) {
        return files.text(PCI + address + "/" + file).orElse("0x0000").replaceFirst("0x", "");
    }

    private Optional<Long> memoryLimit() {
        final String group = files.lines("proc/self/cgroup").stream().filter(line -> line.startsWith("0::"))
            .map(line -> line.substring("0::".length())).findFirst().orElse("/");
        final String own = group.equals("/") ? "" : group;
        return files.text("sys/fs/cgroup" + own + "/memory.max").filter(text -> text.matches("\\d{1,18}"))
            .map(Long::parseLong);
    }
}
