package io.millrace.engine.parse;

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
 * <p>Nearly all packets are plain and read by {@link PlainPackets}. Of the others, Ethernet and VLAN tags are read here
 * and what is behind them in {@link IpParser}, on the straight path. All else is a branch off it that moves a
 * {@link HeaderCursor} from header to header until IP is found: the link layers in {@link LinkLayers}, what stands
 * between them and IP in {@link LinkTags}, tunnels in {@link IpTunnels}, {@link GreTunnels} and {@link UdpTunnels}.
 *
 * <p>A packet whose tunnel cannot be opened, because what is inside is no IP or does not fit, belongs to the tunnel's
 * own flow.
 *
 * <p>Source: IEEE 802.3 and 802.1Q.
 */
public final class PacketParser {
    /** Tunnels in tunnels that are opened; what lies deeper stays closed and is counted. */
    public static final int MAX_TUNNELS = 8;

    private static final int ANY_LENGTH_IS_CUT = 0;

    private final ParsedBurst parsed;
    private final int tunnels;
    private final IpParser ip;
    private final HeaderCursor cursor = new HeaderCursor();

    /** A parser that leaves its findings in {@code parsed} and opens all tunnels. */
    public PacketParser(final ParsedBurst parsed) {
        this(parsed, TunnelType.ALL);
    }

    /** A parser that opens the tunnels of the set {@code tunnels} ({@link TunnelType#bit}). */
    public PacketParser(final ParsedBurst parsed, final int tunnels) {
        this.parsed = parsed;
        this.tunnels = tunnels;
        ip = new IpParser(parsed);
    }

    /** Parses all frames of a burst. */
    public void parse(final Burst burst) {
        begin();
        parse(burst, 0, burst.count());
    }

    /** Forgets the burst before. */
    public void begin() {
        parsed.clear();
    }

    /** Parses the frames of a burst, after {@link #begin()}, from slot {@code from} to {@code to}, exclusive. */
    public void parse(final Burst burst, final int from, final int to) {
        final LinkType link = burst.linkType();
        final int snapLengthBytes = burst.snapLengthBytes();
        if (link != LinkType.ETHERNET) {
            parseOther(burst, from, to, link, snapLengthBytes);
            return;
        }
        for (int slot = from; slot < to; slot++) {
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

        final byte outcome = parseEthernet(slot, frame, length, strippedVlanId, snapLengthBytes);
        finish(slot, outcome, frame, length, snapLengthBytes);
    }

    private void parseOther(
        final Burst burst, final int from, final int to, final LinkType link, final int snapLengthBytes) {

        for (int slot = from; slot < to; slot++) {
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
            outcome = ip.parseIpv4(slot, frame, offset, length, snapLengthBytes);
        } else if (etherType == LinkTags.ETHERTYPE_IPV6) {
            outcome = ip.parseIpv6(slot, frame, offset, length, snapLengthBytes);
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
            case 4 -> ip.parseIpv4(slot, frame, offset, length, snapLengthBytes);
            case 6 -> ip.parseIpv6(slot, frame, offset, length, snapLengthBytes);
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
                parsed.totals.tooDeep++;
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
        cursor.enter(ip.carrierHeader(), frame + length, HeaderCursor.IP_BY_VERSION);
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
}
