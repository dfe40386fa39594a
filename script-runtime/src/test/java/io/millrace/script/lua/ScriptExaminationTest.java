package io.millrace.script.lua;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.EngineLibraries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ScriptExaminationTest {
    @TempDir
    private Path folder;

    @Test
    void shouldSayWhichGenerationHasAFunctionThatThisOneLacks() throws IOException {
        assertThat(examine("""
            local script = { api = "2019", hooks = {} }
            function script.hooks.protocolDetected(now)
                return flow.getClientCountry(), flow.cli(), flow.getClientIP()
            end
            return script
            """)).containsExactly(
            "3: error: unknown name 'flow.getClientCountry': another generation has it: api = \"4.0\" or api = \"4.2\"",
            "3: error: unknown name 'flow.cli': another generation has it: api = \"current\"",
            "3: error: unknown name 'flow.getClientIP': did you mean 'flow.getClientIp'?");
    }

    @Test
    void shouldFindUnknownNamesWhereNoRunComesBy() throws IOException {
        assertThat(examine("""
            local consts = require "flow_consts"
            local script = { hooks = {} }
            -- flow.getCommented()  [[ flow.x ]]
            --[==[ flow.getCommentedToo()
            ]==]
            local text = "flow.getQuoted()" .. [[flow.getQuoted()
            ]]
            function script.hooks.protocolDetected(now)
                if flow.getPacketsSent() > 1e15 then
                    flow.getPacketSent()
                    return consts.status_types.status_blaklisted, ntop.getCash("x")
                end
                local size = string.format("%d", 1) .. table.cancat({})
            end
            return script
            """)).containsExactly(
            "10: error: unknown name 'flow.getPacketSent': did you mean 'flow.getPacketsSent'?",
            "11: error: unknown name 'flow_consts.status_types.status_blaklisted': did you mean "
                .replace("flow_consts", "consts") + "'consts.status_types.status_blacklisted'?",
            "11: error: unknown name 'ntop.getCash': did you mean 'ntop.getCache'?",
            "13: error: unknown name 'table.cancat': did you mean 'table.concat'?");
    }

    @Test
    void shouldLetAScriptAskWhetherANameIsThereAndMakeItsOwn() throws IOException {
        assertThat(examine("""
            local script = { hooks = {} }
            function flow.mine() return 1 end
            string.padded = function(s) return s end
            local function each(ntop, table) return ntop.anything, table.other end
            function script.hooks.flowEnd(now)
                if flow.getTomorrow then flow.getTomorrow() end
                return flow.mine(), string.padded("x"), each({}, {})
            end
            return script
            """)).containsExactly("6: warning: unknown name 'flow.getTomorrow': there is no such name");
    }

    @Test
    void shouldFollowLocalsThatStandForFlowAndNothingElse() throws IOException {
        assertThat(examine("""
            local f = flow; local flow_consts = require("flow_consts")
            local cache, other, g = ntop, flow, f
            local again = f local types = flow_consts.status_types
            function f.mine() return 1 end
            local script = { hooks = {} }
            function script.hooks.flowEnd(now)
                local n = ntop
                local query = f.mine() + flow.mine() + again.mine()
                if query > 1e15 then
                    f.getDnsQuerry()
                    n.getCash("x")
                    flow["getServerPorts"]()
                    again:getClientKeyy()
                    other.nobodyKnowsWhatThisIs()
                    flow.triggerStatus(types.status_longlive, {})
                end
            end
            local function later(f2) local f3 = flow; f3 = {} f3.anything() local f4 = flow or {} f4.any() end
            return script
            """)).containsExactly(
            "10: error: unknown name 'f.getDnsQuerry': did you mean 'f.getDnsQuery'?",
            "11: error: unknown name 'n.getCash': did you mean 'n.getCache'?",
            "12: error: unknown name 'flow.getServerPorts': did you mean 'flow.getServerPort'?",
            "13: error: unknown name 'again.getClientKeyy': did you mean 'again.getClientKey'?",
            "15: error: unknown name 'types.status_longlive': did you mean 'types.status_longlived'?");
    }

    @Test
    void shouldCallEachHookOnFlowsOfEveryKind() throws IOException {
        assertThat(examine("""
            local script = { hooks = {} }
            function script.hooks.protocolDetected(now) assert(flow.getInfo()["srv.port"] ~= 22, "no SSH") end
            function script.hooks.statusChanged(now) error("changed") end
            function script.hooks.periodicUpdate(now) local x = nil + 1 end
            function script.hooks.flowEnd(now) if flow.getInfo()["srv.port"] == 53 then error({}) end end
            function script.teardown() error("end") end
            return script
            """)).containsExactlyInAnyOrder(
            "2: error: no SSH (protocol detected on an invented flow: SSH over TCP)",
            "3: error: changed (protocol detected on an invented flow: TLS over TCP)",
            "4: error: attempt to perform arithmetic on a nil value "
                + "(periodic update on an invented flow: TLS over TCP)",
            "error: error object is a table: raise errors with a text (flow end on an invented flow: DNS over UDP)",
            "6: error: end (at the end)");
    }

    @Test
    void shouldCallHooksOnAFlowOfEachProtocol() throws IOException {
        assertThat(neverMet(Stream.of("""
            TLS SMTPS IMAPS POPS DTLS QUIC TLS.Google QUIC.Google TLS.DoH_DoT HTTP HTTP.Google HTTP_Proxy DNS DNS.Google
            MDNS LLMNR SSH SMTP IMAP POP3 FTP_CONTROL FTP_DATA Telnet Kerberos SIP RTP STUN SNMP NTP DHCP DHCPV6 Syslog
            NetBIOS SSDP TFTP Radius LDAP SMBv1 SMBv23 RDP VNC BitTorrent Mining Tor OpenVPN NetFlow sFlow Modbus
            IEC60870 MySQL PostgreSQL ICMP ICMPV6 IGMP GRE IPsec OSPF SCTP Unknown""".split("\\s+"))
            .map(protocol -> "flow.getnDPIProtocolName() == '" + protocol + "'"))).isEmpty();
    }

    @Test
    void shouldInventProtocolsThatNdpiKnows() {
        final Set<String> known = Set.of(EngineLibraries.applicationNames().protocols());
        assertThat(SyntheticFlows.all()).flatExtracting(flow -> List.of(flow.protocol().split("\\.")))
            .filteredOn(protocol -> !protocol.isEmpty()).isSubsetOf(known);
    }

    @Test
    void shouldInventFlowsOfWhichNdpiReadsAllThatItCan() throws IOException {
        assertThat(neverMet(Stream.of("""
            getTLSInfo protos.tls_version
            getTLSInfo protos.tls.subject_alt_name_match
            getTLSInfo protos.tls.certificate
            getTLSInfo protos.tls.server_certificate
            getTLSInfo protos.tls.server_names
            getTLSInfo protos.tls.client_alpn
            getTLSInfo protos.tls.client_tls_supported_versions
            getTLSInfo protos.tls.client_requested_server_name
            getTLSInfo protos.tls.notBefore
            getTLSInfo protos.tls.notAfter
            getTLSInfo protos.tls.issuerDN
            getTLSInfo protos.tls.subjectDN
            getTLSInfo protos.tls.ja3.client_hash
            getTLSInfo protos.tls.ja3.server_hash
            getTLSInfo protos.tls.ja3.server_unsafe_cipher
            getTLSInfo protos.tls.ja3.server_cipher
            getTLSInfo protos.tls.ja4.client_hash
            getHTTPInfo protos.http.last_method
            getHTTPInfo protos.http.last_return_code
            getHTTPInfo protos.http.last_url
            getHTTPInfo protos.http.server_name
            getHTTPInfo protos.http.last_user_agent
            getHTTPInfo protos.http.last_server
            getDNSInfo protos.dns.last_query
            getDNSInfo protos.dns.last_query_type
            getDNSInfo protos.dns.last_return_code
            getDNSInfo protos.dns.invalid_chars_in_query
            getSSHInfo protos.ssh.client_signature
            getSSHInfo protos.ssh.server_signature
            getSSHInfo protos.ssh.hassh.client_hash
            getSSHInfo protos.ssh.hassh.server_hash
            getICMPInfo max_payload_size
            getRiskInfo Risk 1
            getRiskInfo Risk 24
            getFullInfo bittorrent_hash
            getFullInfo host_server_name
            getFullInfo icmp
            getFullInfo cli.vlan""".split("\\n"))
            .map(line -> line.replaceFirst("(\\S+) (.*)", "flow.$1()['$2'] ~= nil")))).isEmpty();
    }

    @Test
    void shouldInventFlowsForEachAnswerOfGettersThatAskOfHostsAndCounters() throws IOException {
        assertThat(neverMet(Stream.of(
            "flow.isLocal()", "flow.isLocalToRemote()", "flow.isRemoteToLocal()", "flow.isRemoteToRemote()",
            "not flow.isServerUnicast()", "flow.getBlacklistedInfo()['blacklisted.cli']",
            "flow.getBlacklistedInfo()['blacklisted.srv']", "flow.getBlacklistedInfo()['blacklisted.cat']",
            "flow.getClientCountry()", "not flow.getClientCountry()", "flow.getServerCountry()",
            "not flow.getServerCountry()", "flow.getServerGeolocation()['srv.city'] ~= ''",
            "flow.getnDPICategoryName() == 'Mining'", "not flow.isBidirectional()", "flow.isTCPConnectionRefused()",
            "flow.isTCPConnecting()", "flow.getClientTCPIssues() > 50", "flow.getServerTCPIssues() > 50",
            "flow.isTcpZeroWinAlert().client and flow.isTcpZeroWinAlert().server", "flow.getBytesSent() > 4294967295",
            "flow.getBytesRcvd() > 4294967295", "flow.getDuration() > 86400",
            "flow.getServerCipherClass() == 'insecure'", "flow.retrieveExternalAlertInfo()",
            "(flow.getICMPStatusInfo() or {}).type == 3 and flow.getFullInfo().icmp.unreach.dst_port == 53")))
            .isEmpty();
    }

    @Test
    void shouldCallHooksAndSetupOfScriptsThatAreOffByThemselves() throws IOException {
        assertThat(examine("""
            local script = { hooks = {}, default_enabled = false, default_value = { items = {} } }
            function script.hooks.flowEnd(now, conf) return conf.items + 1 end
            return script
            """)).containsExactly("2: error: attempt to perform arithmetic on field 'items' (a table value) "
            + "(flow end on an invented flow: TLS over TCP)");
        assertThat(examine("""
            local script = { hooks = { flowEnd = print }, default_enabled = false }
            function script.setup() error("no list") end
            return script
            """)).containsExactly("2: error: setup() fails: no list");
        assertThat(examine("""
            local script = { hooks = {}, default_enabled = false }
            function script.hooks.flowEnd() io.open("/var/log/flows", "a") end
            return script
            """)).containsExactly("2: warning: io.open is not available to flow scripts; to allow it, start with "
            + "--allow-script io (flow end on an invented flow: TLS over TCP)");
    }

    @Test
    void shouldInventAFlowOfTheProtocolThatAScriptFiltersBy() throws IOException {
        assertThat(examine("""
            local script = { hooks = {}, l7_proto = "Protocol200" }
            function script.hooks.protocolDetected(now) error("here") end
            return script
            """)).containsExactly("2: error: here (protocol detected on an invented flow: Protocol200 over TCP)");
    }

    @Test
    @Timeout(60)
    void shouldStopAHookThatNeverEnds() throws IOException {
        assertThat(examine("return { hooks = { flowEnd = function() while true do end end } }")).singleElement()
            .asString().contains("ran past its deadline");
    }

    /** Which of the conditions, each in a hook of its own, hold at the end of no invented flow. */
    private List<String> neverMet(final Stream<String> conditions) throws IOException {
        final List<String> all = conditions.toList();
        final List<Path> scripts = new ArrayList<>();
        for (final String condition : all) {
            scripts.add(Files.writeString(folder.resolve("condition" + scripts.size() + ".lua"), """
                local script = { hooks = {} }
                function script.hooks.flowEnd() if %s then error("met") end end
                return script
                """.formatted(condition)));
        }
        final Set<Path> met = ScriptCheck.examine(scripts, ScriptHarness.names(), MachineSettings.forCheck()).findings()
            .stream().filter(finding -> finding.message().startsWith("met ")).map(Finding::path)
            .collect(Collectors.toSet());
        return IntStream.range(0, all.size()).filter(i -> !met.contains(scripts.get(i))).mapToObj(all::get).toList();
    }

    private List<String> examine(final String source) throws IOException {
        final Path script = Files.writeString(folder.resolve("script.lua"), source);
        return ScriptCheck.examine(List.of(script), ScriptHarness.names(), MachineSettings.forCheck()).findings()
            .stream()
            .map(finding -> finding.toString().substring(script.toString().length()).replaceFirst("^: ?", "")).toList();
    }
}
