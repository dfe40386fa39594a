package io.millrace.engine.parse;

/**
 * IP protocol numbers that the engine treats in a way of their own. Source: IANA, Assigned Internet Protocol Numbers.
 */
public final class IpProtocol {
    /** IPv6 hop-by-hop options (RFC 8200 section 4.3). */
    public static final int HOP_BY_HOP = 0;
    /** ICMP (RFC 792). */
    public static final int ICMP = 1;
    /** IPv4 in IP (RFC 2003). */
    public static final int IPV4 = 4;
    /** TCP (RFC 9293). */
    public static final int TCP = 6;
    /** UDP (RFC 768). */
    public static final int UDP = 17;
    /** IPv6 in IP (RFC 4213, RFC 2473). */
    public static final int IPV6 = 41;
    /** IPv6 routing header (RFC 8200 section 4.4). */
    public static final int ROUTING = 43;
    /** IPv6 fragment header (RFC 8200 section 4.5). */
    public static final int FRAGMENT = 44;
    /** GRE (RFC 2784). */
    public static final int GRE = 47;
    /** Authentication header (RFC 4302). */
    public static final int AUTHENTICATION = 51;
    /** ICMPv6 (RFC 4443). */
    public static final int ICMPV6 = 58;
    /** IPv6 destination options (RFC 8200 section 4.6). */
    public static final int DESTINATION_OPTIONS = 60;
    /** Ethernet in IP (RFC 3378). */
    public static final int ETHER_IP = 97;
    /** L2TPv3 (RFC 3931). */
    public static final int L2TP = 115;
    /** SCTP (RFC 9260). */
    public static final int SCTP = 132;
    /** IPv6 mobility header (RFC 6275). */
    public static final int MOBILITY = 135;
    /** MPLS in IP (RFC 4023). */
    public static final int MPLS_IN_IP = 137;
    /** Ethernet behind a segment routing header (RFC 8986). */
    public static final int ETHERNET = 143;

    private IpProtocol() {
    }
}
