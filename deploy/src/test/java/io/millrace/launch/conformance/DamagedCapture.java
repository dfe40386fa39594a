package io.millrace.launch.conformance;

import io.millrace.launch.CaptureBytes;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** A capture made of damaged frames of others: some of their first bytes changed, some of them cut. */
final class DamagedCapture {
    private static final int MOST_DAMAGES = 6;
    private static final int DAMAGED_BYTES = 300;
    private static final int ONE_CUT_OF = 4;
    private static final int MICROSECONDS_APART = 100;
    private static final int MICROSECONDS_PER_SECOND = 1_000_000;
    private static final int START_S = 1_700_000_000;

    private DamagedCapture() {
    }

    /**
     * Writes it. Files that are no pcap of Ethernet frames are left out.
     *
     * @param frames how many.
     * @param seed   of all that is drawn.
     */
    static void write(final Path file, final List<Path> captures, final int frames, final long seed)
        throws IOException {

        final List<byte[]> whole = new ArrayList<>();
        for (final Path capture : captures) {
            final byte[] bytes = Files.readAllBytes(capture);
            if (CaptureBytes.linkType(bytes) == CaptureBytes.ETHERNET) {
                CaptureBytes.read(bytes).stream().map(CaptureBytes.Frame::bytes)
                    .filter(frame -> frame.length > 0 && frame.length < 1 << 16).forEach(whole::add);
            }
        }
        final SplittableRandom random = new SplittableRandom(seed);
        final List<CaptureBytes.Frame> damaged = new ArrayList<>(frames);
        // Neighbours stay together: flows are to come so far that their packets are looked at.
        for (int number = 0; number < frames; number++) {
            final long microseconds = (long) number * MICROSECONDS_APART;
            damaged.add(new CaptureBytes.Frame(START_S + (int) (microseconds / MICROSECONDS_PER_SECOND),
                (int) (microseconds % MICROSECONDS_PER_SECOND), damage(whole.get(number % whole.size()), random)));
        }
        Files.write(file, CaptureBytes.write(CaptureBytes.ETHERNET, damaged, ByteOrder.LITTLE_ENDIAN, false));
    }

    private static byte[] damage(final byte[] frame, final SplittableRandom random) {
        final byte[] damaged = random.nextInt(ONE_CUT_OF) == 0
            ? Arrays.copyOf(frame, random.nextInt(1, frame.length + 1)) : frame.clone();
        for (int damages = random.nextInt(MOST_DAMAGES); damages > 0; damages--) {
            damaged[random.nextInt(Math.min(damaged.length, DAMAGED_BYTES))] = (byte) random.nextInt();
        }
        return damaged;
    }
}
