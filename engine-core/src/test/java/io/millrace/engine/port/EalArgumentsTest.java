package io.millrace.engine.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.config.CaptureConfig;
import io.millrace.engine.config.ConfigException;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.config.PortSpec;
import io.millrace.engine.fixture.WorkerHarness;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EalArgumentsTest {
    private static final EngineConfig CONFIG = WorkerHarness.config(24);
    private static final int MBUFS_PER_QUEUE = CONFIG.mempoolMbufs() + CONFIG.rxDescriptors();

    @Test
    void shouldLeaveHardwareAloneInAReplay() {
        assertThat(EalArguments.of(CONFIG, null, 1)).contains("--no-pci", "--no-huge")
            .doesNotContain("-a", "--in-memory");
    }

    @Test
    void shouldLoadTheDriverOfAVirtualDeviceByTheBeginningOfItsName() {
        assertThat(EalArguments.of(CONFIG, capture("net_ring7"), 1))
            .filteredOn(argument -> argument.endsWith(".so"))
            .anyMatch(library -> library.endsWith("librte_net_ring.so"));
    }

    @Test
    void shouldRefuseADriverThatIsNotInstalled() {
        assertThatThrownBy(() -> EalArguments.of(CONFIG, capture("net_nothing0"), 1))
            .isInstanceOf(ConfigException.class).hasMessageContaining("net_nothing0");
    }

    @Test
    void shouldShowDpdkNoHardwareButTheCardsThatAreNamed() {
        assertThat(EalArguments.of(CONFIG, capture("3b:00.0", "0000:3b:00.1,some=thing"), 1))
            .containsSequence("-a", "0000:3b:00.0").containsSequence("-a", "0000:3b:00.1,some=thing")
            .doesNotContain("--no-pci", "-d");
    }

    @Test
    void shouldAskForRoomForTheMbufsOfAllQueues() {
        final CaptureConfig twoPorts = capture("net_ring0", "net_ring1");

        assertThat(PacketMemory.of(CONFIG, twoPorts, 1).queues()).isEqualTo(2);
        assertThat(PacketMemory.of(CONFIG, twoPorts, 1).mbufsPerQueue()).isEqualTo(MBUFS_PER_QUEUE);
        assertThat(PacketMemory.of(CONFIG, twoPorts, 3).queues()).isEqualTo(6);
        assertThat(PacketMemory.of(CONFIG, twoPorts, 3).mbufsPerQueue())
            .isEqualTo(MBUFS_PER_QUEUE + 3 * FrameRings.MBUFS_PER_WORKER);
    }

    private static CaptureConfig capture(final String... ports) {
        return new CaptureConfig(List.of(ports).stream().map(PortSpec::parse).toList(), 0, true, 1024);
    }
}
