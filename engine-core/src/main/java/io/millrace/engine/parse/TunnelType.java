package io.millrace.engine.parse;

import java.util.Arrays;
import java.util.Locale;

/** Tunnels that the parser opens. Codes are part of the event layout. */
public enum TunnelType {
    /** IPv4 or IPv6 in IPv4 or IPv6 (RFC 2003, 2473, 4213). */
    IP_IN_IP(1),
    /** Generic Routing Encapsulation, with IP, PPP, MPLS or Ethernet in it (RFC 2784, 2890, 2637, 7637). */
    GRE(2),
    /** ERSPAN, types I, II and III (draft-foschiano-erspan). */
    ERSPAN(3),
    /** Virtual eXtensible LAN and its generic extension (RFC 7348, draft-ietf-nvo3-vxlan-gpe). */
    VXLAN(4),
    /** Generic Network Virtualization Encapsulation (RFC 8926). */
    GENEVE(5),
    /** User plane of the GPRS Tunnelling Protocol (3GPP TS 29.281). */
    GTP_U(6),
    /** IPv6 through NATs (RFC 4380). */
    TEREDO(7),
    /** Layer 2 Tunneling Protocol, versions 2 and 3 (RFC 2661, 3931). */
    L2TP(8),
    /** Data channel of CAPWAP (RFC 5415). */
    CAPWAP(9),
    /** TaZmen Sniffer Protocol. */
    TZSP(10),
    /** MPLS in IP, GRE or UDP (RFC 4023, 7510). */
    MPLS(11),
    /** Ethernet in IP (RFC 3378), and behind a segment routing header (RFC 8986). */
    ETHER_IP(12);

    /** All of them, as a set of {@link #bit}s. */
    public static final int ALL = Arrays.stream(values()).mapToInt(type -> type.bit).reduce(0, (a, b) -> a | b);
    /** None of them. */
    public static final int NONE = 0;

    private static final TunnelType[] BY_CODE = byCode();

    /** Number in the event layout; 0 is no tunnel. */
    public final int code;
    /** One bit of a set of types. */
    public final int bit;
    /** Name in flags and output, for example {@code gtp-u}. */
    public final String label;

    TunnelType(final int code) {
        this.code = code;
        this.bit = 1 << code;
        this.label = name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The type with this code; {@code null} for 0 and for numbers that no type has. */
    public static TunnelType of(final int code) {
        return code > 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    }

    private static TunnelType[] byCode() {
        final TunnelType[] types = new TunnelType[values().length + 1];
        for (final TunnelType type : values()) {
            types[type.code] = type;
        }
        return types;
    }
}
