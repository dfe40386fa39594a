package io.millrace.binding.dpdk;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.binding.fixture.DpdkStarted;
import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.link.NativeShim;
import io.millrace.binding.linux.ThreadAffinity;
import java.lang.foreign.FunctionDescriptor;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(DpdkStarted.class)
final class EalTest {
    @Test
    void shouldNameTheLoadedVersion() {
        assertThat(Eal.version()).matches("DPDK \\d\\d\\.\\d\\d\\..+");
    }

    @Test
    void shouldAcceptEveryPatchLevelOfTheCompiledVersion() {
        assertThatCode(() -> Eal.requireVersion("22.11", "DPDK 22.11.0")).doesNotThrowAnyException();
        assertThatCode(() -> Eal.requireVersion("22.11", "DPDK 22.11.11")).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"DPDK 23.11.0", "DPDK 22.1.1", "DPDK 22.110.0"})
    void shouldRefuseAnotherVersionThanTheCompiledOne(final String loaded) {
        assertThatThrownBy(() -> Eal.requireVersion("22.11", loaded))
            .isInstanceOf(EnvironmentException.class)
            .hasMessage("native library was built for DPDK 22.11, but " + loaded
                + " is installed: run deploy/quickstart to rebuild it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bus_vdev", "mempool_ring", "net_pcap"})
    void shouldFindTheDriversOfAReplay(final String driver) {
        assertThat(Eal.driver(driver)).isAbsolute().isReadable();
    }

    @Test
    void shouldStartOnce() {
        assertThatCode(() -> Eal.start(List.of("--no-such-argument"), false)).doesNotThrowAnyException();
    }

    @Test
    void shouldLeaveNoFolderOfItsOwnBehind() {
        final Path folder = Path.of(
            NativeShim.shim().function("rte_eal_get_runtime_dir", FunctionDescriptor.of(ADDRESS)).callText());

        assertThat(folder.getFileName()).hasToString("millrace-" + ProcessHandle.current().pid());
        assertThat(folder.getParent()).isDirectory();
        assertThat(folder).doesNotExist();
    }

    @Test
    void shouldLeaveTheAffinityOfTheCallingThreadAlone() {
        assertThat(ThreadAffinity.current().cardinality())
            .isGreaterThanOrEqualTo(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void shouldRegisterThreadsAgainAndAgain() throws InterruptedException {
        // More than RTE_MAX_LCORE: a thread that is not unregistered would use up its place.
        for (int i = 0; i < 200; i++) {
            final FutureTask<Void> task = new FutureTask<>(() -> {
                Eal.registerThread();
                Eal.unregisterThread();
            }, null);
            final Thread thread = new Thread(task);
            thread.start();
            thread.join();
            assertThatCode(task::get).as("thread %d", i).doesNotThrowAnyException();
        }
    }
}
