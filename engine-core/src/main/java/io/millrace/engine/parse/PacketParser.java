package io.millrace.engine.parse;

import static io.millrace.engine.memory.RawMemory.i32BigEndian;
import static io.millrace.engine.memory.RawMemory.i64BigEndian;
import static io.millrace.engine.memory.RawMemory.u16BigEndian;
import static io.millrace.engine.memory.RawMemory.u8;
import static io.millrace.engine.parse.ParsedBurst.MALFORMED;
import static io.millrace.engine.parse.ParsedBurst.NOT_IP;
import static io.millrace.engine.parse.ParsedBurst.PARSED;
import static io.millrace.engine.parse.ParsedBurst.UNSUPPORTED_LINK;

import io.millrace.engine.burst.Burst;
import io.millrace.engine.port.LinkType;

/**
 * Finds link, network and transport headers. Every length is checked before a byte behind it is read, so a frame may
 * lie flush against unreadable memory. Owned by one worker; allocates nothing.
 *
 * <p>Sources: IEEE 802.3 and 802.1Q, RFC 791 (IPv4), RFC 8200 (IPv6), RFC 9293 (TCP), RFC 768 (UDP), RFC 9260 (SCTP),
 * RFC 792 and 4443 (ICMP).
 */
public final class PacketParser {
    private static final int ETHERNET_HEADER_LENGTH = 14;
    private static final int VLAN_TAG_LENGTH = 4;
    private static final int SNAP_HEADER_LENGTH = 8;
    private static final int IPV4_MIN_HEADER_LENGTH = 20;
    private static final int IPV6_HEADER_LENGTH = 40;
    private static final int TCP_MIN_HEADER_LENGTH = 20;
    private static final int UDP_HEADER_LENGTH = 8;
    private static final int SCTP_HEADER_LENGTH = 12;
    private static final int ICMP_HEADER_LENGTH = 8;
    private static final int MAX_IPV6_EXTENSIONS = 8;

    private static final int ETHERTYPE_MIN = 0x0600;
    private static final int ETHERTYPE_IPV4 = 0x0800;
    private static final int ETHERTYPE_IPV6 = 0x86DD;
    private static final int ETHERTYPE_VLAN = 0x8100;
    private static final int ETHERTYPE_QINQ = 0x88A8;
    private static final int ETHERTYPE_QINQ_BEFORE_STANDARD = 0x9100;
    private static final int LLC_SNAP = 0xAAAA;

    private static final int VLAN_ID_MASK = 0x0FFF;
    private static final int FRAGMENT_MORE = 0x2000;
    private static final int FRAGMENT_OFFSET_MASK = 0x1FFF;

    private final ParsedBurst parsed;

    /** A parser that leaves its findings in {@code parsed}. */
    public PacketParser(final ParsedBurst parsed) {
        this.parsed = parsed;
    }

    /** Parses all frames of a burst. */
    public void parse(final Burst burst) {
        final int count = burst.count();
        final boolean ethernet = burst.linkType() == LinkType.ETHERNET;
        for (int slot = 0; slot < count; slot++) {
            parsed.outcome[slot] = ethernet
                ? parseEthernet(slot, burst.address(slot), burst.capturedLength(slot), burst.strippedVlanId(slot),
                    burst.snapLengthBytes())
                : UNSUPPORTED_LINK;
        }
    }

    /**
     * Parses one Ethernet frame into {@code slot}; returns the outcome.
     *
     * @param frame           address of the destination MAC address.
     * @param length          readable bytes.
     * @param strippedVlanId  VLAN identifier that the port took off; 0 none.
     * @param snapLengthBytes frames of this length may have been cut by whoever captured them.
     */
    byte parseEthernet(
        final int slot, final long frame, final int length, final int strippedVlanId, final int snapLengthBytes) {

        if (length < ETHERNET_HEADER_LENGTH) {
            return MALFORMED;
        }
        int offset = ETHERNET_HEADER_LENGTH;
        int etherType = u16BigEndian(frame + offset - 2);
        int vlanId = strippedVlanId;
        while (isVlanTag(etherType)) {
            if (length < offset + VLAN_TAG_LENGTH) {
                return MALFORMED;
            }
            vlanId = u16BigEndian(frame + offset) & VLAN_ID_MASK;
            etherType = u16BigEndian(frame + offset + 2);
            offset += VLAN_TAG_LENGTH;
        }
        if (etherType < ETHERTYPE_MIN && length >= offset + SNAP_HEADER_LENGTH
            && u16BigEndian(frame + offset) == LLC_SNAP) {
            etherType = u16BigEndian(frame + offset + SNAP_HEADER_LENGTH - 2);
            offset += SNAP_HEADER_LENGTH;
        }
        final byte outcome;
        if (etherType == ETHERTYPE_IPV4) {
            outcome = parseIpv4(slot, frame, offset, length, snapLengthBytes);
        } else if (etherType == ETHERTYPE_IPV6) {
            outcome = parseIpv6(slot, frame, offset, length, snapLengthBytes);
        } else {
            return NOT_IP;
        }
        parsed.vlanId[slot] = (short) vlanId;
        parsed.macAddress[slot] = frame;
        return outcome;
    }

