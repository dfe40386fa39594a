package io.millrace.launch.library;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.launch.InProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each script of the library on traffic that it must report and on traffic that it must not. */
class ScriptLibraryTest {
    private static final String PLAIN_WEB = "203.0.113.11";
    private static final Map<String, Object> AS_IT_COMES = Map.of();

    @TempDir
    private Path folder;

    @Test
    void shouldReportAHandshakeOverASlowLineOnly() throws IOException {
        final LibraryRun run = run("handshake", "slow_tcp_connection", AS_IT_COMES);

        assertThat(run.alerts("slow_tcp_connection")).containsExactly("192.168.7.11 > 203.0.113.10:80");
        assertThat(number(run.info("slow_tcp_connection"), "client_round_trip_ms")).isBetween(800.0, 900.0);
        assertThat(run.flows("slow_tcp_connection")).hasSize(1);
    }

    @Test
    void shouldTakeTheLimitOfASlowHandshakeFromItsSettings() throws IOException {
        final LibraryRun run = run("handshake", "slow_tcp_connection", Map.of("max_round_trip_ms", 1000));

        assertThat(run.flows("slow_tcp_connection")).isEmpty();
    }

    @Test
    void shouldReportAServerThatWaitsBeforeItAnswers() throws IOException {
        final LibraryRun run = run("handshake", "slow_application_header", AS_IT_COMES);

        assertThat(run.alerts("slow_application_header")).containsExactly("192.168.7.11 > 203.0.113.11:80");
        assertThat(number(run.info("slow_application_header"), "first_byte_ms")).isBetween(2500.0, 2600.0);
    }

    @Test
    void shouldReportTcpFlowsThatLastAndMoveHardlyAnyData() throws IOException {
        final LibraryRun run = run("goodput", "slow_data_exchange", AS_IT_COMES);

        // Keystrokes and a message now and then; a steady exchange in the same capture and a page are left alone.
        assertThat(run.alerts("slow_data_exchange"))
            .containsExactly("192.168.7.12 > 203.0.113.20:2323", "192.168.7.12 > 203.0.113.20:2323");
        assertThat(run.flows("slow_data_exchange")).hasSize(2);
    }

    @Test
    void shouldReportTcpFlowsOfWhichLittleIsPayload() throws IOException {
        final LibraryRun run = run("goodput", "low_goodput", Map.of("min_duration_s", 60));

        assertThat(run.alerts("low_goodput")).containsExactly("192.168.7.12 > 203.0.113.20:2323");
        assertThat(number(run.info("low_goodput"), "goodput_percentage")).isBetween(0.5, 2.0);
    }

    @Test
    void shouldNotLookAtTheGoodputOfYoungFlows() throws IOException {
        assertThat(run("goodput", "low_goodput", AS_IT_COMES).flows("low_goodput")).isEmpty();
    }

    @Test
    void shouldReportFlowsThatOutliveTheLimit() throws IOException {
        final LibraryRun run = run("goodput", "longlived", Map.of("max_duration_s", 60));

        assertThat(run.alerts("longlived")).hasSize(3).containsOnly("192.168.7.12 > 203.0.113.20:2323");
        assertThat(run("goodput", "longlived", AS_IT_COMES).flows("longlived")).isEmpty();
    }

    @Test
    void shouldLetApplicationsLastThatAreExcepted() throws IOException {
        final LibraryRun run = run("goodput", "longlived", Map.of("max_duration_s", 60, "except", List.of("Unknown")));

        assertThat(run.flows("longlived")).isEmpty();
    }

    @Test
    void shouldMarkUnansweredConnectionsAndReportWhoTriesMany() throws IOException {
        assertTallies("suspicious_tcp_syn_probing", "203.0.113.99", 3000);
    }

    @Test
    void shouldMarkConnectionsLeftInSilenceAndReportWhoDoesSoOften() throws IOException {
        assertTallies("suspicious_tcp_probing", "203.0.113.30", 1000);
    }

    @Test
    void shouldMarkRefusedConnectionsAndReportWhoIsRefusedOften() throws IOException {
        assertTallies("tcp_connection_refused", "203.0.113.31", 2000);
    }

    @Test
    void shouldBeginToCountTargetsAnewWithEachWindow() throws IOException {
        final LibraryRun run = run("probes", "tcp_connection_refused", Map.of("window_s", 2));

        assertThat(run.flows("tcp_connection_refused")).hasSize(13);
        assertThat(run.alerts("tcp_connection_refused")).isEmpty();
    }

