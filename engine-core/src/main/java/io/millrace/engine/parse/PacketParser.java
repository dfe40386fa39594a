package io.millrace.engine.parse;

import static io.millrace.engine.memory.RawMemory.i32BigEndian;
import static io.millrace.engine.memory.RawMemory.i64BigEndian;
import static io.millrace.engine.memory.RawMemory.u16BigEndian;
import static io.millrace.engine.memory.RawMemory.u8;
import static io.millrace.engine.parse.ParsedBurst.CARRIER;
import static io.millrace.engine.parse.ParsedBurst.MALFORMED;
import static io.millrace.engine.parse.ParsedBurst.NOT_IP;
import static io.millrace.engine.parse.ParsedBurst.PARSED;
import static io.millrace.engine.parse.ParsedBurst.UNSUPPORTED_LINK;

import io.millrace.engine.burst.Burst;
import io.millrace.engine.port.LinkType;

/**
 * Finds link, network and transport headers, and in tunnels those of the innermost packet. Every length is checked
 * before a byte behind it is read, so a frame may lie flush against unreadable memory. Owned by one worker; allocates
 * nothing.
 *
 * <p>Nearly all packets are plain and read by {@link PlainPackets}. Of the others, Ethernet, VLAN tags, IP and transport
 * headers are read here, on the straight path. All else is a branch off it that
 * moves a {@link HeaderCursor} from header to header until IP is found: the link layers in {@link LinkLayers}, what
 * stands between them and IP in {@link LinkTags}, tunnels in {@link IpTunnels}, {@link GreTunnels} and
 * {@link UdpTunnels}.
 *
 * <p>A packet whose tunnel cannot be opened, because what is inside is no IP or does not fit, belongs to the tunnel's own
 * flow. A packet with sound IP and a broken header behind it belongs to a flow too, with ports 0 where there are none.
 *
 * <p>Sources: IEEE 802.3 and 802.1Q, RFC 791 (IPv4), RFC 8200 (IPv6), RFC 9293 (TCP), RFC 768 (UDP), RFC 9260 (SCTP),
 * RFC 792 and 4443 (ICMP).
 */
public final class PacketParser {
    /** Tunnels in tunnels that are opened; what lies deeper stays closed and is counted. */
    public static final int MAX_TUNNELS = 8;

    private static final int IPV4_MIN_HEADER_LENGTH = 20;
    private static final int IPV6_HEADER_LENGTH = 40;
    private static final int TCP_MIN_HEADER_LENGTH = 20;
    private static final int UDP_HEADER_LENGTH = 8;
    private static final int SCTP_HEADER_LENGTH = 12;
    private static final int ICMP_HEADER_LENGTH = 8;
    private static final int ICMP_MIN_LENGTH = 2;
    private static final int MAX_IPV6_EXTENSIONS = 8;

    private static final int FRAGMENT_MORE = 0x2000;
    private static final int FRAGMENT_OFFSET_MASK = 0x1FFF;
    private static final int ANY_LENGTH_IS_CUT = 0;

    private final ParsedBurst parsed;
    private final int tunnels;
    private final HeaderCursor cursor = new HeaderCursor();
    private long carrierHeader;

    /** A parser that leaves its findings in {@code parsed} and opens all tunnels. */
    public PacketParser(final ParsedBurst parsed) {
        this(parsed, TunnelType.ALL);
    }

    /** A parser that opens the tunnels of the set {@code tunnels} ({@link TunnelType#bit}). */
    public PacketParser(final ParsedBurst parsed, final int tunnels) {
        this.parsed = parsed;
        this.tunnels = tunnels;
    }

    /** Parses all frames of a burst. */
    public void parse(final Burst burst) {
        parsed.clear();
        final int count = burst.count();
        final LinkType link = burst.linkType();
        final int snapLengthBytes = burst.snapLengthBytes();
        if (link != LinkType.ETHERNET) {
            parseOther(burst, link, snapLengthBytes);
            return;
        }
        for (int slot = 0; slot < count; slot++) {
            final long frame = burst.address(slot);
            final int length = burst.capturedLength(slot);
            final int strippedVlanId = burst.strippedVlanId(slot);
            if (!PlainPackets.parse(parsed, slot, frame, length, strippedVlanId)) {
                parseAny(slot, frame, length, strippedVlanId, snapLengthBytes);
            }
        }
    }

    /** Parses one Ethernet frame into {@code slot} on the long way, whatever it is. */
    void parseAny(
        final int slot, final long frame, final int length, final int strippedVlanId, final int snapLengthBytes) {

        finish(slot, parseEthernet(slot, frame, length, strippedVlanId, snapLengthBytes), frame, length, snapLengthBytes);
    }

