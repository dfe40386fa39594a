package io.millrace.script.lua;

import static io.millrace.engine.event.FlowEventDescriptor.CLI2SRV_GOODPUT_BYTES;
import static io.millrace.engine.event.FlowEventDescriptor.CLI2SRV_PACKETS;
import static io.millrace.engine.event.FlowEventDescriptor.CLI2SRV_RETRANSMISSIONS;
import static io.millrace.engine.event.FlowEventDescriptor.FIRST_SEEN_NS;
import static io.millrace.engine.event.FlowEventDescriptor.HANDSHAKE_OK;
import static io.millrace.engine.event.FlowEventDescriptor.NDPI_APP;
import static io.millrace.engine.event.FlowEventDescriptor.NDPI_RISK;
import static io.millrace.engine.event.FlowEventDescriptor.PERIODIC_TICK;
import static io.millrace.engine.event.FlowEventDescriptor.SRV2CLI_BYTES;
import static io.millrace.engine.event.FlowEventDescriptor.SRV2CLI_GOODPUT_BYTES;
import static io.millrace.engine.event.FlowEventDescriptor.SRV2CLI_LOST;
import static io.millrace.engine.event.FlowEventDescriptor.SRV2CLI_PACKETS;
import static io.millrace.engine.event.FlowEventDescriptor.SRV_PORT;
import static io.millrace.engine.event.FlowEventKind.FLOW_END;
import static io.millrace.engine.event.FlowEventKind.PERIODIC_UPDATE;
import static io.millrace.engine.event.FlowEventKind.PROTOCOL_DETECTED;
import static io.millrace.script.lua.EventBuilder.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.InstanceOfAssertFactories.map;

import io.millrace.engine.event.FlowEventKind;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the scripts that only 4.2 has, and the chunks of today, say of flows, as in {@link GenerationResultsTest}. */
class LaterScriptResultsTest {
    private static final int ERROR = 5;
    private static final int WARNING = 4;
    private static final int INFO = 2;

    @ParameterizedTest
    @CsvSource({
        "PERIODIC_UPDATE, 35, 22, tcp_severe_connection_issues, 4, 20",
        "FLOW_END, 35, 22, tcp_severe_connection_issues, 4, 20",
        "FLOW_END, 12, 6, tcp_connection_issues, 3, 10",
    })
    void shouldReportTroublesOfTcp(final FlowEventKind kind, final long lost, final int bit, final String status,
        final int severity, final int score) throws IOException {

        try (GenerationRun script = GenerationRun.of("4.2/tcp_issues_generic")) {
            script.run(troubled(kind, 1).u32(SRV2CLI_LOST, 10), troubled(kind, 2).u32(SRV2CLI_LOST, (int) lost)
                .u8(HANDSHAKE_OK, 0));
            assertThat(script.harness().bitmap(1) | script.harness().bitmap(2)).isZero();
            script.run(troubled(kind, 3).u32(SRV2CLI_LOST, (int) lost).u32(CLI2SRV_RETRANSMISSIONS, 2));

            script.expect(3, bit, status, "alert_connection_issues", severity);
            assertThat(script.scores(3)).containsExactly(score, 1, score);
            assertThat(script.told("4.2")).contains(entry("is_severe", score == 20), entry("client_issues", 2L),
                entry("server_issues", lost), entry("cli2srv_pkts", 100L), entry("srv2cli_pkts", 100L))
                .hasEntrySatisfying("tcp_stats", stats -> assertThat(stats)
                    .asInstanceOf(map(String.class, Object.class))
                    .contains(entry("cli2srv.retransmissions", 2L), entry("srv2cli.lost", lost)));
        }
    }

    @Test
    void shouldReportLongFlowsOfLittleGoodput() throws IOException {
        try (GenerationRun script = GenerationRun.of("4.2/tcp_issues_packets")) {
            final long longAgo = EventBuilder.START_NS - 600_000_000_000L;
            script.run(event(PERIODIC_UPDATE, 1).u64(FIRST_SEEN_NS, longAgo), starved(2));
            assertThat(script.harness().bitmap(1) | script.harness().bitmap(2)).isZero();
            script.run(starved(3).u64(FIRST_SEEN_NS, longAgo));
            script.expect(3, 4, "low_goodput", "alert_connection_issues", INFO);
            assertThat(script.scores(3)).containsExactly(10, 10, 10);
        }
    }

    @Test
    void shouldHandEachRiskToItsHandler() throws IOException {
        try (GenerationRun script = GenerationRun.of("4.2/flow_risks", "{\"items\": [\"9\"]}", Set.of())) {
            script.run(event(PROTOCOL_DETECTED, 1), event(PROTOCOL_DETECTED, 2).u64(NDPI_RISK, 1L << 9));
            assertThat(script.harness().bitmap(1) | script.harness().bitmap(2)).as("no risk, one left out").isZero();
            script.run(event(PROTOCOL_DETECTED, 3).u64(NDPI_RISK, 1L << 6));
            script.expect(3, 36, "flow_risk", "alert_flow_risk", WARNING);
            assertThat(script.told("4.2")).containsOnly(entry("risk_id", 6L));
            assertThat(script.scores(3)).containsExactly(50, 50, 10);
        }
    }

