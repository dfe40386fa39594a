package io.millrace.launch.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MachineReaderTest {
    @TempDir
    private Path folder;

    @Test
    void shouldFindTheCardsWithDriverInterfaceAndName() {
        final Machine machine = SampleMachine.unpack(SampleMachine.DEBIAN_X710, folder).read();

        assertThat(machine.cards()).hasSize(3);
        assertThat(machine.card("0000:01:00.0")).hasValueSatisfying(card -> {
            assertThat(card.name()).isEqualTo("Intel Ethernet Controller X710 for 10GbE SFP+");
            assertThat(card.driver()).contains("i40e");
            assertThat(card.isBoundForDpdk()).isFalse();
            assertThat(card.iommuGroup()).isEmpty();
            assertThat(card.interfaces()).singleElement().satisfies(known -> {
                assertThat(known.name()).isEqualTo("enp1s0f0");
                assertThat(known.megabits()).isEqualTo(10_000);
                assertThat(known.rxQueues()).isEqualTo(16);
            });
        });
        assertThat(machine.card("0000:02:00.0").orElseThrow().name()).isEqualTo("PCI device 8086:1533");
    }

    @Test
    void shouldFindTheCardBehindAnInterfaceOfAVirtualBus() {
        final Machine machine = SampleMachine.unpack(SampleMachine.VIRTUAL_MACHINE, folder).read();

        assertThat(machine.networkInterface("eth0").orElseThrow().pciAddress()).contains("0000:00:03.0");
        assertThat(machine.interfaces()).extracting(KernelInterface::name).containsExactly("eth0");
    }

    @Test
    void shouldCountIsolatedCoresAmongThoseThatItMayUse() {
        final Machine machine = SampleMachine.unpack(SampleMachine.TWO_SOCKETS, folder).read();

        assertThat(machine.isolatedCpus()).containsExactly(14, 15, 16, 17, 18, 19);
        assertThat(machine.usableCpus()).hasSize(24);
        assertThat(machine.cpu(13)).map(Cpu::node).isEqualTo(Optional.of(1));
        assertThat(machine.freeHugePageBytes(1)).isEqualTo(2048L << 21);
        assertThat(machine.nodes()).extracting(NumaNode::totalBytes)
            .containsExactly(65_812_344L << 10, 66_000_000L << 10);
    }

    @Test
    void shouldKeepToTheCoresThatItWasRestrictedTo() {
        final Machine machine = SampleMachine.unpack(SampleMachine.TWO_SOCKETS, folder)
            .write("proc/self/status", "Cpus_allowed_list:\t2-3").read();

        assertThat(machine.usableCpus()).containsExactly(2, 3);
    }

    @Test
    void shouldKeepToTheMemoryOfItsControlGroup() {
        final Machine machine = SampleMachine.unpack(SampleMachine.VIRTUAL_MACHINE, folder)
            .write("proc/self/cgroup", "0::/system.slice/millrace.service")
            .write("sys/fs/cgroup/system.slice/millrace.service/memory.max", "1073741824").read();

        assertThat(machine.totalBytes()).isEqualTo(1 << 30);
        assertThat(machine.availableBytes()).isEqualTo(1 << 30);
    }

    @Test
    void shouldReadAMachineThatTellsNothing() {
        final Machine machine = new MachineReader(new SystemFiles(folder)).read();

        assertThat(machine.cpus()).extracting(Cpu::number).containsExactly(0);
        assertThat(machine.cards()).isEmpty();
    }

    @Test
    void shouldReadThisMachine() {
        final Machine machine = new MachineReader(SystemFiles.ofThisMachine()).read();

        assertThat(machine.usableCpus()).hasSizeGreaterThanOrEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(machine.totalBytes()).isGreaterThan(machine.availableBytes()).isPositive();
    }

    @Test
    void shouldWriteListsAsTheKernelDoes() {
        assertThat(CpuNumbers.format(List.of(8, 0, 1, 2, 5))).isEqualTo("0-2,5,8");
        assertThat(CpuNumbers.parse("0-2,5,8")).containsExactly(0, 1, 2, 5, 8);
        assertThat(CpuNumbers.parse("")).isEmpty();
    }
}
