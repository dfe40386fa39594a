package io.millrace.engine.parse;

import static io.millrace.engine.memory.RawMemory.i32BigEndian;
import static io.millrace.engine.memory.RawMemory.i64BigEndian;
import static io.millrace.engine.memory.RawMemory.u16BigEndian;
import static io.millrace.engine.memory.RawMemory.u8;

import java.util.Arrays;

/**
 * Tunnels in UDP, known by their port and then by their header: what does not look like one stays a UDP flow.
 * Stateless.
 *
 * <p>Sources: RFC 7348 and draft-ietf-nvo3-vxlan-gpe (VXLAN), RFC 8926 (GENEVE), 3GPP TS 29.281 (GTP-U), RFC 4380
 * (Teredo), RFC 2661 and 3931 (L2TP), RFC 5415 (CAPWAP), RFC 7510 (MPLS), TZSP as TaZmen published it.
 */
final class UdpTunnels {
    static final int VXLAN = 4789;
    static final int VXLAN_OF_LINUX = 8472;
    static final int VXLAN_GPE = 4790;
    static final int GENEVE = 6081;
    static final int GTP_U = 2152;
    static final int TEREDO = 3544;
    static final int L2TP = 1701;
    static final int CAPWAP_DATA = 5247;
    static final int TZSP = 37_008;
    static final int MPLS = 6635;

    private static final int PORT_FACTOR = 1081;
    private static final int PORT_SHIFT = 16;
    private static final int PORT_SLOTS = 16;
    private static final int[] PORTS = ports();

    private static final int UDP_HEADER_LENGTH = 8;
    private static final int VXLAN_LENGTH = 8;
    private static final int VXLAN_FLAGS_WITHOUT_POLICY = 0x7F;
    private static final int VXLAN_HAS_ID = 0x08;
    private static final int VXLAN_HAS_PROTOCOL = 0x04;
    private static final int GENEVE_LENGTH = 8;
    private static final int GTP_LENGTH = 8;
    private static final int GTP_OPTIONS_LENGTH = 4;
    private static final int GTP_PACKET = 0xFF;
    private static final int GTP_HAS_OPTIONS = 0x07;
    private static final int GTP_HAS_EXTENSIONS = 0x04;
    private static final int GTP_MAX_EXTENSIONS = 16;
    private static final int TEREDO_AUTHENTICATION = 0x0001;
    private static final int TEREDO_AUTHENTICATION_LENGTH = 4;
    private static final int TEREDO_NONCE_AND_CONFIRMATION_LENGTH = 9;
    private static final int TEREDO_ORIGIN_LENGTH = 8;
    private static final int IPV6_HEADER_LENGTH = 40;
    private static final int IPV6_NO_NEXT_HEADER = 59;
    private static final long LINK_LOCAL_PREFIX = 0xFE80L << 48;
    private static final long LINK_LOCAL_MASK = 0xFFC0L << 48;
    private static final int L2TP_CONTROL = 0x8000;
    private static final int L2TP_HAS_LENGTH = 0x4000;
    private static final int L2TP_HAS_SEQUENCE = 0x0800;
    private static final int L2TP_HAS_OFFSET = 0x0200;
    private static final int L2TP_VERSION_MASK = 0x000F;
    private static final int L2TP_V3_PREFIX_LENGTH = 4;
    private static final int CAPWAP_MIN_LENGTH = 8;
    private static final int CAPWAP_NATIVE_FRAME = 0x01;
    private static final int CAPWAP_FRAGMENT = 0x80;
    private static final int CAPWAP_KEEP_ALIVE = 0x08;
    private static final int TZSP_LENGTH = 4;
    private static final int TZSP_TO_TRANSMIT = 1;
    private static final int TZSP_ETHERNET = 1;
    private static final int TZSP_WIRELESS = 18;
    private static final int TZSP_PADDING = 0;
    private static final int TZSP_END = 1;

    private UdpTunnels() {
    }

    /** Whether one of the ports belongs to a tunnel; one load a port. */
    static boolean mayBeTunnel(final int sourcePort, final int destinationPort) {
        return PORTS[sourcePort * PORT_FACTOR >>> PORT_SHIFT & PORT_SLOTS - 1] == sourcePort
            || PORTS[destinationPort * PORT_FACTOR >>> PORT_SHIFT & PORT_SLOTS - 1] == destinationPort;
    }

    /** Opens the tunnel whose UDP header is here; returns its type, {@code null} where there is none. */
    static TunnelType open(final int sourcePort, final int destinationPort, final HeaderCursor cursor) {
        if (!cursor.skip(UDP_HEADER_LENGTH, HeaderCursor.IP_BY_VERSION)) {
            return null;
        }
        final long payload = cursor.address;
        final TunnelType type = open(destinationPort, cursor);
        if (type != null) {
            return type;
        }
        cursor.address = payload;
        return switch (sourcePort) {
            case GTP_U, TEREDO, L2TP, CAPWAP_DATA, TZSP -> open(sourcePort, cursor);
            default -> null;
        };
    }