    private void parseOther(final Burst burst, final LinkType link, final int snapLengthBytes) {
        for (int slot = 0; slot < burst.count(); slot++) {
            final long frame = burst.address(slot);
            final int length = burst.capturedLength(slot);
            final byte outcome =
                link == null ? UNSUPPORTED_LINK : parseLink(slot, link, frame, length, snapLengthBytes);
            finish(slot, outcome, frame, length, snapLengthBytes);
        }
    }

    private void finish(
        final int slot, final byte outcome, final long frame, final int length, final int snapLengthBytes) {

        parsed.tunnelDepth(slot, 0);
        parsed.outcome(slot, outcome == CARRIER ? openTunnels(slot, frame, length, snapLengthBytes) : outcome);
    }

    /**
     * Parses one Ethernet frame into {@code slot}; returns the outcome.
     *
     * @param frame           address of the destination MAC address.
     * @param length          readable bytes.
     * @param strippedVlanId  VLAN identifier that the port took off; 0 none.
     * @param snapLengthBytes frames of this length may have been cut by whoever captured them.
     */
    private byte parseEthernet(
        final int slot, final long frame, final int length, final int strippedVlanId, final int snapLengthBytes) {

        if (length < LinkTags.ETHERNET_HEADER_LENGTH) {
            return MALFORMED;
        }
        int offset = LinkTags.ETHERNET_HEADER_LENGTH;
        int etherType = u16BigEndian(frame + offset - 2);
        int vlanId = strippedVlanId;
        while (LinkTags.isVlan(etherType)) {
            if (length < offset + LinkTags.VLAN_TAG_LENGTH) {
                return MALFORMED;
            }
            vlanId = u16BigEndian(frame + offset) & LinkTags.VLAN_ID_MASK;
            etherType = u16BigEndian(frame + offset + 2);
            offset += LinkTags.VLAN_TAG_LENGTH;
        }
        final byte outcome;
        if (etherType == LinkTags.ETHERTYPE_IPV4) {
            outcome = parseIpv4(slot, frame, offset, length, snapLengthBytes);
        } else if (etherType == LinkTags.ETHERTYPE_IPV6) {
            outcome = parseIpv6(slot, frame, offset, length, snapLengthBytes);
        } else {
            cursor.enter(frame + offset, frame + length,
                etherType < LinkTags.ETHERTYPE_MIN ? HeaderCursor.LLC : etherType);
            cursor.vlanId = vlanId;
            cursor.macAddress = frame;
            return follow(slot, frame, length, snapLengthBytes);
        }
        PacketEnds.vlanId(parsed.ends(slot), vlanId);
        parsed.macAddress(slot, frame);
        return outcome;
    }

    private byte parseLink(
        final int slot, final LinkType link, final long frame, final int length, final int snapLengthBytes) {

        cursor.enter(frame, frame + length, HeaderCursor.ETHERNET);
        cursor.vlanId = 0;
        cursor.macAddress = 0;
        if (!LinkLayers.open(link, cursor)) {
            return withoutIp(slot);
        }
        return follow(slot, frame, length, snapLengthBytes);
    }

    /** Parses the IP packet that the cursor's headers lead to. */
    private byte follow(final int slot, final long frame, final int length, final int snapLengthBytes) {
        if (!findIp()) {
            return withoutIp(slot);
        }
        PacketEnds.vlanId(parsed.ends(slot), cursor.vlanId);
        parsed.macAddress(slot, cursor.macAddress);
        return parseIp(slot, frame, length, snapLengthBytes);
    }

    private byte withoutIp(final int slot) {
        if (cursor.broken) {
            return MALFORMED;
        }
        parsed.flagsOrType(slot, cursor.next);
        return NOT_IP;
    }

    /** Moves the cursor to the next IP header; each header before it takes at least a byte. */
    private boolean findIp() {
        boolean more = true;
        while (more && !cursor.isAtIp()) {
            more = switch (cursor.next) {
                case LinkTags.ETHERTYPE_VLAN, LinkTags.ETHERTYPE_QINQ, LinkTags.ETHERTYPE_QINQ_BEFORE_STANDARD ->
                    LinkTags.vlan(cursor);
                case LinkTags.ETHERTYPE_MPLS, LinkTags.ETHERTYPE_MPLS_MULTICAST -> LinkTags.mpls(cursor);
                case LinkTags.ETHERTYPE_PPPOE_SESSION -> LinkTags.pppoe(cursor);
                case LinkTags.ETHERTYPE_PPP, HeaderCursor.PPP -> LinkTags.ppp(cursor);
                case HeaderCursor.ETHERNET -> LinkTags.ethernet(cursor);
                case HeaderCursor.LLC -> LinkTags.llc(cursor);
                case HeaderCursor.WIRELESS -> WirelessHeaders.data(cursor, false);
                default -> false;
            };
        }
        return more && cursor.has(1);
    }

