package io.millrace.launch.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.launch.Corpus;
import io.millrace.launch.InProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Replays captures and compares what went wrong in each direction of TCP with {@code tshark}'s {@code tcp.analysis}.
 * What both define alike must be equal; where {@code docs/conformance.md} tells of another definition, the difference
 * has a direction or a limit.
 */
class TcpMeasuresTest {
    /** Two parts cut to whole microseconds, a sum rounded to them. */
    private static final long ROUNDING_US = 2;
    private static final double OTHER_DEFINITION = 0.05;

    @TempDir
    private Path directory;
    private final List<String> differences = new ArrayList<>();
    private int directions;
    private int handshakes;
    private int repeatedOrLate;
    private int namedOtherwise;

    @BeforeAll
    static void requireTshark() {
        assumeTrue(Tshark.isInstalled(), "tshark is not installed: apt-get install tshark");
    }

    @Test
    void shouldCountTheTroublesOfTcpInTheSampleAsTsharkDoes() throws IOException {
        final Path sample = InProcess.root().resolve("deploy/sample/sample.pcap");
        compare(sample);

        assertThat(directions).isGreaterThan(50);
        assertThat(handshakes).isGreaterThan(20);
        assertThat(differences).isEmpty();
    }

    @Test
    void shouldCountTheTroublesOfTcpInTheCorpusAsTsharkDoes() throws IOException {
        final KnownDifferences known = KnownDifferences.load("known_tcp_differences.txt");
        for (final Path capture : Corpus.captures()) {
            final int before = differences.size();
            compare(capture);
            if (differences.size() - before == known.count(capture.getFileName().toString())) {
                differences.subList(before, differences.size()).clear();
            }
        }

        assertThat(directions).isGreaterThan(500);
        assertThat(handshakes).isGreaterThan(200);
        assertThat(differences).isEmpty();
        assertThat(namedOtherwise).as("of %d repeated or late segments", repeatedOrLate)
            .isLessThan((int) (repeatedOrLate * OTHER_DEFINITION));
    }

    private void compare(final Path capture) throws IOException {
        final TcpMeasures theirs = Tshark.measures(capture);
        if (theirs.troubles().isEmpty()) {
            return;
        }
        final TcpMeasures ours = replay(capture);
        final String file = capture.getFileName().toString();
        final Set<TcpDirection> all = new LinkedHashSet<>(theirs.troubles().keySet());
        all.addAll(ours.troubles().keySet());
        for (final TcpDirection direction : all) {
            if (!ours.isInSeveralVlans(direction)) {
                directions++;
                compare(file + ": " + direction, ours.of(direction), theirs.of(direction));
            }
        }
        ours.roundTripUs().forEach((direction, roundTripUs) -> {
            final Long their = theirs.roundTripUs().get(direction);
            if (their != null && !ours.isInSeveralVlans(direction)) {
                handshakes++;
                note(Math.abs(their - roundTripUs) <= ROUNDING_US,
                    file + ": " + direction + ": round trip " + roundTripUs + ", tshark " + their + " us");
            }
        });
    }

    /** Bytes that were there before are never late here, and what came late was not lost. */
    private void compare(final String where, final TcpTroubles ours, final TcpTroubles theirs) {
        final String both = where + ": " + ours + ", tshark " + theirs;
        note(ours.keepAlives() == theirs.keepAlives(), both);
        note(ours.zeroWindows() == theirs.zeroWindows(), both);
        note(ours.repeatedOrLate() == theirs.repeatedOrLate(), both);
        note(ours.outOfOrder() <= theirs.outOfOrder(), both);
        note(ours.lost() <= theirs.lost() && ours.lost() + ours.outOfOrder() >= theirs.lost(), both);
        repeatedOrLate += theirs.repeatedOrLate();
        namedOtherwise += theirs.outOfOrder() - ours.outOfOrder();
    }

    private void note(final boolean agreed, final String difference) {
        if (!agreed) {
            differences.add(difference);
        }
    }

    private TcpMeasures replay(final Path capture) throws IOException {
        final Path eve = directory.resolve("eve.json");
        final InProcess run = InProcess.run(
            "replay", capture.toString(), "--eve", eve.toString(), "--quiet",
            "--idle-timeout", "10000d", "--tcp-closed-timeout", "10000d");
        assertThat(run.exitCode()).as("%s: %s", capture, run.errors()).isZero();
        return EveTcp.measures(eve);
    }
}
