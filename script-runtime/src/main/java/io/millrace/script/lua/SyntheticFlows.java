package io.millrace.script.lua;

import static io.millrace.script.lua.SyntheticFlow.KNOWN_PLACE;
import static io.millrace.script.lua.SyntheticFlow.SECOND_NS;
import static io.millrace.script.lua.SyntheticFlow.START_NS;
import static io.millrace.script.verdict.VerdictDescriptor.BLACKLISTED;
import static io.millrace.script.verdict.VerdictDescriptor.BROADCAST_OR_MULTICAST;
import static io.millrace.script.verdict.VerdictDescriptor.LOCAL;

import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowMetadataDescriptor;
import io.millrace.script.lua.SyntheticFlow.Writer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/**
 * The invented flows of {@code scripts check}: each protocol of which scripts can ask something, with all that nDPI
 * reads of it and with nothing, and each kind of hosts and counters that getters tell apart.
 */
final class SyntheticFlows {
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int TLS_1_0 = 0x0301;
    private static final int TLS_1_2 = 0x0303;
    private static final int TLS_1_3 = 0x0304;
    private static final int DTLS_1_2 = 0xFEFD;
    private static final int MALWARE = 100;
    /** UDP over IPv4, port 53 to port 53, from and to 10.10.10.10. */
    private static final String QUOTED_DNS = "\4\21\0\65\0\65" + "\12".repeat(32);
    /** nDPI's risks 1 to 24, those that scripts of 4.2 know. */
    private static final long RISKS = 0x1FF_FFFEL;

    private static final List<SyntheticFlow> ALL = Collections.unmodifiableList(table());

    private SyntheticFlows() {
    }

    /** One of each kind. */
    static List<SyntheticFlow> all() {
        return ALL;
    }

    /** A flow of an application protocol without details of its own, over TCP or UDP. */
    static SyntheticFlow plain(final String protocol, final boolean tcp) {
        return answered(tcp ? TCP : UDP, 4, 40_001, protocol, "", SyntheticFlows::nothing);
    }

