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

/** The packaged program on an interface that DPDK's {@code af_xdp} driver reads. */
@Timeout(120)
class ExpressPathIT {
    private static final String SAMPLE = Path.of("sample/sample.pcap").toAbsolutePath().toString();
    private static final int SAMPLE_FRAMES = 1033;
    private static final String[] WATCHED = {"--iface=watched", "--driver=af_xdp"};

    @TempDir
    private Path folder;

    private NetworkNamespace network;

    @BeforeEach
    void makeNetwork() throws IOException, InterruptedException {
        network = NetworkNamespace.create();
    }

    @AfterEach
    void removeNetwork() throws InterruptedException {
        network.remove();
    }

    @Test
    void shouldSeeEveryFrame() throws Exception {
        NetworkNamespace.assumeTools("tcpreplay");
        network.cable("watched", "far");
        final List<String> output;
        try (LiveCapture capture = LiveCapture.start(network, folder, WATCHED)) {
            network.run("tcpreplay", "--quiet", "--pps=2000", "--intf1=far", SAMPLE);
            capture.awaitCounter(EngineCounter.RECEIVED, SAMPLE_FRAMES);
            output = capture.stop();
        }

        assertThat(output).anyMatch(line -> line.startsWith("ports    1,033 came = 1,033 received + 0 missed"))
            .anyMatch(line -> line.startsWith("records  52 due = 52 written"))
            .noneMatch(line -> line.contains("does not add up"));
    }

    @Test
    void shouldRefuseAnInterfaceThatSpreadsFramesOverQueuesItDoesNotRead() throws Exception {
        network.run("ip", "link", "add", "watched", "numrxqueues", "2", "numtxqueues", "2", "type", "veth", "peer", "name",
            "far");

        assertThat(LiveCapture.refusal(network, folder, WATCHED)).contains("millrace: interface watched spreads frames"
            + " over 2 queues, and af_xdp reads 1: ethtool -L watched combined 1");
    }

    @Test
    void shouldSayThatFramesMayBeTooLong() throws Exception {
        network.cable("watched", "far");
        network.run("ip", "link", "set", "far", "mtu", "9000");

        assertThat(LiveCapture.refusal(network, folder, WATCHED)).contains("millrace: cannot set up 1 RX queues")
            .contains("XDP takes no frames above a page: ip link set watched mtu 1500, at both ends of a veth pair");
    }
}
