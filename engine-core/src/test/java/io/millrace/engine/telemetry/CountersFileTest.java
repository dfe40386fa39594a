package io.millrace.engine.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.agrona.concurrent.status.CountersReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CountersFileTest {
    private static final long INCREMENTS = 200_000;

    @TempDir
    private Path directory;

    @Test
    void shouldShowAReaderWhatOneThreadCountsNeverGoingBack() throws IOException, InterruptedException {
        final Path path = directory.resolve("1.counters");
        try (CountersFile written = CountersFile.create(path); CountersFile read = CountersFile.open(path)) {
            final WorkerCounters counters =
                new WorkerCounters(new Telemetry(written.metadata(), written.values()), "worker-0");
            final int id = idOf(read, "worker-0: frames received");
            final Thread writer = Thread.ofPlatform().start(() -> {
                for (long i = 0; i < INCREMENTS; i++) {
                    counters.increment(EngineCounter.RECEIVED);
                    counters.publish();
                }
            });
            final CountersReader reader = new CountersReader(read.metadata(), read.values());
            long seen = 0;
            while (seen < INCREMENTS) {
                final long now = reader.getCounterValue(id);
                assertThat(now).isGreaterThanOrEqualTo(seen);
                seen = now;
            }
            writer.join();
            assertThat(reader.getCounterValue(id)).isEqualTo(INCREMENTS);
            assertThat(read.pid()).isEqualTo(ProcessHandle.current().pid());
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void shouldBeReadableByOwnerAndGroupAlone() throws IOException {
        final Path path = directory.resolve("2.counters");
        try (CountersFile file = CountersFile.create(path)) {
            assertThat(file.startedTicks()).isEqualTo(ProcessStart.ticks().orElseThrow());
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path))).doesNotContain("rwx")
                .startsWith("rw-").endsWith("---");
        }
    }

    @Test
    void shouldRefuseAFileThatIsSomethingElse() throws IOException {
        final Path path = Files.writeString(directory.resolve("3.counters"), "no counters");

        assertThatThrownBy(() -> CountersFile.open(path)).isInstanceOf(IOException.class)
            .hasMessageContaining("not a file of counters");
    }

    private static int idOf(final CountersFile file, final String label) {
        final int[] found = {-1};
        new CountersReader(file.metadata(), file.values()).forEach((id, counterLabel) -> {
            if (counterLabel.equals(label)) {
                found[0] = id;
            }
        });
        return found[0];
    }
}