    private static List<SyntheticFlow> table() {
        final List<SyntheticFlow> table = new ArrayList<>(List.of(
            answered(TCP, 4, 443, "TLS", "", flow -> certificate(hello(flow, TLS_1_2))),
            answered(TCP, 4, 80, "HTTP", "", SyntheticFlows::request),
            answered(TCP, 6, 22, "SSH", "", SyntheticFlows::signatures),
            answered(UDP, 4, 53, "DNS", "", SyntheticFlows::query),

            answered(TCP, 4, 443, "TLS.Google", "", flow -> hello(flow, TLS_1_3)),
            answered(TCP, 6, 853, "TLS.DoH_DoT", "", flow -> certificate(hello(flow, TLS_1_3))),
            answered(TCP, 4, 465, "SMTPS", "", flow -> certificate(hello(flow, TLS_1_2))),
            answered(TCP, 4, 993, "IMAPS", "", flow -> certificate(hello(flow, TLS_1_2))),
            answered(TCP, 4, 995, "POPS", "", flow -> certificate(hello(flow, TLS_1_2))),
            answered(UDP, 4, 4433, "DTLS", "", flow -> certificate(hello(flow, DTLS_1_2))),
            answered(UDP, 6, 443, "QUIC", "", flow -> hello(flow, TLS_1_3)),
            answered(UDP, 4, 443, "QUIC.Google", "", flow -> hello(flow, TLS_1_3)),
            answered(TCP, 4, 443, "TLS", "of an old version and with an insecure cipher",
                flow -> certificate(hello(flow, TLS_1_0)).read8(FlowMetadataDescriptor.TLS_CIPHER_WEAKNESS, 2)),
            answered(TCP, 4, 80, "HTTP.Google", "", SyntheticFlows::request),
            answered(TCP, 4, 3128, "HTTP_Proxy", "", SyntheticFlows::request),
            answered(UDP, 4, 53, "DNS.Google", "", SyntheticFlows::query),
            answered(UDP, 4, 53, "DNS", "with bytes that cannot be printed", flow -> query(flow)
                .read8(FlowMetadataDescriptor.DNS_REPLY_CODE, 3)
                .text(FlowMetadataDescriptor.HOST_NAME, "a\u0001b.example.com")),
            unanswered(UDP, 4, 5353, "MDNS", "", flow -> query(flow).hosts(LOCAL, LOCAL | BROADCAST_OR_MULTICAST)),
            unanswered(UDP, 6, 5355, "LLMNR", "", flow -> query(flow).hosts(LOCAL, BROADCAST_OR_MULTICAST)),
            unanswered(UDP, 4, 67, "DHCP", "", flow -> host(flow)
                .text(FlowMetadataDescriptor.CLIENT_OS, "Windows").hosts(LOCAL, BROADCAST_OR_MULTICAST)),
            answered(UDP, 4, 137, "NetBIOS", "", SyntheticFlows::host),
            answered(TCP, 4, 25, "SMTP", "with a name", SyntheticFlows::host),
            answered(UDP, 4, 6881, "BitTorrent", "", flow -> flow
                .text(FlowMetadataDescriptor.BITTORRENT_HASH, "0123456789abcdef0123456789abcdef01234567"))));

        // What a capture that begins late or cuts packets short has of them.
        table.addAll(List.of(
            answered(TCP, 4, 443, "TLS", "without names and certificate",
                flow -> flow.read16(FlowMetadataDescriptor.TLS_VERSION, TLS_1_3)),
            answered(TCP, 4, 443, "TLS", "of which only the port tells", SyntheticFlows::nothing),
            answered(UDP, 4, 443, "QUIC", "of which only the port tells", SyntheticFlows::nothing),
            answered(TCP, 4, 80, "HTTP", "without request",
                flow -> flow.read16(FlowMetadataDescriptor.HTTP_STATUS, 404)),
            answered(TCP, 4, 22, "SSH", "without signatures", SyntheticFlows::nothing),
            unanswered(UDP, 6, 53, "DNS", "without name", flow -> flow.read8(FlowMetadataDescriptor.DNS_PRESENT, 1))));

        // Of which nDPI tells the name alone.
        for (final String plain : List.of(
            "25 SMTP", "110 POP3", "143 IMAP", "21 FTP_CONTROL", "20 FTP_DATA", "23 Telnet", "88 Kerberos",
            "445 SMBv23", "445 SMBv1", "389 LDAP", "3389 RDP", "5900 VNC", "5060 SIP", "6881 BitTorrent", "502 Modbus",
            "2404 IEC60870", "3306 MySQL", "5432 PostgreSQL", "9001 Tor", "3333 Mining")) {
            table.add(plain(TCP, plain));
        }
        for (final String plain : List.of(
            "123 NTP", "161 SNMP", "514 Syslog", "69 TFTP", "1812 Radius", "1900 SSDP", "3478 STUN", "5004 RTP",
            "5060 SIP", "88 Kerberos", "547 DHCPV6", "1194 OpenVPN", "2055 NetFlow", "6343 sFlow")) {
            table.add(plain(UDP, plain));
        }

        table.addAll(List.of(
            answered(1, 4, 0, "ICMP", "", flow -> icmp(flow, 8)),
            answered(58, 6, 0, "ICMPV6", "", flow -> icmp(flow, 128)),
            unanswered(1, 4, 0, "ICMP", "", flow -> icmp(flow, 8)),
            unanswered(1, 4, 0, "ICMP", "with an error", flow -> icmp(flow, 3)
                .u8(FlowEventDescriptor.CLI2SRV_ICMP_CODE, 3).u16(FlowEventDescriptor.CLI2SRV_ICMP_ERRORS, 1)
                .text(FlowMetadataDescriptor.ICMP_QUOTE, QUOTED_DNS)),
            unanswered(2, 4, 0, "IGMP", "", flow -> flow.hosts(LOCAL, BROADCAST_OR_MULTICAST)),
            answered(47, 4, 0, "GRE", "", SyntheticFlows::nothing),
            answered(50, 4, 0, "IPsec", "", SyntheticFlows::nothing),
            answered(89, 4, 0, "OSPF", "", SyntheticFlows::nothing),
            answered(132, 6, 3868, "SCTP", "", SyntheticFlows::nothing),
            answered(TCP, 4, 40_001, "", "", SyntheticFlows::nothing),
            unanswered(UDP, 4, 40_001, "", "", SyntheticFlows::nothing),
            unanswered(UDP, 6, 40_001, "", "over IPv6", SyntheticFlows::nothing),
            unanswered(TCP, 6, 40_001, "", "", flow -> flow.u8(FlowEventDescriptor.CLI2SRV_TCP_FLAGS, 2)),
            unanswered(TCP, 4, 40_001, "", "that the server refuses",
                flow -> flow.u8(FlowEventDescriptor.HANDSHAKE_OVER, 1).u8(FlowEventDescriptor.CLI2SRV_TCP_FLAGS, 2)
                    .u64(FlowEventDescriptor.SRV2CLI_PACKETS, 1).u64(FlowEventDescriptor.SRV2CLI_BYTES, 60)
                    .u8(FlowEventDescriptor.SRV2CLI_TCP_FLAGS, 0x14)),

            answered(TCP, 4, 40_001, "", "between hosts on the blacklist",
                flow -> flow.hosts(LOCAL | BLACKLISTED, BLACKLISTED)),
            answered(TCP, 4, 40_001, "", "between local hosts", flow -> flow.hosts(LOCAL, LOCAL).places(0, 0)),
            answered(TCP, 4, 40_001, "", "from a remote to a local host",
                flow -> flow.hosts(0, LOCAL).places(KNOWN_PLACE, 0)),
            answered(TCP, 4, 40_001, "", "between remote hosts", flow -> flow.hosts(0, 0).places(KNOWN_PLACE, 0)),
            answered(TCP, 4, 40_001, "", "in a VLAN", flow -> flow.u16(FlowEventDescriptor.VLAN_ID, 7)),
            answered(TCP, 4, 40_001, "", "of category Malware",
                flow -> flow.u16(FlowEventDescriptor.NDPI_CATEGORY, MALWARE)),
            answered(TCP, 4, 443, "TLS", "with every risk", flow -> hello(flow, TLS_1_2)
                .u64(FlowEventDescriptor.NDPI_RISK, RISKS)),
            answered(TCP, 4, 443, "TLS", "with an alert of another program", Writer::alerted),
            answered(TCP, 4, 443, "TLS", "with losses, retransmissions and closed windows",
                flow -> losses(hello(flow, TLS_1_2))),
            answered(TCP, 4, 443, "TLS", "of two days and ten gigabytes", flow -> elephant(hello(flow, TLS_1_2)))));
        return table;
    }

