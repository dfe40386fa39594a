package io.millrace.engine.parse;

import static io.millrace.engine.memory.RawMemory.i32BigEndian;
import static io.millrace.engine.memory.RawMemory.u16BigEndian;
import static io.millrace.engine.memory.RawMemory.u8;

/**
 * GRE with all its optional fields, PPTP's version of it, and ERSPAN. Stateless.
 *
 * <p>Sources: RFC 1701, 2784, 2890 (GRE), RFC 2637 (PPTP), RFC 7637 (NVGRE), draft-foschiano-erspan-03.
 */
final class GreTunnels {
    private static final int HEADER_LENGTH = 4;
    private static final int FIELD_LENGTH = 4;
    private static final int CHECKSUM = 0x8000;
    private static final int ROUTING = 0x4000;
    private static final int KEY = 0x2000;
    private static final int SEQUENCE = 0x1000;
    private static final int ACKNOWLEDGMENT = 0x0080;
    private static final int VERSION_MASK = 0x0007;
    private static final int MAX_ROUTING_ENTRIES = 32;

    private static final int ERSPAN_I_OR_II = 0x88BE;
    private static final int ERSPAN_III = 0x22EB;
    private static final int ERSPAN_II_LENGTH = 8;
    private static final int ERSPAN_III_LENGTH = 12;
    private static final int ERSPAN_III_SUBHEADER_LENGTH = 8;
    private static final int ERSPAN_SESSION_MASK = 0x03FF;
    private static final int ERSPAN_TRUNCATED = 0x0400;
    private static final int ERSPAN_FRAME_TYPE_SHIFT = 10;
    private static final int ERSPAN_FRAME_TYPE_MASK = 0x1F;
    private static final int ERSPAN_FRAME_TYPE_IP = 2;
    private static final int WCCP = 0x883E;
    private static final int WCCP_REDIRECT_LENGTH = 4;

    private GreTunnels() {
    }

    /** Opens the tunnel whose GRE header is here; returns its type, {@code null} where nothing can be opened. */
    static TunnelType open(final HeaderCursor cursor) {
        if (!cursor.has(HEADER_LENGTH)) {
            return null;
        }
        final int flags = u16BigEndian(cursor.address);
        final int protocol = u16BigEndian(cursor.address + 2);
        return switch (flags & VERSION_MASK) {
            case 0 -> generic(cursor, flags, protocol);
            case 1 -> pointToPoint(cursor, flags, protocol);
            default -> null;
        };
    }

    private static TunnelType generic(final HeaderCursor cursor, final int flags, final int protocol) {
        if (!cursor.skip(HEADER_LENGTH + ((flags & (CHECKSUM | ROUTING)) != 0 ? FIELD_LENGTH : 0), protocol)) {
            return null;
        }
        if ((flags & KEY) != 0) {
            if (!cursor.has(FIELD_LENGTH)) {
                return null;
            }
            cursor.tunnelId = i32BigEndian(cursor.address);
            cursor.address += FIELD_LENGTH;
        }
        if ((flags & SEQUENCE) != 0 && !cursor.skip(FIELD_LENGTH, protocol)
            || (flags & ROUTING) != 0 && !skipRouting(cursor)) {
            return null;
        }
        return switch (protocol) {
            case ERSPAN_I_OR_II -> (flags & SEQUENCE) == 0 ? erspanI(cursor) : erspanII(cursor);
            case ERSPAN_III -> erspanIII(cursor);
            case LinkTags.ETHERTYPE_BRIDGING -> cursor.skip(0, HeaderCursor.ETHERNET) ? TunnelType.GRE : null;
            case LinkTags.ETHERTYPE_PPP -> cursor.skip(0, HeaderCursor.PPP) ? TunnelType.GRE : null;
            case WCCP -> wccp(cursor);
            default -> TunnelType.GRE;
        };
    }

    /** Source routes (RFC 1701): entries of address family, offset and length, ended by one of family 0. */
    private static boolean skipRouting(final HeaderCursor cursor) {
        for (int entries = 0; entries < MAX_ROUTING_ENTRIES; entries++) {
            if (!cursor.has(4)) {
                return false;
            }
            final int family = u16BigEndian(cursor.address);
            final int length = u8(cursor.address + 3);
            if (!cursor.skip(4 + length, cursor.next)) {
                return false;
            }
            if (family == 0 && length == 0) {
                return true;
            }
        }
        cursor.broken = true;
        return false;
    }

    /** The redirect header of the second version stands before IP; its first byte is no IP version. */
    private static TunnelType wccp(final HeaderCursor cursor) {
        if (!cursor.has(1)) {
            return null;
        }
        final int version = u8(cursor.address) >> 4;
        final int redirect = version == 4 || version == 6 ? 0 : WCCP_REDIRECT_LENGTH;
        return cursor.skip(redirect, HeaderCursor.IP_BY_VERSION) ? TunnelType.GRE : null;
    }

    private static TunnelType pointToPoint(final HeaderCursor cursor, final int flags, final int protocol) {
        if (protocol != LinkTags.ETHERTYPE_PPP || (flags & KEY) == 0 || !cursor.has(HEADER_LENGTH + FIELD_LENGTH)) {
            return null;
        }
        final int payloadLength = u16BigEndian(cursor.address + HEADER_LENGTH);
        cursor.tunnelId = u16BigEndian(cursor.address + HEADER_LENGTH + 2);
        final int length = HEADER_LENGTH + FIELD_LENGTH + ((flags & SEQUENCE) != 0 ? FIELD_LENGTH : 0)
            + ((flags & ACKNOWLEDGMENT) != 0 ? FIELD_LENGTH : 0);
        return payloadLength > 0 && cursor.skip(length, HeaderCursor.PPP) ? TunnelType.GRE : null;
    }

    private static TunnelType erspanI(final HeaderCursor cursor) {
        cursor.next = HeaderCursor.ETHERNET;
        return TunnelType.ERSPAN;
    }

    private static TunnelType erspanII(final HeaderCursor cursor) {
        if (!cursor.has(ERSPAN_II_LENGTH) || u8(cursor.address) >> 4 != 1) {
            return null;
        }
        readSession(cursor);
        return cursor.skip(ERSPAN_II_LENGTH, HeaderCursor.ETHERNET) ? TunnelType.ERSPAN : null;
    }

    private static TunnelType erspanIII(final HeaderCursor cursor) {
        if (!cursor.has(ERSPAN_III_LENGTH) || u8(cursor.address) >> 4 != 2) {
            return null;
        }
        readSession(cursor);
        final int last = u16BigEndian(cursor.address + ERSPAN_III_LENGTH - 2);
        final boolean ip = (last >> ERSPAN_FRAME_TYPE_SHIFT & ERSPAN_FRAME_TYPE_MASK) == ERSPAN_FRAME_TYPE_IP;
        final int length = ERSPAN_III_LENGTH + ((last & 1) != 0 ? ERSPAN_III_SUBHEADER_LENGTH : 0);
        return cursor.skip(length, ip ? HeaderCursor.IP_BY_VERSION : HeaderCursor.ETHERNET)
            ? TunnelType.ERSPAN : null;
    }

    private static void readSession(final HeaderCursor cursor) {
        final int session = u16BigEndian(cursor.address + 2);
        cursor.tunnelId = session & ERSPAN_SESSION_MASK;
        cursor.cut = (session & ERSPAN_TRUNCATED) != 0;
    }
}
