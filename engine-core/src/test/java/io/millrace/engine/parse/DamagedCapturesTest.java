package io.millrace.engine.parse;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.burst.Burst;
import io.millrace.engine.config.ConfigException;
import io.millrace.engine.fixture.CaptureFrames;
import io.millrace.engine.fixture.GuardedMemory;
import io.millrace.engine.fixture.MemorySource;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every truncation of the first packets of real captures, and many mutations of all of them: the sample always, and the
 * captures in the folders that MILLRACE_CORPUS names, by default {@code shared/corpus} beside the checkout. Frames lie
 * flush against a page that may not be read: one byte read too many ends the test run.
 */
final class DamagedCapturesTest {
    private static final Path SAMPLE = Path.of("../deploy/sample/sample.pcap");
    private static final String CORPUS = System.getenv().getOrDefault("MILLRACE_CORPUS", "../../shared/corpus");
    private static final int MUTATIONS_PER_CAPTURE = 20_000;

    private final GuardedMemory memory = new GuardedMemory(1 << 18);
    private final MemorySource source = new MemorySource(1);
    private final Burst burst = new Burst(source);
    private final ParsedBurst parsed = new ParsedBurst(1);
    private final PacketParser parser = new PacketParser(parsed);

    static Stream<Path> captures() throws IOException {
        final List<Path> captures = new ArrayList<>(List.of(SAMPLE));
        for (final String folder : CORPUS.split(File.pathSeparator)) {
            if (Files.isDirectory(Path.of(folder))) {
                try (Stream<Path> files = Files.list(Path.of(folder))) {
                    files.filter(DamagedCapturesTest::hasFrames).sorted().forEach(captures::add);
                }
            }
        }
        return captures.stream();
    }

    private static boolean hasFrames(final Path file) {
        try {
            return Files.isRegularFile(file) && !CaptureFrames.read(file).frames().isEmpty();
        } catch (final ConfigException | IOException e) {
            return false;
        }
    }

    @AfterEach
    void close() {
        source.close();
        memory.close();
    }

    @ParameterizedTest
    @MethodSource("captures")
    void shouldAccountForEveryTruncationOfEveryPacket(final Path capture) throws IOException {
        final CaptureFrames file = CaptureFrames.read(capture);
        source.linkType(file.linkType());
        for (final byte[] frame : file.frames()) {
            for (int length = 0; length <= frame.length; length++) {
                source.snapLengthBytes(Integer.MAX_VALUE);
                parse(frame, length);
                source.snapLengthBytes(length);
                parse(frame, length);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("captures")
    void shouldAccountForMutationsOfItsPackets(final Path capture) throws IOException {
        final CaptureFrames file = CaptureFrames.read(capture);
        final List<byte[]> frames = file.frames();
        final SplittableRandom random = new SplittableRandom(frames.size());
        source.linkType(file.linkType());
        for (int i = 0; i < MUTATIONS_PER_CAPTURE; i++) {
            final byte[] frame = frames.get(random.nextInt(frames.size())).clone();
            for (int damages = frame.length == 0 ? 0 : random.nextInt(1, 6); damages > 0; damages--) {
                frame[random.nextInt(Math.min(frame.length, 96))] = (byte) random.nextInt();
            }
            source.snapLengthBytes(random.nextBoolean() ? frame.length : Integer.MAX_VALUE);
            parse(frame, frame.length);
        }
    }

    private void parse(final byte[] frame, final int length) {
        final long start = memory.atEnd(frame, length);
        source.addAt(0, start, length, 0);
        burst.receive();
        parser.parse(burst);
        final byte outcome = parsed.outcome(0);
        if (outcome != ParsedBurst.PARSED) {
            assertThat(outcome).isIn(ParsedBurst.NOT_IP, ParsedBurst.MALFORMED);
            return;
        }
        final boolean lies = parsed.l3Address(0) < start || parsed.l3Address(0) >= memory.guard()
            || parsed.l3Length(0) != memory.guard() - parsed.l3Address(0) || parsed.wireLength(0) < length
            || parsed.payloadLength(0) < 0 || parsed.payloadLength(0) > parsed.wireLength(0)
            || PacketEnds.vlanId(parsed.ends(0)) < 0 || PacketEnds.vlanId(parsed.ends(0)) > 4095;
        assertThat(lies).as("facts outside of the frame").isFalse();
    }
}