    @Test
    void shouldReportTheFirstTargetWhereOneIsEnough() throws IOException {
        final LibraryRun run = run("probes", "suspicious_tcp_syn_probing", Map.of("min_targets", 1));

        assertThat(run.alerts("suspicious_tcp_syn_probing")).hasSize(13).contains("192.168.7.23 > 203.0.113.99:3001");
    }

    @Test
    void shouldReportFlowsThatLoseAGoodPart() throws IOException {
        final LibraryRun run = run("issues", "tcp_connection_issues", AS_IT_COMES);

        assertThat(run.alerts("tcp_connection_issues"))
            .containsExactlyInAnyOrder("192.168.7.14 > 203.0.113.14:9000", "192.168.7.14 > 203.0.113.15:9000");
    }

    @Test
    void shouldCallLossesSevereFromAThirdOn() throws IOException {
        final LibraryRun run = run("issues", "tcp_severe_connection_issues", AS_IT_COMES);

        assertThat(run.alerts("tcp_severe_connection_issues")).containsExactly("192.168.7.14 > 203.0.113.15:9000");
        assertThat(run.info("tcp_severe_connection_issues")).containsEntry("is_severe", true)
            .containsEntry("client_issues", 0).hasEntrySatisfying("server_issues",
                issues -> assertThat((Integer) issues).isGreaterThanOrEqualTo(20));
    }

    @Test
    void shouldRaiseOneAlertWhereLossesAreBadAndSevere() throws IOException {
        final LibraryRun run = LibraryRun.of(folder, LibraryRun.traffic("issues"));

        assertThat(run.alertCounts())
            .isEqualTo(Map.of("tcp_connection_issues", 1L, "tcp_severe_connection_issues", 1L));
        assertThat(run.flows("tcp_connection_issues")).hasSize(2);
    }

    @Test
    void shouldReportACertificateForAnotherName() throws IOException {
        final LibraryRun run = run("tls", "tls_certificate_mismatch", AS_IT_COMES);

        // The same server asked by its own name, one with a wildcard, and TLS 1.3 are left alone.
        assertThat(run.alerts("tls_certificate_mismatch")).containsExactly("192.168.7.15 > 203.0.113.40:443");
        assertThat(run.info("tls_certificate_mismatch")).containsEntry("tls_crt.cli", "www.soll.example")
            .containsEntry("tls_crt.srv", "www.ist.example");
        assertThat(run("tls", "tls_certificate_mismatch", Map.of("except", List.of("www.soll.example")))
            .flows("tls_certificate_mismatch")).isEmpty();
    }

    @Test
    void shouldReportOldTlsVersions() throws IOException {
        final LibraryRun run = run("tls", "tls_old_protocol_version", AS_IT_COMES);

        assertThat(run.alerts("tls_old_protocol_version")).containsExactly("192.168.7.15 > 203.0.113.42:443");
        assertThat(run.info("tls_old_protocol_version")).containsEntry("tls_version", 0x0301);
    }

    @Test
    void shouldTakeTheOldestTlsVersionFromItsSettings() throws IOException {
        assertThat(run("tls", "tls_old_protocol_version", Map.of("min_version", 1.0))
            .flows("tls_old_protocol_version")).isEmpty();
        assertThat(run("tls", "tls_old_protocol_version", Map.of("min_version", 1.3))
            .flows("tls_old_protocol_version")).hasSize(5).doesNotContain("192.168.7.15 > 203.0.113.44:443");
    }

    @Test
    void shouldReportCiphersThatDoNotProtect() throws IOException {
        final LibraryRun run = run("tls", "tls_unsafe_ciphers", AS_IT_COMES);

        // NULL-SHA256 encrypts nothing.
        assertThat(run.alerts("tls_unsafe_ciphers")).containsExactly("192.168.7.15 > 203.0.113.43:443");
        assertThat(run.info("tls_unsafe_ciphers")).containsEntry("cipher", 0x003b)
            .containsEntry("server_name", "offen.example");
    }

