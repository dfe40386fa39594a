package io.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.telemetry.EngineCounter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The end of a capture whose script waits in every call: with 52 flows that would be minutes. */
@Timeout(60)
class LiveStopIT {

    @RegisterExtension
    private final WatchedLink link = WatchedLink.cabled();

    @TempDir
    private Path folder;

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
}