    private static SyntheticFlow answered(
        final int l4, final int ipVersion, final int port, final String protocol, final String suffix,
        final Consumer<Writer> details) {

        return new SyntheticFlow(name(l4, protocol, suffix), l4, ipVersion, port, protocol, true, details);
    }

    private static SyntheticFlow unanswered(
        final int l4, final int ipVersion, final int port, final String protocol, final String suffix,
        final Consumer<Writer> details) {

        return new SyntheticFlow(
            "unanswered " + name(l4, protocol, suffix), l4, ipVersion, port, protocol, false, details);
    }

    /** From a port and a name. */
    private static SyntheticFlow plain(final int l4, final String portAndProtocol) {
        final String[] parts = portAndProtocol.split(" ");
        return answered(l4, 4, Integer.parseInt(parts[0]), parts[1], "", SyntheticFlows::nothing);
    }

    private static String name(final int l4, final String protocol, final String suffix) {
        return (protocol.isEmpty() ? "unknown protocol" : protocol)
            + (l4 == TCP ? " over TCP" : l4 == UDP ? " over UDP" : "") + (suffix.isEmpty() ? "" : " " + suffix);
    }

    private static void nothing(final Writer flow) {
    }

    private static Writer host(final Writer flow) {
        return flow.text(FlowMetadataDescriptor.HOST_NAME, "www.example.com");
    }

    private static Writer hello(final Writer flow, final int version) {
        return host(flow)
            .read16(FlowMetadataDescriptor.TLS_VERSION, version)
            .read16(FlowMetadataDescriptor.TLS_SERVER_CIPHER, version == TLS_1_3 ? 0x1301 : 0xC02F)
            .text(FlowMetadataDescriptor.TLS_ALPN, "h2,http/1.1")
            .text(FlowMetadataDescriptor.TLS_SUPPORTED_VERSIONS, "TLSv1.3,TLSv1.2")
            .text(FlowMetadataDescriptor.TLS_JA3_CLIENT, "e7d705a3286e19ea42f587b344ee6865")
            .text(FlowMetadataDescriptor.TLS_JA3_SERVER, "ae4edc6faf64d08308082ad26be60767")
            .text(FlowMetadataDescriptor.TLS_JA4, "t13d1516h2_8daaf6152771_e5627efa2ab1");
    }

