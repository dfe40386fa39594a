package io.millrace.engine.parse;

import static io.millrace.engine.memory.RawMemory.u16BigEndian;
import static io.millrace.engine.memory.RawMemory.u8;

/**
 * What stands between a link layer and IP: VLAN tags, MPLS labels, PPPoE, LLC with SNAP, PPP. Each method moves the
 * cursor past one header and returns whether something follows that may be IP. Stateless.
 *
 * <p>Sources: IEEE 802.1Q and 802.1ad, RFC 3032 (MPLS), RFC 4385 (control word), RFC 2516 (PPPoE), RFC 1042 and IEEE
 * 802.2 (LLC), RFC 1661 and 1662 (PPP), RFC 1990 (multilink).
 */
final class LinkTags {
    static final int ETHERTYPE_MIN = 0x0600;
    static final int ETHERTYPE_IPV4 = 0x0800;
    static final int ETHERTYPE_IPV6 = 0x86DD;
    static final int ETHERTYPE_VLAN = 0x8100;
    static final int ETHERTYPE_QINQ = 0x88A8;
    static final int ETHERTYPE_QINQ_BEFORE_STANDARD = 0x9100;
    static final int ETHERTYPE_MPLS = 0x8847;
    static final int ETHERTYPE_MPLS_MULTICAST = 0x8848;
    static final int ETHERTYPE_PPPOE_SESSION = 0x8864;
    static final int ETHERTYPE_PPP = 0x880B;
    static final int ETHERTYPE_BRIDGING = 0x6558;
    static final int ETHERNET_HEADER_LENGTH = 14;
    static final int VLAN_TAG_LENGTH = 4;
    static final int VLAN_ID_MASK = 0x0FFF;
    static final int LLC_SNAP = 0xAAAA;
    static final int SNAP_HEADER_LENGTH = 8;

    private static final int LLC_LENGTH = 3;
    private static final int MPLS_LABEL_LENGTH = 4;
    private static final int MPLS_BOTTOM = 1;
    private static final int CONTROL_WORD_LENGTH = 4;
    private static final int PPPOE_HEADER_LENGTH = 6;
    private static final int PPPOE_VERSION_AND_TYPE = 0x11;
    private static final int PPP_ADDRESS_AND_CONTROL = 0xFF03;
    private static final int PPP_IPV4 = 0x0021;
    private static final int PPP_IPV6 = 0x0057;
    private static final int PPP_MPLS = 0x0281;
    private static final int PPP_MPLS_MULTICAST = 0x0283;
    private static final int PPP_MULTILINK = 0x003D;
    private static final int MULTILINK_HEADER_LENGTH = 4;
    private static final int MULTILINK_WHOLE = 0xC0;

    private LinkTags() {
    }

    static boolean isVlan(final int etherType) {
        return etherType == ETHERTYPE_VLAN || etherType == ETHERTYPE_QINQ
            || etherType == ETHERTYPE_QINQ_BEFORE_STANDARD;
    }

    static boolean vlan(final HeaderCursor cursor) {
        if (!cursor.has(VLAN_TAG_LENGTH)) {
            return false;
        }
        cursor.vlanId = u16BigEndian(cursor.address) & VLAN_ID_MASK;
        return lengthOrType(cursor, VLAN_TAG_LENGTH, u16BigEndian(cursor.address + 2));
    }

    static boolean ethernet(final HeaderCursor cursor) {
        if (!cursor.has(ETHERNET_HEADER_LENGTH)) {
            return false;
        }
        cursor.macAddress = cursor.address;
        return lengthOrType(cursor, ETHERNET_HEADER_LENGTH, u16BigEndian(cursor.address + ETHERNET_HEADER_LENGTH - 2));
    }

