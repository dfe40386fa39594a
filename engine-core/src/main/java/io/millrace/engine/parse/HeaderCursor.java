package io.millrace.engine.parse;

/**
 * A place in a frame off the straight path: where the next header begins, where what may be read ends, and which header
 * it is. The classes that know the headers move it. Owned by one {@link PacketParser}.
 *
 * <p>{@link #next} is an EtherType, or one of the codes below, which lie above all EtherTypes.
 */
final class HeaderCursor {
    /** IPv4 or IPv6, told by the version in its first four bits. */
    static final int IP_BY_VERSION = 0x1_0000;
    /** Ethernet, from the destination address. */
    static final int ETHERNET = 0x1_0001;
    /** IEEE 802.2 LLC. */
    static final int LLC = 0x1_0002;
    /** PPP, with or without its address and control bytes (RFC 1661, RFC 1662). */
    static final int PPP = 0x1_0003;
    /** IEEE 802.11, from the frame control field. */
    static final int WIRELESS = 0x1_0004;
    /** PPPoE session, from its version (RFC 2516). */
    static final int PPPOE = LinkTags.ETHERTYPE_PPPOE_SESSION;

    /** First byte of the next header. */
    long address;
    /** First byte that may not be read. */
    long end;
    /** What begins at {@link #address}. */
    int next;
    /** VLAN identifier of the innermost tag so far; 0 untagged. */
    int vlanId;
    /** Address of the innermost Ethernet header so far; 0 none. */
    long macAddress;
    /** Whether a length did not fit. */
    boolean broken;
    /** Number of the tunnel opened last: VNI, TEID, key, session; 0 where it has none. */
    int tunnelId;
    /** Whether whoever made the tunnel says that it kept only the beginning of what is inside. */
    boolean cut;

    void enter(final long header, final long frameEnd, final int kind) {
        address = header;
        end = frameEnd;
        next = kind;
        broken = false;
        cut = false;
        tunnelId = 0;
    }

    boolean isAtIp() {
        return next == LinkTags.ETHERTYPE_IPV4 || next == LinkTags.ETHERTYPE_IPV6 || next == IP_BY_VERSION;
    }

    /** Bytes that may be read from here on. */
    long left() {
        return end - address;
    }

    /** Moves past {@code lengthBytes} to a header of kind {@code kind}; {@code false} where the frame ends before. */
    boolean skip(final long lengthBytes, final int kind) {
        if (lengthBytes > end - address) {
            broken = true;
            return false;
        }
        address += lengthBytes;
        next = kind;
        return true;
    }

    /** Whether {@code lengthBytes} may be read; marks the frame as broken where not. */
    boolean has(final long lengthBytes) {
        if (lengthBytes > end - address) {
            broken = true;
            return false;
        }
        return true;
    }

    /** What follows is no IP; {@code kind} says what it is instead. */
    boolean endsIn(final int kind) {
        next = kind;
        return false;
    }
}
