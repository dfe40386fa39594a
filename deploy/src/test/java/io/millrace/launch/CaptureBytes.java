package io.millrace.launch;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Captures in the classic format, made and read in memory. */
public final class CaptureBytes {
    /** Link type of Ethernet. */
    public static final int ETHERNET = 1;
    /** In place of a link type: this is no capture. */
    public static final int NO_CAPTURE = -1;

    private static final int MAGIC_US = 0xA1B2_C3D4;
    private static final int MAGIC_NS = 0xA1B2_3C4D;
    private static final int FILE_HEADER_BYTES = 24;
    private static final int LINK_TYPE_OFFSET = 20;
    private static final int RECORD_HEADER_BYTES = 16;
    private static final int START_S = 1_700_000_000;

    private CaptureBytes() {
    }

    /** One frame with its time. */
    public record Frame(int seconds, int fraction, byte[] bytes) {
    }

    /** Frames a microsecond apart. */
    public static byte[] of(final int linkType, final List<byte[]> frames) {
        final List<Frame> timed = new ArrayList<>();
        for (int i = 0; i < frames.size(); i++) {
            timed.add(new Frame(START_S, i, frames.get(i)));
        }
        return write(linkType, timed, ByteOrder.LITTLE_ENDIAN, false);
    }

    /**
     * A capture file; fractions are nanoseconds, or microseconds.
     *
     * @param order of the bytes in its headers.
     */
    public static byte[] write(
        final int linkType, final List<Frame> frames, final ByteOrder order, final boolean nanoseconds) {

        final ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(ByteBuffer.allocate(FILE_HEADER_BYTES).order(order).putInt(nanoseconds ? MAGIC_NS : MAGIC_US)
            .putShort((short) 2).putShort((short) 4).putLong(0).putInt(65_535).putInt(linkType).array());
        for (final Frame frame : frames) {
            file.writeBytes(ByteBuffer.allocate(RECORD_HEADER_BYTES).order(order).putInt(frame.seconds)
                .putInt(frame.fraction).putInt(frame.bytes.length).putInt(frame.bytes.length).array());
            file.writeBytes(frame.bytes);
        }
        return file.toByteArray();
    }

    /** Link type of a capture in either order; {@link #NO_CAPTURE} where it is none of the classic format. */
    public static int linkType(final byte[] file) {
        final ByteOrder order = order(file);
        return order == null ? NO_CAPTURE : ByteBuffer.wrap(file).order(order).getInt(LINK_TYPE_OFFSET);
    }

    /** The whole frames of a capture in either order, up to where it is damaged; frames that were cut are left out. */
    public static List<Frame> read(final byte[] file) {
        final List<Frame> frames = new ArrayList<>();
        final ByteOrder order = order(file);
        if (order == null) {
            return frames;
        }
        final ByteBuffer in = ByteBuffer.wrap(file).order(order).position(FILE_HEADER_BYTES);
        while (in.remaining() >= RECORD_HEADER_BYTES) {
            final int seconds = in.getInt();
            final int fraction = in.getInt();
            final int captured = in.getInt();
            final int onTheWire = in.getInt();
            if (captured < 0 || captured > in.remaining()) {
                break;
            }
            final byte[] bytes = new byte[captured];
            in.get(bytes);
            if (captured == onTheWire) {
                frames.add(new Frame(seconds, fraction, bytes));
            }
        }
        return frames;
    }

    private static ByteOrder order(final byte[] file) {
        if (file.length < FILE_HEADER_BYTES) {
            return null;
        }
        for (final ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
            final int magic = ByteBuffer.wrap(file).order(order).getInt(0);
            if (magic == MAGIC_US || magic == MAGIC_NS) {
                return order;
            }
        }
        return null;
    }
}
