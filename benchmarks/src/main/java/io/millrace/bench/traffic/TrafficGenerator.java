package io.millrace.bench.traffic;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Writes the traffic of a {@link TrafficSpec} to a capture file. Clients are in 10.0.0.0/8, one address for each flow;
 * servers in 198.18.0.0/16. The first packet of a flow comes from its client, of the others two in three. TCP flows
 * shake hands first, and their sequence numbers fit together. Stateless; one call at a time per file.
 */
public final class TrafficGenerator {
    private static final int[] IMIX_BYTES = {64, 64, 64, 64, 64, 64, 64, 594, 594, 594, 594, 1518};
    private static final long START_US = 1_700_000_000_000_000L;
    /** Time of one packet after the other, as if 10 GbE were full of the smallest. */
    private static final double PACKETS_PER_US = 14.88;
    private static final int CLIENT_NETWORK = 0x0A00_0000;
    private static final int SERVER_NETWORK = 0xC612_0000;
    /** Of no known protocol. */
    private static final int UDP_SERVER_PORT = 40_001;
    /** Odd, so that a multiplication with it keeps 24-bit numbers apart. */
    private static final int ADDRESS_STEP = 0x9E37_79B1;

    private final TrafficSpec spec;
    private final SplittableRandom random;
    private final FrameTemplate template = new FrameTemplate();
    private final int[] seen;
    private final int[] total;
    private final int[] clientSequence;
    private final int[] serverSequence;

    private TrafficGenerator(final TrafficSpec spec) {
        this.spec = spec;
        random = new SplittableRandom(spec.seed());
        seen = new int[spec.flows()];
        total = new int[spec.flows()];
        clientSequence = new int[spec.flows()];
        serverSequence = new int[spec.flows()];
    }

    /** Writes {@code file} anew; returns the different flows in it, where another VLAN makes another flow. */
    public static int write(final TrafficSpec spec, final Path file) throws IOException {
        return new TrafficGenerator(spec).write(file);
    }

    /** A file with this traffic in {@code folder}, written unless it is there. */
    public static Path in(final Path folder, final TrafficSpec spec) throws IOException {
        final Path file = folder.resolve(spec.fileName());
        if (!Files.exists(file)) {
            Files.createDirectories(folder);
            final Path partial = Files.createTempFile(folder, "partial", ".pcap");
            write(spec, partial);
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
        }
        return file;
    }

    private int write(final Path file) throws IOException {
        final int[] order = FlowOrder.draw(spec, random);
        for (final int flow : order) {
            total[flow]++;
        }
        try (PcapWriter writer = new PcapWriter(file)) {
            for (int i = 0; i < order.length; i++) {
                final int length = build(order[i]);
                writer.write(START_US + (long) (i / PACKETS_PER_US), template.frame(), length);
            }
        }
        return Arrays.stream(total).map(packets -> Math.min(packets, Math.max(1, spec.vlans()))).sum();
    }

    /** Builds the next packet of a flow; returns its length. */
    private int build(final int flow) {
        final int number = seen[flow]++;
        final boolean tcp = (flow * 0x61C8_8647L >>> 8 & 0xFFFF) * 100 < spec.tcpPercent() * 65_536L;
        final int vlanId = spec.vlans() == 0 ? 0 : 1 + number % spec.vlans();
        final int drawn = (spec.sizeBytes() == 0 ? IMIX_BYTES[random.nextInt(IMIX_BYTES.length)] : spec.sizeBytes())
            - TrafficSpec.FRAME_CHECK_BYTES;
        final int client = CLIENT_NETWORK | flow * ADDRESS_STEP & 0x00FF_FFFF;
        final int server = SERVER_NETWORK | flow * ADDRESS_STEP >>> 20;
        final int clientPort = 1024 + flow % 60_000;
        if (!tcp) {
            final boolean fromClient = number == 0 || random.nextInt(3) != 0;
            final int ports = fromClient ? clientPort << 16 | UDP_SERVER_PORT : UDP_SERVER_PORT << 16 | clientPort;
            final int payload = spec.empty() ? 0 : FrameTemplate.payloadRoom(drawn, FrameTemplate.UDP, vlanId != 0);
            template.build(drawn, payload, vlanId, FrameTemplate.UDP, fromClient,
                fromClient ? client : server, fromClient ? server : client, ports, 0, 0, 0);
            return drawn;
        }
        return buildTcp(flow, number, drawn, vlanId, client, server, clientPort);
    }

    private int buildTcp(
        final int flow, final int number, final int drawn, final int vlanId, final int client, final int server,
        final int clientPort) {

        final int last = total[flow] - 1;
        final boolean handshake = number < 3;
        final boolean closing = spec.tcpClose() && last >= 4 && number >= last - 1;
        final boolean fromClient = switch (number) {
            case 0, 2 -> true;
            case 1 -> false;
            default -> closing ? number == last - 1 : random.nextInt(3) != 0;
        };
        final int length = handshake || closing
            ? TrafficSpec.SMALLEST_WIRE_BYTES - TrafficSpec.FRAME_CHECK_BYTES : drawn;
        final int payload = handshake || closing || spec.empty()
            ? 0 : FrameTemplate.payloadRoom(length, FrameTemplate.TCP, vlanId != 0);
        final int flags = switch (number) {
            case 0 -> FrameTemplate.SYN;
            case 1 -> FrameTemplate.SYN | FrameTemplate.ACK;
            case 2 -> FrameTemplate.ACK;
            default -> FrameTemplate.ACK | (closing ? FrameTemplate.FIN : FrameTemplate.PSH);
        };
        final int[] own = fromClient ? clientSequence : serverSequence;
        final int[] other = fromClient ? serverSequence : clientSequence;
        final int ports = fromClient ? clientPort << 16 | 443 : 443 << 16 | clientPort;
        template.build(length, payload, vlanId, FrameTemplate.TCP, fromClient,
            fromClient ? client : server, fromClient ? server : client, ports,
            own[flow], number == 0 ? 0 : other[flow], flags);
        own[flow] += payload + ((flags & (FrameTemplate.SYN | FrameTemplate.FIN)) != 0 ? 1 : 0);
        return length;
    }
}
