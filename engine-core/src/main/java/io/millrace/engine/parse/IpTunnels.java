package io.millrace.engine.parse;

import static io.millrace.engine.memory.RawMemory.i32BigEndian;
import static io.millrace.engine.memory.RawMemory.u8;

/**
 * Tunnels with an IP protocol number of their own. Stateless.
 *
 * <p>Sources: RFC 2003 and 4213 (IP in IP), RFC 3378 (EtherIP), RFC 3931 (L2TPv3), RFC 4023 (MPLS in IP), RFC 8986
 * (Ethernet behind segment routing).
 */
final class IpTunnels {
    private static final int ETHER_IP_LENGTH = 2;
    private static final int ETHER_IP_VERSION = 3;
    private static final int SESSION_LENGTH = 4;
    private static final int MAX_COOKIE_AND_SUBLAYER_LENGTH = 12;

    private IpTunnels() {
    }

    static boolean isTunnel(final int protocol) {
        return switch (protocol) {
            case IpProtocol.IPV4, IpProtocol.IPV6, IpProtocol.GRE, IpProtocol.ETHER_IP, IpProtocol.L2TP,
                IpProtocol.MPLS_IN_IP, IpProtocol.ETHERNET -> true;
            default -> false;
        };
    }

    /** Opens the tunnel whose header is here; returns its type, {@code null} where nothing can be opened. */
    static TunnelType open(final int protocol, final HeaderCursor cursor) {
        return switch (protocol) {
            case IpProtocol.IPV4, IpProtocol.IPV6 ->
                cursor.skip(0, HeaderCursor.IP_BY_VERSION) ? TunnelType.IP_IN_IP : null;
            case IpProtocol.GRE -> GreTunnels.open(cursor);
            case IpProtocol.ETHER_IP -> cursor.has(ETHER_IP_LENGTH) && u8(cursor.address) >> 4 == ETHER_IP_VERSION
                && cursor.skip(ETHER_IP_LENGTH, HeaderCursor.ETHERNET) ? TunnelType.ETHER_IP : null;
            case IpProtocol.ETHERNET -> cursor.skip(0, HeaderCursor.ETHERNET) ? TunnelType.ETHER_IP : null;
            case IpProtocol.MPLS_IN_IP -> cursor.skip(0, LinkTags.ETHERTYPE_MPLS) ? TunnelType.MPLS : null;
            case IpProtocol.L2TP -> l2tpSession(cursor) ? TunnelType.L2TP : null;
            default -> null;
        };
    }

    /**
     * Session header of L2TPv3. The length of its cookie (0, 4 or 8) and of what stands before the frame (0 or 4) is
     * agreed upon out of band, so the one is taken with which an Ethernet frame with IP begins.
     */
    static boolean l2tpSession(final HeaderCursor cursor) {
        if (!cursor.has(SESSION_LENGTH)) {
            return false;
        }
        final int session = i32BigEndian(cursor.address);
        if (session == 0) {
            return false;
        }
        for (int length = 0; length <= MAX_COOKIE_AND_SUBLAYER_LENGTH; length += 4) {
            if (LinkTags.looksLikeEthernet(cursor, SESSION_LENGTH + length)) {
                cursor.tunnelId = session;
                return cursor.skip(SESSION_LENGTH + length, HeaderCursor.ETHERNET);
            }
        }
        return false;
    }
}
