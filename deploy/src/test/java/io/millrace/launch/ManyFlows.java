package io.millrace.launch;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A capture of as many flows as wanted, of one UDP packet each, a microsecond apart. */
final class ManyFlows {
    private static final int FRAME_BYTES = 60;
    private static final int IP_OFFSET = 14;
    private static final int SOURCE_OFFSET = IP_OFFSET + 12;
    private static final int UDP_OFFSET = IP_OFFSET + 20;
    private static final int UDP_BYTES = FRAME_BYTES - UDP_OFFSET;
    private static final int FIRST_SOURCE = 10 << 24;
    private static final int DESTINATION = 192 << 24 | 168 << 16 | 1;
    private static final int START_S = 1_700_000_000;
    private static final int MICROSECONDS_PER_SECOND = 1_000_000;

    private ManyFlows() {
    }

    /** Writes it. */
    static void write(final Path file, final int flows) throws IOException {
        final ByteBuffer record = ByteBuffer.allocate(16 + FRAME_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            out.write(CaptureBytes.write(CaptureBytes.ETHERNET, List.of(), ByteOrder.LITTLE_ENDIAN, false));
            for (int flow = 0; flow < flows; flow++) {
                record.clear().putInt(START_S + flow / MICROSECONDS_PER_SECOND).putInt(flow % MICROSECONDS_PER_SECOND)
                    .putInt(FRAME_BYTES).putInt(FRAME_BYTES).put(frame(FIRST_SOURCE + flow));
                out.write(record.array());
            }
        }
    }

    private static byte[] frame(final int source) {
        return ByteBuffer.allocate(FRAME_BYTES)
            .putShort(IP_OFFSET - 2, (short) 0x0800)
            .putShort(IP_OFFSET, (short) 0x4500).putShort(IP_OFFSET + 2, (short) (FRAME_BYTES - IP_OFFSET))
            .put(IP_OFFSET + 8, (byte) 64).put(IP_OFFSET + 9, (byte) 17)
            .putInt(SOURCE_OFFSET, source).putInt(SOURCE_OFFSET + 4, DESTINATION)
            .putShort(UDP_OFFSET, (short) 40_000).putShort(UDP_OFFSET + 2, (short) 40_001)
            .putShort(UDP_OFFSET + 4, (short) UDP_BYTES).array();
    }
}
