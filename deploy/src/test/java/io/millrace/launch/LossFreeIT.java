package io.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.PortCounter;
import io.millrace.launch.MillraceProcess.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The packaged program on an interface that brings 200 thousand frames a second and more. That nothing is lost must
 * hold at any rate; where this machine did not come to that one, the test ends as skipped and says what it came to. The
 * rates are in {@code deploy/target/loss-free.txt}.
 */
@Timeout(300)
class LossFreeIT {
    private static final int WANTED_PER_SECOND = 200_000;
    private static final int SAMPLES = 60;
    private static final Path REPORT = Path.of("target/loss-free.txt").toAbsolutePath();
    private static final Pattern SENDERS_RATE = Pattern.compile("packets .*sent in|usec on CPU");
    private static final String[] NO_TIMEOUTS = {"--idle-timeout=1h", "--tcp-closed-timeout=1h"};

    @RegisterExtension
    private final WatchedLink link = WatchedLink.cabled();

    @TempDir
    private Path folder;

    @BeforeAll
    static void beginReport() throws IOException {
        Files.deleteIfExists(REPORT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--workers=1", "--workers=2", "--workers=2 --rx-queues=1"})
    void shouldSeeAllFlowsOfTheSampleAsAReplayDoes(final String flags) throws Exception {
        NetworkNamespace.assumeTools("tcpreplay");
        shouldSeeWhatAReplaySees("sample, tcpreplay", List.of(WatchedLink.SAMPLE), SAMPLES, flags,
            LossFreeIT::tcpreplay);
    }

    /** A ring that the kernel sends from takes more frames a second than a system call for each. */
    @Test
    void shouldSeeAllFlowsOfTheSampleFromASenderThatIsFaster() throws Exception {
        NetworkNamespace.assumeTools("netsniff-ng", "trafgen");
        final String frames = folder.resolve("sample.trafgen").toString();
        link.run("netsniff-ng", "--silent", "--in", WatchedLink.SAMPLE.toString(), "--out", frames);
        final int number = SAMPLES * WatchedLink.SAMPLE_FRAMES;
        shouldSeeWhatAReplaySees("sample, trafgen", List.of(WatchedLink.SAMPLE), SAMPLES, "--workers=1",
            _ -> new String[] {
                "trafgen", "--dev", "far", "--conf", frames, "--num", Integer.toString(number), "--cpus", "1"});
    }

    @Test
    void shouldSeeAllFlowsOfTheCorpusAsAReplayDoes() throws Exception {
        final List<Path> captures = Corpus.captures();
        for (final String end : List.of("watched", "far")) {
            link.run("ip", "link", "set", end, "mtu", "65535");
        }
        NetworkNamespace.assumeTools("tcpreplay");
        shouldSeeWhatAReplaySees("corpus, tcpreplay", captures, 1, "--workers=1", LossFreeIT::tcpreplay);
    }

    @Test
    void shouldCountEveryFrameThatTheRingHadNoRoomFor() throws Exception {
        NetworkNamespace.assumeTools("tcpreplay");
        final Path file = folder.resolve("sent.pcap");
        final int frames = RetimedCapture.write(file, List.of(WatchedLink.SAMPLE), 10);
        final List<String> output;
        try (LiveCapture capture = link.capture(folder, "--iface=watched", "--rx-descriptors=1")) {
            capture.signal("STOP");
            link.run("tcpreplay", "--quiet", "--topspeed", "--intf1=far", file.toString());
            capture.signal("CONT");
            assertThat(capture.awaitError("drops begin")).contains("frames missed by the port");
            capture.awaitCounter(PortCounter.PORT_OFFERED, frames);
            output = capture.stop();
        }

        final Matcher ports = Pattern.compile("ports +(\\S+) came = (\\S+) received \\+ (\\S+) missed \\+ 0 .*")
            .matcher(output.get(3));
        assertThat(ports.matches()).as(output.get(3)).isTrue();
        assertThat(number(ports.group(1))).isEqualTo(frames);
        assertThat(number(ports.group(3))).isPositive();
        assertThat(output).noneMatch(line -> line.contains("does not add up"));
    }

    /** As fast as it can: told a rate, it is late after each interruption and does not catch up. */
    private static String[] tcpreplay(final Path file) {
        return new String[] {"tcpreplay", "--preload-pcap", "--topspeed", "--intf1=far", file.toString()};
    }

    private void shouldSeeWhatAReplaySees(
        final String name, final List<Path> captures, final int times, final String flags,
        final Function<Path, String[]> sender) throws IOException, InterruptedException {

        final Path file = folder.resolve("sent.pcap");
        final int frames = RetimedCapture.write(file, captures, times);
        final Run replay = MillraceProcess.run(folder, Map.of(), Stream.concat(
            Stream.of("replay", file.toString(), "--eve", "replay.json", "--warm-up=0"), Stream.of(NO_TIMEOUTS))
            .toArray(String[]::new));
        assertThat(replay.exitCode()).isZero();

        final List<String> output;
        final String said;
        try (LiveCapture capture = link.capture(folder, Stream.of(
            Stream.of("--iface=watched", "--eve=live.json", "--worker-cores=any", "--event-ring=64M"),
            Stream.of(NO_TIMEOUTS), Stream.of(flags.split(" "))).flatMap(part -> part).toArray(String[]::new))) {

            said = link.run(sender.apply(file));
            capture.awaitCounter(EngineCounter.RECEIVED, frames);
            output = capture.stop();
        }

        assertThat(FlowLines.of(folder.resolve("live.json"))).isNotEmpty()
            .containsExactlyInAnyOrderElementsOf(FlowLines.of(folder.resolve("replay.json")));
        assertThat(output)
            .anyMatch(line -> line.startsWith(String.format(Locale.ROOT,
                "ports    %1$,d came = %1$,d received + 0 missed + 0 without mbuf + 0 dropped", frames)))
            .noneMatch(line -> line.contains("does not add up"));
        // As the kernel stamped the frames that it received.
        final List<OffsetDateTime> seen = FlowLines.times(folder.resolve("live.json"));
        final long rate = frames * 1_000_000L / ChronoUnit.MICROS.between(Collections.min(seen), Collections.max(seen));
        Files.writeString(REPORT, String.format(Locale.ROOT,
            "%s, %s: %,d frames came at %,d a second, none missed; the sender: %s%n", name, flags, frames, rate,
            said.lines().filter(SENDERS_RATE.asPredicate()).reduce((_, last) -> last).orElse("").strip()),
            StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        assumeTrue(rate >= WANTED_PER_SECOND, () -> String.format(Locale.ROOT,
            "nothing was lost, but frames came at %,d a second where %,d were wanted", rate, WANTED_PER_SECOND));
    }

    private static long number(final String grouped) {
        return Long.parseLong(grouped.replace(",", ""));
    }
}
