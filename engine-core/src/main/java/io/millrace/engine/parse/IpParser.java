package io.millrace.engine.parse;

import static io.millrace.engine.memory.RawMemory.i32BigEndian;
import static io.millrace.engine.memory.RawMemory.i64BigEndian;
import static io.millrace.engine.memory.RawMemory.u16BigEndian;
import static io.millrace.engine.memory.RawMemory.u8;
import static io.millrace.engine.parse.ParsedBurst.CARRIER;
import static io.millrace.engine.parse.ParsedBurst.MALFORMED;
import static io.millrace.engine.parse.ParsedBurst.PARSED;

/**
 * Reads IP and the transport header behind it. A packet with sound IP and a broken header behind it belongs to a flow
 * too, with ports 0 where there are none. Owned by one {@link PacketParser}; allocates nothing.
 *
 * <p>Sources: RFC 791 (IPv4), RFC 8200 (IPv6), RFC 9293 (TCP), RFC 768 (UDP), RFC 9260 (SCTP), RFC 792 and 4443 (ICMP).
 */
final class IpParser {
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

    private final ParsedBurst parsed;
    private long carrierHeader;

    /** Leaves its findings in {@code parsed}. */
    IpParser(final ParsedBurst parsed) {
        this.parsed = parsed;
    }

    /** Address of the header behind IP, where the outcome was {@link ParsedBurst#CARRIER}. */
    long carrierHeader() {
        return carrierHeader;
    }

    /**
     * Parses the packet whose IPv4 header is {@code l3Offset} bytes into the frame; returns the outcome.
     *
     * @param length          readable bytes of the frame.
     * @param snapLengthBytes frames of this length may have been cut by whoever captured them.
     */
    byte parseIpv4(
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

    /** The same for IPv6. */
    byte parseIpv6(
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
        parsed.addresses(
            slot, i64BigEndian(ip + 8), i64BigEndian(ip + 16), i64BigEndian(ip + 24), i64BigEndian(ip + 32));
        noteFragment(slot, fragment, ip, totalLength);
        parsed.wireLength(slot, Math.max(length, l3Offset + totalLength));
        parsed.l3Address(slot, ip);
        parsed.l3Length(slot, available);
        return parseTransport(slot, protocol, ip + offset, end - offset, totalLength - offset, laterFragment);
    }

    /** Whether this is the protocol number of an extension header. */
    static boolean isExtension(final int protocol) {
        return switch (protocol) {
            case IpProtocol.HOP_BY_HOP, IpProtocol.ROUTING, IpProtocol.FRAGMENT, IpProtocol.AUTHENTICATION,
                IpProtocol.DESTINATION_OPTIONS, IpProtocol.MOBILITY -> true;
            default -> false;
        };
    }

    /** Bytes of an extension header. */
    static int extensionLength(final int protocol, final int lengthField) {
        return switch (protocol) {
            case IpProtocol.FRAGMENT -> 8;
            case IpProtocol.AUTHENTICATION -> (lengthField + 2) * 4;
            default -> (lengthField + 1) * 8;
        };
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
                            parsed.totals.brokenTransports++;
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
                            parsed.totals.icmpErrors++;
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
        parsed.totals.brokenTransports++;
        return false;
    }

    private void noteFragment(final int slot, final boolean fragment, final long header, final int lengthBytes) {
        if (fragment) {
            parsed.totals.fragments++;
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
}