    private static Writer certificate(final Writer flow) {
        return flow
            .read32(FlowMetadataDescriptor.TLS_NOT_BEFORE, 1_546_300_800)
            .read32(FlowMetadataDescriptor.TLS_NOT_AFTER, 1_609_459_200)
            .text(FlowMetadataDescriptor.TLS_SERVER_NAMES, "www.example.com,example.com")
            .text(FlowMetadataDescriptor.TLS_ISSUER, "C=US, O=Example, CN=Example CA")
            .text(FlowMetadataDescriptor.TLS_SUBJECT, "CN=www.example.com");
    }

    private static Writer request(final Writer flow) {
        return host(flow)
            .read16(FlowMetadataDescriptor.HTTP_STATUS, 200)
            .text(FlowMetadataDescriptor.HTTP_METHOD, "GET")
            .text(FlowMetadataDescriptor.HTTP_URL, "www.example.com/index.html")
            .text(FlowMetadataDescriptor.HTTP_USER_AGENT, "curl/8.0")
            .text(FlowMetadataDescriptor.HTTP_CONTENT_TYPE, "text/html")
            .text(FlowMetadataDescriptor.HTTP_SERVER, "nginx/1.22 (Debian)");
    }

    private static Writer signatures(final Writer flow) {
        return flow
            .text(FlowMetadataDescriptor.SSH_CLIENT_SIGNATURE, "SSH-2.0-OpenSSH_9.2")
            .text(FlowMetadataDescriptor.SSH_SERVER_SIGNATURE, "SSH-2.0-OpenSSH_8.4")
            .text(FlowMetadataDescriptor.SSH_HASSH_CLIENT, "ec7378c1a92f5a8dde7e8b7a1ddf33d1")
            .text(FlowMetadataDescriptor.SSH_HASSH_SERVER, "b12d2871a1189eff20364cf5333619ee");
    }

    private static Writer query(final Writer flow) {
        return host(flow)
            .read8(FlowMetadataDescriptor.DNS_PRESENT, 1)
            .read16(FlowMetadataDescriptor.DNS_QUERY_TYPE, 1)
            .read16(FlowMetadataDescriptor.DNS_ANSWER_TYPE, 1);
    }

    private static Writer icmp(final Writer flow, final int type) {
        return flow
            .u8(FlowEventDescriptor.ICMP_PRESENT, 1)
            .u8(FlowEventDescriptor.CLI2SRV_ICMP_TYPE, type)
            .u16(FlowEventDescriptor.ICMP_MAX_PAYLOAD_BYTES, 56);
    }

    private static void losses(final Writer flow) {
        flow.u32(FlowEventDescriptor.CLI2SRV_RETRANSMISSIONS, 40).u32(FlowEventDescriptor.SRV2CLI_RETRANSMISSIONS, 40)
            .u32(FlowEventDescriptor.CLI2SRV_OUT_OF_ORDER, 30).u32(FlowEventDescriptor.SRV2CLI_OUT_OF_ORDER, 30)
            .u32(FlowEventDescriptor.CLI2SRV_LOST, 20).u32(FlowEventDescriptor.SRV2CLI_LOST, 20)
            .u32(FlowEventDescriptor.CLI2SRV_ZERO_WINDOWS, 10).u32(FlowEventDescriptor.SRV2CLI_ZERO_WINDOWS, 10)
            .u64(FlowEventDescriptor.CLI2SRV_PACKETS, 100).u64(FlowEventDescriptor.SRV2CLI_PACKETS, 100)
            .u64(FlowEventDescriptor.APPLICATION_LATENCY_NS, 5 * SECOND_NS);
    }

    private static void elephant(final Writer flow) {
        flow.u64(FlowEventDescriptor.FIRST_SEEN_NS, START_NS - 172_800 * SECOND_NS)
            .u64(FlowEventDescriptor.CLI2SRV_PACKETS, 5_000_000).u64(FlowEventDescriptor.SRV2CLI_PACKETS, 5_000_000)
            .u64(FlowEventDescriptor.CLI2SRV_BYTES, 5_000_000_000L)
            .u64(FlowEventDescriptor.SRV2CLI_BYTES, 5_000_000_000L)
            .u64(FlowEventDescriptor.CLI2SRV_GOODPUT_BYTES, 4_800_000_000L)
            .u64(FlowEventDescriptor.SRV2CLI_GOODPUT_BYTES, 4_800_000_000L);
    }
}
