package io.millrace.bench.traffic;

import io.millrace.engine.memory.RawMemory;
import io.millrace.engine.port.FrameDescriptor;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes {@link SyntheticFrames} to a capture file (pcap, microseconds, Ethernet). Stateless. */
public final class CaptureWriter {
    private static final int MAGIC = 0xA1B2C3D4;
    private static final int SNAP_LENGTH = 65_535;
    private static final int ETHERNET = 1;
    private static final int BURST = 64;
    private static final int NS_PER_US = 1000;
    private static final int US_PER_SECOND = 1_000_000;

    private CaptureWriter() {
    }

    /** So many 60-byte UDP frames of so many flows; {@code frames} is a multiple of 64. */
    public static void writeUdp(final Path file, final int frames, final int flows) throws IOException {
        final ByteBuffer header = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(MAGIC).putShort((short) 2).putShort((short) 4).putLong(0).putInt(SNAP_LENGTH).putInt(ETHERNET);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
            SyntheticFrames source = new SyntheticFrames(flows, frames, BURST, 7)) {
            out.write(header.array());
            for (int written = 0; written < frames; written += BURST) {
                source.receive();
                for (int i = 0; i < BURST; i++) {
                    writeFrame(out, source.frames() + (long) i * FrameDescriptor.LENGTH);
                }
            }
        }
    }

    private static void writeFrame(final OutputStream out, final long descriptor) throws IOException {
        final int length = RawMemory.i32(descriptor + FrameDescriptor.CAPTURED_LENGTH);
        final long frame = RawMemory.i64(descriptor + FrameDescriptor.ADDRESS);
        final long timeUs = RawMemory.i64(descriptor + FrameDescriptor.TIMESTAMP_NS) / NS_PER_US;
        final ByteBuffer record = ByteBuffer.allocate(16 + length).order(ByteOrder.LITTLE_ENDIAN);
        record.putInt((int) (timeUs / US_PER_SECOND)).putInt((int) (timeUs % US_PER_SECOND));
        record.putInt(length).putInt(length);
        for (int i = 0; i < length; i++) {
            record.put((byte) RawMemory.u8(frame + i));
        }
        out.write(record.array());
    }
}
