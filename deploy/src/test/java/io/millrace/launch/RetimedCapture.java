package io.millrace.launch;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A capture made of the whole Ethernet frames of others, {@value #MICROSECONDS_APART} microseconds apart: what happens
 * to its flows does not depend on how fast it is sent.
 */
final class RetimedCapture {
    private static final int MICROSECONDS_APART = 5;
    private static final int MICROSECONDS_PER_SECOND = 1_000_000;
    private static final int START_S = 1_700_000_000;
    private static final int SHORTEST_FRAME_BYTES = 14;
    private static final int LONGEST_FRAME_BYTES = 65_535;

    private RetimedCapture() {
    }

    /**
     * Writes it; returns how many frames it has. Files that are no pcap of Ethernet frames are left out.
     *
     * @param times how often the captures are repeated.
     */
    static int write(final Path file, final List<Path> captures, final int times) throws IOException {
        final List<byte[]> frames = new ArrayList<>();
        for (final Path capture : captures) {
            frames.addAll(framesOf(Files.readAllBytes(capture)));
        }
        final List<CaptureBytes.Frame> retimed = new ArrayList<>();
        for (int number = 0; number < times * frames.size(); number++) {
            final long microseconds = (long) number * MICROSECONDS_APART;
            retimed.add(new CaptureBytes.Frame(
                START_S + (int) (microseconds / MICROSECONDS_PER_SECOND),
                (int) (microseconds % MICROSECONDS_PER_SECOND),
                frames.get(number % frames.size())));
        }
        Files.write(file, CaptureBytes.write(CaptureBytes.ETHERNET, retimed, ByteOrder.LITTLE_ENDIAN, false));
        return retimed.size();
    }

    private static List<byte[]> framesOf(final byte[] capture) {
        return CaptureBytes.linkType(capture) != CaptureBytes.ETHERNET ? List.of() : CaptureBytes.read(capture).stream()
            .map(CaptureBytes.Frame::bytes)
            .filter(frame -> frame.length >= SHORTEST_FRAME_BYTES && frame.length <= LONGEST_FRAME_BYTES).toList();
    }
}