    private byte parseIpv4(
        final int slot, final long frame, final int l3Offset, final int length, final int snapLengthBytes) {

        final int available = length - l3Offset;
        if (available < IPV4_MIN_HEADER_LENGTH) {
            return MALFORMED;
        }
        final long ip = frame + l3Offset;
        final int versionAndLength = u8(ip);
        final int headerLength = (versionAndLength & 0x0F) * 4;
        if (versionAndLength >> 4 != 4 || headerLength < IPV4_MIN_HEADER_LENGTH || headerLength > available) {
            return MALFORMED;
        }
        final int claimedLength = u16BigEndian(ip + 2);
        // Segmentation in the network card leaves 0 in captures made on the sending host.
        final int totalLength = claimedLength == 0 ? available : claimedLength;
        if (totalLength < headerLength || isLie(totalLength, available, length, snapLengthBytes)) {
            return MALFORMED;
        }
        final int flagsAndOffset = u16BigEndian(ip + 6);
        parsed.ipVersion[slot] = 4;
        parsed.sourceHigh[slot] = (long) i32BigEndian(ip + 12) << 32;
        parsed.sourceLow[slot] = 0;
        parsed.destinationHigh[slot] = (long) i32BigEndian(ip + 16) << 32;
        parsed.destinationLow[slot] = 0;
        parsed.fragment[slot] = (flagsAndOffset & (FRAGMENT_MORE | FRAGMENT_OFFSET_MASK)) != 0;
        parsed.wireLength[slot] = Math.max(length, l3Offset + totalLength);
        parsed.l3Address[slot] = ip;
        parsed.l3Length[slot] = available;
        return parseTransport(
            slot,
            u8(ip + 9),
            ip + headerLength,
            Math.min(available, totalLength) - headerLength,
            totalLength - headerLength,
            (flagsAndOffset & FRAGMENT_OFFSET_MASK) != 0);
    }

    private byte parseIpv6(
        final int slot, final long frame, final int l3Offset, final int length, final int snapLengthBytes) {

        final int available = length - l3Offset;
        if (available < IPV6_HEADER_LENGTH) {
            return MALFORMED;
        }
        final long ip = frame + l3Offset;
        if (u8(ip) >> 4 != 6) {
            return MALFORMED;
        }
        final int claimedLength = u16BigEndian(ip + 4);
        // 0 stands for a jumbogram (RFC 2675) or segmentation in the network card.
        final int totalLength = claimedLength == 0 ? available : IPV6_HEADER_LENGTH + claimedLength;
        if (isLie(totalLength, available, length, snapLengthBytes)) {
            return MALFORMED;
        }
        final int end = Math.min(available, totalLength);
        int protocol = u8(ip + 6);
        int offset = IPV6_HEADER_LENGTH;
        boolean laterFragment = false;
        boolean fragment = false;
        for (int extensions = 0; isExtension(protocol) && !laterFragment; extensions++) {
            if (extensions == MAX_IPV6_EXTENSIONS || end < offset + 8) {
                return MALFORMED;
            }
            final long header = ip + offset;
            if (protocol == IpProtocol.FRAGMENT) {
                fragment = true;
                laterFragment = (u16BigEndian(header + 2) & 0xFFF8) != 0;
            }
            final int headerLength = extensionLength(protocol, u8(header + 1));
            protocol = u8(header);
            offset += headerLength;
            if (offset > end) {
                return MALFORMED;
            }
        }
        parsed.ipVersion[slot] = 6;
        parsed.sourceHigh[slot] = i64BigEndian(ip + 8);
        parsed.sourceLow[slot] = i64BigEndian(ip + 16);
        parsed.destinationHigh[slot] = i64BigEndian(ip + 24);
        parsed.destinationLow[slot] = i64BigEndian(ip + 32);
        parsed.fragment[slot] = fragment;
        parsed.wireLength[slot] = Math.max(length, l3Offset + totalLength);
        parsed.l3Address[slot] = ip;
        parsed.l3Length[slot] = available;
        return parseTransport(slot, protocol, ip + offset, end - offset, totalLength - offset, laterFragment);
    }

