package io.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.telemetry.EngineCounter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program on an interface that DPDK's {@code af_xdp} driver reads. */
@Timeout(120)
class ExpressPathIT {
    private static final String[] WATCHED = {"--iface=watched", "--driver=af_xdp"};

    @RegisterExtension
    private final WatchedLink link = WatchedLink.uncabled();

    @TempDir
    private Path folder;

    @Test
    void shouldSeeEveryFrame() throws Exception {
        link.network().cable("watched", "far");
        final List<String> output;
        try (LiveCapture capture = link.capture(folder, WATCHED)) {
            link.sendSample();
            capture.awaitCounter(EngineCounter.RECEIVED, WatchedLink.SAMPLE_FRAMES);
            output = capture.stop();
        }

        assertThat(output).anyMatch(line -> line.startsWith("ports    1,033 came = 1,033 received + 0 missed"))
            .anyMatch(line -> line.startsWith("records  52 due = 52 written"))
            .noneMatch(line -> line.contains("does not add up"));
    }

    @Test
    void shouldRefuseAnInterfaceThatSpreadsFramesOverQueuesItDoesNotRead() throws Exception {
        link.run("ip", "link", "add", "watched", "numrxqueues", "2", "numtxqueues", "2", "type", "veth", "peer", "name",
            "far");

        assertThat(link.refusal(folder, WATCHED)).contains("millrace: interface watched spreads frames"
            + " over 2 queues, and af_xdp reads 1: ethtool -L watched combined 1");
    }

    @Test
    void shouldSayThatFramesMayBeTooLong() throws Exception {
        link.network().cable("watched", "far");
        link.run("ip", "link", "set", "far", "mtu", "9000");

        assertThat(link.refusal(folder, WATCHED)).contains("millrace: cannot set up 1 RX queues")
            .contains("XDP takes no frames above a page: ip link set watched mtu 1500, at both ends of a veth pair");
    }
}
