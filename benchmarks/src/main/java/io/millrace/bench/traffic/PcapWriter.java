package io.millrace.bench.traffic;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes a capture file (pcap, big-endian, microseconds, Ethernet). Owned by one thread. Source:
 * draft-ietf-opsawg-pcap.
 */
public final class PcapWriter implements AutoCloseable {
    private static final int MAGIC = 0xA1B2C3D4;
    private static final int SNAP_LENGTH = 65_535;
    private static final int ETHERNET = 1;
    private static final int RECORD_HEADER_LENGTH = 16;
    private static final int BUFFER_LENGTH = 4 << 20;
    private static final int US_PER_S = 1_000_000;

    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_LENGTH);
    private long packets;

    /** Creates {@code file} or overwrites it. */
    public PcapWriter(final Path file) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING);
        buffer.putInt(MAGIC).putShort((short) 2).putShort((short) 4).putLong(0).putInt(SNAP_LENGTH).putInt(ETHERNET);
    }

    /** Adds one frame. */
    public void write(final long timeUs, final byte[] frame, final int length) throws IOException {
        if (buffer.remaining() < RECORD_HEADER_LENGTH + length) {
            flush();
        }
        buffer.putInt((int) (timeUs / US_PER_S)).putInt((int) (timeUs % US_PER_S)).putInt(length).putInt(length);
        buffer.put(frame, 0, length);
        packets++;
    }

    /** Frames written. */
    public long packets() {
        return packets;
    }

    @Override
    public void close() throws IOException {
        try {
            flush();
        } finally {
            channel.close();
        }
    }

    private void flush() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
    }
}
