package io.millrace.script.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowMetadataDescriptor;
import io.millrace.script.verdict.VerdictDescriptor;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class EveEncoderTest {
    private static final int ICMP = 1;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMPV6 = 58;
    private static final byte[] NO_INFO = {};

    @Test
    void shouldWriteEveryFieldOfATlsFlow() {
        final byte[] sha1 = new byte[20];
        for (int i = 0; i < sha1.length; i++) {
            sha1[i] = (byte) (0xF0 + i);
        }
        final String line = Messages.flowLine(new Messages()
            .between(TCP, "192.168.1.10", 51000, "203.0.113.80", 443)
            .u64(FlowEventDescriptor.FLOW_ID, 9007199254740991L)
            .u16(FlowEventDescriptor.VLAN_ID, 4094)
            .traffic(12, 3456, 10, 45678)
            .ndpi(8, 9, 1, 3, 3)
            .u64(FlowEventDescriptor.NDPI_RISK, 0b1010L | 1L << 63)
            .u8(FlowEventDescriptor.CLI2SRV_TCP_FLAGS, 0x1B)
            .u8(FlowEventDescriptor.SRV2CLI_TCP_FLAGS, 0x12)
            .u8(FlowEventDescriptor.STATE, 2)
            .metadataU16(FlowMetadataDescriptor.TLS_VERSION, 0x0303)
            .metadataU32(FlowMetadataDescriptor.TLS_NOT_BEFORE, 1_577_836_800L)
            .metadataU32(FlowMetadataDescriptor.TLS_NOT_AFTER, 4_102_444_799L)
            .metadataU8(FlowMetadataDescriptor.TLS_SHA1_PRESENT, 1)
            .metadataBytes(FlowMetadataDescriptor.TLS_SHA1, sha1)
            .text(FlowMetadataDescriptor.HOST_NAME, "www.youtube.com")
            .text(FlowMetadataDescriptor.TLS_SUBJECT, "CN=*.google.com")
            .text(FlowMetadataDescriptor.TLS_ISSUER, "CN=GTS CA 1O1")
            .text(FlowMetadataDescriptor.TLS_JA3_CLIENT, "c".repeat(32))
            .text(FlowMetadataDescriptor.TLS_JA3_SERVER, "5".repeat(32))
            .text(FlowMetadataDescriptor.TLS_JA4, "t13d1516h2_8daaf6152771_e5627efa2ab1")
            .verdict(VerdictDescriptor.STATUS_BITMAP, 0b110L | 1L << 63)
            .verdict(VerdictDescriptor.SCORE, 120)
            .verdict(VerdictDescriptor.CLIENT_SCORE, 80)
            .verdict(VerdictDescriptor.SERVER_SCORE, 40)
            .verdict(VerdictDescriptor.ALERTS, 2)
            .verdict(VerdictDescriptor.SRV_PLACE, Messages.place("CN"))
            .verdict(VerdictDescriptor.CLI_PLACE, Messages.place("ZZ"))
            .flow());

        assertThat(line).endsWith("}\n");
        final Map<String, Object> json = Json.read(line);
        assertThat(json.keySet()).containsExactly("timestamp", "flow_id", "event_type", "vlan", "src_ip", "src_port",
            "dest_ip", "dest_port", "proto", "community_id", "src_geo", "dest_geo", "flow", "tcp", "tls", "ndpi",
            "millrace");
        assertThat(json).containsEntry("timestamp", "2020-01-01T00:01:29.123456+0000")
            .containsEntry("flow_id", 9007199254740991L)
            .containsEntry("event_type", "flow")
            .containsEntry("vlan", List.of(4094L))
            .containsEntry("src_ip", "192.168.1.10")
            .containsEntry("src_port", 51000L)
            .containsEntry("dest_ip", "203.0.113.80")
            .containsEntry("dest_port", 443L)
            .containsEntry("proto", "TCP")
            .containsEntry("src_geo", Map.of("country", "ZZ"))
            .containsEntry("dest_geo", Map.of("country", "CN"));
        assertThat(json.get("flow")).isEqualTo(members(
            "pkts_toserver", 12L, "pkts_toclient", 10L, "bytes_toserver", 3456L, "bytes_toclient", 45678L,
            "start", "2019-12-31T23:59:59.123456+0000", "end", "2020-01-01T00:00:00.123456+0000", "age", 1L,
            "state", "closed", "reason", "timeout", "alerted", true));
        assertThat(json.get("tcp")).isEqualTo(members(
            "tcp_flags", "1b", "tcp_flags_ts", "1b", "tcp_flags_tc", "12", "syn", true, "fin", true, "psh", true,
            "ack", true, "state", "close_wait"));
        assertThat(json.get("tls")).isEqualTo(members(
            "sni", "www.youtube.com", "version", "TLS 1.2", "subject", "CN=*.google.com", "issuerdn", "CN=GTS CA 1O1",
            "fingerprint", "f0:f1:f2:f3:f4:f5:f6:f7:f8:f9:fa:fb:fc:fd:fe:ff:00:01:02:03",
            "notbefore", "2020-01-01T00:00:00", "notafter", "2099-12-31T23:59:59",
            "ja3", Map.of("hash", "c".repeat(32)), "ja3s", Map.of("hash", "5".repeat(32)),
            "ja4", "t13d1516h2_8daaf6152771_e5627efa2ab1"));
        assertThat(json.get("ndpi")).isEqualTo(members(
            "proto", "TLS.YouTube", "master", "TLS", "app", "YouTube", "category", "Media", "breed", "Fun",
            "confidence", "DPI", "risks", List.of("XSS Attack", "Self-signed \"Cert\"", "63")));
        assertThat(json.get("millrace")).isEqualTo(members(
            "status", List.of("suspicious_country", "blacklisted", "status_63"), "score", 120L, "client_score", 80L,
            "server_score", 40L));
    }

    @Test
    void shouldWriteADnsFlow() {
        final Map<String, Object> json = Json.read(Messages.flowLine(new Messages()
            .between(UDP, "10.0.0.1", 40000, "8.8.8.8", 53).traffic(1, 70, 1, 86).ndpi(0, 5, 0, 2, 3)
            .u8(FlowEventDescriptor.STATE, 1)
            .u8(FlowEventDescriptor.END_REASON, 3)
            .metadataU8(FlowMetadataDescriptor.DNS_PRESENT, 1)
            .metadataU16(FlowMetadataDescriptor.DNS_QUERY_TYPE, 28)
            .metadataU8(FlowMetadataDescriptor.DNS_REPLY_CODE, 3)
            .text(FlowMetadataDescriptor.HOST_NAME, "no.such.example").flow()));

        assertThat(json.get("dns")).isEqualTo(
            members("rrname", "no.such.example", "rrtype", "AAAA", "rcode", "NXDOMAIN"));
        assertThat(json).doesNotContainKeys("tcp", "tls", "http", "ssh", "vlan", "millrace", "src_geo", "dest_geo",
            "icmp_type");
        assertThat(Json.at(json, "ndpi.proto")).isEqualTo("DNS");
        assertThat(Json.at(json, "ndpi.master")).isNull();
        assertThat(Json.at(json, "ndpi.hostname")).isNull();
        assertThat(Json.at(json, "flow.state")).isEqualTo("established");
        assertThat(Json.at(json, "flow.reason")).isEqualTo("shutdown");
        assertThat(Json.at(json, "flow.alerted")).isEqualTo(false);
    }

    @Test
    void shouldNotWriteADnsResponseCodeWithoutAResponse() {
        final Map<String, Object> json = Json.read(Messages.flowLine(new Messages()
            .between(UDP, "10.0.0.1", 40000, "8.8.8.8", 53).traffic(1, 70, 0, 0)
            .metadataU8(FlowMetadataDescriptor.DNS_PRESENT, 1)
            .metadataU16(FlowMetadataDescriptor.DNS_QUERY_TYPE, 65280).flow()));

        assertThat(json.get("dns")).isEqualTo(Map.of("rrtype", "65280"));
    }

    @ParameterizedTest
    @CsvSource({
        "www.example.com,      www.example.com/index.html?a=b, /index.html?a=b",
        "www.example.com,      www.example.com:8080/x,         /x",
        "www.example.com:8080, www.example.com:8080/x,         /x",
        "www.example.com,      www.example.community/x,        www.example.community/x",
        "www.example.com,      /only/path,                     /only/path",
        "www.example.com,      www.example.com,                www.example.com",
        "'',                   /x,                             /x"})
    void shouldWriteThePathOfAUrl(final String host, final String url, final String expected) {
        final Map<String, Object> json = Json.read(Messages.flowLine(new Messages()
            .between(TCP, "10.0.0.1", 40000, "10.0.0.2", 80)
            .text(FlowMetadataDescriptor.HOST_NAME, host)
            .text(FlowMetadataDescriptor.HTTP_URL, url).flow()));

        assertThat(Json.at(json, "http.url")).isEqualTo(expected);
    }

    @Test
    void shouldWriteEveryFieldOfAnHttpFlow() {
        final Map<String, Object> json = Json.read(Messages.flowLine(new Messages()
            .between(TCP, "10.0.0.1", 40000, "10.0.0.2", 80)
            .metadataU16(FlowMetadataDescriptor.HTTP_STATUS, 404)
            .text(FlowMetadataDescriptor.HOST_NAME, "h")
            .text(FlowMetadataDescriptor.HTTP_URL, "h/u")
            .text(FlowMetadataDescriptor.HTTP_METHOD, "GET")
            .text(FlowMetadataDescriptor.HTTP_USER_AGENT, "curl/7")
            .text(FlowMetadataDescriptor.HTTP_CONTENT_TYPE, "text/html").flow()));

        assertThat(json.get("http")).isEqualTo(members(
            "hostname", "h", "url", "/u", "http_method", "GET", "status", 404L, "http_user_agent", "curl/7",
            "http_content_type", "text/html"));
    }

    @ParameterizedTest
    @CsvSource({
        "SSH-2.0-OpenSSH_9.2p1 Debian-2, 2.0,  OpenSSH_9.2p1",
        "SSH-1.99-Cisco-1.25,            1.99, Cisco-1.25",
        "SSH-2.0,                        ,     SSH-2.0",
        "nonsense,                       ,     nonsense"})
    void shouldTakeAnSshSignatureApart(final String signature, final String version, final String software) {
        final Map<String, Object> json = Json.read(Messages.flowLine(new Messages()
            .between(TCP, "10.0.0.1", 40000, "10.0.0.2", 22)
            .text(FlowMetadataDescriptor.SSH_CLIENT_SIGNATURE, signature)
            .text(FlowMetadataDescriptor.SSH_HASSH_SERVER, "ab").flow()));

        assertThat(Json.at(json, "ssh.client.proto_version")).isEqualTo(version);
        assertThat(Json.at(json, "ssh.client.software_version")).isEqualTo(software);
        assertThat(Json.at(json, "ssh.client.hassh")).isNull();
        assertThat(Json.at(json, "ssh.server")).isEqualTo(Map.of("hassh", Map.of("hash", "ab")));
    }

    @Test
    void shouldWriteAHostNameOfAnotherProtocolUnderNdpi() {
        final Map<String, Object> json = Json.read(Messages.flowLine(new Messages()
            .between(UDP, "10.0.0.1", 137, "10.0.0.255", 137)
            .text(FlowMetadataDescriptor.HOST_NAME, "WORKGROUP").flow()));

        assertThat(Json.at(json, "ndpi.hostname")).isEqualTo("WORKGROUP");
    }

    @ParameterizedTest
    @CsvSource({"0x0300, SSLv3", "0x0301, TLSv1", "0x0302, TLS 1.1", "0x0303, TLS 1.2", "0x0304, TLS 1.3",
        "0xfefd, DTLS 1.2", "0x7f1c, 0x7f1c"})
    void shouldSpellTlsVersionsAsSuricataDoes(final String wire, final String expected) {
        final Map<String, Object> json = Json.read(Messages.flowLine(new Messages()
            .between(TCP, "10.0.0.1", 40000, "10.0.0.2", 443)
            .metadataU16(FlowMetadataDescriptor.TLS_VERSION, Integer.decode(wire)).flow()));

        assertThat(json.get("tls")).isEqualTo(Map.of("version", expected));
    }

    @Test
    void shouldWriteTypesAndCodesOfIcmpInsteadOfPorts() {
        final Messages echo = new Messages()
            .between(ICMP, "192.168.0.89", 0, "192.168.0.1", 0).traffic(1, 98, 1, 98)
            .u8(FlowEventDescriptor.ICMP_PRESENT, 1)
            .u8(FlowEventDescriptor.CLI2SRV_ICMP_TYPE, 8)
            .u8(FlowEventDescriptor.SRV2CLI_ICMP_TYPE, 0);

        final Map<String, Object> answered = Json.read(Messages.flowLine(echo.flow()));
        assertThat(answered).containsEntry("proto", "ICMP").containsEntry("icmp_type", 8L)
            .containsEntry("icmp_code", 0L).containsEntry("response_icmp_type", 0L)
            .containsEntry("response_icmp_code", 0L).doesNotContainKeys("src_port", "dest_port", "tcp")
            .containsEntry("community_id", "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=");
        final Map<String, Object> unanswered = Json.read(Messages.flowLine(echo.traffic(1, 98, 0, 0).flow()));
        assertThat(unanswered).doesNotContainKeys("response_icmp_type", "response_icmp_code");
    }

    @ParameterizedTest
    @CsvSource({
        "::,                                       ::",
        "::1,                                      ::1",
        "2001:db8::1,                              2001:db8::1",
        "2001:db8:0:1:1:1:1:1,                     2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1,                       2001:0:0:1::1",
        "2001:db8:0:0:1:0:0:1,                     2001:db8::1:0:0:1",
        "fe80:0:0:0:0200:86ff:fe05:80da,           fe80::200:86ff:fe05:80da",
        "ff02:0:0:0:0:0:0:0,                       ff02::",
        "1:2:3:4:5:6:7:8,                          1:2:3:4:5:6:7:8",
        "0:0:1:0:0:0:0:abcd,                       0:0:1::abcd"})
    void shouldWriteIpv6AddressesInTheCanonicalForm(final String address, final String expected) {
        final Map<String, Object> json = Json.read(Messages.flowLine(new Messages()
            .between(ICMPV6, address, 0, "ff02::1", 0).flow()));

        assertThat(json).containsEntry("src_ip", expected).containsEntry("proto", "IPv6-ICMP");
    }

    @Test
    void shouldWriteMappedIpv4AddressesWithDots() {
        final Messages message = new Messages().between(TCP, "2001:db8::1", 1, "2001:db8::2", 2)
            .u64(FlowEventDescriptor.CLI_ADDRESS, 0).u64(FlowEventDescriptor.CLI_ADDRESS + 8, 0x0201_00C0_FFFF_0000L);

        assertThat(Json.read(Messages.flowLine(message.flow()))).containsEntry("src_ip", "::ffff:192.0.1.2");
    }

    @ParameterizedTest
    @CsvSource({"0, HOPOPT", "2, IGMP", "47, GRE", "50, ESP", "51, AH", "89, OSPF", "103, PIM", "112, VRRP",
        "132, SCTP", "136, UDPLite", "143, Ethernet", "144, 144", "255, 255"})
    void shouldSpellIpProtocolsAsSuricataDoes(final int number, final String name) {
        assertThat(Json.read(Messages.flowLine(new Messages().between(number, "1.1.1.1", 0, "2.2.2.2", 0).flow())))
            .containsEntry("proto", name);
    }

    @Test
    void shouldTellWhatCameInASliceAndWhenTheFlowBegan() {
        final Map<String, Object> json = Json.read(Messages.flowLine(new Messages()
            .between(17, "1.1.1.1", 1, "2.2.2.2", 2).traffic(12, 3456, 10, 45678)
            .u8(FlowEventDescriptor.END_REASON, 4)
            .slice(3, Messages.START_NS + 500_000_000L, 5, 4, 1000, 40_000).flow()));

        assertThat(Json.at(json, "flow.pkts_toserver")).isEqualTo(7L);
        assertThat(Json.at(json, "flow.pkts_toclient")).isEqualTo(6L);
        assertThat(Json.at(json, "flow.bytes_toserver")).isEqualTo(2456L);
        assertThat(Json.at(json, "flow.bytes_toclient")).isEqualTo(5678L);
        assertThat(Json.at(json, "flow.reason")).isEqualTo("active");
        assertThat(Json.at(json, "flow.slice")).isEqualTo(3L);
        assertThat(Json.at(json, "flow.flow_start")).isEqualTo("2019-12-31T23:59:59.123456+0000");
        assertThat(Json.at(json, "flow.start")).isEqualTo("2019-12-31T23:59:59.623456+0000");
    }

    @Test
    void shouldTellTroublesOfTcpOnlyWhereThereWereSome() {
        final Messages message = new Messages().between(TCP, "1.1.1.1", 1, "2.2.2.2", 2);
        assertThat(Messages.flowLine(message.flow())).doesNotContain("\"ts\"", "\"tc\"", "rtt", "icmp_error");

        final Map<String, Object> json = Json.read(Messages.flowLine(message
            .u32(FlowEventDescriptor.CLI2SRV_RETRANSMISSIONS, 7)
            .u32(FlowEventDescriptor.CLI2SRV_ZERO_WINDOWS, 2)
            .u32(FlowEventDescriptor.SRV2CLI_LOST, 1)
            .u64(FlowEventDescriptor.CLI_HANDSHAKE_RTT_NS, 12_345_678L)
            .u16(FlowEventDescriptor.CLI2SRV_ICMP_ERRORS, 3)
            .u8(FlowEventDescriptor.ICMP_ERROR_TYPE, 11).flow()));

        assertThat(Json.at(json, "tcp.ts")).isEqualTo(Map.of("retransmissions", 7L, "zero_window", 2L));
        assertThat(Json.at(json, "tcp.tc")).isEqualTo(Map.of("lost", 1L));
        assertThat(Json.at(json, "tcp.client_rtt_us")).isEqualTo(12_345L);
        assertThat(json.get("icmp_error")).isEqualTo(
            Map.of("type", 11L, "code", 0L, "pkts_toserver", 3L, "pkts_toclient", 0L));
    }

    @ParameterizedTest
    @CsvSource({"0, 0x02, 0x00, syn_sent", "4, 0x02, 0x12, syn_recv",
        "1, 0x1a, 0x1a, established", "2, 0x13, 0x12, close_wait", "2, 0x12, 0x13, fin_wait1",
        "2, 0x13, 0x13, closed", "2, 0x17, 0x13, closed", "3, 0x06, 0x00, reset", "3, 0x13, 0x16, reset"})
    void shouldTellTheTcpState(final int state, final String client, final String server, final String expected) {
        final Map<String, Object> json = Json.read(Messages.flowLine(new Messages()
            .between(TCP, "1.1.1.1", 1, "2.2.2.2", 2)
            .u8(FlowEventDescriptor.STATE, state)
            .u8(FlowEventDescriptor.CLI2SRV_TCP_FLAGS, Integer.decode(client))
            .u8(FlowEventDescriptor.SRV2CLI_TCP_FLAGS, Integer.decode(server)).flow()));

        assertThat(Json.at(json, "tcp.state")).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"1, 3", "2, 3", "3, 3", "4, 2", "5, 1", "8, 1"})
    void shouldWriteAlertsWithSuricatasSeverity(final int scriptSeverity, final long severity) {
        final Map<String, Object> json = Json.read(Messages.alertLine(new Messages()
            .between(TCP, "10.0.0.1", 40000, "10.0.0.2", 443).traffic(3, 300, 2, 200)
            .verdict(VerdictDescriptor.STATUS_BITMAP, 0b10)
            .verdict(VerdictDescriptor.SCORE, 50)
            .alert(1, scriptSeverity, "suspicious_country", "Suspicious country",
                "{ \"country\" : \"C N\",\n\t\"list\": [1, 2.5e3, null] }".getBytes(StandardCharsets.UTF_8))));

        assertThat(json).containsEntry("event_type", "alert");
        assertThat(json.get("alert")).isEqualTo(members("action", "allowed", "signature_id", 1L, "signature",
            "Suspicious country", "category", "alert_suspicious_activity", "severity", severity));
        assertThat(json.get("flow")).isEqualTo(members("pkts_toserver", 3L, "pkts_toclient", 2L, "bytes_toserver", 300L,
            "bytes_toclient", 200L, "start", "2019-12-31T23:59:59.123456+0000"));
        final Map<String, Object> info = new LinkedHashMap<>();
        info.put("country", "C N");
        info.put("list", Arrays.asList(1L, 2500.0, null));
        assertThat(json.get("millrace")).isEqualTo(members("status", List.of("suspicious_country"), "score", 50L,
            "script", "suspicious_countries", "status_key", "suspicious_country", "info", info));
        assertThat(json).containsKeys("ndpi", "community_id");
    }

    @ParameterizedTest
    @ValueSource(strings = {"free text", "{\"a\":1", "{\"a\":1} x", "{\"a\":1}{}", "[1]", "\"text\"", "12", "{a:1}",
        "{\"a\":01}", "{\"a\":\"\n\"}", "  "})
    void shouldWriteInformationThatIsNoObjectAsAMessage(final String info) {
        final Map<String, Object> json = Json.read(Messages.alertLine(new Messages()
            .between(TCP, "10.0.0.1", 1, "10.0.0.2", 2)
            .alert(1, 1, "k", "s", info.getBytes(StandardCharsets.UTF_8))));

        assertThat(Json.at(json, "millrace.message")).isEqualTo(info);
        assertThat(Json.at(json, "millrace.info")).isNull();
    }

    @Test
    void shouldWriteNoInformationWhereThereIsNone() {
        final Map<String, Object> json = Json.read(Messages.alertLine(new Messages()
            .between(TCP, "10.0.0.1", 1, "10.0.0.2", 2).alert(9, 1, "", "s", NO_INFO)));

        assertThat(json.get("millrace")).isEqualTo(Map.of("status", List.of(), "script", "suspicious_countries"));
    }

    @Test
    void shouldKeepValidUtf8AndTakeOtherBytesForLatin1() {
        final byte[] bytes = {'a', (byte) 0xC3, (byte) 0xBC, (byte) 0xE9, (byte) 0xE2, (byte) 0x82, (byte) 0xAC,
            (byte) 0xED, (byte) 0xA0, (byte) 0x80, (byte) 0xF0, (byte) 0x9F, (byte) 0x98, (byte) 0x80, (byte) 0xC0,
            (byte) 0x80, 0, 7, '\n', '"', '\\', 0x7F, (byte) 0xF0, (byte) 0x9F};
        final String line = Messages.flowLine(new Messages().between(TCP, "10.0.0.1", 1, "10.0.0.2", 2)
            .text(FlowMetadataDescriptor.HTTP_USER_AGENT, bytes).flow());

        assertThat(line).contains(
            "a\u00FC\\u00e9\u20AC\\u00ed\\u00a0\\u0080\uD83D\uDE00\\u00c0\\u0080\\u0000\\u0007\\n");
        assertThat(Json.at(Json.read(line), "http.http_user_agent")).isEqualTo(
            "a\u00FC\u00E9\u20AC\u00ED\u00A0\u0080\uD83D\uDE00\u00C0\u0080\u0000\u0007\n\"\\\u007F\u00F0\u009F");
    }

    @Test
    void shouldWriteValidJsonWhateverTheBytes() {
        final Random random = new Random(20260101);
        final int[] texts = {FlowMetadataDescriptor.HOST_NAME, FlowMetadataDescriptor.TLS_ISSUER,
            FlowMetadataDescriptor.TLS_SUBJECT, FlowMetadataDescriptor.HTTP_URL, FlowMetadataDescriptor.HTTP_METHOD,
            FlowMetadataDescriptor.HTTP_USER_AGENT, FlowMetadataDescriptor.SSH_CLIENT_SIGNATURE};
        for (int run = 0; run < 3_000; run++) {
            final Messages message = new Messages().between(random.nextInt(256), "1.2.3.4", 1, "5.6.7.8", 2)
                .u8(FlowEventDescriptor.NDPI_BREED, random.nextInt())
                .u16(FlowEventDescriptor.NDPI_APP, random.nextInt())
                .u16(FlowEventDescriptor.NDPI_MASTER, random.nextInt())
                .u16(FlowEventDescriptor.NDPI_CATEGORY, random.nextInt())
                .u64(FlowEventDescriptor.NDPI_RISK, random.nextLong())
                .u64(FlowEventDescriptor.CLI2SRV_BYTES, random.nextLong())
                .u64(FlowEventDescriptor.TIME_NS, random.nextLong())
                .u8(FlowEventDescriptor.ICMP_PRESENT, 1)
                .verdict(VerdictDescriptor.STATUS_BITMAP, random.nextLong())
                .metadataU8(FlowMetadataDescriptor.DNS_PRESENT, run & 1)
                .metadataU8(FlowMetadataDescriptor.DNS_REPLY_CODE, random.nextInt())
                .metadataU16(FlowMetadataDescriptor.DNS_QUERY_TYPE, random.nextInt())
                .metadataU16(FlowMetadataDescriptor.TLS_VERSION, random.nextInt())
                .metadataU32(FlowMetadataDescriptor.TLS_NOT_AFTER, random.nextInt());
            for (final int text : texts) {
                final byte[] bytes = new byte[random.nextInt(200)];
                random.nextBytes(bytes);
                message.text(text, bytes);
            }
            final byte[] info = new byte[random.nextInt(100)];
            random.nextBytes(info);

            final String flow = Messages.flowLine(message.flow());
            final String alert = Messages.alertLine(message.alert(run & 63, run & 3, "k", "s\u0001", info));

            assertThat(Json.read(flow)).containsKey("flow");
            assertThat(Json.read(alert)).containsKey("alert");
            assertThat(flow.indexOf('\n')).isEqualTo(flow.length() - 1);
            assertThat(alert.indexOf('\n')).isEqualTo(alert.length() - 1);
        }
    }

    @Test
    void shouldWriteTextsOfTheGreatestLength() {
        final byte[] noise = new byte[FlowMetadataDescriptor.MAX_LENGTH - FlowMetadataDescriptor.LENGTH];
        Arrays.fill(noise, (byte) 0x80);

        final Map<String, Object> json = Json.read(Messages.flowLine(new Messages()
            .between(TCP, "10.0.0.1", 1, "10.0.0.2", 2).text(FlowMetadataDescriptor.HTTP_URL, noise).flow()));

        assertThat(Json.at(json, "http.url")).isEqualTo("\u0080".repeat(noise.length));
    }

    @Test
    void shouldWriteStatsInTheOrderOfTheirKeys() {
        final JsonText out = new JsonText(16);
        new EveEncoder(Messages.NAMES, Messages.VERDICT_NAMES)
            .stats(new StatsRecord(Messages.START_NS, Map.of("received", 10L, "flows_created", 3L)), out);

        assertThat(new String(out.bytes(), 0, out.position(), StandardCharsets.UTF_8)).isEqualTo(
            "{\"timestamp\":\"2019-12-31T23:59:59.123456+0000\",\"event_type\":\"stats\","
                + "\"stats\":{\"flows_created\":3,\"received\":10}}\n");
    }

    private static Map<String, Object> members(final Object... namesAndValues) {
        final Map<String, Object> members = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            members.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return members;
    }
}
