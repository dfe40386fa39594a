package io.millrace.engine.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.millrace.engine.FlowEngine;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.fixture.CaptureBytes;
import io.millrace.engine.fixture.WorkerHarness;
import io.millrace.engine.memory.RawMemory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Capture files of every packing, read for real. */
@Timeout(60)
final class ReplaySourceTest {
    private static final EngineConfig CONFIG = WorkerHarness.config(0);
    private static final byte[] FRAME = new byte[60];
    private static final int FRAMES = 1000;
    private static final int BYTES_CUT = 7;
    private static final int FEW_FRAMES = 3;
    private static final List<Long> TIMES_NS = times(0, FRAMES);

    private static int nextNumber;

    @TempDir
    private Path directory;

    @BeforeAll
    static void startDpdk() {
        FlowEngine.prepare(CONFIG, null, 1);
    }

    @Test
    void shouldReadFilesOneAfterTheOther() throws IOException {
        final Path first = Files.write(directory.resolve("first.pcap"), capture(0, 10));
        final Path second = Files.write(directory.resolve("second.pcap"), capture(10, FRAMES));

        try (ReplaySource source = source(first, second)) {
            assertThat(timesOf(source)).isEqualTo(TIMES_NS);
            assertThat(source.truncations()).isEmpty();
            assertThat(source.progressBytes()).isEqualTo(source.totalBytes())
                .isEqualTo(Files.size(first) + Files.size(second));
        }
    }

    @Test
    void shouldReadWhatGzipPacked() throws IOException {
        try (ReplaySource source = source(Files.write(directory.resolve("packed.gz"), gzip(capture(0, FRAMES))))) {
            assertThat(timesOf(source)).isEqualTo(TIMES_NS);
            assertThat(source.truncations()).isEmpty();
        }
    }

    @Test
    void shouldReadWhatZstdPacked() throws Exception {
        assumeThat(Path.of("/usr/bin/zstd")).exists();
        final Path plain = Files.write(directory.resolve("plain.pcap"), capture(0, FRAMES));
        assertThat(new ProcessBuilder("zstd", "-q", plain.toString()).start().waitFor()).isZero();

        try (ReplaySource source = source(directory.resolve("plain.pcap.zst"))) {
            assertThat(timesOf(source)).isEqualTo(TIMES_NS);
            assertThat(source.truncations()).isEmpty();
        }
    }

    @Test
    void shouldReadANamedPipe() throws Exception {
        try (ReplaySource source = source(pipe(capture(0, FRAMES)))) {
            assertThat(timesOf(source)).isEqualTo(TIMES_NS);
            assertThat(source.truncations()).isEmpty();
        }
    }

    @Test
    void shouldSayThatAPackedFileIsCut() throws IOException {
        final byte[] packed = gzip(capture(0, FRAMES));
        final Path file = Files.write(
            directory.resolve("cut.gz"), Arrays.copyOf(packed, packed.length - BYTES_CUT));

        try (ReplaySource source = source(file)) {
            timesOf(source);
            assertThat(source.truncations()).singleElement().asString()
                .startsWith("capture file is cut or damaged: " + file + ": ");
        }
    }

    @Test
    void shouldSayThatAPipeEndedAmidAPacket() throws Exception {
        final byte[] whole = capture(0, FRAMES);
        final Path pipe = pipe(Arrays.copyOf(whole, whole.length - BYTES_CUT));

        try (ReplaySource source = source(pipe)) {
            assertThat(timesOf(source)).isEqualTo(TIMES_NS.subList(0, FRAMES - 1));
            assertThat(source.truncations()).singleElement().asString()
                .startsWith("capture file is cut or damaged: " + pipe + ": truncated dump file")
                .endsWith("the 999 packets before that were read");
        }
    }

    @Test
    void shouldReadACaptureUpToWhereverItWasCut() throws IOException {
        final CaptureBytes pcapng = CaptureBytes.pcapng(ByteOrder.LITTLE_ENDIAN).networkInterface(1, 0);
        final int[] endsOfPcapng = new int[FEW_FRAMES + 1];
        endsOfPcapng[0] = pcapng.build().length;
        for (int number = 0; number < FEW_FRAMES; number++) {
            endsOfPcapng[number + 1] = pcapng.enhancedPacket(number, FRAME).build().length;
        }
        shouldReadUpToTheCut(capture(0, FEW_FRAMES), IntStream.rangeClosed(0, FEW_FRAMES)
            .map(frames -> capture(0, frames).length).toArray());
        shouldReadUpToTheCut(pcapng.build(), endsOfPcapng);
    }

    /** Each cut between the end of the header, the first of the ends, and that of the last frame. */
    private void shouldReadUpToTheCut(final byte[] capture, final int[] ends) throws IOException {
        assertThat(ends[FEW_FRAMES]).isEqualTo(capture.length);
        for (int length = ends[0]; length <= capture.length; length++) {
            final int cut = length;
            final Path file = Files.write(directory.resolve("cut"), Arrays.copyOf(capture, cut));
            final int whole = (int) Arrays.stream(ends).filter(end -> end <= cut).count() - 1;
            try (ReplaySource source = source(file)) {
                assertThat(timesOf(source)).as("cut to %d bytes", cut).isEqualTo(TIMES_NS.subList(0, whole));
                assertThat(source.truncations()).as("cut to %d bytes", cut).hasSize(ends[whole] == cut ? 0 : 1);
            }
        }
    }

    private Path pipe(final byte[] content) throws Exception {
        final Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        Thread.ofPlatform().daemon(true).start(() -> {
            try {
                Files.write(pipe, content);
            } catch (final IOException e) {
                throw new AssertionError(e);
            }
        });
        return pipe;
    }

    private static ReplaySource source(final Path... files) {
        return new ReplaySource(
            Arrays.stream(files).map(CaptureFile::open).toList(), CONFIG, "files-" + nextNumber++);
    }

    private static List<Long> timesOf(final ReplaySource source) {
        final List<Long> times = new ArrayList<>();
        while (!source.finished()) {
            final int received = source.receive();
            for (int slot = 0; slot < received; slot++) {
                times.add(RawMemory.i64(
                    source.frames() + (long) slot * FrameDescriptor.LENGTH + FrameDescriptor.TIMESTAMP_NS));
            }
        }
        return times;
    }

    private static byte[] capture(final int first, final int end) {
        final CaptureBytes capture = CaptureBytes.pcap();
        IntStream.range(first, end).forEach(number -> capture.record(number, FRAME));
        return capture.build();
    }

    private static List<Long> times(final int first, final int end) {
        return LongStream.range(first, end).map(timeUs -> timeUs * 1000).boxed().toList();
    }

    private static byte[] gzip(final byte[] plain) throws IOException {
        final ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(plain);
        }
        return packed.toByteArray();
    }
}
