package io.millrace.launch.conformance;

import java.nio.ByteBuffer;

/** Packets that Millrace and {@code ndpiReader} read differently on purpose, as {@code docs/conformance.md} tells. */
enum ReadDifferently {
    /** An IP fragment that is not the first. */
    LATER_FRAGMENT("IP fragments after the first"),
    /** A frame of another EtherType whose first byte looks like an IP version. */
    OTHER_PROTOCOL("other protocols that look like IP"),
    /** IPv4 whose header length is below 20. */
    SHORT_HEADER("IPv4 header length below 20"),
    /** IPv4 with total length 0. */
    NO_TOTAL_LENGTH("IPv4 total length 0"),
    /** IPv6 whose length stands in an option. */
    JUMBOGRAM("IPv6 jumbograms"),
    /** IPv6 with an authentication header. */
    AUTHENTICATION_HEADER("IPv6 authentication header"),
    /** A packet that IP says is longer than the frame. */
    CUT("frames cut by a snap length"),
    /** A frame below the 28 bytes that {@code ndpiReader} asks for. */
    SHORT_FRAME("frames below 28 bytes"),
    /** A frame whose length does not fit into 16 bits. */
    LONG_FRAME("frames above 65 535 bytes"),
    /** Tags of IEEE 802.1ad. */
    QINQ("QinQ with EtherType 0x88A8 or 0x9100"),
    /** PPP in link type 9 with the bytes that stand before its protocol in HDLC. */
    PPP_ADDRESS("PPP with its address and control bytes");

    /** As the table in the documentation has it. */
    final String text;

    private static final int SHORTEST_FRAME_BYTES = 28;
    private static final int LONGEST_FRAME_BYTES = 65_535;
    private static final int ETHERTYPE_IPV4 = 0x0800;
    private static final int ETHERTYPE_IPV6 = 0x86DD;
    private static final int ETHERTYPE_VLAN = 0x8100;
    private static final int ETHERTYPE_QINQ = 0x88A8;
    private static final int ETHERTYPE_QINQ_BEFORE_STANDARD = 0x9100;
    private static final int PPP_ADDRESS_AND_CONTROL = 0xFF03;
    private static final int NEXT_HEADER_FRAGMENT = 44;
    private static final int NEXT_HEADER_AUTHENTICATION = 51;
    private static final int NO_ETHERTYPE = -1;

    ReadDifferently(final String text) {
        this.text = text;
    }

    /** Why this frame is read differently; null where it is not. */
    static ReadDifferently of(final ByteBuffer frame, final int linkType) {
        if (frame.limit() < SHORTEST_FRAME_BYTES) {
            return SHORT_FRAME;
        }
        if (frame.limit() > LONGEST_FRAME_BYTES) {
            return LONG_FRAME;
        }
        return switch (linkType) {
            case 1 -> inEthernet(frame);
            case 9 -> u16(frame, 0) == PPP_ADDRESS_AND_CONTROL ? PPP_ADDRESS : inIp(frame, 2, NO_ETHERTYPE);
            case 12, 101, 228, 229 -> inIp(frame, 0, NO_ETHERTYPE);
            case 0 -> inIp(frame, 4, NO_ETHERTYPE);
            case 104 -> inIp(frame, 4, u16(frame, 2));
            case 113 -> inIp(frame, 16, u16(frame, 14));
            default -> null;
        };
    }

    private static ReadDifferently inEthernet(final ByteBuffer frame) {
        int etherType = u16(frame, 12);
        int offset = 14;
        while (etherType == ETHERTYPE_VLAN && offset + 4 < frame.limit()) {
            etherType = u16(frame, offset + 2);
            offset += 4;
        }
        return etherType == ETHERTYPE_QINQ || etherType == ETHERTYPE_QINQ_BEFORE_STANDARD ? QINQ
            : inIp(frame, offset, etherType);
    }

    private static ReadDifferently inIp(final ByteBuffer frame, final int offset, final int etherType) {
        final ByteBuffer packet = frame.slice(offset, frame.limit() - offset);
        final int version = packet.get(0) >> 4 & 15;
        final boolean isIp = etherType == NO_ETHERTYPE || etherType == ETHERTYPE_IPV4 || etherType == ETHERTYPE_IPV6;
        if (version != 4 && version != 6) {
            return null;
        }
        return !isIp ? OTHER_PROTOCOL : packet.limit() < 20 ? CUT : version == 4 ? inIpv4(packet) : inIpv6(packet);
    }

    private static ReadDifferently inIpv4(final ByteBuffer packet) {
        final int totalLength = u16(packet, 2);
        if ((packet.get(0) & 15) < 5) {
            return SHORT_HEADER;
        }
        if ((u16(packet, 6) & 0x1FFF) != 0) {
            return LATER_FRAGMENT;
        }
        return totalLength == 0 ? NO_TOTAL_LENGTH : totalLength > packet.limit() ? CUT : null;
    }

    private static ReadDifferently inIpv6(final ByteBuffer packet) {
        if (packet.limit() < 40 || packet.limit() < 40 + u16(packet, 4)) {
            return CUT;
        }
        if (u16(packet, 4) == 0) {
            return JUMBOGRAM;
        }
        return switch (packet.get(6)) {
            case NEXT_HEADER_AUTHENTICATION -> AUTHENTICATION_HEADER;
            case NEXT_HEADER_FRAGMENT -> packet.limit() >= 44 && (u16(packet, 42) & 0xFFF8) != 0
                ? LATER_FRAGMENT : null;
            default -> null;
        };
    }

    private static int u16(final ByteBuffer bytes, final int offset) {
        return bytes.getShort(offset) & 0xFFFF;
    }
}