    private byte parseIp(final int slot, final long frame, final int length, final int snapLengthBytes) {
        final int offset = (int) (cursor.address - frame);
        final int version = cursor.next == HeaderCursor.IP_BY_VERSION ? u8(cursor.address) >> 4
            : cursor.next == LinkTags.ETHERTYPE_IPV4 ? 4 : 6;
        return switch (version) {
            case 4 -> parseIpv4(slot, frame, offset, length, snapLengthBytes);
            case 6 -> parseIpv6(slot, frame, offset, length, snapLengthBytes);
            default -> MALFORMED;
        };
    }

    /** Replaces what was found by what is inside of the packet's tunnels, as far as they can be opened. */
    private byte openTunnels(final int slot, final long frame, final int length, final int snapLengthBytes) {
        // A first fragment holds the beginning of what is inside.
        int innerSnapLengthBytes = parsed.fragment(slot) ? ANY_LENGTH_IS_CUT : snapLengthBytes;
        byte outcome = CARRIER;
        for (int depth = 0; outcome == CARRIER; depth++) {
            final TunnelType type = openTunnel(slot, frame, length);
            if (type == null || (tunnels & type.bit) == 0 || !findIp()) {
                break;
            }
            if (depth == MAX_TUNNELS) {
                parsed.tooDeep++;
                break;
            }
            if (cursor.cut) {
                innerSnapLengthBytes = ANY_LENGTH_IS_CUT;
            }
            outcome = parseIp(parsed.spare, frame, length, innerSnapLengthBytes);
            if (outcome == MALFORMED) {
                break;
            }
            enterTunnel(slot, type, depth);
        }
        return PARSED;
    }

    private TunnelType openTunnel(final int slot, final long frame, final int length) {
        final long ends = parsed.ends(slot);
        final int protocol = PacketEnds.l4Protocol(ends);
        cursor.enter(carrierHeader, frame + length, HeaderCursor.IP_BY_VERSION);
        cursor.vlanId = PacketEnds.vlanId(ends);
        cursor.macAddress = parsed.macAddress(slot);
        return protocol == IpProtocol.UDP
            ? UdpTunnels.open(PacketEnds.sourcePort(ends), PacketEnds.destinationPort(ends), cursor)
            : IpTunnels.open(protocol, cursor);
    }

