package io.millrace.engine.parse;

import static io.millrace.engine.memory.RawMemory.i32BigEndian;
import static io.millrace.engine.memory.RawMemory.i64BigEndian;
import static io.millrace.engine.memory.RawMemory.u16BigEndian;
import static io.millrace.engine.memory.RawMemory.u8;

/**
 * Reads the packets that ICMP errors quote: whose packet it was that did not arrive. Owned by one worker; allocates
 * nothing.
 *
 * <p>Sources: RFC 792 and RFC 4443 (errors quote the IP header and at least eight bytes behind it), RFC 4884.
 */
public final class IcmpQuotes {
    private static final int ICMP_HEADER_LENGTH = 8;
    private static final int PORTS_LENGTH = 4;
    private static final int IPV4_MIN_HEADER_LENGTH = 20;
    private static final int IPV6_HEADER_LENGTH = 40;
    private static final int MAX_IPV6_EXTENSIONS = 8;
    private static final int FRAGMENT_OFFSET_MASK = 0x1FFF;
    private static final int UNREACHABLE = 3;
    private static final int REDIRECT = 5;
    private static final int TIME_EXCEEDED = 11;
    private static final int PARAMETER_PROBLEM = 12;
    private static final int ICMPV6_UNREACHABLE = 1;
    private static final int ICMPV6_PARAMETER_PROBLEM = 4;

    private final ParsedBurst parsed;
    /** The ends of the packet read last. */
    private final long quote;

    /** Reads errors among the packets of {@code parsed}. */
    public IcmpQuotes(final ParsedBurst parsed) {
        this.parsed = parsed;
        quote = parsed.ends(parsed.spare);
    }

    /** Whether this is the type of an error. */
    static boolean isError(final int l4Protocol, final int type) {
        return l4Protocol == IpProtocol.ICMPV6
            ? type >= ICMPV6_UNREACHABLE && type <= ICMPV6_PARAMETER_PROBLEM
            : type >= UNREACHABLE && type <= REDIRECT || type == TIME_EXCEEDED || type == PARAMETER_PROBLEM;
    }

    /** Slot that holds the ends of the packet read last. */
    public int slot() {
        return parsed.spare;
    }

    /** Whether the packet of {@code slot} is an ICMP error. */
    public boolean isError(final int slot) {
        final int protocol = PacketEnds.l4Protocol(parsed.ends(slot));
        return (protocol == IpProtocol.ICMP || protocol == IpProtocol.ICMPV6)
            && !parsed.isLaterFragment(slot) && isError(protocol, parsed.flagsOrType(slot) >> 8);
    }

    /**
     * Reads what the error in {@code slot} quotes; {@code false} where that is cut short or no IP packet's beginning.
     */
    public boolean read(final int slot) {
        final long ip = parsed.l3Address(slot);
        final long end = ip + parsed.l3Length(slot);
        final boolean ipv4 = PacketEnds.ipVersion(parsed.ends(slot)) == 4;
        final long icmp = ipv4 ? ip + (u8(ip) & 0x0F) * 4 : behindExtensions(ip, end);
        final long quoted = icmp + ICMP_HEADER_LENGTH;
        if (icmp == 0 || quoted >= end) {
            return false;
        }
        PacketEnds.vlanId(quote, PacketEnds.vlanId(parsed.ends(slot)));
        return switch (u8(quoted) >> 4) {
            case 4 -> readIpv4(quoted, end);
            case 6 -> readIpv6(quoted, end);
            default -> false;
        };
    }

    private boolean readIpv4(final long ip, final long end) {
        if (ip + IPV4_MIN_HEADER_LENGTH > end) {
            return false;
        }
        final int headerLength = (u8(ip) & 0x0F) * 4;
        if (headerLength < IPV4_MIN_HEADER_LENGTH || (u16BigEndian(ip + 6) & FRAGMENT_OFFSET_MASK) != 0) {
            return false;
        }
        PacketEnds.ipVersion(quote, 4);
        parsed.addresses(parsed.spare, (long) i32BigEndian(ip + 12) << 32, 0, (long) i32BigEndian(ip + 16) << 32, 0);
        return readPorts(u8(ip + 9), ip + headerLength, end);
    }

    private boolean readIpv6(final long ip, final long end) {
        if (ip + IPV6_HEADER_LENGTH > end) {
            return false;
        }
        PacketEnds.ipVersion(quote, 6);
        parsed.addresses(parsed.spare,
            i64BigEndian(ip + 8), i64BigEndian(ip + 16), i64BigEndian(ip + 24), i64BigEndian(ip + 32));
        final long transport = behindExtensions(ip, end);
        return transport != 0 && readPorts(PacketEnds.l4Protocol(quote), transport, end);
    }

    private boolean readPorts(final int protocol, final long header, final long end) {
        final boolean hasPorts =
            protocol == IpProtocol.TCP || protocol == IpProtocol.UDP || protocol == IpProtocol.SCTP;
        if (hasPorts && header + PORTS_LENGTH > end) {
            return false;
        }
        PacketEnds.l4Protocol(quote, protocol);
        PacketEnds.ports(quote, hasPorts ? u16BigEndian(header) : 0, hasPorts ? u16BigEndian(header + 2) : 0);
        return true;
    }

    /** First byte behind the extension headers, whose protocol goes to the spare slot; 0 where they do not fit. */
    private long behindExtensions(final long ip, final long end) {
        int protocol = u8(ip + 6);
        long header = ip + IPV6_HEADER_LENGTH;
        for (int i = 0; i < MAX_IPV6_EXTENSIONS && IpParser.isExtension(protocol); i++) {
            if (header + ICMP_HEADER_LENGTH > end
                || protocol == IpProtocol.FRAGMENT && (u16BigEndian(header + 2) & 0xFFF8) != 0) {
                return 0;
            }
            final int length = IpParser.extensionLength(protocol, u8(header + 1));
            protocol = u8(header);
            header += length;
        }
        PacketEnds.l4Protocol(quote, protocol);
        return header < end ? header : 0;
    }
}