    @Test
    void shouldReportWeakCiphersWhereAskedTo() throws IOException {
        final LibraryRun run = run("tls", "tls_unsafe_ciphers", Map.of("classes", List.of("insecure", "weak")));

        assertThat(run.alerts("tls_unsafe_ciphers"))
            .containsExactlyInAnyOrder("192.168.7.15 > 203.0.113.42:443", "192.168.7.15 > 203.0.113.43:443");
    }

    @Test
    void shouldReportFingerprintsOnTheList() throws IOException {
        final LibraryRun all = run("tls", "malicious_signature", AS_IT_COMES);
        assertThat(all.flows("malicious_signature")).isEmpty();

        final String fingerprint = all.fingerprint("192.168.7.15 > 203.0.113.42:443");
        final LibraryRun run = run("tls", "malicious_signature", Map.of("signatures", List.of(fingerprint)));

        assertThat(run.alerts("malicious_signature")).containsExactly("192.168.7.15 > 203.0.113.42:443");
        assertThat(run.info("malicious_signature")).containsEntry("cli_ja3_signature", fingerprint);
    }

    @Test
    void shouldReportDnsNamesWithOddCharactersAndLongOnes() throws IOException {
        final LibraryRun run = run("dns", "dns_invalid_query", AS_IT_COMES);

        // Names that exist or not, and one with underscores, are left alone.
        assertThat(run.alerts("dns_invalid_query")).hasSize(2).containsOnly("192.168.7.16 > 203.0.113.53:53");
        assertThat(run("dns", "dns_invalid_query", Map.of("max_query_bytes", 500)).info("dns_invalid_query"))
            .containsEntry("query", "be?zahlt?.example").containsEntry("invalid_characters", true);
    }

    @Test
    void shouldReportConversationsBetweenRemoteHosts() throws IOException {
        final LibraryRun run = run("places", "remote_to_remote", AS_IT_COMES);

        assertThat(run.alerts("remote_to_remote"))
            .containsExactlyInAnyOrder("193.48.10.10 > 12.20.30.80:80", "193.48.10.10 > 202.112.14.80:80");
        assertThat(run("places", "remote_to_remote", Map.of("except", List.of("HTTP"))).flows("remote_to_remote"))
            .isEmpty();
    }

    @Test
    void shouldReportFlowsWithBlacklistedHostsByWhoseTheyAre() throws IOException {
        final Path list = Files.writeString(folder.resolve("list"), "12.20.30.0/24\n192.168.7.17\n");

        final LibraryRun run = run("places", "blacklisted", AS_IT_COMES, "--blacklist", list.toString());

        assertThat(run.alerts("blacklisted")).containsExactlyInAnyOrder("193.48.10.10 > 12.20.30.80:80",
            "192.168.7.17 > 202.112.14.80:80", "192.168.7.17 > 80.128.5.80:80");
        assertThat(run.score("193.48.10.10 > 12.20.30.80:80")).isEqualTo(100);
        assertThat(run.score("192.168.7.17 > 80.128.5.80:80")).isEqualTo(50);
        assertThat(run("places", "blacklisted", AS_IT_COMES).flows("blacklisted")).isEmpty();
    }

    @Test
    void shouldReportFlowsFromAndToSuspiciousCountries() throws IOException {
        assertCountries("suspicious_country");
    }

    @Test
    void shouldReportFlowsFromAndToBlacklistedCountries() throws IOException {
        assertCountries("blacklisted_country");
    }

    @Test
    void shouldReportDevicesThatSpeakWhatIsNotForThem() throws IOException {
        final Map<String, String> devices = Map.of("192.168.7.20", "printer", "02:00:00:00:01:01", "unlisted");

        final LibraryRun run = run("dangerous", "device_protocol_not_allowed", Map.of("devices", devices));

        assertThat(run.alerts("device_protocol_not_allowed")).containsExactly("192.168.7.20 > 203.0.113.61:445");
        assertThat(run.info("device_protocol_not_allowed")).containsEntry("devproto_forbidden_peer", "cli")
            .containsEntry("cli.devtype", 1);
        assertThat(run("dangerous", "device_protocol_not_allowed", AS_IT_COMES).flows("device_protocol_not_allowed"))
            .isEmpty();
    }

    @Test
    void shouldKnowDevicesByTheirMacAddress() throws IOException {
        final LibraryRun run = run("dns", "device_protocol_not_allowed", Map.of(
            "devices", Map.of("02:00:00:00:00:01", "iot"), "allowed", Map.of("iot", List.of("MQTT"))));

        assertThat(run.flows("device_protocol_not_allowed")).hasSize(5);
    }