    /** IP stands behind the last label as it is; behind it there may be an Ethernet frame, after a control word. */
    static boolean mpls(final HeaderCursor cursor) {
        boolean bottom = false;
        while (!bottom) {
            if (!cursor.has(MPLS_LABEL_LENGTH)) {
                return false;
            }
            bottom = (u8(cursor.address + 2) & MPLS_BOTTOM) != 0;
            cursor.address += MPLS_LABEL_LENGTH;
        }
        if (!cursor.has(1)) {
            return false;
        }
        final int version = u8(cursor.address) >> 4;
        if (looksLikeEthernet(cursor, 0)) {
            cursor.next = HeaderCursor.ETHERNET;
            return true;
        }
        if (version == 4 || version == 6) {
            cursor.next = HeaderCursor.IP_BY_VERSION;
            return true;
        }
        if (version == 0 && cursor.left() > CONTROL_WORD_LENGTH) {
            cursor.address += CONTROL_WORD_LENGTH;
            if (looksLikeEthernet(cursor, 0)) {
                cursor.next = HeaderCursor.ETHERNET;
                return true;
            }
            final int behind = u8(cursor.address) >> 4;
            if (behind == 4 || behind == 6) {
                cursor.next = HeaderCursor.IP_BY_VERSION;
                return true;
            }
        }
        return cursor.endsIn(ETHERTYPE_MPLS);
    }

    static boolean pppoe(final HeaderCursor cursor) {
        if (!cursor.has(PPPOE_HEADER_LENGTH)) {
            return false;
        }
        final boolean isData = u8(cursor.address) == PPPOE_VERSION_AND_TYPE && u8(cursor.address + 1) == 0;
        return isData ? cursor.skip(PPPOE_HEADER_LENGTH, HeaderCursor.PPP) : cursor.endsIn(ETHERTYPE_PPPOE_SESSION);
    }

    static boolean ppp(final HeaderCursor cursor) {
        if (!cursor.has(2)) {
            return false;
        }
        if (u16BigEndian(cursor.address) == PPP_ADDRESS_AND_CONTROL) {
            cursor.address += 2;
        }
        if (!cursor.has(2)) {
            return false;
        }
        // An odd first byte is a protocol number that left out its zero byte.
        final int first = u8(cursor.address);
        final boolean compressed = (first & 1) != 0;
        final int protocol = compressed ? first : u16BigEndian(cursor.address);
        cursor.address += compressed ? 1 : 2;
        return switch (protocol) {
            case PPP_IPV4 -> cursor.skip(0, ETHERTYPE_IPV4);
            case PPP_IPV6 -> cursor.skip(0, ETHERTYPE_IPV6);
            case PPP_MPLS, PPP_MPLS_MULTICAST -> cursor.skip(0, ETHERTYPE_MPLS);
            case PPP_MULTILINK -> cursor.has(MULTILINK_HEADER_LENGTH)
                && (u8(cursor.address) & MULTILINK_WHOLE) == MULTILINK_WHOLE
                ? cursor.skip(MULTILINK_HEADER_LENGTH, HeaderCursor.PPP)
                : cursor.endsIn(NonIpKind.of(NonIpKind.PPP, protocol));
            default -> cursor.endsIn(NonIpKind.of(NonIpKind.PPP, protocol));
        };
    }

    static boolean llc(final HeaderCursor cursor) {
        if (!cursor.has(LLC_LENGTH)) {
            return false;
        }
        if (u16BigEndian(cursor.address) != LLC_SNAP) {
            return cursor.endsIn(NonIpKind.of(NonIpKind.LLC, u8(cursor.address)));
        }
        if (!cursor.has(SNAP_HEADER_LENGTH)) {
            return false;
        }
        return cursor.skip(SNAP_HEADER_LENGTH, u16BigEndian(cursor.address + SNAP_HEADER_LENGTH - 2));
    }

    private static boolean lengthOrType(final HeaderCursor cursor, final int headerLength, final int lengthOrType) {
        return cursor.skip(headerLength, lengthOrType < ETHERTYPE_MIN ? HeaderCursor.LLC : lengthOrType);
    }

    /**
     * Whether an Ethernet frame with IP begins {@code offset} bytes on: nothing in MPLS or L2TPv3 says what they carry,
     * so EtherType and IP version must both fit.
     */
    static boolean looksLikeEthernet(final HeaderCursor cursor, final int offset) {
        long at = cursor.address + offset + ETHERNET_HEADER_LENGTH;
        if (at >= cursor.end) {
            return false;
        }
        int etherType = u16BigEndian(at - 2);
        while (isVlan(etherType) && at + VLAN_TAG_LENGTH < cursor.end) {
            etherType = u16BigEndian(at + 2);
            at += VLAN_TAG_LENGTH;
        }
        final int version = u8(at) >> 4;
        return etherType == ETHERTYPE_IPV4 && version == 4 || etherType == ETHERTYPE_IPV6 && version == 6;
    }
}
