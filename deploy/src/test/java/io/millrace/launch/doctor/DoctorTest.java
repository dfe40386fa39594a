package io.millrace.launch.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import com.fasterxml.jackson.jr.ob.JSON;
import io.millrace.launch.doctor.Finding.Severity;
import io.millrace.launch.machine.KernelInterface;
import io.millrace.launch.machine.Machine;
import io.millrace.launch.machine.NetworkCard;
import io.millrace.launch.machine.SampleMachine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DoctorTest {
    private static final long PACKET_BYTES = 128L << 20;
    private static final long TOTAL_BYTES = 2L << 30;
    private static final List<String> OPTIONS = List.of(
        "-XX:+UseSerialGC", "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED");
    private static final ToolOutput SILENT = command -> Optional.empty();

    @TempDir
    private Path folder;

    @Test
    void shouldFindWhatABareServerLacks() {
        final List<Finding> findings =
            examine(unpack(SampleMachine.DEBIAN_X710), List.of("0000:01:00.0"), List.of(), List.of(13, 14));

        assertThat(remedy(findings, "huge pages, node 0"))
            .isEqualTo("echo 64 > /sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages");
        assertThat(remedy(findings, "IOMMU")).isEqualTo("sed -i 's/^GRUB_CMDLINE_LINUX=\"/&intel_iommu=on iommu=pt /'"
            + " /etc/default/grub && update-grub && reboot");
        assertThat(remedy(findings, "vfio-pci")).startsWith("modprobe vfio-pci");
        assertThat(remedy(findings, "card 0000:01:00.0"))
            .isEqualTo("ip link set enp1s0f0 down && dpdk-devbind.py --bind=vfio-pci 0000:01:00.0");
        assertThat(remedy(findings, "isolcpus")).contains("isolcpus=13-14 nohz_full=13-14 rcu_nocbs=13-14");
        assertThat(remedy(findings, "governor"))
            .isEqualTo("echo performance | tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor");
        assertThat(remedy(findings, "turbo")).isEqualTo("echo 1 | tee /sys/devices/system/cpu/intel_pstate/no_turbo");
        assertThat(remedy(findings, "SMT siblings")).isEqualTo("echo off | tee /sys/devices/system/cpu/smt/control");
        assertThat(remedy(findings, "transparent huge pages"))
            .isEqualTo("echo madvise | tee /sys/kernel/mm/transparent_hugepage/enabled");
        assertThat(severity(findings, "clock source")).isEqualTo(Severity.GOOD);
        assertThat(severity(findings, "memlock")).isEqualTo(Severity.GOOD);
    }

    @Test
    void shouldFindNothingThatHurtsOnAMachineThatIsPrepared() {
        final List<Finding> findings =
            examine(unpack(SampleMachine.TWO_SOCKETS), List.of("0000:d8:00.0"), List.of(), List.of(14, 15, 16));

        assertThat(findings).isNotEmpty().allSatisfy(
            finding -> assertThat(finding.severity()).as(finding.toString()).isEqualTo(Severity.GOOD));
        assertThat(new DoctorReport(findings).hurts()).isFalse();
    }

    @Test
    void shouldFindWorkersOnTheOtherSocket() {
        final List<Finding> findings =
            examine(unpack(SampleMachine.TWO_SOCKETS), List.of("0000:d8:00.0"), List.of(), List.of(3, 14));

        assertThat(findings).filteredOn(finding -> finding.subject().equals("NUMA")).singleElement()
            .satisfies(finding -> {
            assertThat(finding.severity()).isEqualTo(Severity.HURTS);
            assertThat(finding.found()).isEqualTo("0000:d8:00.0 is on node 1, worker cores 3 are not");
            assertThat(finding.remedy()).isEqualTo("--worker-cores with cores of 12-23");
        });
    }

    @Test
    void shouldAskForHugePagesOnTheNodeOfTheCardAlone() {
        final SampleMachine sample = unpack(SampleMachine.TWO_SOCKETS)
            .write("sys/devices/system/node/node1/hugepages/hugepages-2048kB/free_hugepages", "10")
            .write("sys/devices/system/node/node0/hugepages/hugepages-2048kB/free_hugepages", "0");

        final List<Finding> findings = examine(sample, List.of("0000:d8:00.0"), List.of(), List.of(14));

        assertThat(severity(findings, "huge pages, node 0")).isEqualTo(Severity.GOOD);
        assertThat(remedy(findings, "huge pages, node 1"))
            .isEqualTo("echo 2102 > /sys/devices/system/node/node1/hugepages/hugepages-2048kB/nr_hugepages");
    }

    @Test
    void shouldFindWhatHurtsInAVirtualMachine() {
        final List<Finding> findings = examine(unpack(SampleMachine.VIRTUAL_MACHINE), List.of("0000:00:03.0"),
            List.of("eth0"), List.of(3));

        assertThat(remedy(findings, "clock source"))
            .isEqualTo("echo tsc | tee /sys/devices/system/clocksource/clocksource0/current_clocksource");
        assertThat(remedy(findings, "IOMMU")).isEqualTo("modprobe vfio enable_unsafe_noiommu_mode=1");
        assertThat(remedy(findings, "hugetlbfs")).contains("mount -t hugetlbfs hugetlbfs /dev/hugepages");
        assertThat(severity(findings, "kernel")).isEqualTo(Severity.NOTE);
    }

    @Test
    void shouldFindInterfacesThatAreDownMergeFramesOrHaveShortRings() {
        final ToolOutput ethtool = command -> switch (command[1]) {
            case "-k" -> Optional.of("rx-checksumming: on\ngeneric-receive-offload: on\nlarge-receive-offload: off\n");
            default -> Optional.of("""
                Ring parameters for enp1s0f1:
                Pre-set maximums:
                RX:\t\t4096
                TX:\t\t4096
                Current hardware settings:
                RX:\t\t512
                """);
        };

        final List<Finding> findings = examine(
            unpack(SampleMachine.DEBIAN_X710), ethtool, List.of(), List.of("enp1s0f1"), List.of(15), TOTAL_BYTES);

        assertThat(findings).filteredOn(finding -> finding.subject().equals("interface enp1s0f1"))
            .extracting(Finding::severity, Finding::remedy).containsExactlyInAnyOrder(
                tuple(Severity.BROKEN, "ip link set enp1s0f1 up"),
                tuple(Severity.NOTE, "ethtool -G enp1s0f1 rx 4096"),
                tuple(Severity.HURTS, "ethtool -K enp1s0f1 gro off lro off"));
    }

    @Test
    void shouldFindAUserWhoMayNotOpenInterfacesNorLockMemory() {
        final SampleMachine sample = unpack(SampleMachine.VIRTUAL_MACHINE)
            .write("proc/self/status", "CapEff:\t0000000000000000\\nCpus_allowed_list:\t0-3");

        final List<Finding> findings = examine(sample, List.of("0000:00:03.0"), List.of("eth0"), List.of(3));

        assertThat(severity(findings, "capabilities")).isEqualTo(Severity.BROKEN);
        assertThat(severity(findings, "memlock")).isEqualTo(Severity.BROKEN);
    }

    @Test
    void shouldFindTablesThatDoNotFitIntoMemory() {
        final List<Finding> findings = examine(
            unpack(SampleMachine.VIRTUAL_MACHINE), SILENT, List.of(), List.of("eth0"), List.of(3), 16L << 30);

        assertThat(severity(findings, "memory")).isEqualTo(Severity.HURTS);
    }

    @Test
    void shouldFindACardInANarrowSlot() {
        assertThat(examine(unpack(SampleMachine.DEBIAN_X710), List.of("0000:01:00.1"), List.of(), List.of(15)))
            .anySatisfy(finding -> assertThat(finding.found()).isEqualTo("4 of 8 PCIe lanes"));
    }

    @Test
    void shouldFindOptionsThatTheJvmLacks() {
        final Patient patient = patient(
            unpack(SampleMachine.TWO_SOCKETS), SILENT, List.of(), List.of("eno1"), List.of(14), TOTAL_BYTES);

        assertThat(new Doctor(patient, OPTIONS, List.of("--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED"))
            .examine())
            .anySatisfy(finding -> assertThat(finding.found()).isEqualTo("missing: -XX:+UseSerialGC"));
        assertThat(new Doctor(patient, OPTIONS, OPTIONS).examine())
            .anySatisfy(finding -> assertThat(finding.found()).isEqualTo("as in jvm.options"));
    }

    @Test
    void shouldFindFoldersWhereNothingCanBeWritten() {
        assertThat(OutputChecks.look(List.of(Path.of("/nowhere/eve.json")))).singleElement()
            .satisfies(finding -> assertThat(finding.severity()).isEqualTo(Severity.BROKEN));
        assertThat(OutputChecks.look(List.of(folder.resolve("eve.json")))).singleElement()
            .satisfies(finding -> assertThat(finding.found()).endsWith("GiB free"));
    }

    @Test
    void shouldTellTheWorstFirstWithWhyAndRemedy() throws IOException {
        final DoctorReport report = new DoctorReport(
            examine(unpack(SampleMachine.DEBIAN_X710), List.of("0000:01:00.0"), List.of("enp1s0f1"), List.of(13, 14)));

        assertThat(report.text().lines().findFirst().orElseThrow()).startsWith("broken  interface enp1s0f1");
        assertThat(report.text()).contains("mend  ip link set enp1s0f1 up", "1 broken");
        final Map<String, Object> json = JSON.std.mapFrom(report.json());
        assertThat(json).containsEntry("hurts", true);
        assertThat((List<?>) json.get("findings")).hasSizeGreaterThan(15);
    }

    private SampleMachine unpack(final String name) {
        return SampleMachine.unpack(name, folder);
    }

    private static List<Finding> examine(
        final SampleMachine sample, final List<String> cards, final List<String> interfaces,
        final List<Integer> workerCores) {
        return examine(sample, SILENT, cards, interfaces, workerCores, TOTAL_BYTES);
    }

    private static List<Finding> examine(
        final SampleMachine sample, final ToolOutput tools, final List<String> cards, final List<String> interfaces,
        final List<Integer> workerCores, final long totalBytes) {
        return new Doctor(patient(sample, tools, cards, interfaces, workerCores, totalBytes), OPTIONS, OPTIONS)
            .examine();
    }

    private static Patient patient(
        final SampleMachine sample, final ToolOutput tools, final List<String> cards, final List<String> interfaces,
        final List<Integer> workerCores, final long totalBytes) {

        final Machine machine = sample.read();
        final List<NetworkCard> named = cards.stream().map(address -> machine.card(address).orElseThrow()).toList();
        final List<KernelInterface> watched =
            interfaces.stream().map(name -> machine.networkInterface(name).orElseThrow()).toList();
        return new Patient(sample.files(), tools, machine, named, watched, workerCores, PACKET_BYTES, totalBytes);
    }

    private static Finding of(final List<Finding> findings, final String subject) {
        return findings.stream().filter(finding -> finding.subject().equals(subject)).findFirst().orElseThrow();
    }

    private static Severity severity(final List<Finding> findings, final String subject) {
        return of(findings, subject).severity();
    }

    private static String remedy(final List<Finding> findings, final String subject) {
        return of(findings, subject).remedy();
    }
}
