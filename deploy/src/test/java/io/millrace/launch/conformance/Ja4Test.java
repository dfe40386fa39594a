package io.millrace.launch.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import io.millrace.launch.Corpus;
import io.millrace.launch.InProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replays captures and compares {@code tls.ja4} with what {@code tshark} reads in their client hellos. */
class Ja4Test {
    @TempDir
    private Path directory;
    private final List<String> differences = new ArrayList<>();
    private final List<String> unseen = new ArrayList<>();
    private int compared;

    @BeforeAll
    static void requireTshark() {
        assumeTrue(Tshark.isInstalled(), "tshark is not installed: apt-get install tshark");
    }

    @Test
    void shouldFingerprintTheClientsOfTheSampleAsTsharkReadsThem() throws IOException {
        compare(InProcess.root().resolve("deploy/sample/sample.pcap"));

        assertThat(differences).isEmpty();
        assertThat(unseen).isEmpty();
        assertThat(compared).isGreaterThan(10);
    }

    @Test
    void shouldFingerprintTheClientsOfTheCorpusAsTsharkReadsThem() throws IOException {
        for (final Path capture : Corpus.captures()) {
            compare(capture);
        }

        assertThat(differences).isEmpty();
        assertThat(unseen).as("flows in which tshark sees no client hello").hasSizeLessThan(compared / 20);
        assertThat(compared).isGreaterThan(100);
    }

    private void compare(final Path capture) throws IOException {
        final Path eve = directory.resolve("eve.json");
        Files.deleteIfExists(eve);
        final InProcess run = InProcess.run("replay", "--quiet", "--eve", eve.toString(), capture.toString());
        if (run.refusedLinkType()) {
            return;
        }
        assertThat(run.exitCode()).as("%s: %s", capture, run.errors()).isZero();
        final Map<TcpDirection, Set<String>> theirs = ClientHellos.ja4(capture);
        for (final String line : Files.readAllLines(eve)) {
            final Map<String, Object> record = JSON.std.mapFrom(line);
            if ("flow".equals(record.get("event_type")) && "TCP".equals(record.get("proto"))
                    && record.get("tls") instanceof Map<?, ?> tls && tls.containsKey("ja3")) {
                compare(capture.getFileName() + " " + record.get("flow_id"), (String) tls.get("ja4"),
                    theirs.getOrDefault(direction(record), Set.of()));
            }
        }
    }

    private void compare(final String flow, final String ours, final Set<String> theirs) {
        if (theirs.isEmpty()) {
            unseen.add(flow);
            return;
        }
        compared++;
        if (ours == null || !theirs.contains(ours)) {
            differences.add(flow + " is " + ours + ", not of " + theirs);
        }
    }

    private static TcpDirection direction(final Map<String, Object> record) {
        return new TcpDirection(
            Endpoint.of((String) record.get("src_ip"), ((Number) record.get("src_port")).intValue()),
            Endpoint.of((String) record.get("dest_ip"), ((Number) record.get("dest_port")).intValue()));
    }
}
