package io.millrace.launch.conformance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/**
 * A capture without the packets that {@code ndpiReader} reads otherwise than Millrace, by the rules that
 * {@code docs/conformance.md} lists. On what is left both must agree.
 */
final class CommonPackets {
    private static final int FILE_HEADER_BYTES = 24;
    private static final int SNAP_LENGTH_OFFSET = 16;
    private static final int LINK_TYPE_OFFSET = 20;
    private static final int RECORD_HEADER_BYTES = 16;
    private static final int LENGTH_OFFSET = 8;
    private static final int MICROSECOND_MAGIC = 0xA1B2C3D4;
    private static final int NANOSECOND_MAGIC = 0xA1B23C4D;

    private CommonPackets() {
    }

    /**
     * Writes them.
     *
     * @param common written to, as a classic capture; where all link types are not one, nothing is.
     * @return how many packets were left out and why.
     */
    static Map<ReadDifferently, Integer> write(final Path capture, final Path common) throws IOException {
        final Map<ReadDifferently, Integer> leftOut = new EnumMap<>(ReadDifferently.class);
        final ByteBuffer in = asPcap(capture, common);
        if (in == null) {
            return leftOut;
        }
        final int linkType = in.getInt(LINK_TYPE_OFFSET) & 0xFFFF;
        final int snapLength = in.getInt(SNAP_LENGTH_OFFSET);
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(in.array(), 0, FILE_HEADER_BYTES);
        int record = FILE_HEADER_BYTES;
        while (record + RECORD_HEADER_BYTES <= in.limit()) {
            final int length = in.getInt(record + LENGTH_OFFSET);
            if (length < 0 || length > in.limit() - record - RECORD_HEADER_BYTES) {
                break;
            }
            final int read = snapLength > 0 ? Math.min(length, snapLength) : length;
            final ReadDifferently reason = ReadDifferently.of(
                in.slice(record + RECORD_HEADER_BYTES, read).order(ByteOrder.BIG_ENDIAN), linkType);
            if (reason == null) {
                out.write(in.array(), record, RECORD_HEADER_BYTES + length);
            } else {
                leftOut.merge(reason, 1, Integer::sum);
            }
            record += RECORD_HEADER_BYTES + length;
        }
        Files.write(common, out.toByteArray());
        return leftOut;
    }

    private static ByteBuffer asPcap(final Path capture, final Path scratch) throws IOException {
        final ByteBuffer original = ordered(Files.readAllBytes(capture));
        if (original != null) {
            return original;
        }
        final Process editcap = new ProcessBuilder("editcap", "-F", "pcap", capture.toString(), scratch.toString())
            .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        try {
            return editcap.waitFor() == 0 ? ordered(Files.readAllBytes(scratch)) : null;
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** In the byte order of its header; null where it is no classic capture. */
    private static ByteBuffer ordered(final byte[] bytes) {
        if (bytes.length < FILE_HEADER_BYTES) {
            return null;
        }
        for (final ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            final ByteBuffer file = ByteBuffer.wrap(bytes).order(order);
            if (file.getInt(0) == MICROSECOND_MAGIC || file.getInt(0) == NANOSECOND_MAGIC) {
                return file;
            }
        }
        return null;
    }
}
