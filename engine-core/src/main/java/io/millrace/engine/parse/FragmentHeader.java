package io.millrace.engine.parse;

import static io.millrace.engine.memory.RawMemory.i32BigEndian;
import static io.millrace.engine.memory.RawMemory.i64BigEndian;
import static io.millrace.engine.memory.RawMemory.u16BigEndian;
import static io.millrace.engine.memory.RawMemory.u8;

/**
 * What the IP header of a fragment tells: of which datagram it is a part, and of which part. Owned by one
 * {@link FragmentTable}.
 *
 * <p>Sources: RFC 791 section 3.2, RFC 8200 section 4.5.
 */
final class FragmentHeader {
    /** Offsets count in units of 8 bytes. */
    static final int UNIT_SHIFT = 3;

    private static final int MORE = 0x2000;
    private static final int OFFSET_MASK = 0x1FFF;
    private static final int IPV6_HEADER_LENGTH = 40;
    private static final int IPV6_FRAGMENT_LENGTH = 8;

    /** The datagram, in the words of {@link FragmentDescriptor#KEY}. */
    final long[] key = new long[FragmentDescriptor.KEY_WORDS];
    /** Units of the datagram before this part. */
    int offsetUnits;
    /** Bytes of this part. */
    int payloadBytes;
    /** Whether the datagram ends with this part. */
    boolean isLast;

    /**
     * Reads a header that the parser has checked.
     *
     * @param lengthBytes on the wire, from the header on.
     */
    void read(final long header, final int lengthBytes, final int vlanId) {
        final int version = u8(header) >> 4;
        final long identification;
        final int protocol;
        if (version == 4) {
            final int flagsAndOffset = u16BigEndian(header + 6);
            key[0] = (long) i32BigEndian(header + 12) << 32;
            key[1] = 0;
            key[2] = (long) i32BigEndian(header + 16) << 32;
            key[3] = 0;
            identification = u16BigEndian(header + 4);
            protocol = u8(header + 9);
            offsetUnits = flagsAndOffset & OFFSET_MASK;
            isLast = (flagsAndOffset & MORE) == 0;
            payloadBytes = lengthBytes - (u8(header) & 0x0F) * 4;
        } else {
            final int offset = fragmentHeaderOffset(header);
            final int offsetAndMore = u16BigEndian(header + offset + 2);
            key[0] = i64BigEndian(header + 8);
            key[1] = i64BigEndian(header + 16);
            key[2] = i64BigEndian(header + 24);
            key[3] = i64BigEndian(header + 32);
            identification = Integer.toUnsignedLong(i32BigEndian(header + offset + 4));
            protocol = 0;
            offsetUnits = offsetAndMore >>> UNIT_SHIFT;
            isLast = (offsetAndMore & 1) == 0;
            payloadBytes = lengthBytes - offset - IPV6_FRAGMENT_LENGTH;
        }
        key[4] = identification << 32 | (long) vlanId << 16 | (long) protocol << 8 | version;
    }

    /** Whether the datagram begins with this part. */
    boolean isFirst() {
        return offsetUnits == 0;
    }

    private static int fragmentHeaderOffset(final long header) {
        int protocol = u8(header + 6);
        int offset = IPV6_HEADER_LENGTH;
        while (protocol != IpProtocol.FRAGMENT) {
            final int length = IpParser.extensionLength(protocol, u8(header + offset + 1));
            protocol = u8(header + offset);
            offset += length;
        }
        return offset;
    }
}
