package io.millrace.launch.conformance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Debian's {@code ndpiReader}, run on a file, its flow lines read. */
final class NdpiReader {
    private static final Pattern FLOW = Pattern.compile(
        "\\t\\d+\\t(?<protocol>\\S+) (?<a>\\[?[0-9a-fA-F:.]+]?):(?<aPort>\\d+) <?-> (?<b>\\[?[0-9a-fA-F:.]+]?):(?<bPort>\\d+) "
            + ".*?\\[proto: [\\d.]+/(?<application>[^]]*)].*?"
            + "\\[(?<aPackets>\\d+) pkts/(?<aBytes>\\d+) bytes <?-> (?<bPackets>\\d+) pkts/(?<bBytes>\\d+) bytes].*");
    private static final Pattern FLOW_LIKE = Pattern.compile("\\t\\d+\\t[A-Z0-9]+ \\S+:\\d+ .*\\[proto:.*");

    private NdpiReader() {
    }

    static boolean isInstalled() {
        try {
            new ProcessBuilder("ndpiReader", "-h").redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
            return true;
        } catch (final IOException e) {
            return false;
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static Map<FlowKey, FlowFacts> flows(final Path capture) throws IOException {
        final Process process = new ProcessBuilder("ndpiReader", "-t", "-q", "-v", "2", "-i", capture.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        final Map<FlowKey, FlowFacts> flows = new LinkedHashMap<>();
        try (var lines = process.inputReader(StandardCharsets.ISO_8859_1)) {
            lines.lines().forEach(line -> read(line, flows));
        }
        return flows;
    }

    private static void read(final String line, final Map<FlowKey, FlowFacts> flows) {
        final Matcher flow = FLOW.matcher(line);
        if (!flow.matches()) {
            if (FLOW_LIKE.matcher(line).matches()) {
                throw new IllegalStateException("ndpiReader prints flows in another way: " + line);
            }
            return;
        }
        final Endpoint a = Endpoint.of(flow.group("a"), Integer.parseInt(flow.group("aPort")));
        final Endpoint b = Endpoint.of(flow.group("b"), Integer.parseInt(flow.group("bPort")));
        final FlowKey key = FlowKey.of(protocol(flow.group("protocol")), a, b);
        flows.merge(
            key,
            FlowFacts.of(
                key.low().equals(a),
                Long.parseLong(flow.group("aPackets")), Long.parseLong(flow.group("aBytes")),
                Long.parseLong(flow.group("bPackets")), Long.parseLong(flow.group("bBytes")),
                flow.group("application")),
            FlowFacts::plus);
    }

    private static String protocol(final String name) {
        return name.equals("ICMPV6") ? "IPV6-ICMP" : name;
    }
}
