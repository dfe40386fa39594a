package io.millrace.launch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.telemetry.EngineCounter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program at memory that another program shares with it, through DPDK's {@code memif}. */
@Timeout(120)
class SharedMemoryIT {

    @RegisterExtension
    private final WatchedLink link = WatchedLink.uncabled();

    @TempDir
    private Path folder;

    @Test
    void shouldSayThatTheOtherProgramIsMissing() throws Exception {
        assertThat(link.refusal(folder, "--port=net_memif0,role=client," + socket()))
            .contains("millrace: cannot start port net_memif0").contains("start the other program first");
    }

    @Test
    void shouldSeeEveryFrameThatTheOtherProgramSends() throws Exception {
        NetworkNamespace.assumeTools("dpdk-testpmd");
        final Process sender = new ProcessBuilder(link.network().command(List.of(
            "stdbuf", "--output=L", "dpdk-testpmd", "--no-huge", "-m", "256", "--no-pci", "--no-telemetry",
            "--no-shconf", "--vdev=net_pcap0,rx_pcap=" + WatchedLink.SAMPLE,
            "--vdev=net_memif0,role=server," + socket(), "--", "--interactive", "--no-flush-rx", "--no-mlockall",
            "--total-num-mbufs=8192")))
            .redirectErrorStream(true).start();
        final List<String> output;
        try (BufferedReader said = sender.inputReader(UTF_8); Writer commands = sender.outputWriter(UTF_8)) {
            awaitLine(said, "Checking link statuses");
            try (LiveCapture capture = link.capture(folder, "--port=net_memif0,role=client,rsize=11," + socket())) {
                String port;
                do {
                    send(commands, "show port summary 1");
                    port = awaitLine(said, "net_memif");
                } while (!port.contains("up"));
                send(commands, "start");
                capture.awaitCounter(EngineCounter.RECEIVED, WatchedLink.SAMPLE_FRAMES);
                output = capture.stop();
            }
        } finally {
            sender.destroy();
        }

        assertThat(output).anyMatch(line -> line.startsWith("ports    1,033 came = 1,033 received + 0 missed"))
            .anyMatch(line -> line.startsWith("records  52 due = 52 written"))
            .noneMatch(line -> line.contains("does not add up"));
    }

    private String socket() {
        return "socket=" + folder.resolve("memif.sock") + ",socket-abstract=no";
    }

    private static void send(final Writer commands, final String command) throws IOException {
        commands.write(command + "\n");
        commands.flush();
    }

    private static String awaitLine(final BufferedReader said, final String part) throws IOException {
        String line = said.readLine();
        while (line != null && !line.contains(part)) {
            line = said.readLine();
        }
        assertThat(line).as("what testpmd says").isNotNull();
        return line;
    }
}
