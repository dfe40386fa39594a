package io.millrace.launch.conformance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Debian's {@code tshark}, run on a file, its {@code tcp.analysis} read. */
final class Tshark {
    private static final String[] FIELDS = {
        "ip.src", "ipv6.src", "tcp.srcport", "ip.dst", "ipv6.dst", "tcp.dstport", "tcp.stream",
        "tcp.analysis.retransmission", "tcp.analysis.fast_retransmission", "tcp.analysis.spurious_retransmission",
        "tcp.analysis.out_of_order", "tcp.analysis.lost_segment", "tcp.analysis.keep_alive", "tcp.analysis.zero_window",
        "tcp.analysis.initial_rtt", "frame.protocols"};
    private static final int STREAM = 6;
    private static final int RETRANSMISSION = 7;
    private static final int OUT_OF_ORDER = 10;
    private static final int LOST_SEGMENT = 11;
    private static final int KEEP_ALIVE = 12;
    private static final int ZERO_WINDOW = 13;
    private static final int INITIAL_RTT = 14;
    private static final int PROTOCOLS = 15;
    private static final double MICROSECONDS = 1e6;

    private Tshark() {
    }

    static boolean isInstalled() {
        try {
            return new ProcessBuilder("tshark", "--version").redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (final IOException e) {
            return false;
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static TcpMeasures measures(final Path capture) throws IOException {
        final List<String> command = new ArrayList<>(List.of(
            "tshark", "-n", "-r", capture.toString(), "-Y", "tcp", "-T", "fields", "-E", "separator=|",
            "-E", "occurrence=l"));
        for (final String field : FIELDS) {
            command.addAll(List.of("-e", field));
        }
        final Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        final TcpMeasures measures = new TcpMeasures();
        final Set<String> streams = new HashSet<>();
        try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
            lines.lines().forEach(line -> read(line.split("\\|", -1), measures, streams));
        }
        return measures;
    }

    private static void read(final String[] values, final TcpMeasures measures, final Set<String> streams) {
        // Of IPv4 in IPv6 and the other way round, what stands right before TCP is the innermost.
        final int version = values[PROTOCOLS].contains(":ipv6:tcp") ? 1 : 0;
        final TcpDirection direction = new TcpDirection(
            Endpoint.of(values[version], Integer.parseInt(values[2])),
            Endpoint.of(values[3 + version], Integer.parseInt(values[5])));
        measures.add(direction, new TcpTroubles(
            is(values, RETRANSMISSION) | is(values, RETRANSMISSION + 1) | is(values, RETRANSMISSION + 2),
            is(values, OUT_OF_ORDER), is(values, LOST_SEGMENT), is(values, KEEP_ALIVE), is(values, ZERO_WINDOW)));
        if (is(values, INITIAL_RTT) == 1 && streams.add(values[STREAM])) {
            // The packet that completes the handshake, the client's, tells it first.
            measures.roundTripUs().putIfAbsent(
                direction, Math.round(Double.parseDouble(values[INITIAL_RTT]) * MICROSECONDS));
        }
    }

    private static int is(final String[] values, final int field) {
        return values[field].isEmpty() ? 0 : 1;
    }
}
