package io.millrace.engine.parse;

import java.util.Map;

/**
 * What a frame without IP carries, as one number: the name space in the upper half, the number in the lower. Written by
 * the parser into {@link ParsedBurst#flagsOrType}, counted by the worker.
 */
public final class NonIpKind {
    /** An EtherType. */
    public static final int ETHERTYPE = 0;
    /** An IEEE 802.2 destination SAP. */
    public static final int LLC = 2;
    /** A PPP protocol number. */
    public static final int PPP = 3;
    /** An address family of the BSD loopback. */
    public static final int FAMILY = 4;
    /** IEEE 802.11 type and subtype, the first byte of the frame control field without its version. */
    public static final int WIRELESS = 5;

    private static final String[] SPACES = {"ethertype", "", "llc", "ppp", "family", "wireless"};
    private static final Map<Integer, String> NAMES = Map.ofEntries(
        Map.entry(of(ETHERTYPE, 0x0806), "ARP"),
        Map.entry(of(ETHERTYPE, 0x8035), "RARP"),
        Map.entry(of(ETHERTYPE, 0x8808), "Ethernet flow control"),
        Map.entry(of(ETHERTYPE, 0x8809), "LACP"),
        Map.entry(of(ETHERTYPE, 0x8863), "PPPoE discovery"),
        Map.entry(of(ETHERTYPE, 0x888E), "802.1X"),
        Map.entry(of(ETHERTYPE, 0x88CC), "LLDP"),
        Map.entry(of(ETHERTYPE, 0x88E5), "MACsec"),
        Map.entry(of(ETHERTYPE, 0x88F7), "PTP"),
        Map.entry(of(LLC, 0x42), "spanning tree"),
        Map.entry(of(LLC, 0xFE), "IS-IS"),
        Map.entry(of(PPP, 0xC021), "PPP LCP"),
        Map.entry(of(PPP, 0x8021), "PPP IPCP"),
        Map.entry(of(WIRELESS, 0x80), "802.11 beacon"));

    private NonIpKind() {
    }

    /** A kind. */
    public static int of(final int space, final int number) {
        return space << 16 | number & 0xFFFF;
    }

    /** The kind in words where it is a common one, for example {@code ARP}, else its key. */
    public static String label(final int kind) {
        return NAMES.getOrDefault(kind, key(kind));
    }

    /** The kind as a key for counters, for example {@code ethertype_0x0806}; {@code others} for a negative one. */
    public static String key(final int kind) {
        return kind < 0 ? "others" : String.format("%s_0x%04x", SPACES[kind >>> 16], kind & 0xFFFF);
    }
}