    @Test
    void shouldReportElephantsThatLeaveWhoeverOpenedTheFlow() throws IOException {
        final LibraryRun run = run("elephants", "elephant_local_to_remote", Map.of("max_bytes", 10000));

        assertThat(run.alerts("elephant_local_to_remote"))
            .containsExactlyInAnyOrder("192.168.7.21 > 203.0.113.21:9001", "141.30.60.21 > 192.168.8.21:9000");
        assertThat(run("elephants", "elephant_local_to_remote", AS_IT_COMES).flows("elephant_local_to_remote"))
            .isEmpty();
    }

    @Test
    void shouldReportElephantsThatEnterWhoeverOpenedTheFlow() throws IOException {
        final LibraryRun run = run("elephants", "elephant_remote_to_local", Map.of("max_bytes", 10000));

        assertThat(run.alerts("elephant_remote_to_local"))
            .containsExactlyInAnyOrder("192.168.7.21 > 203.0.113.21:9000", "141.30.60.21 > 192.168.8.21:9001");
        assertThat(run("elephants", "elephant_remote_to_local", AS_IT_COMES).flows("elephant_remote_to_local"))
            .isEmpty();
    }

    @Test
    void shouldReportDataThatLeavesInPings() throws IOException {
        final LibraryRun run = run("exfiltration", "data_exfiltration", Map.of("icmp_bytes", 20000));

        // The other ping of the capture is an ordinary one.
        assertThat(run.alerts("data_exfiltration")).containsExactly("192.168.7.22 > " + PLAIN_WEB);
        assertThat(run.info("data_exfiltration")).containsEntry("way", "icmp");
        assertThat(run("exfiltration", "data_exfiltration",
            Map.of("icmp_bytes", 20000, "icmp_payload_bytes", 1400)).flows("data_exfiltration")).isEmpty();
    }

    @Test
    void shouldReportDataThatLeavesInDnsQueries() throws IOException {
        final LibraryRun run = run("exfiltration", "data_exfiltration", Map.of("dns_sent_bytes", 5000));

        assertThat(run.alerts("data_exfiltration")).containsExactly("192.168.7.22 > 203.0.113.53:53");
        assertThat(run.info("data_exfiltration")).containsEntry("way", "dns");
    }

    @Test
    void shouldReportUploadsThatBringNothingBack() throws IOException {
        final LibraryRun run = run("exfiltration", "data_exfiltration",
            Map.of("upload_bytes", 10000, "upload_ratio", 5));

        assertThat(run.alerts("data_exfiltration")).containsExactly("192.168.7.22 > 203.0.113.21:9001");
        assertThat(run.info("data_exfiltration")).containsEntry("way", "upload");
        assertThat(run("exfiltration", "data_exfiltration", AS_IT_COMES).flows("data_exfiltration")).isEmpty();
    }

    @Test
    void shouldReportApplicationsThatAreDangerous() throws IOException {
        final LibraryRun run = run("dangerous", "potentially_dangerous", AS_IT_COMES);

        assertThat(run.alerts("potentially_dangerous")).containsExactly("192.168.7.20 > 203.0.113.61:445");
        assertThat(run.info("potentially_dangerous")).containsEntry("breed", "Dangerous");
        assertThat(run("dangerous", "potentially_dangerous", Map.of("except", List.of("NetBIOS.SMBv1")))
            .flows("potentially_dangerous")).isEmpty();
    }

    @Test
    void shouldMarkUdpWithoutAnAnswerAndRaiseNoAlert() throws IOException {
        final LibraryRun run = run("udp", "udp_unidirectional", AS_IT_COMES);

        // Answered, syslog, multicast and a single datagram are left alone.
        assertThat(run.flows("udp_unidirectional")).containsExactly("192.168.7.18 > 203.0.113.99:9002");
        assertThat(run.alertCounts()).isEmpty();
        assertThat(run.score("192.168.7.18 > 203.0.113.99:9002")).isEqualTo(5);
    }

    @Test
    void shouldRaiseAlertsForUdpWithoutAnAnswerWhereAskedTo() throws IOException {
        final LibraryRun run = run("udp", "udp_unidirectional",
            Map.of("alert", true, "min_packets", 1, "except", List.of()));

        assertThat(run.alerts("udp_unidirectional")).containsExactlyInAnyOrder("192.168.7.18 > 203.0.113.99:9002",
            "192.168.7.18 > 203.0.113.99:514", "192.168.7.18 > 203.0.113.99:9003");
    }

