package io.millrace.launch.ports;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import io.millrace.launch.machine.SampleMachine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PortOffersTest {
    private static final List<String> DRIVERS = List.of(
        "net_af_packet", "net_af_xdp", "net_i40e", "net_null", "net_tap");

    @TempDir
    private Path folder;

    @Test
    void shouldNameWhatACardOfTheKernelStillNeeds() {
        assertThat(offer(SampleMachine.DEBIAN_X710, "0000:01:00.0")).satisfies(card -> {
            assertThat(card.words()).isEqualTo("Intel Ethernet Controller X710 for 10GbE SFP+");
            assertThat(card.driver()).contains("i40e");
            assertThat(card.link()).isEqualTo("up");
            assertThat(card.megabits()).isEqualTo(10_000);
            assertThat(card.needs()).containsExactly(
                "modprobe vfio-pci",
                "modprobe vfio enable_unsafe_noiommu_mode=1",
                "ip link set enp1s0f0 down",
                "dpdk-devbind.py --bind=vfio-pci 0000:01:00.0",
                "echo 64 > /sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages");
        });
    }

    @Test
    void shouldWarnOfTheCardThatTheDefaultRouteLeadsOver() {
        final SampleMachine machine = SampleMachine.unpack(SampleMachine.DEBIAN_X710, folder)
            .write("proc/net/route", "Iface\tDestination\tGateway\nenp1s0f0\t00000000\t0101A8C0\t0003");

        assertThat(new PortOffers(machine.files(), machine.read(), DRIVERS).find().getFirst().remark())
            .isEqualTo("the kernel's enp1s0f0, which goes: this machine's default route leads over it");
        assertThat(offer(SampleMachine.DEBIAN_X710, "0000:02:00.0").remark())
            .isEqualTo("the kernel's eno1, which goes");
    }

    @Test
    void shouldNeedNothingForACardThatIsPrepared() {
        assertThat(offer(SampleMachine.TWO_SOCKETS, "0000:d8:00.0")).satisfies(card -> {
            assertThat(card.needs()).isEmpty();
            assertThat(card.node()).isEqualTo(1);
            assertThat(card.flags()).isEqualTo("--port 0000:d8:00.0");
        });
    }

    @Test
    void shouldOfferInterfacesAndSayWhichAreDown() {
        assertThat(offer(SampleMachine.DEBIAN_X710, "enp1s0f1").needs()).containsExactly("ip link set enp1s0f1 up");
        assertThat(offer(SampleMachine.VIRTUAL_MACHINE, "eth0")).satisfies(one -> {
            assertThat(one.needs()).isEmpty();
            assertThat(one.words()).isEqualTo("on 0000:00:03.0");
            assertThat(one.remark()).contains("--driver af_xdp");
        });
    }

    @Test
    void shouldOfferTheVirtualDevicesWhoseDriversAreThere() {
        assertThat(offers(SampleMachine.VIRTUAL_MACHINE))
            .filteredOn(offer -> offer.kind() == PortOffer.Kind.VIRTUAL).extracting(PortOffer::name)
            .containsExactly("net_null", "net_tap");
    }

    @Test
    void shouldTellPeopleAndPrograms() throws IOException {
        final PortReport report = new PortReport(offers(SampleMachine.DEBIAN_X710));

        assertThat(report.text()).contains("Cards that DPDK drives itself", "needs: dpdk-devbind.py",
            "ready: millrace capture --iface eno1", "Virtual devices");
        assertThat((List<?>) JSON.std.mapFrom(report.json()).get("ports")).hasSize(8);
    }

    private PortOffer offer(final String recording, final String name) {
        return offers(recording).stream().filter(offer -> offer.name().equals(name)).findFirst().orElseThrow();
    }

    private List<PortOffer> offers(final String recording) {
        final SampleMachine machine = SampleMachine.unpack(recording, folder);
        return new PortOffers(machine.files(), machine.read(), DRIVERS).find();
    }
}
