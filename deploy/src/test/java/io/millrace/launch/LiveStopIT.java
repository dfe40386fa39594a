package io.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.telemetry.EngineCounter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The end of a capture whose script waits in every call: with 52 flows that would be minutes. */
@Timeout(60)
class LiveStopIT {
    private static final Path SAMPLE = Path.of("sample/sample.pcap").toAbsolutePath();
    private static final int SAMPLE_FRAMES = 1033;

    @TempDir
    private Path folder;

    private NetworkNamespace network;

    @BeforeEach
    void makeNetwork() throws IOException, InterruptedException {
        network = NetworkNamespace.create();
        network.cable("watched", "far");
    }

    @AfterEach
    void removeNetwork() throws InterruptedException {
        network.remove();
    }

    @Test
    void shouldSkipHooksThatAreDueAndWriteEveryFlow() throws Exception {
        NetworkNamespace.assumeTools("tcpreplay");
        final Path scripts = Files.createDirectory(folder.resolve("scripts"));
        Files.writeString(scripts.resolve("waits.lua"),
            "return { hooks = { all = function() os.execute('exec sleep 2') end } }");

        final List<String> output;
        try (LiveCapture capture = LiveCapture.start(network, folder, "--iface", "watched", "--scripts",
            scripts.toString(), "--allow-script", "os", "--eve", "live.json")) {
            network.run("tcpreplay", "--quiet", "--pps=2000", "--intf1=far", SAMPLE.toString());
            capture.awaitCounter(EngineCounter.RECEIVED, SAMPLE_FRAMES);
            output = capture.stop();
        }

        assertThat(output).anyMatch(line -> line.matches("hooks +104 due = [1-9]\\d* run .* [1-9]\\d* skipped"))
            .anyMatch(line -> line.startsWith("records  52 due = 52 written + 0 dropped"))
            .noneMatch(line -> line.contains("does not add up"));
    }
}
