package io.millrace.bench.traffic;

import io.millrace.engine.config.ConfigException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Makes a large mix of small captures: repeats them, each time with other unicast addresses, until there are enough
 * flows and packets. Checksums of IP, TCP and UDP are corrected (RFC 1624) where the fragment has them. Time goes on
 * from one repetition to the next, and pauses are shortened, so that no flow ends by silence. Stateless.
 */
public final class CaptureMix {
    private static final int PCAP_US = 0xA1B2C3D4;
    private static final int PCAP_NS = 0xA1B23C4D;
    private static final int HEADER_LENGTH = 24;
    private static final int RECORD_HEADER_LENGTH = 16;
    private static final int ETHERNET = 1;
    private static final int ETHERNET_LENGTH = 14;
    private static final long LONGEST_PAUSE_US = 1000;
    private static final long START_US = 1_700_000_000_000_000L;
    private static final int MAX_REPETITIONS = 65_536;
    private static final int IPV4 = 0x0800;
    private static final int IPV6 = 0x86DD;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int FIRST_MULTICAST = 224;

    private record Packet(long timeUs, byte[] frame) {
    }

    /**
     * What was written.
     *
     * @param packets     frames.
     * @param flows       different five-tuples with VLAN, both directions as one, of IP packets.
     * @param repetitions of the captures.
     */
    public record Result(long packets, int flows, int repetitions) {
    }

    private CaptureMix() {
    }

    /** Writes at least so many packets and flows; throws {@link ConfigException} for captures that cannot give them. */
    public static Result write(final List<Path> captures, final int flows, final int packets, final Path file)
        throws IOException {

        final List<Packet> originals = new ArrayList<>();
        for (final Path capture : captures) {
            read(capture, originals);
        }
        if (originals.isEmpty()) {
            throw new ConfigException("--from: no packets in " + captures);
        }
        final Set<String> seen = new HashSet<>();
        int repetition = 0;
        long timeUs = START_US;
        try (PcapWriter writer = new PcapWriter(file)) {
            int before = -1;
            while (writer.packets() < packets || seen.size() < flows) {
                if (repetition == MAX_REPETITIONS || seen.size() == before) {
                    throw new ConfigException("--from: " + captures + " give no more than " + seen.size() + " flows: "
                        + "name captures with more, or lower --flows");
                }
                before = seen.size();
                long lastUs = originals.getFirst().timeUs();
                for (final Packet packet : originals) {
                    timeUs += Math.clamp(packet.timeUs() - lastUs, 0, LONGEST_PAUSE_US);
                    lastUs = packet.timeUs();
                    final byte[] frame = packet.frame().clone();
                    final String flow = rewrite(frame, repetition);
                    if (flow != null) {
                        seen.add(flow);
                    }
                    writer.write(timeUs, frame, frame.length);
                }
                timeUs += LONGEST_PAUSE_US;
                repetition++;
            }
            return new Result(writer.packets(), seen.size(), repetition);
        }
    }

    private static void read(final Path capture, final List<Packet> packets) throws IOException {
        final ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(capture));
        if (bytes.remaining() < HEADER_LENGTH) {
            throw new ConfigException("--from: not a capture file: " + capture);
        }
        final boolean big = isMagic(bytes.getInt(0));
        bytes.order(big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        if (!isMagic(bytes.getInt(0)) || bytes.getInt(20) != ETHERNET) {
            throw new ConfigException("--from: not a pcap file of Ethernet frames: " + capture
                + ": convert it with editcap -F pcap");
        }
        final int unitsPerUs = bytes.getInt(0) == PCAP_NS ? 1000 : 1;
        bytes.position(HEADER_LENGTH);
        while (bytes.remaining() >= RECORD_HEADER_LENGTH) {
            final long timeUs = (bytes.getInt() & 0xFFFF_FFFFL) * 1_000_000
                + (bytes.getInt() & 0xFFFF_FFFFL) / unitsPerUs;
            final int length = bytes.getInt();
            bytes.getInt();
            if (length < 0 || length > bytes.remaining()) {
                break;
            }
            final byte[] frame = new byte[length];
            bytes.get(frame);
            packets.add(new Packet(timeUs, frame));
        }
    }

    private static boolean isMagic(final int magic) {
        return magic == PCAP_US || magic == PCAP_NS;
    }

