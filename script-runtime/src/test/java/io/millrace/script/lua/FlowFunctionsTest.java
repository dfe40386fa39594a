package io.millrace.script.lua;

import static io.millrace.engine.event.FlowEventKind.PERIODIC_UPDATE;
import static io.millrace.engine.event.FlowEventKind.PROTOCOL_DETECTED;
import static io.millrace.script.lua.EventBuilder.event;
import static io.millrace.script.lua.ScriptHarness.hook;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowEventKind;
import io.millrace.engine.event.FlowMetadataDescriptor;
import io.millrace.script.verdict.VerdictDescriptor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlowFunctionsTest {
    @Test
    void shouldDescribeAFlowInShort() {
        assertThat(print(FlowKinds.tls(event(PROTOCOL_DETECTED, 1)), "print(shortFlowLabel(flow.getInfo()) .. '\\n')"))
            .isEqualTo("15/Nov/2019 00:00:05 [script0.lua:4] [TCP] 192.168.1.10:40000 -> 8.8.8.8:443 [TLS]\n");
    }

    @Test
    void shouldNamePortsInALabelWhateverTheAddressesAre() {
        assertThat(print(FlowKinds.icmp(event(PROTOCOL_DETECTED, 1)).between("fd07::10", "fd07::2")
            .u16(FlowEventDescriptor.CLI_PORT, 0).u16(FlowEventDescriptor.SRV_PORT, 0)
            .u8(FlowEventDescriptor.L4_PROTOCOL, 58), "io.write(shortFlowLabel(flow.getInfo()))"))
            .isEqualTo("[IPv6-ICMP] fd07::10:0 -> fd07::2:0 [ICMP]");
    }

    @Test
    void shouldTellCountersInTheTablesOf2019() {
        assertThat(print(event(PROTOCOL_DETECTED, 1), "tprint(flow.getBytes()) tprint(flow.getPackets())"
            + " tprint(flow.getClientPort()) tprint(flow.getTime())")).isEqualTo("""
                 table
                bytes number 6000
                bytes.last number 6000
                goodput_bytes number 4900
                goodput_bytes.last number 4900
                 table
                packets number 18
                packets.last number 18
                packets.rcvd number 8
                packets.sent number 10
                 table
                cli.port number 40000
                 table
                duration number 5
                seen.first number 1573776000
                seen.last number 1573776005
                """);
    }

    @Test
    void shouldCountSinceThePreviousEvent() {
        try (ScriptHarness harness = ScriptHarness.with(hook("all",
            "io.write(flow.getBytes()['bytes.last'], ' ', flow.getServer2ClientTraffic()['srv2cli.last'], ' ')"))) {
            harness.run(event(PROTOCOL_DETECTED, 1));
            harness.run(event(PERIODIC_UPDATE, 1).u64(FlowEventDescriptor.SRV2CLI_BYTES, 5500));
            assertThat(harness.output()).isEqualTo("6000 5000 500 500 ");
        }
    }

    @Test
    void shouldKeepCountersBeyondThirtyTwoBits() {
        assertThat(print(event(PROTOCOL_DETECTED, 1).u64(FlowEventDescriptor.CLI2SRV_BYTES, 1L << 40),
            "io.write(('%d %d'):format(flow.getBytesSent(), flow.getBytes().bytes))"))
            .isEqualTo("1099511627776 1099511632776");
    }

    @Test
    void shouldCallBothDirectionsBidirectional() {
        final String body = "io.write(tostring(flow.isBidirectional()), ' ', tostring(flow.is_oneway()))";
        assertThat(print(event(PROTOCOL_DETECTED, 1), body)).isEqualTo("true false");
        assertThat(print(event(PROTOCOL_DETECTED, 1).u64(FlowEventDescriptor.SRV2CLI_PACKETS, 0), body))
            .isEqualTo("false true");
    }

    @Test
    void shouldReadTlsDetails() {
        assertThat(print(FlowKinds.tls(event(PROTOCOL_DETECTED, 1)), "tprint(flow.getTLSInfo())")).isEqualTo("""
                 table
                protos.tls.certificate string www.example.org
                protos.tls.client_requested_server_name string www.example.org
                protos.tls.issuerDN string CN=Some CA
                protos.tls.ja3.client_hash string 0123456789abcdef0123456789abcdef
                protos.tls.ja3.server_cipher number 4865
                protos.tls.ja3.server_hash string fedcba9876543210fedcba9876543210
                protos.tls.ja3.server_unsafe_cipher string weak
                protos.tls.ja4.client_hash string t13d1516h2_8daaf6152771_e5627efa2ab1
                protos.tls.notAfter number 1600000000
                protos.tls.notBefore number 1500000000
                protos.tls.server_certificate string *.example.org
                protos.tls.server_names string example.org,*.example.org
                protos.tls.subjectDN string CN=*.example.org, O=Example
                protos.tls.subject_alt_name_match boolean true
                protos.tls_version number 771
                """);
        assertThat(print(event(PROTOCOL_DETECTED, 1), "tprint(flow.getTLSInfo()) tprint(flow.getServerCipherClass())"))
            .isEqualTo(" table\n nil nil\n");
    }

    @ParameterizedTest
    @CsvSource({"2019, 0 0 nil", "4.0, 0 0 nil", "4.2, 0 0 nil", "open, 771 15 weak"})
    void shouldCallQuicTlsOnlyWhereTheGenerationDid(final String generation, final String answers) {
        final String api = generation.equals("open") ? "" : "api = '" + generation + "', ";
        final String script = "local script = { " + api + "hooks = {} }\nfunction script.hooks.protocolDetected()\n"
            + "io.write(flow.getTLSVersion(), ' ', table.len(flow.getTLSInfo()), ' ', "
            + "tostring(flow.getServerCipherClass and flow.getServerCipherClass()))\nend return script";
        try (ScriptHarness harness = ScriptHarness.with(script)) {
            assertThat(harness.run(FlowKinds.tls(event(PROTOCOL_DETECTED, 1)).u16(FlowEventDescriptor.NDPI_APP, 188)
                .u8(FlowEventDescriptor.L4_PROTOCOL, 17))).isEqualTo(answers);
        }
    }

    @Test
    void shouldFingerprintTlsClientsAsScriptsOfTodayKnowIt() {
        assertThat(print(FlowKinds.tls(event(PROTOCOL_DETECTED, 1)), "for key, value in pairs(flow.tls_quic()) do "
            + "if key:find('.ja', 1, true) then io.write(key, ' ', value) end end"))
            .isEqualTo("protos.tls.ja4.client_hash t13d1516h2_8daaf6152771_e5627efa2ab1");
    }

    @Test
    void shouldReadDnsHttpAndSshDetails() {
        assertThat(print(FlowKinds.dns(event(PROTOCOL_DETECTED, 1)), "tprint(flow.getDNSInfo())")).isEqualTo("""
                 table
                protos.dns.invalid_chars_in_query boolean true
                protos.dns.last_query string a?b.example.org
                protos.dns.last_query_type number 28
                protos.dns.last_return_code number 3
                """);
        assertThat(print(FlowKinds.http(event(PROTOCOL_DETECTED, 1)), "tprint(flow.http())")).isEqualTo("""
                 table
                protos.http.last_method string GET
                protos.http.last_return_code number 404
                protos.http.last_url string example.org/index.html
                protos.http.last_user_agent string curl/7
                protos.http.server_name string example.org
                """);
        assertThat(print(FlowKinds.ssh(event(PROTOCOL_DETECTED, 1)), "tprint(flow.getSSHInfo())")).isEqualTo("""
                 table
                protos.ssh.client_signature string SSH-2.0-OpenSSH_9
                protos.ssh.hassh.client_hash string 00112233445566778899aabbccddeeff
                """);
    }

    @Test
    void shouldReadIcmp() {
        final String script = "tprint(flow.getICMPInfo()) tprint(flow.getICMPStatusInfo())";
        assertThat(print(FlowKinds.icmp(event(PROTOCOL_DETECTED, 1)), script))
            .isEqualTo("""
                 table
                code number 0
                max_payload_size number 56
                type number 8
                 table
                code number 0
                type number 0
                """);
    }

    @Test
    void shouldTellLocalityAndBlacklist() {
        try (ScriptHarness harness = ScriptHarness.with(hook("protocolDetected", """
            io.write(flow.direction(), ' ', tostring(flow.isLocalToRemote()), ' ',
                tostring(flow.isRemoteToRemote()), ' ', tostring(flow.isServerUnicast()), ' ',
                tostring(flow.isBlacklisted()), '\\n')
            tprint(flow.getBlacklistedInfo())"""))) {
            harness.traits(VerdictDescriptor.LOCAL,
                VerdictDescriptor.BLACKLISTED | VerdictDescriptor.BROADCAST_OR_MULTICAST);
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).isEqualTo(
                "local@remote true false false true\n table\nblacklisted.srv boolean true\n");
        }
    }

    @Test
    void shouldTellPlaces() {
        try (ScriptHarness harness = ScriptHarness.with(hook("protocolDetected",
            "tprint(flow.getClientGeolocation()) tprint(flow.getServerGeolocation()) "
                + "tprint(flow.getServerCountry())"))) {
            harness.places(ScriptHarness.PLACE_CN, 0);
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).isEqualTo("""
                 table
                cli.city string Beijing
                cli.country string CN
                cli.latitude number 39.9
                cli.longitude number 116.4
                 table
                srv.city string\s
                srv.country string\s
                srv.latitude number 0
                srv.longitude number 0
                 nil nil
                """);
        }
    }

    @Test
    void shouldWriteAddressesAsRfc5952Asks() {
        final String body = "io.write(flow.cli(), ' ', flow.srv(), ' ', flow.getClientKey())";
        assertThat(print(event(PROTOCOL_DETECTED, 1).between("2001:db8:0:0:1:0:0:1", "::1"), body))
            .isEqualTo("2001:db8::1:0:0:1 ::1 2001:db8::1:0:0:1@0");
        assertThat(print(event(PROTOCOL_DETECTED, 1).between("2001:db8:0:1:1:1:1:1", "fe80::"), body))
            .isEqualTo("2001:db8:0:1:1:1:1:1 fe80:: 2001:db8:0:1:1:1:1:1@0");
        assertThat(print(event(PROTOCOL_DETECTED, 1).between("::", "1:0:0:2:0:0:0:3"), body))
            .isEqualTo(":: 1:0:0:2::3 ::@0");
        assertThat(print(event(PROTOCOL_DETECTED, 1).u16(FlowEventDescriptor.VLAN_ID, 12), body))
            .isEqualTo("192.168.1.10 8.8.8.8 192.168.1.10@12");
    }

    @Test
    void shouldTellThroughputThatTheWindowsAllow() {
        assertThat(print(event(PROTOCOL_DETECTED, 1)
            .u64(FlowEventDescriptor.CLI_HANDSHAKE_RTT_NS, 10_000_000)
            .u64(FlowEventDescriptor.SRV_HANDSHAKE_RTT_NS, 40_000_000)
            .metadataU32(FlowMetadataDescriptor.CLI2SRV_WINDOW, 1_000_000)
            .metadataU32(FlowMetadataDescriptor.SRV2CLI_WINDOW, 500_000), "local info = flow.getFullInfo() "
            + "io.write(info['tcp.max_thpt.cli2srv'], ' ', info['tcp.max_thpt.srv2cli'])"))
            .isEqualTo("80000000 160000000");
    }

    @Test
    void shouldTellThePacketThatAnIcmpErrorQuotes() {
        final String quote = "\4\21\200\1\0\65" + "\300\250\1\12" + "\0".repeat(12) + "\10\10\10\10"
            + "\0".repeat(12);
        assertThat(print(FlowKinds.icmp(event(PROTOCOL_DETECTED, 1)).text(FlowMetadataDescriptor.ICMP_QUOTE, quote),
            "tprint(flow.getFullInfo().icmp.unreach)")).isEqualTo("""
                 table
                dst_ip string 8.8.8.8
                dst_port number 53
                protocol number 17
                src_ip string 192.168.1.10
                src_port number 32769
                """);
    }

    @Test
    void shouldTellOperatingSystemAndEntropy() {
        assertThat(print(FlowKinds.http(event(PROTOCOL_DETECTED, 1))
            .text(FlowMetadataDescriptor.CLIENT_OS, "Windows 10")
            .metadataU16(FlowMetadataDescriptor.CLI2SRV_ENTROPY, 4501), "local info = flow.getFullInfo() "
            + "io.write(info['cli.os'], ', ', info['srv.os'], ', ', info.entropy.client, ' ', info.entropy.server)"))
            .isEqualTo("Windows 10, , 4.5 0");
        assertThat(print(event(PROTOCOL_DETECTED, 1), "io.write(tostring(flow.getFullInfo().entropy), "
            + "flow.getFullInfo()['cli.os'])")).isEqualTo("nil");
    }

    @Test
    void shouldNameProtocolsAndRisks() {
        assertThat(print(event(PROTOCOL_DETECTED, 1).u16(FlowEventDescriptor.NDPI_MASTER, 91)
            .u16(FlowEventDescriptor.NDPI_APP, 126).u64(FlowEventDescriptor.NDPI_RISK, 1L << 8 | 1L << 31), """
            io.write(flow.getnDPIProtocolName(), ' ', flow.getnDPICategoryName(), ' ',
                tostring(flow.matchesL7(91)), ' ', tostring(flow.hasRisk()), ' ',
                tostring(flow.hasRisk(8)), ' ', tostring(flow.hasRisk(9)), '\\n')
            tprint(flow.getRiskInfo())""")).isEqualTo(
                "TLS.Google Web true true true false\n table\nRisk 31 number 31\nRisk 8 number 8\n");
    }

    @Test
    void shouldTellTheServersSystemByItsBanner() {
        final String system = "io.write(flow.getFullInfo()['srv.os'])";
        assertThat(print(FlowKinds.http(event(PROTOCOL_DETECTED, 1))
            .text(FlowMetadataDescriptor.HTTP_SERVER, "Apache/2.4.52 (Ubuntu)"), system)).isEqualTo("Ubuntu");
        assertThat(print(FlowKinds.http(event(PROTOCOL_DETECTED, 1))
            .text(FlowMetadataDescriptor.HTTP_SERVER, "Microsoft-IIS/10.0"), system)).isEqualTo("Windows");
        assertThat(print(event(PROTOCOL_DETECTED, 1)
            .text(FlowMetadataDescriptor.SSH_SERVER_SIGNATURE, "SSH-2.0-OpenSSH_9.2p1 Debian-2"), system))
            .isEqualTo("Debian");
    }

    @Test
    void shouldMeasureThroughputSinceThePreviousEventAndKeepTheHighest() {
        try (ScriptHarness harness = ScriptHarness.with(hook("periodicUpdate", """
            local info = flow.getFullInfo()
            for _, name in ipairs({ "throughput", "throughput_cli2srv", "throughput_srv2cli", "top_throughput" }) do
                io.write(info[name .. "_bps"], "/", info[name .. "_pps"], " ")
            end
            """))) {
            harness.run(at(1, PROTOCOL_DETECTED, 10, 1_000, 20, 3_000));
            // 10 s with 40,000 bytes in 100 packets, then 10 s with 500 in 10.
            assertThat(harness.run(at(11, PERIODIC_UPDATE, 50, 11_000, 80, 33_000)))
                .isEqualTo("4000/10 1000/4 3000/6 4000/11.818181818182 ");
            assertThat(harness.run(at(21, PERIODIC_UPDATE, 60, 11_500, 80, 33_000)))
                .isEqualTo("50/1 50/1 0/0 4000/10 ");
        }
    }

    private static EventBuilder at(
        final int second, final FlowEventKind kind, final int sentPackets, final int sent, final int receivedPackets,
        final int received) {

        return event(kind, 1).u64(FlowEventDescriptor.LAST_SEEN_NS, EventBuilder.START_NS + second * 1_000_000_000L)
            .u64(FlowEventDescriptor.CLI2SRV_PACKETS, sentPackets).u64(FlowEventDescriptor.CLI2SRV_BYTES, sent)
            .u64(FlowEventDescriptor.SRV2CLI_PACKETS, receivedPackets).u64(FlowEventDescriptor.SRV2CLI_BYTES, received);
    }

    @Test
    void shouldTellThePayloadThatNamedTheFlow() {
        assertThat(print(FlowKinds.http(event(PROTOCOL_DETECTED, 1))
                .text(FlowMetadataDescriptor.MATCH_PAYLOAD, "GET \0x HTTP/1.1"), """
            local match = flow.getnDPIMatchPacket()
            io.write(match.payload_len, ' ', (match.payload:gsub('%z', '0')))""")).isEqualTo("15 GET 0x HTTP/1.1");
        assertThat(print(event(PROTOCOL_DETECTED, 1), "tprint(flow.getnDPIMatchPacket())"))
            .isEqualTo(" table\npayload_len number 0\n");
    }

    @Test
    void shouldKeepScores() {
        assertThat(print(event(PROTOCOL_DETECTED, 1), """
            io.write(flow.getScore(), ' ')
            flow.setScore(70) flow.setClientScore(99999) flow.setServerScore(10) flow.setStatus(13)
            tprint(flow.getScoreInfo())""")).isEqualTo("""
                65535  table
                cli.score number 65534
                score number 70
                srv.score number 10
                status_map number 8192
                """);
    }

    @Test
    void shouldHoldAllSixtyFourStatusBits() {
        assertThat(print(event(PROTOCOL_DETECTED, 1), """
            flow.setStatus(1) flow.setStatus(63) flow.setStatus(59)
            local bits = flow.getStatus()
            io.write(tostring(ntop.bitmapIsSet(bits, 63)), tostring(ntop.bitmapIsSet(bits, 59)),
                tostring(ntop.bitmapIsSet(bits, 1)), tostring(ntop.bitmapIsSet(bits, 2)), ' ')
            flow.clearStatus(63) flow.clearStatus(59)
            io.write(flow.getStatus(), ' ', tostring(flow.isStatusSet('blacklisted')))"""))
            .isEqualTo("truetruetruefalse 2 false");
    }

    @Test
    void shouldRaiseAnAlertDirectlyOnce() {
        try (ScriptHarness harness = ScriptHarness.with(hook("protocolDetected", """
            io.write(tostring(flow.canTriggerAlert()), tostring(flow.triggerAlert(13, 7, 1, now, 'why')),
                tostring(flow.triggerAlert(12, 6, 1, now)), tostring(flow.canTriggerAlert()))"""))) {
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).isEqualTo("truetruefalsefalse");
            assertThat(harness.alerts()).singleElement().extracting(ScriptHarness.Alert::info).isEqualTo("why");
        }
    }

    @Test
    void shouldTellPartsOfTheFullInfoByThemselves() {
        final String same = """
            local whole, names = flow.getFullInfo(), 0
            for _, part in ipairs({ flow.getTCPInfo(), flow.getClientInfo(), flow.getServerInfo() }) do
                for name, value in pairs(part) do
                    assert(whole[name] == value, name)
                    names = names + 1
                end
            end
            io.write(names > 50 and 'many' or names, ' ', flow.getClientInfo()['cli.ip'], ' ',
                flow.getServerInfo()['srv.os'], ' ',
                tostring(flow.getTCPInfo().tcp_established))""";
        assertThat(print(event(PROTOCOL_DETECTED, 1)
            .text(FlowMetadataDescriptor.SSH_SERVER_SIGNATURE, "SSH-2.0-OpenSSH_9.2p1 Debian-2"), same))
            .isEqualTo("many 192.168.1.10 Debian true");
        assertThat(print(FlowKinds.icmp(event(PROTOCOL_DETECTED, 1)), "io.write(table.len(flow.getTCPInfo()))"))
            .isEqualTo("0");
    }

    @Test
    void shouldTellTheServingSideByItsPort() {
        final String body = "io.write(flow.getFlowProtoClientIP(), ' ', flow.getFlowProtoServerIP())";
        assertThat(print(event(PROTOCOL_DETECTED, 1), body)).isEqualTo("192.168.1.10 8.8.8.8");
        assertThat(print(event(PROTOCOL_DETECTED, 1).u16(FlowEventDescriptor.CLI_PORT, 53)
            .u16(FlowEventDescriptor.SRV_PORT, 40000), body)).isEqualTo("8.8.8.8 192.168.1.10");
        assertThat(print(event(PROTOCOL_DETECTED, 1).u16(FlowEventDescriptor.CLI_PORT, 68)
            .u16(FlowEventDescriptor.SRV_PORT, 67), body)).isEqualTo("192.168.1.10 8.8.8.8");
    }

    @Test
    void shouldTellWhereThereIsACertificateToCompare() {
        final String body = "io.write(tostring(flow.shouldCheckTlsCertificate()))";
        assertThat(print(FlowKinds.tls(event(PROTOCOL_DETECTED, 1)), body)).isEqualTo("true");
        assertThat(print(event(PROTOCOL_DETECTED, 1), body)).isEqualTo("false");
    }

    @Test
    void shouldTellThePoolsOfHosts() {
        assertThat(print(event(PROTOCOL_DETECTED, 1), """
            ntop.setHashCache('ntopng.prefs.host_pools', '192.168.1.10', 3)
            ntop.setHashCache('ntopng.prefs.host_pools', '8.8.8.8', '4')
            local info = flow.getFullInfo()
            io.write(info['cli.pool_id'], ' ', info['srv.pool_id'])""")).isEqualTo("3 4");
    }

    @Test
    void shouldCallFunctionsByTheirNumbers() {
        assertThat(print(event(PROTOCOL_DETECTED, 1), """
            local numbers = flow.methodNamesToIds()
            io.write(flow.callMethodById(numbers.getClientIp), ' ',
                tostring(flow.callMethodById(numbers.hasRisk, 5)), ' ',
                table.len(numbers) > 100 and 'all' or 'few', ' ',
                select(2, pcall(flow.callMethodById, 0)))"""))
            .isEqualTo("192.168.1.10 false all "
                + "callMethodById: no function has the number 0; methodNamesToIds() has them");
    }

    @Test
    void shouldTellWhoHadNoRoomAndWhatTheFlowIsAbout() {
        assertThat(print(FlowKinds.http(event(PROTOCOL_DETECTED, 1))
            .u32(FlowEventDescriptor.SRV2CLI_ZERO_WINDOWS, 2), """
            local full = flow.isTcpZeroWinAlert()
            io.write(tostring(full.client), ' ', tostring(full.server), ' ', flow.getFlowInfoField())"""))
            .isEqualTo("false true example.org/index.html");
    }

    @Test
    void shouldStoreAnAlertWithoutAStatusOnce() {
        try (ScriptHarness harness = ScriptHarness.with(hook("protocolDetected", """
            io.write(flow.getPredominantAlert(), tostring(flow.storeAlert(7, 1, '{"a":1}')),
                tostring(flow.storeAlert(7, 1)), flow.getStatus(), ' ')
            flow.setStatus(13)
            io.write(flow.getPredominantAlert())"""))) {
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).isEqualTo("0truefalse0 7");
            assertThat(harness.problems()).isEmpty();
            assertThat(harness.alerts()).singleElement().satisfies(alert -> {
                assertThat(alert.category()).isEqualTo("alert_flow_blacklisted");
                assertThat(alert.signature()).isEqualTo("Blacklisted flow");
                assertThat(alert.severity()).isEqualTo(4);
                assertThat(alert.info()).isEqualTo("{\"a\":1}");
            });
        }
    }

    private static String print(final EventBuilder flow, final String body) {
        final FlowEventKind kind = Arrays.stream(FlowEventKind.values())
            .filter(k -> k.code == flow.buffer().getByte(FlowEventDescriptor.KIND)).findFirst().orElseThrow();
        try (ScriptHarness harness = ScriptHarness.with(hook(kind.hook, body))) {
            final String output = harness.run(flow);
            assertThat(harness.problems()).isEmpty();
            return output;
        }
    }
}
