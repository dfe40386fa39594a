package io.millrace.launch.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.launch.InProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
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
    /** Tunnels that {@code ndpiReader -t} opens too. */
    private static final String TUNNELS_OF_NDPI_READER = "ip-in-ip,gtp-u,capwap,tzsp";
    private static final double DIFFERING_FLOWS = 0.01;

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
            comparison.add(capture, directory);
        }

        assertThat(comparison.flows).isGreaterThan(500);
        assertThat(comparison.countDifferences).isEmpty();
        assertThat(comparison.nameDifferences).isEmpty();
        assertThat(comparison.differencesInOtherTunnels)
            .as("flows that differ because of tunnels that ndpiReader leaves closed")
            .hasSizeLessThanOrEqualTo((int) (comparison.flows * DIFFERING_FLOWS))
            .allMatch(difference -> difference.startsWith("teredo.pcap"));
    }

    private static List<Path> captures(final Path corpus) throws IOException {
        try (Stream<Path> files = Files.list(corpus)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static final class Comparison {
        private final List<String> countDifferences = new ArrayList<>();
        private final List<String> nameDifferences = new ArrayList<>();
        private final List<String> differencesInOtherTunnels = new ArrayList<>();
        private int flows;

        /** Tunnels that only one of the two opens are told apart by leaving them closed in a second run. */
        void add(final Path capture, final Path directory) throws IOException {
            final Path eve = directory.resolve("eve.json");
            final Map<FlowKey, FlowFacts> theirs = NdpiReader.flows(capture);
            flows += theirs.size();
            replay(capture, eve);
            final Comparison byDefault = new Comparison();
            byDefault.compare(capture.getFileName().toString(), EveFlows.read(eve), theirs);
            if (byDefault.agrees()) {
                return;
            }
            replay(capture, eve, "--decap", TUNNELS_OF_NDPI_READER);
            final int before = countDifferences.size() + nameDifferences.size();
            compare(capture.getFileName().toString(), EveFlows.read(eve), theirs);
            if (countDifferences.size() + nameDifferences.size() == before) {
                differencesInOtherTunnels.addAll(byDefault.countDifferences);
                differencesInOtherTunnels.addAll(byDefault.nameDifferences);
            }
        }

        private boolean agrees() {
            return countDifferences.isEmpty() && nameDifferences.isEmpty();
        }

        private static void replay(final Path capture, final Path eve, final String... more) {
            final List<String> arguments = new ArrayList<>(List.of(
                "replay", capture.toString(), "--eve", eve.toString(), "--quiet",
                "--idle-timeout", "10000d", "--tcp-closed-timeout", "10000d"));
            arguments.addAll(List.of(more));
            final InProcess run = InProcess.run(arguments.toArray(String[]::new));
            assertThat(run.exitCode()).as("%s: %s", capture, run.errors()).isZero();
        }

        private void compare(
            final String file, final Map<FlowKey, FlowFacts> ours, final Map<FlowKey, FlowFacts> theirs) {
            final TreeSet<FlowKey> keys = new TreeSet<>(Comparator.comparing(FlowKey::toString));
            keys.addAll(ours.keySet());
            keys.addAll(theirs.keySet());
            for (final FlowKey key : keys) {
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
