package io.millrace.launch;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A capture made of the whole Ethernet frames of others, {@value #MICROSECONDS_APART} microseconds apart: what happens
 * to its flows does not depend on how fast it is sent.
 */
final class RetimedCapture {
    private static final int MICROSECONDS_APART = 5;
    private static final int START_S = 1_700_000_000;
    private static final int MICROSECOND_MAGIC = 0xa1b2c3d4;
    private static final int NANOSECOND_MAGIC = 0xa1b23c4d;
    private static final int FILE_HEADER_BYTES = 24;
    private static final int LINK_TYPE_OFFSET = 20;
    private static final int ETHERNET = 1;
    private static final int RECORD_HEADER_BYTES = 16;
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
        int frames = 0;
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(header().array());
            for (int i = 0; i < times; i++) {
                for (final Path capture : captures) {
                    frames = append(out, ByteBuffer.wrap(Files.readAllBytes(capture)), frames);
                }
            }
        }
        return frames;
    }

    private static ByteBuffer header() {
        return ByteBuffer.allocate(FILE_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(MICROSECOND_MAGIC)
            .putShort((short) 2).putShort((short) 4).putInt(0).putInt(0).putInt(262_144).putInt(ETHERNET);
    }

    private static int append(final OutputStream out, final ByteBuffer capture, final int before) throws IOException {
        if (capture.limit() < FILE_HEADER_BYTES || !takesOrderOf(capture)
            || capture.getInt(LINK_TYPE_OFFSET) != ETHERNET) {
            return before;
        }
        int frames = before;
        int offset = FILE_HEADER_BYTES;
        while (offset + RECORD_HEADER_BYTES <= capture.limit()) {
            final int length = capture.getInt(offset + 8);
            offset += RECORD_HEADER_BYTES;
            if (length < 0 || length > capture.limit() - offset) {
                return frames;
            }
            if (length == capture.getInt(offset - 4) && length >= SHORTEST_FRAME_BYTES
                && length <= LONGEST_FRAME_BYTES) {
                final long microseconds = (long) frames++ * MICROSECONDS_APART;
                out.write(ByteBuffer.allocate(RECORD_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(START_S + (int) (microseconds / 1_000_000)).putInt((int) (microseconds % 1_000_000))
                    .putInt(length).putInt(length).array());
                out.write(capture.array(), offset, length);
            }
            offset += length;
        }
        return frames;
    }

    private static boolean takesOrderOf(final ByteBuffer capture) {
        for (final ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
            final int magic = capture.order(order).getInt(0);
            if (magic == MICROSECOND_MAGIC || magic == NANOSECOND_MAGIC) {
                return true;
            }
        }
        return false;
    }
}
