package io.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.telemetry.EngineCounter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged program on several ports at once, and on ports of other drivers. */
@Timeout(300)
class SeveralPortsIT {
    private static final String SAMPLE = Path.of("sample/sample.pcap").toAbsolutePath().toString();
    private static final int SAMPLE_FRAMES = 1033;

    @TempDir
    private Path folder;

    private NetworkNamespace network;

    @BeforeEach
    void makeNetwork() throws IOException, InterruptedException {
        network = NetworkNamespace.create();
        NetworkNamespace.assumeTools("tcpreplay");
        network.cable("watched", "far");
        network.cable("second", "other");
    }

    @AfterEach
    void removeNetwork() throws InterruptedException {
        network.remove();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--workers=1", "--workers=2", "--workers=2 --rx-queues=1"})
    void shouldRunOnWithoutAPortThatIsUnplugged(final String flags) throws Exception {
        final List<String> output;
        try (LiveCapture capture =
            LiveCapture.start(network, folder, ("--iface=watched,second " + flags).split(" "))) {

            send("far");
            capture.awaitCounter(EngineCounter.RECEIVED, SAMPLE_FRAMES);
            network.run("ip", "link", "delete", "watched");
            assertThat(capture.awaitError("device is gone")).contains("port watched");
            send("other");
            capture.awaitCounter(EngineCounter.RECEIVED, 2 * SAMPLE_FRAMES);
            output = capture.stop();
        }

        assertThat(output).anyMatch(line -> line.startsWith("ports    2,066 came = 2,066 received + 0 missed"))
            .noneMatch(line -> line.contains("does not add up"));
    }

    @Test
    void shouldReadTheTapInterfaceThatItMakes() throws Exception {
        network.run("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6");
        final List<String> output;
        try (LiveCapture capture = LiveCapture.start(network, folder, "--port=net_tap0,iface=made")) {
            network.run("ip", "link", "set", "made", "up");
            send("made");
            capture.awaitCounter(EngineCounter.RECEIVED, SAMPLE_FRAMES);
            output = capture.stop();
        }

        assertThat(output).anyMatch(line -> line.startsWith("ports    1,033 came = 1,033 received + 0 missed"));
    }

    @Test
    void shouldReadAnInterfaceThroughADriverOfDpdk() throws Exception {
        final List<String> output;
        try (LiveCapture capture = LiveCapture.start(network, folder, "--port=net_af_packet0,iface=watched")) {
            send("far");
            capture.awaitCounter(EngineCounter.RECEIVED, SAMPLE_FRAMES);
            output = capture.stop();
        }

        assertThat(output).anyMatch(line -> line.startsWith("ports    1,033 came = 1,033 received + 0 missed"));
    }

    private void send(final String from) throws IOException, InterruptedException {
        network.run("tcpreplay", "--quiet", "--pps=5000", "--intf1=" + from, SAMPLE);
    }
}
