package io.millrace.engine.parse;

import static io.millrace.engine.memory.RawMemory.i32;
import static io.millrace.engine.memory.RawMemory.i32BigEndian;
import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.i64BigEndian;
import static io.millrace.engine.memory.RawMemory.u16BigEndian;
import static io.millrace.engine.memory.RawMemory.u8;

/**
 * The fast lane of the parser for what nearly all packets are: Ethernet without a tag, IPv4 without options and no
 * fragment or IPv6 without extension headers, then TCP or UDP, all of it there, no port of a tunnel. Headers are read
 * in words of eight bytes and checked with masks. What is not plain in every respect, sound or not, is left to
 * {@link PacketParser}, which finds the same in a plain packet. Stateless.
 */
final class PlainPackets {
    private static final int IP = LinkTags.ETHERNET_HEADER_LENGTH;
    private static final int IPV4_HEADER_LENGTH = 20;
    private static final int IPV6_HEADER_LENGTH = 40;
    private static final int UDP_HEADER_LENGTH = 8;
    private static final int TCP_MIN_HEADER_LENGTH = 20;
    private static final int TCP_OFFSET_AND_FLAGS = 12;
    private static final int ETHER_TYPE = 12;
    private static final int SHORTEST = IP + IPV4_HEADER_LENGTH + UDP_HEADER_LENGTH;
    private static final int SHORTEST_IPV6 = IP + IPV6_HEADER_LENGTH + UDP_HEADER_LENGTH;

    /** EtherType, version and header length, as a little-endian machine reads 08 00 45. */
    private static final int IPV4_MASK = 0xFF_FFFF;
    private static final int IPV4_WITHOUT_OPTIONS = 0x45_0008;
    /** EtherType and version: 86 DD 6x. */
    private static final int IPV6_MASK = 0xF0_FFFF;
    private static final int IPV6 = 0x60_DD86;
    /** More fragments and offset, from the sixth byte of the IPv4 header on. */
    private static final int FRAGMENT_MASK = 0xFF3F;

    private PlainPackets() {
    }

    /**
     * Parses one Ethernet frame into {@code slot} if it is plain; returns whether it was.
     *
     * @param strippedVlanId VLAN identifier that the port took off; 0 none.
     */
    static boolean parse(
        final ParsedBurst parsed, final int slot, final long frame, final int length, final int strippedVlanId) {

        if (length < SHORTEST) {
            return false;
        }
        final long start = i64(frame + ETHER_TYPE);
        if ((start & IPV4_MASK) == IPV4_WITHOUT_OPTIONS) {
            return parseIpv4(parsed, slot, frame, length, strippedVlanId, start);
        }
        return (start & IPV6_MASK) == IPV6 && length >= SHORTEST_IPV6
            && parseIpv6(parsed, slot, frame, length, strippedVlanId, start);
    }

    private static boolean parseIpv4(
        final ParsedBurst parsed,
        final int slot,
        final long frame,
        final int length,
        final int vlanId,
        final long start) {

        final int totalLength = bigEndian16(start >>> 32);
        final int middle = i32(frame + IP + 6);
        final int protocol = middle >>> 24;
        final int transportLength = totalLength - IPV4_HEADER_LENGTH;
        if ((middle & FRAGMENT_MASK) != 0 || totalLength > length - IP
            || !parseTransport(parsed, slot, frame, length, (int) (start >>> 24) & 0xFF, IPV4_HEADER_LENGTH, protocol,
                transportLength)) {
            return false;
        }
        PacketEnds.settleIpv4(parsed.ends(slot), parsed.flowHash, i64BigEndian(frame + IP + 12),
            ports(frame + IP + IPV4_HEADER_LENGTH), PacketEnds.rest(vlanId, protocol, 4));
        return true;
    }

    private static boolean parseIpv6(
        final ParsedBurst parsed,
        final int slot,
        final long frame,
        final int length,
        final int vlanId,
        final long start) {

        final int payloadLength = bigEndian16(start >>> 48);
        final long ip = frame + IP;
        final int protocol = u8(ip + 6);
        if (payloadLength > length - IP - IPV6_HEADER_LENGTH
            || !parseTransport(parsed, slot, frame, length, bigEndian16(start >>> 16) >>> 4 & 0xFF, IPV6_HEADER_LENGTH,
                protocol, payloadLength)) {
            return false;
        }
        parsed.addresses(
            slot, i64BigEndian(ip + 8), i64BigEndian(ip + 16), i64BigEndian(ip + 24), i64BigEndian(ip + 32));
        PacketEnds.portsAndRest(
            parsed.ends(slot), ports(ip + IPV6_HEADER_LENGTH), PacketEnds.rest(vlanId, protocol, 6));
        return true;
    }

    /** Reads the transport header; what a length of 0 or a lie leaves for it is too short. */
    private static boolean parseTransport(
        final ParsedBurst parsed,
        final int slot,
        final long frame,
        final int length,
        final int typeOfService,
        final int ipHeaderLength,
        final int protocol,
        final int transportLength) {

        final long header = frame + IP + ipHeaderLength;
        if (protocol == IpProtocol.UDP) {
            if (transportLength < UDP_HEADER_LENGTH
                || UdpTunnels.mayBeTunnel(u16BigEndian(header), u16BigEndian(header + 2))) {
                return false;
            }
            parsed.plain(slot, frame, IP, length, transportLength - UDP_HEADER_LENGTH, typeOfService, 0);
            return true;
        }
        if (protocol != IpProtocol.TCP || transportLength < TCP_MIN_HEADER_LENGTH) {
            return false;
        }
        final int headerLength = (u8(header + TCP_OFFSET_AND_FLAGS) >> 4) * 4;
        if (headerLength < TCP_MIN_HEADER_LENGTH || headerLength > transportLength) {
            return false;
        }
        parsed.plain(slot, frame, IP, length, transportLength - headerLength, typeOfService,
            u8(header + TCP_OFFSET_AND_FLAGS + 1));
        parsed.tcp(slot, i32BigEndian(header + 4), i32BigEndian(header + 8), u16BigEndian(header + 14));
        return true;
    }

    /** Source port 16, destination port 16. */
    private static long ports(final long transport) {
        return Integer.toUnsignedLong(i32BigEndian(transport));
    }

    private static int bigEndian16(final long value) {
        return Short.reverseBytes((short) value) & 0xFFFF;
    }
}
