package io.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs in one process, one after the other: each gives back all that it took. */
@Timeout(300)
class ManyRunsTest {
    // Until the JVM has compiled what it will, and the pools of DPDK and of the C library have their size.
    private static final int RUNS_BEFORE = 25;
    private static final int RUNS = 40;
    // A run holds more than a hundred times as much: its detection modules and script machines alone are more.
    private static final long KEPT_PER_RUN_KIB = 1024;
    private static final Path SAMPLE = InProcess.root().resolve("deploy/sample/sample.pcap");
    private static final Path SCRIPTS = InProcess.root().resolve("script-runtime/src/main/scripts/flow");

    @TempDir
    private Path folder;

    @Test
    void shouldTakeNoMoreFilesThreadsAndMemoryTheMoreRunsThereWere() throws IOException {
        try (OutputStream packed = new GZIPOutputStream(Files.newOutputStream(folder.resolve("sample.pcap.gz")))) {
            Files.copy(SAMPLE, packed);
        }
        run(RUNS_BEFORE);
        final long filesBefore = openFiles();
        final int threadsBefore = Thread.getAllStackTraces().size();
        final long memoryBeforeKib = residentKib();

        run(RUNS);

        assertThat(openFiles()).as("open files").isLessThanOrEqualTo(filesBefore);
        assertThat(Thread.getAllStackTraces()).as("threads").hasSizeLessThanOrEqualTo(threadsBefore);
        assertThat(residentKib()).as("KiB of memory").isLessThan(memoryBeforeKib + RUNS * KEPT_PER_RUN_KIB);
    }

    private void run(final int times) {
        for (int i = 0; i < times; i++) {
            final InProcess run = InProcess.run("replay", SAMPLE.toString(),
                folder.resolve("sample.pcap.gz").toString(), "--workers=2", "--script-threads=2",
                "--scripts=" + SCRIPTS, "--eve=" + folder.resolve("eve.json"));
            assertThat(run.exitCode()).as(run.errors()).isZero();
            // Rings lie in memory that goes with the objects that hold it.
            System.gc();
        }
    }

    private static long residentKib() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).findFirst().orElseThrow();
    }

    private static long openFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }
}