    private static TunnelType open(final int port, final HeaderCursor cursor) {
        return switch (port) {
            case VXLAN, VXLAN_OF_LINUX -> vxlan(cursor) ? TunnelType.VXLAN : null;
            case VXLAN_GPE -> vxlanWithProtocol(cursor) ? TunnelType.VXLAN : null;
            case GENEVE -> geneve(cursor) ? TunnelType.GENEVE : null;
            case GTP_U -> gtp(cursor) ? TunnelType.GTP_U : null;
            case TEREDO -> teredo(cursor) ? TunnelType.TEREDO : null;
            case L2TP -> l2tp(cursor) ? TunnelType.L2TP : null;
            case CAPWAP_DATA -> capwap(cursor) ? TunnelType.CAPWAP : null;
            case TZSP -> tzsp(cursor) ? TunnelType.TZSP : null;
            case MPLS -> cursor.has(4) && cursor.skip(0, LinkTags.ETHERTYPE_MPLS) ? TunnelType.MPLS : null;
            default -> null;
        };
    }

    private static boolean vxlan(final HeaderCursor cursor) {
        if (!cursor.has(VXLAN_LENGTH) || (u8(cursor.address) & VXLAN_FLAGS_WITHOUT_POLICY) != VXLAN_HAS_ID) {
            return false;
        }
        cursor.tunnelId = i32BigEndian(cursor.address + 4) >>> 8;
        return cursor.skip(VXLAN_LENGTH, HeaderCursor.ETHERNET);
    }

    private static boolean vxlanWithProtocol(final HeaderCursor cursor) {
        if (!cursor.has(VXLAN_LENGTH)) {
            return false;
        }
        final int flags = u8(cursor.address);
        if ((flags & VXLAN_HAS_ID) == 0) {
            return false;
        }
        final int protocol = (flags & VXLAN_HAS_PROTOCOL) == 0 ? 3 : u8(cursor.address + 3);
        cursor.tunnelId = i32BigEndian(cursor.address + 4) >>> 8;
        return switch (protocol) {
            case 1, 2 -> cursor.skip(VXLAN_LENGTH, HeaderCursor.IP_BY_VERSION);
            case 3 -> cursor.skip(VXLAN_LENGTH, HeaderCursor.ETHERNET);
            default -> false;
        };
    }

    private static boolean geneve(final HeaderCursor cursor) {
        if (!cursor.has(GENEVE_LENGTH) || u8(cursor.address) >> 6 != 0) {
            return false;
        }
        final int optionsLength = (u8(cursor.address) & 0x3F) * 4;
        final int protocol = u16BigEndian(cursor.address + 2);
        cursor.tunnelId = i32BigEndian(cursor.address + 4) >>> 8;
        return cursor.skip(GENEVE_LENGTH + optionsLength,
            protocol == LinkTags.ETHERTYPE_BRIDGING ? HeaderCursor.ETHERNET : protocol);
    }

    private static boolean gtp(final HeaderCursor cursor) {
        if (!cursor.has(GTP_LENGTH)) {
            return false;
        }
        final int flags = u8(cursor.address);
        if (flags >> 5 != 1 || u8(cursor.address + 1) != GTP_PACKET) {
            return false;
        }
        cursor.tunnelId = i32BigEndian(cursor.address + 4);
        final boolean options = (flags & GTP_HAS_OPTIONS) != 0;
        if (!cursor.skip(GTP_LENGTH + (options ? GTP_OPTIONS_LENGTH : 0), HeaderCursor.IP_BY_VERSION)) {
            return false;
        }
        boolean more = (flags & GTP_HAS_EXTENSIONS) != 0;
        for (int extensions = 0; more; extensions++) {
            if (extensions == GTP_MAX_EXTENSIONS || !cursor.has(1)) {
                return false;
            }
            final int length = u8(cursor.address) * 4;
            if (length == 0 || !cursor.skip(length, HeaderCursor.IP_BY_VERSION)) {
                return false;
            }
            more = u8(cursor.address - 1) != 0;
        }
        return true;
    }

