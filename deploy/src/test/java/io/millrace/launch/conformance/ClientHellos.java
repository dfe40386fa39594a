package io.millrace.launch.conformance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The TLS client hellos over TCP that {@code tshark} finds in a file, and the JA4 that its fields make. */
final class ClientHellos {
    private static final String[] FIELDS = {
        "ip.src", "ipv6.src", "tcp.srcport", "ip.dst", "ipv6.dst", "tcp.dstport", "frame.protocols",
        "tls.handshake.version", "tls.handshake.ciphersuite", "tls.handshake.extension.type",
        "tls.handshake.extensions.supported_version", "tls.handshake.sig_hash_alg",
        "tls.handshake.extensions_alpn_str"};
    private static final int PROTOCOLS = 6;
    private static final int VERSION = 7;
    private static final int SERVER_NAME = 0;
    private static final int ALPN = 16;
    private static final Map<Integer, String> VERSIONS =
        Map.of(0x0304, "13", 0x0303, "12", 0x0302, "11", 0x0301, "10", 0x0300, "s3");
    private static final String NOTHING = "0".repeat(12);

    private ClientHellos() {
    }

    /** By client and server: the fingerprints of all hellos between them. */
    static Map<TcpDirection, Set<String>> ja4(final Path capture) throws IOException {
        final List<String> command = new ArrayList<>(List.of(
            "tshark", "-n", "-r", capture.toString(), "-Y", "tcp && tls.handshake.type == 1", "-T", "fields",
            "-E", "separator=|", "-E", "occurrence=a", "-E", "aggregator=,"));
        for (final String field : FIELDS) {
            command.addAll(List.of("-e", field));
        }
        final Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        final Map<TcpDirection, Set<String>> fingerprints = new LinkedHashMap<>();
        try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
            lines.lines().map(line -> line.split("\\|", -1)).filter(ClientHellos::isWhole).forEach(values ->
                fingerprints.computeIfAbsent(direction(values), _ -> new LinkedHashSet<>()).add(fingerprint(values)));
        }
        return fingerprints;
    }

    // Two hellos in one frame cannot be told apart in what tshark prints.
    private static boolean isWhole(final String[] values) {
        return values.length == FIELDS.length && !values[VERSION].isEmpty() && !values[VERSION].contains(",");
    }

    private static TcpDirection direction(final String[] values) {
        final int version = values[PROTOCOLS].contains(":ipv6:tcp") ? 1 : 0;
        return new TcpDirection(
            Endpoint.of(last(values[version]), Integer.parseInt(last(values[2]))),
            Endpoint.of(last(values[3 + version]), Integer.parseInt(last(values[5]))));
    }

    private static String last(final String occurrences) {
        return occurrences.substring(occurrences.lastIndexOf(',') + 1);
    }

    private static String fingerprint(final String[] values) {
        final List<Integer> ciphers = numbers(values[VERSION + 1]);
        final List<Integer> extensions = numbers(values[VERSION + 2]);
        final List<Integer> versions = numbers(values[VERSION + 3]);
        final List<Integer> algorithms = numbers(values[VERSION + 4]);
        final int version = versions.stream().max(Integer::compare).orElse(Integer.decode(values[VERSION]));
        final String signed = algorithms.isEmpty() ? "" : "_" + hexadecimal(algorithms);
        final List<Integer> hashed = extensions.stream().filter(type -> type != SERVER_NAME && type != ALPN).toList();
        return "t" + VERSIONS.getOrDefault(version, "00") + (extensions.contains(SERVER_NAME) ? "d" : "i")
            + "%02d%02d".formatted(Math.min(ciphers.size(), 99), Math.min(extensions.size(), 99))
            + alpn(values[VERSION + 5].split(",")[0])
            + "_" + (ciphers.isEmpty() ? NOTHING : hash(hexadecimal(ciphers.stream().sorted().toList())))
            + "_" + (hashed.isEmpty() ? NOTHING : hash(hexadecimal(hashed.stream().sorted().toList()) + signed));
    }

    private static List<Integer> numbers(final String occurrences) {
        return occurrences.isEmpty() ? List.of()
            : Arrays.stream(occurrences.split(",")).map(Integer::decode).filter(value -> !isGrease(value)).toList();
    }

    // RFC 8701.
    private static boolean isGrease(final int value) {
        return (value & 0x0F0F) == 0x0A0A && value >> 8 == (value & 0xFF);
    }

    private static String hexadecimal(final List<Integer> values) {
        return values.stream().map("%04x"::formatted).collect(Collectors.joining(","));
    }

    private static String alpn(final String protocol) {
        return protocol.isEmpty() ? "00" : "" + protocol.charAt(0) + protocol.charAt(protocol.length() - 1);
    }

    private static String hash(final String text) {
        try {
            final byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(digest, 0, 6);
        } catch (final NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
