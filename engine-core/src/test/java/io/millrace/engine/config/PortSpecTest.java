package io.millrace.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PortSpecTest {
    @ParameterizedTest
    @ValueSource(strings = {"3b:00.0", "0000:3b:00.0"})
    void shouldTakeAPciAddress(final String text) {
        assertThat(PortSpec.parse(text)).isEqualTo(
            new PortSpec(PortSpec.PCI, "0000:3b:00.0", "", Optional.empty()));
    }

    @Test
    void shouldTakeAVirtualDeviceWithItsArguments() {
        assertThat(PortSpec.parse("net_tap0,iface=tap7,mac=fixed")).isEqualTo(
            new PortSpec(PortSpec.VIRTUAL, "net_tap0", "iface=tap7,mac=fixed", Optional.of("tap7")));
        assertThat(PortSpec.parse("net_memif1,role=client").interfaceName()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"eth0", "", "0000:3b:00.9", "/dev/null"})
    void shouldRefuseWhatIsNeither(final String text) {
        assertThatThrownBy(() -> PortSpec.parse(text)).isInstanceOf(ConfigException.class)
            .hasMessageStartingWith("--port: " + text);
    }

    @Test
    void shouldReadAnInterfaceThroughTheKernel() {
        assertThat(PortSpec.ofInterface("eno1")).isEqualTo(
            new PortSpec(PortSpec.KERNEL, "eno1", "", Optional.of("eno1")));
        assertThat(PortSpec.ofExpressPath(2, "eno1", 4)).isEqualTo(new PortSpec(
            PortSpec.VIRTUAL, "net_af_xdp2", "iface=eno1,queue_count=4", Optional.of("eno1")));
        assertThatThrownBy(() -> PortSpec.ofInterface("a,b"))
            .isInstanceOf(ConfigException.class).hasMessageContaining("'a,b' cannot be the name of an interface");
    }

    @Test
    void shouldRefuseAPortThatIsNamedTwice() {
        final PortSpec port = PortSpec.parse("net_tap0,iface=tap0");
        final PortSpec sameInterface = PortSpec.parse("net_af_packet9,iface=tap0");

        assertThatThrownBy(() -> new CaptureConfig(List.of(port, sameInterface), 0, true, 1024))
            .isInstanceOf(ConfigException.class).hasMessage("port tap0 is named twice: name it once");
        assertThatThrownBy(() -> new CaptureConfig(List.of(), 0, true, 1024))
            .isInstanceOf(ConfigException.class).hasMessageContaining("give --iface NAME or --port");
    }
}
