package io.millrace.engine.parse;

import static io.millrace.engine.memory.RawMemory.i32BigEndian;
import static io.millrace.engine.memory.RawMemory.u16BigEndian;
import static io.millrace.engine.memory.RawMemory.u32;
import static io.millrace.engine.memory.RawMemory.u8;

import io.millrace.engine.port.LinkType;

/**
 * Link layers of capture files other than Ethernet. Stateless.
 *
 * <p>Source: the list of link-layer header types of libpcap, https://www.tcpdump.org/linktypes.html.
 */
final class LinkLayers {
    private static final int FAMILY_LENGTH = 4;
    private static final int FAMILY_MAX = 0xFFFF;
    private static final int HDLC_LENGTH = 4;
    private static final int HDLC_UNICAST = 0x0F00;
    private static final int HDLC_BROADCAST = 0x8F00;
    private static final int DIRECTION_LENGTH = 1;
    private static final int SLL_LENGTH = 16;
    private static final int SLL_PROTOCOL = 14;
    private static final int SLL2_LENGTH = 20;
    private static final int SLL_802_2 = 0x0004;

    private LinkLayers() {
    }

    /** Moves from the first byte of a frame to what its link layer carries; {@code false} where that is no IP. */
    static boolean open(final LinkType type, final HeaderCursor cursor) {
        return switch (type) {
            case ETHERNET -> LinkTags.ethernet(cursor);
            case RAW, IPV4, IPV6 -> cursor.has(1) && cursor.skip(0, HeaderCursor.IP_BY_VERSION);
            case NULL, LOOP -> loopback(cursor);
            case PPP, PPP_HDLC, HDLC -> serial(cursor);
            case PPP_WITH_DIRECTION -> cursor.skip(DIRECTION_LENGTH, HeaderCursor.PPP);
            case PPPOE -> cursor.skip(0, HeaderCursor.PPPOE);
            case LINUX_SLL -> cursor.has(SLL_LENGTH)
                && cooked(cursor, SLL_LENGTH, u16BigEndian(cursor.address + SLL_PROTOCOL));
            case LINUX_SLL2 -> cursor.has(SLL2_LENGTH) && cooked(cursor, SLL2_LENGTH, u16BigEndian(cursor.address));
            case IEEE802_11 -> cursor.skip(0, HeaderCursor.WIRELESS);
            case IEEE802_11_RADIOTAP -> WirelessHeaders.radiotap(cursor);
        };
    }

    /** The number of the family differs between systems and is in the byte order of the one that captured. */
    private static boolean loopback(final HeaderCursor cursor) {
        if (!cursor.has(FAMILY_LENGTH + 1)) {
            return false;
        }
        final long littleEndian = u32(cursor.address);
        final int family = littleEndian <= FAMILY_MAX ? (int) littleEndian : i32BigEndian(cursor.address);
        final int version = u8(cursor.address + FAMILY_LENGTH) >> 4;
        return version == 4 || version == 6
            ? cursor.skip(FAMILY_LENGTH, HeaderCursor.IP_BY_VERSION)
            : cursor.endsIn(NonIpKind.of(NonIpKind.FAMILY, family));
    }

    /** All three numbers are in use for PPP and for Cisco's framing; the first two bytes tell which. */
    private static boolean serial(final HeaderCursor cursor) {
        if (!cursor.has(HDLC_LENGTH)) {
            return false;
        }
        final int addressAndControl = u16BigEndian(cursor.address);
        if (addressAndControl == HDLC_UNICAST || addressAndControl == HDLC_BROADCAST) {
            return cursor.skip(HDLC_LENGTH, u16BigEndian(cursor.address + 2));
        }
        return cursor.skip(0, HeaderCursor.PPP);
    }

    private static boolean cooked(final HeaderCursor cursor, final int length, final int protocol) {
        return cursor.skip(length, protocol == SLL_802_2 ? HeaderCursor.LLC : protocol);
    }
}
