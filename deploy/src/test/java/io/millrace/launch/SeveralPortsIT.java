package io.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.telemetry.EngineCounter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged program on several ports at once, and on ports of other drivers. */
@Timeout(300)
class SeveralPortsIT {

    @RegisterExtension
    private final WatchedLink link = WatchedLink.cabled();

    @TempDir
    private Path folder;

    @BeforeEach
    void layAnotherCable() throws IOException, InterruptedException {
        link.network().cable("second", "other");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--workers=1", "--workers=2", "--workers=2 --rx-queues=1"})
    void shouldRunOnWithoutAPortThatIsUnplugged(final String flags) throws Exception {
        final List<String> output;
        try (LiveCapture capture = link.capture(folder, ("--iface=watched,second " + flags).split(" "))) {
            link.sendSample();
            capture.awaitCounter(EngineCounter.RECEIVED, WatchedLink.SAMPLE_FRAMES);
            link.run("ip", "link", "delete", "watched");
            assertThat(capture.awaitError("device is gone")).contains("port watched");
            link.sendSample("other");
            capture.awaitCounter(EngineCounter.RECEIVED, 2 * WatchedLink.SAMPLE_FRAMES);
            output = capture.stop();
        }

        assertThat(output).anyMatch(line -> line.startsWith("ports    2,066 came = 2,066 received + 0 missed"))
            .noneMatch(line -> line.contains("does not add up"));
    }

    @Test
    void shouldReadTheTapInterfaceThatItMakes() throws Exception {
        link.run("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6");
        final List<String> output;
        try (LiveCapture capture = link.capture(folder, "--port=net_tap0,iface=made")) {
            link.run("ip", "link", "set", "made", "up");
            link.sendSample("made");
            capture.awaitCounter(EngineCounter.RECEIVED, WatchedLink.SAMPLE_FRAMES);
            output = capture.stop();
        }

        assertThat(output).anyMatch(line -> line.startsWith("ports    1,033 came = 1,033 received + 0 missed"));
    }

    @Test
    void shouldReadAnInterfaceThroughADriverOfDpdk() throws Exception {
        final List<String> output;
        try (LiveCapture capture = link.capture(folder, "--port=net_af_packet0,iface=watched")) {
            link.sendSample();
            capture.awaitCounter(EngineCounter.RECEIVED, WatchedLink.SAMPLE_FRAMES);
            output = capture.stop();
        }

        assertThat(output).anyMatch(line -> line.startsWith("ports    1,033 came = 1,033 received + 0 missed"));
    }
}