    private void enterTunnel(final int slot, final TunnelType type, final int depth) {
        if (depth == 0) {
            PacketTunnel.set(
                parsed.tunnel(slot), type, cursor.tunnelId, parsed.l3Address(slot), parsed.ends(slot));
        }
        parsed.tunnelDepth(slot, depth + 1);
        if (!parsed.fragment(slot) && parsed.fragment(parsed.spare)) {
            parsed.fragment(slot, parsed.fragmentHeader(parsed.spare), parsed.fragmentLength(parsed.spare));
        }
        parsed.takeOver(parsed.spare, slot);
        PacketEnds.vlanId(parsed.ends(slot), cursor.vlanId);
        parsed.macAddress(slot, cursor.macAddress);
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
        PacketEnds.ipVersion(parsed.ends(slot), 4);
        parsed.typeOfService(slot, u8(ip + 1));
        parsed.addresses(slot, (long) i32BigEndian(ip + 12) << 32, 0, (long) i32BigEndian(ip + 16) << 32, 0);
        final boolean fragment = (flagsAndOffset & (FRAGMENT_MORE | FRAGMENT_OFFSET_MASK)) != 0;
        noteFragment(slot, fragment, ip, totalLength);
        parsed.wireLength(slot, Math.max(length, l3Offset + totalLength));
        parsed.l3Address(slot, ip);
        parsed.l3Length(slot, available);
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
        PacketEnds.ipVersion(parsed.ends(slot), 6);
        parsed.typeOfService(slot, u16BigEndian(ip) >> 4);
        parsed.addresses(slot, i64BigEndian(ip + 8), i64BigEndian(ip + 16), i64BigEndian(ip + 24), i64BigEndian(ip + 32));
        noteFragment(slot, fragment, ip, totalLength);
        parsed.wireLength(slot, Math.max(length, l3Offset + totalLength));
        parsed.l3Address(slot, ip);
        parsed.l3Length(slot, available);
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

        final long ends = parsed.ends(slot);
        PacketEnds.l4Protocol(ends, protocol);
        PacketEnds.ports(ends, 0, 0);
        parsed.flagsOrType(slot, 0);
        parsed.tcp(slot, 0, 0, 0);
        int headerLength = 0;
        byte outcome = PARSED;
        if (!laterFragment) {
            switch (protocol) {
                case IpProtocol.TCP -> {
                    if (available >= TCP_MIN_HEADER_LENGTH) {
                        headerLength = (u8(header + 12) >> 4) * 4;
                        if (headerLength < TCP_MIN_HEADER_LENGTH || headerLength > onWire) {
                            parsed.brokenTransports++;
                            headerLength = Math.clamp(headerLength, TCP_MIN_HEADER_LENGTH, onWire);
                        }
                        readPorts(ends, header);
                        parsed.tcp(slot, i32BigEndian(header + 4), i32BigEndian(header + 8), u16BigEndian(header + 14));
                        parsed.flagsOrType(slot, u8(header + 13));
                    } else if (isCutOff(onWire, TCP_MIN_HEADER_LENGTH)) {
                        return MALFORMED;
                    }
                }
                case IpProtocol.UDP -> {
                    if (available >= UDP_HEADER_LENGTH) {
                        headerLength = UDP_HEADER_LENGTH;
                        readPorts(ends, header);
                        if (UdpTunnels.mayBeTunnel(PacketEnds.sourcePort(ends), PacketEnds.destinationPort(ends))) {
                            carrierHeader = header;
                            outcome = CARRIER;
                        }
                    } else if (isCutOff(onWire, UDP_HEADER_LENGTH)) {
                        return MALFORMED;
                    }
                }
                case IpProtocol.SCTP -> {
                    if (available >= SCTP_HEADER_LENGTH) {
                        headerLength = SCTP_HEADER_LENGTH;
                        readPorts(ends, header);
                    } else if (isCutOff(onWire, SCTP_HEADER_LENGTH)) {
                        return MALFORMED;
                    }
                }
                case IpProtocol.ICMP, IpProtocol.ICMPV6 -> {
                    if (available >= ICMP_MIN_LENGTH) {
                        headerLength = Math.min(ICMP_HEADER_LENGTH, available);
                        parsed.flagsOrType(slot, u16BigEndian(header));
                        if (IcmpQuotes.isError(protocol, u8(header))) {
                            parsed.icmpErrors++;
                        }
                    } else if (isCutOff(onWire, ICMP_MIN_LENGTH)) {
                        return MALFORMED;
                    }
                }
                default -> {
                    if (IpTunnels.isTunnel(protocol)) {
                        carrierHeader = header;
                        outcome = CARRIER;
                    }
                }
            }
        }
        parsed.payloadLength(slot, onWire - headerLength);
        return outcome;
    }

    /** Whether the capturing program cut a header off; one that was never there is counted, its packet is not lost. */
    private boolean isCutOff(final int onWire, final int neededLength) {
        if (onWire >= neededLength) {
            return true;
        }
        parsed.brokenTransports++;
        return false;
    }

    private void noteFragment(final int slot, final boolean fragment, final long header, final int lengthBytes) {
        if (fragment) {
            parsed.fragments++;
            parsed.fragment(slot, header, lengthBytes);
        } else {
            parsed.fragment(slot, false);
        }
    }

    private static void readPorts(final long ends, final long header) {
        PacketEnds.ports(ends, u16BigEndian(header), u16BigEndian(header + 2));
    }

    /** Whether IP claims more than was sent; a frame cut by the capturing program may claim more than is here. */
    private static boolean isLie(
        final int totalLength, final int available, final int frameLength, final int snapLengthBytes) {
        return totalLength > available && frameLength < snapLengthBytes;
    }

    static boolean isExtension(final int protocol) {
        return switch (protocol) {
            case IpProtocol.HOP_BY_HOP, IpProtocol.ROUTING, IpProtocol.FRAGMENT, IpProtocol.AUTHENTICATION,
                IpProtocol.DESTINATION_OPTIONS, IpProtocol.MOBILITY -> true;
            default -> false;
        };
    }

    static int extensionLength(final int protocol, final int lengthField) {
        return switch (protocol) {
            case IpProtocol.FRAGMENT -> 8;
            case IpProtocol.AUTHENTICATION -> (lengthField + 2) * 4;
            default -> (lengthField + 1) * 8;
        };
    }
}