    /** Bubbles and router solicitations keep the tunnel itself alive and belong to its own flow. */
    private static boolean teredo(final HeaderCursor cursor) {
        if (!cursor.has(TEREDO_AUTHENTICATION_LENGTH)) {
            return false;
        }
        if (u16BigEndian(cursor.address) == TEREDO_AUTHENTICATION) {
            final int length = TEREDO_AUTHENTICATION_LENGTH + u8(cursor.address + 2) + u8(cursor.address + 3)
                + TEREDO_NONCE_AND_CONFIRMATION_LENGTH;
            if (!cursor.skip(length, LinkTags.ETHERTYPE_IPV6)) {
                return false;
            }
        }
        if (!cursor.has(TEREDO_ORIGIN_LENGTH)) {
            return false;
        }
        if (u16BigEndian(cursor.address) == 0) {
            cursor.address += TEREDO_ORIGIN_LENGTH;
        }
        cursor.next = LinkTags.ETHERTYPE_IPV6;
        return cursor.has(IPV6_HEADER_LENGTH) && u8(cursor.address) >> 4 == 6
            && u8(cursor.address + 6) != IPV6_NO_NEXT_HEADER
            && (i64BigEndian(cursor.address + 8) & LINK_LOCAL_MASK) != LINK_LOCAL_PREFIX;
    }

    private static boolean l2tp(final HeaderCursor cursor) {
        if (!cursor.has(2)) {
            return false;
        }
        final int flags = u16BigEndian(cursor.address);
        if ((flags & L2TP_CONTROL) != 0) {
            return false;
        }
        return switch (flags & L2TP_VERSION_MASK) {
            case 2 -> l2tpVersion2(cursor, flags);
            case 3 -> cursor.skip(L2TP_V3_PREFIX_LENGTH, HeaderCursor.ETHERNET) && IpTunnels.l2tpSession(cursor);
            default -> false;
        };
    }

    private static boolean l2tpVersion2(final HeaderCursor cursor, final int flags) {
        final int idsOffset = (flags & L2TP_HAS_LENGTH) != 0 ? 4 : 2;
        if (!cursor.has(idsOffset + 4)) {
            return false;
        }
        cursor.tunnelId = i32BigEndian(cursor.address + idsOffset);
        int length = idsOffset + 4 + ((flags & L2TP_HAS_SEQUENCE) != 0 ? 4 : 0);
        if ((flags & L2TP_HAS_OFFSET) != 0) {
            if (!cursor.has(length + 2)) {
                return false;
            }
            length += 2 + u16BigEndian(cursor.address + length);
        }
        return cursor.skip(length, HeaderCursor.PPP);
    }

    private static boolean capwap(final HeaderCursor cursor) {
        if (!cursor.has(CAPWAP_MIN_LENGTH) || (u8(cursor.address) & 0x0F) != 0) {
            return false;
        }
        final int headerLength = (u8(cursor.address + 1) & 0xF8) >> 1;
        final boolean nativeFrame = (u8(cursor.address + 2) & CAPWAP_NATIVE_FRAME) != 0;
        final int flags = u8(cursor.address + 3);
        final int fragmentOffset = u16BigEndian(cursor.address + 6) >> 3;
        final boolean laterFragment = (flags & CAPWAP_FRAGMENT) != 0 && fragmentOffset != 0;
        if (headerLength < CAPWAP_MIN_LENGTH || laterFragment || (flags & CAPWAP_KEEP_ALIVE) != 0) {
            return false;
        }
        cursor.cut = (flags & CAPWAP_FRAGMENT) != 0;
        return cursor.skip(headerLength, nativeFrame ? HeaderCursor.WIRELESS : HeaderCursor.ETHERNET);
    }

    private static boolean tzsp(final HeaderCursor cursor) {
        if (!cursor.has(TZSP_LENGTH) || u8(cursor.address) != 1 || u8(cursor.address + 1) > TZSP_TO_TRANSMIT) {
            return false;
        }
        final int encapsulated = u16BigEndian(cursor.address + 2);
        if (encapsulated != TZSP_ETHERNET && encapsulated != TZSP_WIRELESS) {
            return false;
        }
        cursor.address += TZSP_LENGTH;
        while (cursor.has(1)) {
            final int tag = u8(cursor.address);
            if (tag == TZSP_END) {
                return cursor.skip(1, encapsulated == TZSP_ETHERNET ? HeaderCursor.ETHERNET : HeaderCursor.WIRELESS);
            }
            if (tag == TZSP_PADDING) {
                cursor.address++;
            } else if (!cursor.has(2) || !cursor.skip(2 + u8(cursor.address + 1), cursor.next)) {
                return false;
            }
        }
        return false;
    }

    private static int[] ports() {
        final int[] ports = new int[PORT_SLOTS];
        Arrays.fill(ports, -1);
        for (final int port : new int[] {
            VXLAN, VXLAN_OF_LINUX, VXLAN_GPE, GENEVE, GTP_U, TEREDO, L2TP, CAPWAP_DATA, TZSP, MPLS}) {
            final int slot = port * PORT_FACTOR >>> PORT_SHIFT & PORT_SLOTS - 1;
            if (ports[slot] >= 0) {
                throw new IllegalStateException("two tunnel ports in one slot: " + ports[slot] + " and " + port);
            }
            ports[slot] = port;
        }
        return ports;
    }
}
