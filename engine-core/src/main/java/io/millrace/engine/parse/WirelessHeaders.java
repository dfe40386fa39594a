package io.millrace.engine.parse;

import static io.millrace.engine.memory.RawMemory.u16;
import static io.millrace.engine.memory.RawMemory.u32;
import static io.millrace.engine.memory.RawMemory.u8;

/**
 * IEEE 802.11 data frames and the radiotap header before them. Stateless. Frames that are encrypted, and those that are
 * not data, carry no IP that could be read.
 *
 * <p>Sources: IEEE 802.11-2020 section 9.2, https://www.radiotap.org.
 */
final class WirelessHeaders {
    private static final int RADIOTAP_MIN_LENGTH = 8;
    private static final int RADIOTAP_MAX_BITMAPS = 32;
    private static final int RADIOTAP_TSFT = 1;
    private static final int RADIOTAP_FLAGS = 2;
    private static final int RADIOTAP_MORE = 0x8000_0000;
    private static final int FLAG_PADDED = 0x20;
    private static final int FLAG_BAD_CHECKSUM = 0x40;

    private static final int HEADER_LENGTH = 24;
    private static final int FOURTH_ADDRESS_LENGTH = 6;
    private static final int QOS_LENGTH = 2;
    private static final int HT_CONTROL_LENGTH = 4;
    private static final int AGGREGATE_HEADER_LENGTH = 14;
    private static final int VERSION_AND_TYPE = 0x0F;
    private static final int DATA = 0x08;
    private static final int QOS = 0x80;
    private static final int WITHOUT_DATA = 0x40;
    private static final int TO_AND_FROM = 0x03;
    private static final int PROTECTED = 0x40;
    private static final int ORDER = 0x80;
    private static final int AGGREGATE = 0x80;

    private WirelessHeaders() {
    }

    /** Opens the frame behind a radiotap header. */
    static boolean radiotap(final HeaderCursor cursor) {
        if (!cursor.has(RADIOTAP_MIN_LENGTH)) {
            return false;
        }
        final int length = u16(cursor.address + 2);
        if (length < RADIOTAP_MIN_LENGTH || !cursor.has(length)) {
            cursor.broken = true;
            return false;
        }
        final int flags = radiotapFlags(cursor.address, length);
        if ((flags & FLAG_BAD_CHECKSUM) != 0) {
            cursor.broken = true;
            return false;
        }
        cursor.address += length;
        return data(cursor, (flags & FLAG_PADDED) != 0);
    }

    /** Opens a data frame. */
    static boolean data(final HeaderCursor cursor, final boolean padded) {
        if (!cursor.has(HEADER_LENGTH)) {
            return false;
        }
        int type = u8(cursor.address);
        int flags = u8(cursor.address + 1);
        // Some access points put the two bytes the other way round into CAPWAP.
        if ((type & VERSION_AND_TYPE) != DATA && (flags & VERSION_AND_TYPE) == DATA) {
            final int swapped = type;
            type = flags;
            flags = swapped;
        }
        if ((type & VERSION_AND_TYPE) != DATA || (type & WITHOUT_DATA) != 0 || (flags & PROTECTED) != 0) {
            return cursor.endsIn(NonIpKind.of(NonIpKind.WIRELESS, type));
        }
        int length = HEADER_LENGTH + ((flags & TO_AND_FROM) == TO_AND_FROM ? FOURTH_ADDRESS_LENGTH : 0);
        boolean aggregate = false;
        if ((type & QOS) != 0) {
            if (!cursor.has(length + QOS_LENGTH)) {
                return false;
            }
            aggregate = (u8(cursor.address + length) & AGGREGATE) != 0;
            length += QOS_LENGTH + ((flags & ORDER) != 0 ? HT_CONTROL_LENGTH : 0);
        }
        length = padded ? (length + 3) & -4 : length;
        return cursor.skip(length + (aggregate ? AGGREGATE_HEADER_LENGTH : 0), HeaderCursor.LLC);
    }

    private static int radiotapFlags(final long header, final int length) {
        int offset = 4;
        final int present = (int) u32(header + offset);
        int bitmap = present;
        offset += 4;
        for (int i = 0; (bitmap & RADIOTAP_MORE) != 0 && i < RADIOTAP_MAX_BITMAPS; i++) {
            if (offset + 4 > length) {
                return 0;
            }
            bitmap = (int) u32(header + offset);
            offset += 4;
        }
        if ((present & RADIOTAP_TSFT) != 0) {
            offset = ((offset + 7) & -8) + 8;
        }
        return (present & RADIOTAP_FLAGS) != 0 && offset < length ? u8(header + offset) : 0;
    }
}
