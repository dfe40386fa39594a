package io.millrace.engine.port;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Numbers of the capture format that is made of blocks (draft-ietf-opsawg-pcapng). */
final class PcapngFormat {
    static final int SECTION_HEADER = 0x0A0D0D0A;
    static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;
    static final int INTERFACE = 1;
    static final int PACKET = 2;
    static final int SIMPLE_PACKET = 3;
    static final int ENHANCED_PACKET = 6;
    static final int MIN_BLOCK_LENGTH = 12;
    static final int MAX_BLOCK_LENGTH = 16 << 20;

    private static final int MAGIC_OFFSET = 8;

    private PcapngFormat() {
    }

    /** Whether blocks of this type hold a packet. */
    static boolean isPacket(final int type) {
        return type == ENHANCED_PACKET || type == SIMPLE_PACKET || type == PACKET;
    }

    /** Whether a block may have this length. */
    static boolean isPlausible(final long blockLength) {
        return blockLength >= MIN_BLOCK_LENGTH && blockLength <= MAX_BLOCK_LENGTH && blockLength % 4 == 0;
    }

    /** Byte order of the section that begins with these bytes. */
    static ByteOrder orderOf(final byte[] sectionHeader) {
        return ByteBuffer.wrap(sectionHeader).order(ByteOrder.LITTLE_ENDIAN).getInt(MAGIC_OFFSET) == BYTE_ORDER_MAGIC
            ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    }
}
