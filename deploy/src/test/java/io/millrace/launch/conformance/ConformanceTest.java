package io.millrace.launch.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.launch.Corpus;
import io.millrace.launch.InProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Replays captures and compares every flow with {@code ndpiReader}. Silences are set beyond the captures' length,
 * because {@code ndpiReader} ends no flow, and gives up none, before a file's end.
 *
 * <p>Where the two differ, the reason is proved: told to open the same tunnels, and given only packets that both read
 * alike, they must agree, but for the flows of {@link KnownDifferences}.
 */
class ConformanceTest {
    private static final String TUNNELS_OF_NDPI_READER = "ip-in-ip,gtp-u,capwap,tzsp";

    @TempDir
    private Path directory;

    @BeforeAll
    static void requireNdpiReader() {
        assumeTrue(NdpiReader.isInstalled(), "ndpiReader is not installed: apt-get install libndpi-bin");
    }

    @Test
    void shouldCountAndNameEveryFlowOfTheSampleAsNdpiReaderDoes() throws IOException {
        final Path sample = InProcess.root().resolve("deploy/sample/sample.pcap");
        final Map<FlowKey, FlowFacts> theirs = NdpiReader.flows(sample);

        assertThat(theirs).hasSizeGreaterThanOrEqualTo(30);
        assertThat(FlowDifferences.between(replay(sample), theirs)).isEmpty();
    }

    @Test
    void shouldAgreeWithNdpiReaderOnTheCorpusButForKnownReasons() throws IOException {
        final KnownDifferences known = KnownDifferences.load("known_differences.txt");
        final List<Agreement> agreements = new ArrayList<>();
        for (final Path capture : Corpus.captures()) {
            agreements.add(compare(capture, known));
        }
        final Path report = InProcess.root().resolve("deploy/target/conformance.txt");
        Files.write(report, Agreement.report(agreements));

        assertThat(agreements.stream().mapToInt(Agreement::flows).sum()).isGreaterThan(400);
        assertThat(agreements.stream().flatMap(agreement -> agreement.unexplained().stream()))
            .as("flows that differ without a known reason; all that differ are in %s", report).isEmpty();
    }

    private Agreement compare(final Path capture, final KnownDifferences known) throws IOException {
        final String name = capture.getFileName().toString();
        final Map<FlowKey, FlowFacts> theirs = NdpiReader.flows(capture);
        final InProcess run = run(capture);
        if (run.refusedLinkType()) {
            return Agreement.notRead(name, theirs);
        }
        final List<String> differences = FlowDifferences.between(flows(run), theirs);
        if (differences.isEmpty()) {
            return new Agreement(name, theirs.size(), 0, List.of(), List.of());
        }
        final List<String> reasons = new ArrayList<>();
        List<String> left = FlowDifferences.between(replay(capture, "--decap", TUNNELS_OF_NDPI_READER), theirs);
        if (left.size() < differences.size()) {
            reasons.add("tunnels");
        }
        final Path common = directory.resolve("common.pcap");
        final Map<ReadDifferently, Integer> leftOut = CommonPackets.write(capture, common);
        if (!left.isEmpty() && !leftOut.isEmpty()) {
            leftOut.forEach((reason, packets) -> reasons.add(reason.text + " (" + packets + ")"));
            left = FlowDifferences.between(
                replay(common, "--decap", TUNNELS_OF_NDPI_READER), NdpiReader.flows(common));
        }
        if (!left.isEmpty() && left.size() == known.count(name)) {
            reasons.add(known.reason(name));
            left = List.of();
        }
        return new Agreement(name, theirs.size(), differences.size(), reasons,
            left.stream().map(difference -> name + ": " + difference).toList());
    }

    private Map<FlowKey, FlowFacts> replay(final Path capture, final String... more) throws IOException {
        return flows(run(capture, more));
    }

    private InProcess run(final Path capture, final String... more) {
        final List<String> arguments = new ArrayList<>(List.of(
            "replay", capture.toString(), "--eve", eve().toString(), "--quiet",
            "--idle-timeout", "10000d", "--tcp-closed-timeout", "10000d", "--detect-silence", "10000d"));
        arguments.addAll(List.of(more));
        return InProcess.run(arguments.toArray(String[]::new));
    }

    private Map<FlowKey, FlowFacts> flows(final InProcess run) throws IOException {
        assertThat(run.exitCode()).as(run.errors()).isZero();
        return EveFlows.read(eve());
    }

    private Path eve() {
        return directory.resolve("eve.json");
    }
}
