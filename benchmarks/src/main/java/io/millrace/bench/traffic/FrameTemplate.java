package io.millrace.bench.traffic;

import java.util.Arrays;

/**
 * Builds Ethernet frames of IPv4 with TCP or UDP in one array, checksums of IP and TCP included. Owned by one thread.
 * Sources: RFC 791, RFC 768, RFC 9293, IEEE 802.1Q.
 */
final class FrameTemplate {
    static final int UDP = 17;
    static final int TCP = 6;
    static final int FIN = 0x01;
    static final int SYN = 0x02;
    static final int PSH = 0x08;
    static final int ACK = 0x10;

    private static final int ETHERNET_LENGTH = 14;
    private static final int VLAN_TAG_LENGTH = 4;
    private static final int IP_LENGTH = 20;
    private static final int UDP_LENGTH = 8;
    private static final int TCP_LENGTH = 20;
    private static final int LONGEST_FRAME = 65_535;
    private static final int CLIENT_MAC = 0x0200_0001;
    private static final int SERVER_MAC = 0x0200_0002;

    private final byte[] frame = new byte[LONGEST_FRAME];

    byte[] frame() {
        return frame;
    }

    /** Bytes of payload that a frame of {@code length} bytes has room for, not below zero. */
    static int payloadRoom(final int length, final int protocol, final boolean tagged) {
        final int headers = ETHERNET_LENGTH + (tagged ? VLAN_TAG_LENGTH : 0) + IP_LENGTH
            + (protocol == TCP ? TCP_LENGTH : UDP_LENGTH);
        return Math.max(0, length - headers);
    }

    /**
     * Builds one frame.
     *
     * @param length      bytes of the frame; short packets are padded as Ethernet does.
     * @param payload     bytes behind the transport header, all zero.
     * @param vlanId      VLAN; 0 for an untagged frame.
     * @param protocol    {@link #TCP} or {@link #UDP}.
     * @param fromClient  which way it goes, for the MAC addresses.
     * @param source      IPv4 address.
     * @param destination IPv4 address.
     * @param ports       source port in the upper, destination port in the lower half.
     * @param sequence    TCP only.
     * @param acknowledged TCP only.
     * @param flags       TCP only.
     */
    void build(
        final int length, final int payload, final int vlanId, final int protocol, final boolean fromClient,
        final int source, final int destination, final int ports, final int sequence, final int acknowledged,
        final int flags) {

        Arrays.fill(frame, 0, length, (byte) 0);
        put16(0, 0x0200);
        put32(2, fromClient ? SERVER_MAC : CLIENT_MAC);
        put16(6, 0x0200);
        put32(8, fromClient ? CLIENT_MAC : SERVER_MAC);
        int at = 12;
        if (vlanId != 0) {
            put16(at, 0x8100);
            put16(at + 2, vlanId);
            at += VLAN_TAG_LENGTH;
        }
        put16(at, 0x0800);
        final int ip = at + 2;
        final int transportLength = (protocol == TCP ? TCP_LENGTH : UDP_LENGTH) + payload;
        frame[ip] = 0x45;
        put16(ip + 2, IP_LENGTH + transportLength);
        put16(ip + 6, 0x4000);
        frame[ip + 8] = 64;
        frame[ip + 9] = (byte) protocol;
        put32(ip + 12, source);
        put32(ip + 16, destination);
        put16(ip + 10, checksum(ip, IP_LENGTH, 0));
        final int transport = ip + IP_LENGTH;
        put32(transport, ports);
        if (protocol == UDP) {
            put16(transport + 4, transportLength);
            return;
        }
        put32(transport + 4, sequence);
        put32(transport + 8, acknowledged);
        frame[transport + 12] = 0x50;
        frame[transport + 13] = (byte) flags;
        put16(transport + 14, 65_535);
        final int pseudoHeader = (source >>> 16) + (source & 0xFFFF) + (destination >>> 16) + (destination & 0xFFFF)
            + TCP + transportLength;
        put16(transport + 16, checksum(transport, TCP_LENGTH, pseudoHeader));
    }

    /** The Internet checksum of an even number of bytes; zeros behind them do not change it. */
    private int checksum(final int start, final int length, final int initial) {
        int sum = initial;
        for (int i = start; i < start + length; i += 2) {
            sum += (frame[i] & 0xFF) << 8 | frame[i + 1] & 0xFF;
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return ~sum & 0xFFFF;
    }

    private void put16(final int at, final int value) {
        frame[at] = (byte) (value >> 8);
        frame[at + 1] = (byte) value;
    }

    private void put32(final int at, final int value) {
        put16(at, value >>> 16);
        put16(at + 2, value);
    }
}