    @Test
    void shouldReportTheMiningOfCurrencies() throws IOException {
        final LibraryRun run = run("mining", "web_mining_detected", AS_IT_COMES);

        // Other JSON over TCP in the same capture is left alone.
        assertThat(run.alerts("web_mining_detected")).containsExactly("192.168.7.19 > 203.0.113.60:3333");
        assertThat(run("mining", "web_mining_detected", Map.of("except", List.of("192.168.7.19")))
            .flows("web_mining_detected")).isEmpty();
    }

    @Test
    void shouldReportWhatOtherProgramsSayOfAFlow() throws IOException {
        final Path told = Files.writeString(folder.resolve("alerts.json"),
            externalAlert("12.20.30.80", 1, "ET POLICY A page") + externalAlert("202.112.14.80", 3, "GPL WEB Another"));

        final LibraryRun run = run("places", "external_alert", AS_IT_COMES, "--external-alerts", told.toString());

        assertThat(run.alerts("external_alert"))
            .containsExactlyInAnyOrder("193.48.10.10 > 12.20.30.80:80", "193.48.10.10 > 202.112.14.80:80");
        assertThat(run.score("193.48.10.10 > 12.20.30.80:80")).isEqualTo(100);
        assertThat(run.score("193.48.10.10 > 202.112.14.80:80")).isEqualTo(20);
        assertThat(run("places", "external_alert", Map.of("min_severity", 1, "except", List.of("ET POLICY A page")),
            "--external-alerts", told.toString()).flows("external_alert")).isEmpty();
    }

    @Test
    void shouldReportOfTheSampleOnlyTheOldTls() throws IOException {
        final LibraryRun run = LibraryRun.of(folder, InProcess.root().resolve("deploy/sample/sample.pcap"));

        assertThat(run.alertCounts()).isEqualTo(Map.of("tls_old_protocol_version", 1L));
    }

    private void assertTallies(final String script, final String server, final int firstPort) throws IOException {
        final LibraryRun run = run("probes", script, AS_IT_COMES);

        final List<String> targets = IntStream.rangeClosed(1, 12)
            .mapToObj(i -> "192.168.7.13 > " + server + ":" + (firstPort + i)).toList();
        assertThat(run.alerts(script)).containsExactlyInAnyOrderElementsOf(targets.subList(9, 12));
        // One failure of another client is marked and not reported.
        assertThat(run.flows(script)).hasSize(13).containsAll(targets)
            .contains("192.168.7.23 > " + server + ":" + (firstPort + 1));
    }

    private void assertCountries(final String script) throws IOException {
        final LibraryRun run = run("places", script, Map.of("items", List.of("cn")));

        assertThat(run.alerts(script))
            .containsExactlyInAnyOrder("192.168.7.17 > 202.112.14.80:80", "193.48.10.10 > 202.112.14.80:80");
        assertThat(run("places", script, Map.of("items", List.of("FR"))).alerts(script))
            .containsExactlyInAnyOrder("193.48.10.10 > 12.20.30.80:80", "193.48.10.10 > 202.112.14.80:80");
        assertThat(run("places", script, AS_IT_COMES).flows(script)).isEmpty();
    }

    /** A line as Suricata writes it, about the flow of the places capture from France to this server. */
    private String externalAlert(final String server, final int severity, final String signature) throws IOException {
        final LibraryRun flows = run("places", "external_alert", AS_IT_COMES);
        return """
            {"event_type":"alert","src_ip":"193.48.10.10","src_port":%d,"dest_ip":"%s","dest_port":80,"proto":"TCP",\
            "alert":{"severity":%d,"signature":"%s","category":"test"}}
            """.formatted(flows.clientPort("193.48.10.10 > " + server + ":80"), server, severity, signature);
    }

    private LibraryRun run(
        final String traffic, final String script, final Map<String, ?> settings, final String... flags)
        throws IOException {
        return LibraryRun.of(folder, LibraryRun.traffic(traffic), script, settings, flags);
    }

    private static double number(final Map<String, Object> info, final String field) {
        return ((Number) info.get(field)).doubleValue();
    }
}