    @Test
    void shouldTellOfAKnownProtocolOnAStrangePortWhatGetInfoTells() throws IOException {
        try (GenerationRun script = GenerationRun.of("4.2/flow_risks")) {
            script.run(event(PROTOCOL_DETECTED, 1).u64(NDPI_RISK, 1L << 5).u16(SRV_PORT, 8443));
            script.expect(1, 35, "known_proto_on_non_std_port", "alert_known_proto_on_non_std_port", INFO);
            assertThat(script.told("4.2")).contains(entry("srv.port", 8443L), entry("proto.ndpi", "TLS"));
            assertThat(script.scores(1)).containsExactly(100, 100, 100);
        }
    }

    @Test
    void shouldTakeTheScoresOfAHandlerThatDeclaresOneParameterLess() throws IOException {
        try (GenerationRun script = GenerationRun.of("4.2/flow_risks")) {
            script.run(FlowKinds.http(event(PROTOCOL_DETECTED, 1)).u64(NDPI_RISK, 1L << 4));
            script.expect(1, 34, "suspicious_file_transfer", "alert_suspicious_file_transfer", ERROR);
            assertThat(script.told("4.2")).contains(entry("protos.http.last_url", "example.org/index.html"));
            assertThat(script.scores(1)).containsExactly(4, 50, 50);
        }
    }

    @ParameterizedTest
    @CsvSource({"dhcp, 18, 37", "dns, 5, 38", "smtp, 3, 39", "ntp, 9, 40"})
    void shouldReportServersThatTheUserDidNotName(final String service, final int protocol, final int bit)
        throws IOException {

        try (GenerationRun script = GenerationRun.of(
            "4.2/unexpected_" + service, "{\"items\": [\"8.8.8.8\", \"8.8.4.4\"]}", Set.of())) {
            script.run(event(PROTOCOL_DETECTED, 1).u16(NDPI_APP, protocol),
                event(PROTOCOL_DETECTED, 2).between("192.168.1.10", "9.9.9.9"));
            assertThat(script.harness().bitmap(1) | script.harness().bitmap(2)).isZero();
            script.run(event(PROTOCOL_DETECTED, 3).u16(NDPI_APP, protocol).between("192.168.1.10", "9.9.9.9"));

            script.expect(3, bit, "unexpected_" + service, "alert_unexpected_" + service, ERROR);
            assertThat(script.alert().info()).as("the address itself").isEqualTo("9.9.9.9");
            assertThat(script.scores(3)).containsExactly(100, 0, 100);
        }
    }

    @Test
    void shouldRunTheChunkOfTodayForItsEvent() throws IOException {
        try (GenerationRun script = GenerationRun.of("current/custom_flow_protocol_detected_script")) {
            script.harness().traits(0, 0);
            script.run(event(PROTOCOL_DETECTED, 1), FlowKinds.ssh(event(PROTOCOL_DETECTED, 2)).u64(SRV2CLI_PACKETS, 0),
                FlowKinds.ssh(event(FLOW_END, 3)));
            assertThat(script.harness().alerts()).isEmpty();
            script.run(FlowKinds.ssh(event(PROTOCOL_DETECTED, 4)));
            assertThat(script.alert().signature()).isEqualTo("SSH 192.168.1.10 to 8.8.8.8");
            assertThat(script.alert().category()).isEqualTo("flow_alert_custom_lua_script");
            assertThat(script.scores(4)).first().isEqualTo(60);
        }
    }

    @Test
    void shouldKeepGlobalsOfAChunkAndCutItsScoreToEightBits() throws IOException {
        try (GenerationRun script = GenerationRun.of("current/custom_flow_periodic_script")) {
            final String printed = script.run(event(PERIODIC_UPDATE, 1), FlowKinds.tls(event(PERIODIC_UPDATE, 2)),
                FlowKinds.tls(event(PERIODIC_UPDATE, 2)).u32(PERIODIC_TICK, 1));
            assertThat(printed).as("every 60 seconds").isEqualTo(" string seen www.example.org in call 2\n");
            assertThat(script.alert().signature()).isEqualTo("seen www.example.org in call 2");
            assertThat(script.scores(2)).first().isEqualTo(300 % 256);
        }
    }

    @Test
    void shouldTellAllThatTheFunctionsOfTodayKnow() throws IOException {
        try (GenerationRun script = GenerationRun.of("current/custom_flow_end_script")) {
            assertThat(script.run(event(FLOW_END, 1))).isEmpty();
            final String printed = script.run(FlowKinds.http(event(FLOW_END, 2)).u64(SRV2CLI_BYTES, 60000));
            assertThat(printed.lines()).containsExactly("192.168.1.10:40000 to 8.8.8.8:443", " table", "app number 7",
                "bytes number 61000", "direction string local@remote", "dns table", "http table",
                "http.protos.http.last_method string GET", "http.protos.http.last_return_code number 404",
                "http.protos.http.last_url string example.org/index.html",
                "http.protos.http.last_user_agent string curl/7", "http.protos.http.server_name string example.org",
                "is_oneway boolean false", "is_unicast boolean true", "master number 0", "name string HTTP",
                "protocol number 6", "received number 60000", "sent number 1000", "ssh table", "tls_quic table",
                "vlan_id number 0");
        }
    }

    private static EventBuilder http(final FlowEventKind kind, final long flowId) {
        return event(kind, flowId).u16(NDPI_APP, 7);
    }

    private static EventBuilder troubled(final FlowEventKind kind, final long flowId) {
        return event(kind, flowId).u64(CLI2SRV_PACKETS, 100).u64(SRV2CLI_PACKETS, 100);
    }

    private static EventBuilder starved(final long flowId) {
        return event(PERIODIC_UPDATE, flowId).u64(CLI2SRV_GOODPUT_BYTES, 200).u64(SRV2CLI_GOODPUT_BYTES, 1000);
    }
}
