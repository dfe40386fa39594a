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
    private static final Map<String, String> PROTOCOL_NAMES = Map.ofEntries(
        Map.entry("ICMPV6", "IPV6-ICMP"), Map.entry("0", "HOPOPT"), Map.entry("4", "IP-IN-IP"), Map.entry("9", "IGP"),
        Map.entry("33", "DCCP"), Map.entry("41", "IPV6"), Map.entry("46", "RSVP"), Map.entry("47", "GRE"),
        Map.entry("50", "ESP"), Map.entry("51", "AH"), Map.entry("55", "MOBILE"), Map.entry("59", "IPV6-NONXT"),
        Map.entry("60", "IPV6-OPTS"), Map.entry("88", "EIGRP"), Map.entry("89", "OSPF"), Map.entry("97", "ETHERIP"),
        Map.entry("103", "PIM"), Map.entry("108", "IPCOMP"), Map.entry("113", "PGM"), Map.entry("115", "L2TP"),
        Map.entry("124", "IS-IS"), Map.entry("132", "SCTP"), Map.entry("136", "UDPLITE"), Map.entry("137", "MPLS-IN-IP"));
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

    /** In the spelling of EVE; most protocols it prints as numbers. */
    private static String protocol(final String name) {
        return PROTOCOL_NAMES.getOrDefault(name, name);
    }
}