    /** Gives the packet the addresses of its repetition; returns its flow, or {@code null} where it has none. */
    private static String rewrite(final byte[] frame, final int repetition) {
        int at = ETHERNET_LENGTH - 2;
        int vlanId = 0;
        while (frame.length >= at + 6 && isVlan(u16(frame, at))) {
            vlanId = vlanId == 0 ? u16(frame, at + 2) & 0x0FFF : vlanId;
            at += 4;
        }
        if (frame.length < at + 2) {
            return null;
        }
        final int ip = at + 2;
        return switch (u16(frame, at)) {
            case IPV4 -> rewriteIpv4(frame, ip, vlanId, repetition);
            case IPV6 -> rewriteIpv6(frame, ip, vlanId, repetition);
            default -> null;
        };
    }

    private static String rewriteIpv4(final byte[] frame, final int ip, final int vlanId, final int repetition) {
        if (frame.length < ip + 20 || frame[ip] >> 4 != 4) {
            return null;
        }
        final int header = (frame[ip] & 0x0F) * 4;
        final int protocol = frame[ip + 9] & 0xFF;
        final boolean firstFragment = (u16(frame, ip + 6) & 0x1FFF) == 0;
        final int transport = firstFragment ? ip + header : frame.length;
        for (int address = ip + 12; address <= ip + 16; address += 4) {
            if ((frame[address] & 0xFF) < FIRST_MULTICAST) {
                // The first and the last octet stay, so that private networks and gateways remain what they are.
                changeWord(frame, address, u16(frame, address) ^ repetition >>> 8, ip + 10, transport, protocol);
                changeWord(frame, address + 2, u16(frame, address + 2) ^ (repetition & 0xFF) << 8, ip + 10, transport,
                    protocol);
            }
        }
        return flow(frame, ip + 12, 4, transport, protocol, vlanId);
    }

    private static String rewriteIpv6(final byte[] frame, final int ip, final int vlanId, final int repetition) {
        if (frame.length < ip + 40) {
            return null;
        }
        final int protocol = frame[ip + 6] & 0xFF;
        for (int address = ip + 8; address <= ip + 24; address += 16) {
            if ((frame[address] & 0xFF) != 0xFF) {
                changeWord(frame, address + 6, u16(frame, address + 6) ^ repetition, -1, ip + 40, protocol);
            }
        }
        return flow(frame, ip + 8, 16, ip + 40, protocol, vlanId);
    }

    /** Replaces 16 bits of an address and corrects the checksums that cover them. */
    private static void changeWord(
        final byte[] frame, final int at, final int value, final int ipChecksum, final int transport,
        final int protocol) {

        final int old = u16(frame, at);
        put16(frame, at, value);
        if (ipChecksum >= 0) {
            put16(frame, ipChecksum, corrected(u16(frame, ipChecksum), old, value));
        }
        final int checksum = switch (protocol) {
            case TCP -> transport + 16;
            case UDP -> transport + 6;
            default -> frame.length;
        };
        if (checksum + 2 <= frame.length && !(protocol == UDP && u16(frame, checksum) == 0)) {
            put16(frame, checksum, corrected(u16(frame, checksum), old, value));
        }
    }

    private static int corrected(final int checksum, final int old, final int value) {
        int sum = (~checksum & 0xFFFF) + (~old & 0xFFFF) + value;
        sum = (sum & 0xFFFF) + (sum >>> 16);
        sum = (sum & 0xFFFF) + (sum >>> 16);
        return ~sum & 0xFFFF;
    }

    private static String flow(
        final byte[] frame, final int addresses, final int length, final int transport, final int protocol,
        final int vlanId) {

        final boolean ports = (protocol == TCP || protocol == UDP) && transport + 4 <= frame.length;
        final String source = end(frame, addresses, length, ports ? u16(frame, transport) : 0);
        final String destination = end(frame, addresses + length, length, ports ? u16(frame, transport + 2) : 0);
        return source.compareTo(destination) < 0
            ? source + destination + (char) protocol + (char) vlanId
            : destination + source + (char) protocol + (char) vlanId;
    }

    private static String end(final byte[] frame, final int address, final int length, final int port) {
        final StringBuilder end = new StringBuilder(length / 2 + 1);
        for (int i = 0; i < length; i += 2) {
            end.append((char) u16(frame, address + i));
        }
        return end.append((char) port).toString();
    }

    private static boolean isVlan(final int type) {
        return type == 0x8100 || type == 0x88A8 || type == 0x9100;
    }

    private static int u16(final byte[] frame, final int at) {
        return (frame[at] & 0xFF) << 8 | frame[at + 1] & 0xFF;
    }

    private static void put16(final byte[] frame, final int at, final int value) {
        frame[at] = (byte) (value >> 8);
        frame[at + 1] = (byte) value;
    }
}
