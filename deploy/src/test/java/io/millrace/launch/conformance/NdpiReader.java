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
        "\\t\\d+\\t(?<protocol>\\S+) (?<a>\\[?[0-9a-fA-F:.]+]?):(?<aPort>\\d+) <?-> "
            + "(?<b>\\[?[0-9a-fA-F:.]+]?):(?<bPort>\\d+) "
            + ".*?\\[proto: (?:[A-Za-z_]+:)?[\\d.]+/(?<application>[^]]*)].*?"
            + "\\[(?<aPackets>\\d+) pkts/(?<aBytes>\\d+) bytes <?-> (?<bPackets>\\d+) pkts/(?<bBytes>\\d+) bytes].*");
    /** Names of protocol numbers by IANA, from 0, as EVE has them. */
    private static final String[] PROTOCOLS = """
        HOPOPT ICMP IGMP GGP IP-IN-IP ST TCP CBT EGP IGP BBN-RCC-MON NVP-II PUP ARGUS EMCON XNET CHAOS UDP MUX DCN-MEAS
        HMP PRM XNS-IDP TRUNK-1 TRUNK-2 LEAF-1 LEAF-2 RDP IRTP ISO-TP4 NETBLT MFE-NSP MERIT-INP DCCP 3PC IDPR XTP DDP
        IDPR-CMTP TP++ IL IPV6 SDRP IPV6-ROUTE IPV6-FRAG IDRP RSVP GRE DSR BNA ESP AH I-NLSP SWIPE NARP MOBILE TLSP SKIP
        IPV6-ICMP IPV6-NONXT IPV6-OPTS ANY CFTP ANY SAT-EXPAK KRYPTOLAN RVD IPPC ANY SAT-MON VISA IPCU CPNX CPHB WSN PVP
        BR-SAT-MON SUN-ND WB-MON WB-EXPAK ISO-IP VMTP SECURE-VMTP VINES TTP NSFNET-IGP DGP TCF EIGRP OSPF SPRITE-RPC
        LARP
        MTP AX.25 OS MICP SCC-SP ETHERIP ENCAP ANY GMTP IFMP PNNI PIM ARIS SCPS QNX A/N IPCOMP SNP COMPAQ-PEER IPX-IN-IP
        VRRP PGM ANY L2TP DDX IATP STP SRP UTI SMP SM PTP IS-IS FIRE CRTP CRUDP SSCOPMCE IPLT SPS PIPE SCTP FC
        RSVP-E2E-IGNORE MOBILITY UDPLITE MPLS-IN-IP MANET HIP SHIM6 WESP ROHC ETHERNET""".split("\\s+");
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
        if (!Character.isDigit(name.charAt(0))) {
            return name.equals("ICMPV6") ? "IPV6-ICMP" : name;
        }
        final int number = Integer.parseInt(name);
        return number < PROTOCOLS.length ? PROTOCOLS[number] : name;
    }
}