    /**
     * Reads ports, flags and types.
     *
     * @param available readable bytes of the transport header and its payload.
     * @param onWire    the same as sent; more than {@code available} where the frame was cut.
     */
    private byte parseTransport(
        final int slot,
        final int protocol,
        final long header,
        final int available,
        final int onWire,
        final boolean laterFragment) {

        parsed.l4Protocol[slot] = (short) protocol;
        parsed.sourcePort[slot] = 0;
        parsed.destinationPort[slot] = 0;
        parsed.flagsOrType[slot] = 0;
        parsed.tcpSequence[slot] = 0;
        int headerLength = 0;
        if (!laterFragment) {
            switch (protocol) {
                case IpProtocol.TCP -> {
                    if (available < TCP_MIN_HEADER_LENGTH) {
                        return MALFORMED;
                    }
                    headerLength = (u8(header + 12) >> 4) * 4;
                    if (headerLength < TCP_MIN_HEADER_LENGTH || headerLength > onWire) {
                        return MALFORMED;
                    }
                    readPorts(slot, header);
                    parsed.tcpSequence[slot] = i32BigEndian(header + 4);
                    parsed.flagsOrType[slot] = u8(header + 13);
                }
                case IpProtocol.UDP -> {
                    if (available < UDP_HEADER_LENGTH) {
                        return MALFORMED;
                    }
                    headerLength = UDP_HEADER_LENGTH;
                    readPorts(slot, header);
                }
                case IpProtocol.SCTP -> {
                    if (available < SCTP_HEADER_LENGTH) {
                        return MALFORMED;
                    }
                    headerLength = SCTP_HEADER_LENGTH;
                    readPorts(slot, header);
                }
                case IpProtocol.ICMP, IpProtocol.ICMPV6 -> {
                    if (available < 2) {
                        return MALFORMED;
                    }
                    headerLength = Math.min(ICMP_HEADER_LENGTH, available);
                    parsed.flagsOrType[slot] = u16BigEndian(header);
                }
                default -> {
                }
            }
        }
        parsed.payloadLength[slot] = onWire - headerLength;
        return PARSED;
    }

    private void readPorts(final int slot, final long header) {
        parsed.sourcePort[slot] = u16BigEndian(header);
        parsed.destinationPort[slot] = u16BigEndian(header + 2);
    }

    /** Whether IP claims more than was sent; a frame cut by the capturing program may claim more than is here. */
    private static boolean isLie(
        final int totalLength, final int available, final int frameLength, final int snapLengthBytes) {
        return totalLength > available && frameLength < snapLengthBytes;
    }

    private static boolean isVlanTag(final int etherType) {
        return etherType == ETHERTYPE_VLAN || etherType == ETHERTYPE_QINQ
            || etherType == ETHERTYPE_QINQ_BEFORE_STANDARD;
    }

    private static boolean isExtension(final int protocol) {
        return switch (protocol) {
            case IpProtocol.HOP_BY_HOP, IpProtocol.ROUTING, IpProtocol.FRAGMENT, IpProtocol.AUTHENTICATION,
                IpProtocol.DESTINATION_OPTIONS, IpProtocol.MOBILITY -> true;
            default -> false;
        };
    }

    private static int extensionLength(final int protocol, final int lengthField) {
        return switch (protocol) {
            case IpProtocol.FRAGMENT -> 8;
            case IpProtocol.AUTHENTICATION -> (lengthField + 2) * 4;
            default -> (lengthField + 1) * 8;
        };
    }
}
