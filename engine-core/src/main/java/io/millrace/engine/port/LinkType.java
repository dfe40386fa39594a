package io.millrace.engine.port;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Link layers that the parser understands. Numbers: the link-layer header types of libpcap and pcapng. */
public enum LinkType {
    /** Ethernet, from the destination address, without preamble and checksum. */
    ETHERNET("Ethernet", 1),
    /** IPv4 or IPv6; the further numbers stand in files of systems that wrote their own. */
    RAW("raw IP", 101, 12, 14),
    /** IPv4. */
    IPV4("raw IPv4", 228),
    /** IPv6. */
    IPV6("raw IPv6", 229),
    /** BSD loopback: the address family in the byte order of the capturing system. */
    NULL("BSD loopback", 0),
    /** OpenBSD loopback: the address family in network order. */
    LOOP("OpenBSD loopback", 108),
    /** PPP (RFC 1661). */
    PPP("PPP", 9),
    /** PPP in frames like those of HDLC (RFC 1662), or Cisco's framing. */
    PPP_HDLC("PPP in HDLC", 50),
    /** Cisco HDLC (RFC 1547). */
    HDLC("Cisco HDLC", 104),
    /** PPP behind a byte that tells the direction. */
    PPP_WITH_DIRECTION("PPP with direction", 204),
    /** PPPoE without its Ethernet header (RFC 2516). */
    PPPOE("PPPoE", 51),
    /** Linux cooked capture, first version. */
    LINUX_SLL("Linux cooked", 113),
    /** Linux cooked capture, second version. */
    LINUX_SLL2("Linux cooked v2", 276),
    /** IEEE 802.11. */
    IEEE802_11("IEEE 802.11", 105),
    /** IEEE 802.11 behind a radiotap header. */
    IEEE802_11_RADIOTAP("IEEE 802.11 with radiotap", 127);

    /** What users call it. */
    public final String label;
    /** {@code LINKTYPE_} number in capture files. */
    public final int number;

    private final int[] others;

    LinkType(final String label, final int number, final int... others) {
        this.label = label;
        this.number = number;
        this.others = others;
    }

    /** The link type with this number; {@code null} where the parser does not understand it. */
    public static LinkType of(final int number) {
        for (final LinkType type : values()) {
            if (type.number == number || Arrays.stream(type.others).anyMatch(other -> other == number)) {
                return type;
            }
        }
        return null;
    }

    /** All of them with their numbers, for messages. */
    public static String supported() {
        return Arrays.stream(values()).map(type -> type.label + " (" + type.number + ")")
            .collect(Collectors.joining(", "));
    }
}
