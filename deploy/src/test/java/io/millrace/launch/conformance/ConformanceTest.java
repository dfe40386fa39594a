package io.millrace.launch.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.launch.InProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Replays captures and compares every flow with {@code ndpiReader}. Timeouts are set beyond the captures' length,
 * because {@code ndpiReader} ends no flow before a file's end.
 */
class ConformanceTest {
    /** Flows that hide in tunnels, which {@code ndpiReader} opens and this engine leaves closed. */
    private static final Map<String, String> TUNNELLED = Map.of(
        "4in6tunnel.pcap", "the only flow is IPv4 inside IPv6, seen here as one flow of IP protocol 4");

    private static final double AGREEING_APPLICATIONS = 0.95;

    @TempDir
    private Path directory;

    @BeforeAll
    static void requireNdpiReader() {
        assumeTrue(NdpiReader.isInstalled(), "ndpiReader is not installed: apt-get install libndpi-bin");
    }

    @Test
    void shouldCountAndNameEveryFlowOfTheSampleAsNdpiReaderDoes() throws IOException {
        final Comparison comparison = new Comparison();
        comparison.add(InProcess.root().resolve("deploy/sample/sample.pcap"), directory);

        assertThat(comparison.flows).isGreaterThanOrEqualTo(30);
        assertThat(comparison.countDifferences).isEmpty();
        assertThat(comparison.nameDifferences).isEmpty();
    }

    @Test
    void shouldAgreeWithNdpiReaderOnTheCorpus() throws IOException {
        final Path corpus = InProcess.corpus();
        assumeTrue(Files.isDirectory(corpus), "no corpus of captures: set MILLRACE_CORPUS to a folder of them");
        final Comparison comparison = new Comparison();
        for (final Path capture : captures(corpus)) {
            if (!TUNNELLED.containsKey(capture.getFileName().toString())) {
                comparison.add(capture, directory);
            }
        }

        assertThat(comparison.flows).isGreaterThan(500);
        assertThat(comparison.countDifferences).isEmpty();
        assertThat(comparison.nameDifferences)
            .as("flows named otherwise than by ndpiReader")
            .hasSizeLessThanOrEqualTo((int) (comparison.flows * (1 - AGREEING_APPLICATIONS)));
    }

    private static List<Path> captures(final Path corpus) throws IOException {
        try (Stream<Path> files = Files.list(corpus)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static final class Comparison {
        private final List<String> countDifferences = new ArrayList<>();
        private final List<String> nameDifferences = new ArrayList<>();
        private int flows;

        void add(final Path capture, final Path directory) throws IOException {
            final Path eve = directory.resolve("eve.json");
            final InProcess run = InProcess.run(
                "replay", capture.toString(), "--eve", eve.toString(), "--quiet",
                "--idle-timeout", "10000d", "--tcp-closed-timeout", "10000d");
            if (run.exitCode() == 2 && run.errors().contains("link type")) {
                return;
            }
            assertThat(run.exitCode()).as("%s: %s", capture, run.errors()).isZero();
            compare(capture.getFileName().toString(), EveFlows.read(eve), NdpiReader.flows(capture));
        }

        private void compare(
            final String file, final Map<FlowKey, FlowFacts> ours, final Map<FlowKey, FlowFacts> theirs) {
            final TreeSet<FlowKey> keys = new TreeSet<>(java.util.Comparator.comparing(FlowKey::toString));
            keys.addAll(ours.keySet());
            keys.addAll(theirs.keySet());
            for (final FlowKey key : keys) {
                flows++;
                final FlowFacts our = ours.get(key);
                final FlowFacts their = theirs.get(key);
                if (our == null || their == null || !our.countsAs(their)) {
                    countDifferences.add(file + ": " + key + ": millrace " + our + ", ndpiReader " + their);
                } else if (!our.application().equals(their.application())) {
                    nameDifferences.add(file + ": " + key + ": millrace " + our.application()
                        + ", ndpiReader " + their.application());
                }
            }
        }
    }
}
