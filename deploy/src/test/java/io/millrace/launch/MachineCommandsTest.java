package io.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ports} and {@code doctor} on the machine that the tests run on, whatever it has. */
final class MachineCommandsTest {
    @TempDir
    private Path folder;

    @Test
    void shouldListVirtualDevicesOfTheInstalledDpdk() throws IOException {
        final CommandLineRun text = CommandLineRun.of("ports");
        final CommandLineRun json = CommandLineRun.of("ports", "--json");

        assertThat(text.exitCode()).isZero();
        assertThat(text.output()).contains("Cards that DPDK drives itself", "Interfaces of the kernel",
            "Virtual devices");
        assertThat((List<?>) JSON.std.mapFrom(json.output().getFirst()).get("ports"))
            .anySatisfy(port -> assertThat((Map<?, ?>) port).extracting("name").isEqualTo("net_ring"));
    }

    @Test
    void shouldEndAsWhatWasFoundSays() throws IOException {
        final CommandLineRun run = CommandLineRun.of("doctor", "--json");
        final Map<String, Object> json = JSON.std.mapFrom(run.output().getFirst());

        assertThat(run.exitCode()).isEqualTo(json.get("hurts").equals(true) ? 1 : 0);
        assertThat((List<?>) json.get("findings")).extracting("subject")
            .contains("DPDK", "nDPI", "LuaJIT", "cores", "memory", "kernel", "clock source", "hugetlbfs", "memlock");
    }

    @Test
    void shouldExamineForTheCaptureThatAFileOfFlagsDescribes() throws IOException {
        final Path flags = Files.writeString(folder.resolve("millrace.conf"),
            "# flags of capture\n--eve /nowhere/eve.json\n--quiet\n");

        final CommandLineRun run = CommandLineRun.of("doctor", "@" + flags);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.output()).anyMatch(line -> line.startsWith("broken  output /nowhere/eve.json"));
    }

    @Test
    void shouldFindThatAPortIsNotThere() {
        final CommandLineRun run =
            CommandLineRun.of("doctor", "--iface=nosuch0,lo", "--port=0000:fe:1f.7", "--port=net_tap0,iface=nosuch1");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.output()).filteredOn(line -> line.startsWith("broken")).satisfiesExactly(
            line -> assertThat(line).matches("broken +card 0000:fe:1f.7 +no network card has this address"),
            line -> assertThat(line).matches("broken +interface nosuch0 +not in this network namespace"));
    }

    @Test
    void shouldRefuseFlagsThatACaptureRefuses() {
        assertThat(CommandLineRun.of("doctor", "--overflow", "block", "--port", "net_null0").exitCode()).isEqualTo(2);
        assertThat(CommandLineRun.of("doctor", "--iface", "").exitCode()).isEqualTo(2);
    }
}
