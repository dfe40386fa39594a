package io.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.telemetry.EngineCounter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The end of a capture: every flow that lives has its record in the output when the process is gone. */
@Timeout(300)
class LiveStopIT {
    private static final int MILLION = 1_000_000;

    @RegisterExtension
    private final WatchedLink link = WatchedLink.cabled();

    @TempDir
    private Path folder;

    /** A script that waits in every call: with 52 flows that would be minutes. */
    @Test
    void shouldSkipHooksThatAreDueAndWriteEveryFlow() throws Exception {
        final Path scripts = Files.createDirectory(folder.resolve("scripts"));
        Files.writeString(scripts.resolve("waits.lua"),
            "return { hooks = { all = function() os.execute('exec sleep 2') end } }");

        final List<String> output;
        try (LiveCapture capture = link.capture(folder, "--iface", "watched", "--scripts",
            scripts.toString(), "--allow-script", "os", "--eve", "live.json")) {
            link.sendSample();
            capture.awaitCounter(EngineCounter.RECEIVED, WatchedLink.SAMPLE_FRAMES);
            output = capture.stop();
        }

        assertThat(output).anyMatch(line -> line.matches("hooks +104 due = [1-9]\\d* run .* [1-9]\\d* skipped"))
            .anyMatch(line -> line.startsWith("records  52 due = 52 written + 0 dropped"))
            .noneMatch(line -> line.contains("does not add up"));
    }

    @Test
    void shouldWriteARecordOfEachOfAMillionFlows() throws Exception {
        NetworkNamespace.assumeTools("tcpreplay");
        final Path scripts = Files.createDirectory(folder.resolve("scripts"));
        Files.writeString(scripts.resolve("ends.lua"), "return { hooks = { flowEnd = function() end } }");
        final Path sent = folder.resolve("sent.pcap");
        ManyFlows.write(sent, MILLION);

        final List<String> output;
        try (LiveCapture capture = link.capture(folder, "--iface=watched", "--flow-capacity=1100K",
            "--idle-timeout=1h", "--detect-packets=0", "--scripts=" + scripts, "--eve=live.json")) {
            link.run("tcpreplay", "--quiet", "--preload-pcap", "--pps=200000", "--pps-multi=50", "--intf1=far",
                sent.toString());
            capture.awaitCounter(EngineCounter.FLOWS_LIVE, MILLION);
            output = capture.stop();
        }

        assertThat(output).anyMatch(line -> line.startsWith("flows    1,000,000 created = 1,000,000 ended + 0 live"))
            .anyMatch(line -> line.startsWith("records  1,000,000 due = 1,000,000 written + 0 dropped"))
            .noneMatch(line -> line.contains("does not add up"));
        try (Stream<String> records = Files.lines(folder.resolve("live.json"))) {
            assertThat(records.filter(line -> line.contains("\"event_type\":\"flow\"")).count()).isEqualTo(MILLION);
        }
    }
}
