package io.millrace.script.lua;

import static io.millrace.engine.event.FlowEventDescriptor.CLI_MAC;
import static io.millrace.engine.event.FlowEventDescriptor.HANDSHAKE_OK;
import static io.millrace.engine.event.FlowEventDescriptor.L4_PROTOCOL;
import static io.millrace.engine.event.FlowEventDescriptor.NDPI_APP;
import static io.millrace.engine.event.FlowEventDescriptor.NDPI_CATEGORY;
import static io.millrace.engine.event.FlowEventDescriptor.PERIODIC_TICK;
import static io.millrace.engine.event.FlowEventDescriptor.SRV2CLI_PACKETS;
import static io.millrace.engine.event.FlowEventDescriptor.TIME_NS;
import static io.millrace.engine.event.FlowEventKind.FLOW_END;
import static io.millrace.engine.event.FlowEventKind.PERIODIC_UPDATE;
import static io.millrace.engine.event.FlowEventKind.PROTOCOL_DETECTED;
import static io.millrace.script.lua.EventBuilder.event;
import static io.millrace.script.verdict.VerdictDescriptor.BLACKLISTED;
import static io.millrace.script.verdict.VerdictDescriptor.BROADCAST_OR_MULTICAST;
import static io.millrace.script.verdict.VerdictDescriptor.LOCAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.millrace.engine.event.FlowEventKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the scripts that several generations have say of flows that they are meant for, and that they say nothing of
 * others.
 */
class GenerationResultsTest {
    private static final int ERROR = 5;
    private static final int NOTICE = 3;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"2019, 65535, 0, 0", "4.0, 100, 1000, 5", "4.2, 100, 1024, 5"})
    void shouldReportBlacklistedHosts(
        final String generation, final int score, final int clientScore, final int serverScore) throws IOException {

        try (GenerationRun script = GenerationRun.of(generation + "/blacklisted")) {
            script.harness().traits(LOCAL, 0);
            script.run(event(PROTOCOL_DETECTED, 1));
            assertThat(script.harness().bitmap(1)).isZero();
            script.harness().traits(LOCAL, BLACKLISTED);
            script.run(event(PROTOCOL_DETECTED, 2));

            script.expect(2, 13, "blacklisted", "alert_flow_blacklisted", ERROR);
            assertThat(script.scores(2)).containsExactly(score, clientScore, serverScore);
            assertThat(script.told(generation)).containsOnly(entry("blacklisted.srv", true));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.0", "4.2"})
    void shouldScoreAListedClientByItself(final String generation) throws IOException {
        try (GenerationRun script = GenerationRun.of(generation + "/blacklisted")) {
            script.harness().traits(BLACKLISTED, LOCAL);
            script.run(event(PROTOCOL_DETECTED, 1));
            assertThat(script.scores(1)).containsExactly(100, 5, 10);
            assertThat(script.told(generation)).containsOnly(entry("blacklisted.cli", true));
        }
    }

    @ParameterizedTest
    @CsvSource({"2019, 65535, 0, 0", "4.0, 80, 80, 80", "4.2, 80, 80, 5"})
    void shouldReportADeviceThatSpeaksWhatItMayNot(
        final String generation, final int score, final int clientScore, final int serverScore) throws IOException {

        try (GenerationRun script = GenerationRun.of(generation + "/device_protocol_not_allowed",
            prepared("ntop.setHashCache('ntopng.prefs.device_types', '02:00:00:00:00:00', '12') "
                + "ntop.setHashCache('ntopng.prefs.device_policies.client_12', '91', '0')"))) {
            script.run(event(PROTOCOL_DETECTED, 1), event(PROTOCOL_DETECTED, 2).u8(CLI_MAC, 2).u16(NDPI_APP, 5));
            assertThat(script.harness().alerts()).isEmpty();
            script.run(event(PROTOCOL_DETECTED, 3).u8(CLI_MAC, 2));

            script.expect(3, 16, "device_protocol_not_allowed", "alert_device_protocol_not_allowed", ERROR);
            assertThat(script.scores(3)).containsExactly(score, clientScore, serverScore);
            assertThat(script.told(generation)).contains(entry("devproto_forbidden_peer", "cli"),
                entry("devproto_forbidden_id", 91L), entry("cli.devtype", 12L), entry("srv.devtype", 0L));
        }
    }

    @Test
    void shouldNotRunTheExampleOf2019WhoseSetupDeclines() throws IOException {
        try (GenerationRun script = GenerationRun.of("2019/example")) {
            script.run(event(PROTOCOL_DETECTED, 1));
            assertThat(script.harness().host().hooksDue()).isZero();
            assertThat(script.harness().bitmap(1)).isZero();
        }
    }

    @Test
    void shouldRunTheExampleOf40OnCompleteHandshakesOfHttpOnly() throws IOException {
        try (GenerationRun script = GenerationRun.of("4.0/example")) {
            script.run(event(PROTOCOL_DETECTED, 1), http(PROTOCOL_DETECTED, 2).u8(HANDSHAKE_OK, 0),
                http(PROTOCOL_DETECTED, 3).u8(L4_PROTOCOL, 17));
            assertThat(script.harness().host().hooksDue()).isZero();

            assertThat(script.run(http(PROTOCOL_DETECTED, 4))).isEqualTo(
                "15/Nov/2019 00:00:05 [example.lua:25] [HTTP] TCP 192.168.1.10:40000 -> 8.8.8.8:443\n");
            script.expect(4, 41, "example", "alert_suspicious_activity", ERROR);
            assertThat(script.alert().info()).isEqualTo("an example");
            assertThat(script.scores(4)).containsExactly(60, 50, 10);
        }
    }

    @Test
    void shouldTakeTheOldFormOfTriggerStatusInTheExampleOf42AndTellItOfItsConfiguration() throws IOException {
        try (GenerationRun script = GenerationRun.of("4.2/example")) {
            script.run(http(PROTOCOL_DETECTED, 1));
            assertThat(script.harness().output()).contains("onLoad all true", "onEnable all true");
            script.expect(1, 15, "web_mining_detected", "alert_web_mining", ERROR);
            assertThat(script.alert().info()).isEqualTo("an example");
            assertThat(script.scores(1)).containsExactly(60, 50, 10);
            script.harness().teardown();
            assertThat(script.harness().output()).contains("onUnload all true");
        }
    }

    @ParameterizedTest
    @CsvSource({"2019, 4", "4.0, ", "4.2, 5"})
    void shouldPassOnAlertsOfOtherPrograms(final String generation, final Integer severity) throws IOException {
        try (GenerationRun script = GenerationRun.of(generation + "/external_alert_check")) {
            script.run(event(PERIODIC_UPDATE, 1));
            assertThat(script.harness().bitmap(1)).isZero();
            script.harness().offerExternalAlert("192.168.1.10", 40000, "8.8.8.8", 443,
                "{\"source\":\"suricata\",\"severity_id\":1,\"alert\":{\"signature\":\"ET POLICY some thing\"}}");
            script.run(event(PERIODIC_UPDATE, 1));

            assertThat(script.harness().bitmap(1)).isEqualTo(1L << 21);
            if (severity == null) {
                // Without a score there is no alert in 4.0.
                assertThat(script.harness().alerts()).isEmpty();
                return;
            }
            script.expect(1, 21, "external_alert", "external_alert", severity);
            assertThat(script.told(generation)).contains(
                entry("source", "suricata"), entry("alert", Map.of("signature", "ET POLICY some thing")));
        }
    }

    @Test
    void shouldPassOnInTheLastHookOf42WhatCameAfterTheLastUpdate() throws IOException {
        try (GenerationRun script = GenerationRun.of("4.2/external_alert_check")) {
            script.run(event(PERIODIC_UPDATE, 1));
            script.harness().offerExternalAlert("8.8.8.8", 443, "192.168.1.10", 40000,
                "{\"source\":\"suricata\",\"severity_id\":2,\"alert\":{}}");
            script.run(event(FLOW_END, 1));
            script.expect(1, 21, "external_alert", "external_alert", ERROR);
            assertThat(script.scores(1)).containsExactly(100, 100, 100);
        }
    }

    @ParameterizedTest
    @CsvSource({"2019, alert_connection_issues, 65535", "4.0, , 0", "4.2, alert_internals, 10"})
    void shouldReportFlowsThatWereNotPurged(final String generation, final String type, final int score)
        throws IOException {

        try (GenerationRun script = GenerationRun.of(generation + "/not_purged")) {
            final long late = EventBuilder.START_NS + 5_000_000_000L + 601_000_000_000L;
            script.run(event(PERIODIC_UPDATE, 1),
                event(PERIODIC_UPDATE, 2).u64(TIME_NS, late - 2_000_000_000L),
                event(PERIODIC_UPDATE, 3).u64(TIME_NS, late).u32(PERIODIC_TICK, 19));
            assertThat(script.harness().host().hooksDue()).as("every 600 seconds").isEqualTo(2);
            assertThat(script.harness().bitmap(1) | script.harness().bitmap(2)).isZero();
            script.run(event(PERIODIC_UPDATE, 4).u64(TIME_NS, late).u32(PERIODIC_TICK, 20));

            assertThat(script.harness().bitmap(4)).isEqualTo(1L << 20);
            assertThat(script.scores(4)).first().isEqualTo(score);
            if (type == null) {
                assertThat(script.harness().alerts()).isEmpty();
            } else {
                script.expect(4, 20, "not_purged", type, ERROR);
                assertThat(script.told(generation)).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"2019, 65535", "4.0, 10", "4.2, 10"})
    void shouldMarkFlowsBetweenRemoteHosts(final String generation, final int score) throws IOException {
        try (GenerationRun script = GenerationRun.of(generation + "/remote_to_remote")) {
            script.run(event(PROTOCOL_DETECTED, 1));
            script.harness().traits(0, BROADCAST_OR_MULTICAST);
            script.run(event(PROTOCOL_DETECTED, 2));
            assertThat(script.harness().bitmap(1) | script.harness().bitmap(2)).isZero();
            script.harness().traits(0, 0);
            script.run(event(PROTOCOL_DETECTED, 3));

            assertThat(script.harness().bitmap(3)).isEqualTo(1L << 12);
            assertThat(script.scores(3)).first().isEqualTo(score);
            if (generation.equals("4.2")) {
                script.expect(3, 12, "remote_to_remote", "alert_remote_to_remote", NOTICE);
                assertThat(script.scores(3)).containsExactly(10, 10, 10);
                assertThat(script.told(generation)).isEmpty();
            } else {
                assertThat(script.harness().alerts()).isEmpty();
            }
        }
    }

    @Test
    void shouldAskForBothDirectionsIn2019Only() throws IOException {
        for (final Map.Entry<String, Integer> due : Map.of("2019", 0, "4.0", 1, "4.2", 1).entrySet()) {
            try (GenerationRun script = GenerationRun.of(due.getKey() + "/remote_to_remote")) {
                script.harness().traits(0, 0);
                script.run(event(PROTOCOL_DETECTED, 1).u64(SRV2CLI_PACKETS, 0));
                assertThat(script.harness().host().hooksDue()).as(due.getKey()).isEqualTo(due.getValue().longValue());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"2019, 65535, 0, 0", "4.0, 5, 5, 1"})
    void shouldMarkUdpWithoutAnAnswer(
        final String generation, final int score, final int clientScore, final int serverScore) throws IOException {

        try (GenerationRun script = GenerationRun.of(generation + "/udp_unidirectional")) {
            script.run(event(PROTOCOL_DETECTED, 1).u64(SRV2CLI_PACKETS, 0), udp(PROTOCOL_DETECTED, 2));
            assertThat(script.harness().bitmap(1) | script.harness().bitmap(2)).isZero();
            script.run(udp(PROTOCOL_DETECTED, 3).u64(SRV2CLI_PACKETS, 0),
                udp(PERIODIC_UPDATE, 3).u64(SRV2CLI_PACKETS, 0));

            assertThat(script.harness().bitmap(3)).isEqualTo(1L << 28);
            assertThat(script.scores(3)).as("scores count once").containsExactly(score, clientScore, serverScore);
            assertThat(script.harness().alerts()).isEmpty();
        }
    }

    @Test
    void shouldTakeTheMarkAwayWhenAnAnswerComes() throws IOException {
        try (GenerationRun script = GenerationRun.of("4.0/udp_unidirectional")) {
            script.run(udp(PROTOCOL_DETECTED, 1).u64(SRV2CLI_PACKETS, 0));
            assertThat(script.harness().bitmap(1)).isEqualTo(1L << 28);
            script.run(udp(FLOW_END, 1));
            assertThat(script.harness().bitmap(1)).isZero();
        }
    }

    @Test
    void shouldReportUdpWithoutAnAnswerIn42ButForProtocolsThatNeedNone() throws IOException {
        try (GenerationRun script = GenerationRun.of("4.2/udp_unidirectional")) {
            for (final int answerless : new int[] {8, 17, 18, 87, 103, 128, 129}) {
                script.run(udp(FLOW_END, answerless).u16(NDPI_APP, answerless).u64(SRV2CLI_PACKETS, 0));
                assertThat(script.harness().bitmap(answerless)).as("nDPI's %d", answerless).isZero();
            }
            script.run(udp(FLOW_END, 1).u64(SRV2CLI_PACKETS, 0));
            script.expect(1, 28, "udp_unidirectional", "alert_udp_unidirectional", NOTICE);
            assertThat(script.scores(1)).as("flowEnd and the statusChanged that follows").containsExactly(5, 5, 1);
        }
    }

    @ParameterizedTest
    @CsvSource({"2019, 65535, 0, 0", "4.0, 50, 50, 10", "4.2, 50, 50, 10"})
    void shouldReportMining(
        final String generation, final int score, final int clientScore, final int serverScore) throws IOException {

        try (GenerationRun script = GenerationRun.of(generation + "/web_mining")) {
            script.run(event(PROTOCOL_DETECTED, 1));
            assertThat(script.harness().bitmap(1)).isZero();
            script.run(event(PROTOCOL_DETECTED, 2).u16(NDPI_CATEGORY, 99));
            script.expect(2, 15, "web_mining_detected", "alert_web_mining", ERROR);
            assertThat(script.scores(2)).containsExactly(score, clientScore, serverScore);
            assertThat(script.told(generation)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.0", "4.2"})
    void shouldReportCountriesOfTheUsersList(final String generation) throws IOException {
        try (GenerationRun script = GenerationRun.of(generation + "/country_check", "{\"items\": [\"cn\"]}",
            Set.of())) {
            script.harness().places(ScriptHarness.PLACE_DE, 0);
            script.run(event(PROTOCOL_DETECTED, 1));
            assertThat(script.harness().bitmap(1)).isZero();
            script.harness().places(ScriptHarness.PLACE_DE, ScriptHarness.PLACE_CN);
            script.run(event(PROTOCOL_DETECTED, 2));
            script.expect(2, 30, "blacklisted_country", "alert_blacklisted_country", ERROR);
            assertThat(script.scores(2)).containsExactly(60, 0, 60);
            assertThat(script.told(generation)).contains(entry("cli_country", "DE"), entry("srv_country", "CN"),
                entry("srv_blacklisted", true)).doesNotContainEntry("cli_blacklisted", true);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.0", "4.2"})
    void shouldLogFlowsIntoAFolderThatIsOpen(final String generation) throws IOException {
        final Path open = folder.toRealPath();
        try (GenerationRun script = GenerationRun.of(
            generation + "/flow_logger", "{\"folder\": \"" + open + "\"}", Set.of("io=" + open))) {
            assertThat(script.run(event(PROTOCOL_DETECTED, 1), http(PROTOCOL_DETECTED, 2))).isEmpty();
            script.harness().teardown();
        }
        assertThat(Files.readAllLines(open.resolve("flows.15Nov2019.log"))).containsExactly(
            "00:00:05 [TLS] TCP 192.168.1.10:40000 -> 8.8.8.8:443",
            "00:00:05 [HTTP] TCP 192.168.1.10:40000 -> 8.8.8.8:443");
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.0", "4.2"})
    void shouldSayThatItCannotLogAndPrintInstead(final String generation) throws IOException {
        final Path open = Files.createDirectory(folder.toRealPath().resolve("open"));
        final Path closed = Files.createDirectory(folder.toRealPath().resolve("closed"));
        try (GenerationRun script = GenerationRun.of(
            generation + "/flow_logger", "{\"folder\": \"" + closed + "\"}", Set.of("io=" + open))) {
            assertThat(script.run(event(PROTOCOL_DETECTED, 1), event(PROTOCOL_DETECTED, 2)).lines()).hasSize(3)
                .first().asString().contains("ERROR: Cannot log flows: " + closed + "/flows.15Nov2019.log: ");
            assertThat(script.harness().output()).contains("[TLS] TCP 192.168.1.10:40000 -> 8.8.8.8:443");
            assertThat(script.harness().host().functionsBlocked()).isEqualTo(1);
        }
        assertThat(closed).isEmptyDirectory();
    }

    @Test
    void shouldRecordForAMudProfileIn2019WhatAHostTalksTo() throws IOException {
        final String set = "ntopng.mud.ifid_0.remote_minimal._192.168.1.10_.out";
        try (GenerationRun script = GenerationRun.of("2019/mud",
            prepared("ntop.setHashCache('ntopng.prefs.mud_recording', '192.168.1.10', 'general_purpose')"),
            members(set, "has_recorded_data"))) {
            script.run(FlowKinds.tls(event(PROTOCOL_DETECTED, 1)), FlowKinds.ssh(event(PROTOCOL_DETECTED, 2)),
                FlowKinds.tls(event(PROTOCOL_DETECTED, 3)).between("192.168.1.11", "8.8.8.8"));
            
            assertThat(script.run(event(FLOW_END, 1))).isEqualTo(
                "TCP|SSH|HASSH|00112233445566778899aabbccddeeff TCP|TLS|JA3|0123456789abcdef0123456789abcdef 1");
        }
    }

    @Test
    void shouldRecordForAMudProfileIn40ForTheKindsOfDevicesThatTheUserNames() throws IOException {
        final String set = "ntopng.mud.ifid_0.remote_full._192.168.1.10_.out";
        final String types = "ntop.setHashCache('ntopng.prefs.device_types', '02:00:00:00:00:00', '12') ";
        try (GenerationRun script = GenerationRun.of("4.0/mud", "{\"device_types\": [\"iot\"], \"max_recording\": 10}",
            Set.of(), prepared(types), members(set, "first_recorded_data"))) {
            script.harness().traits(LOCAL, 0);
            final EventBuilder late = FlowKinds.ssh(event(PROTOCOL_DETECTED, 2)).u8(CLI_MAC, 2)
                .u64(TIME_NS, EventBuilder.START_NS + 60_000_000_000L);
            script.run(FlowKinds.tls(event(PROTOCOL_DETECTED, 1)).u8(CLI_MAC, 2), late);
            assertThat(script.run(event(FLOW_END, 1))).isEqualTo("TCP|TLS|JA3|0123456789abcdef0123456789abcdef|"
                + "fedcba9876543210fedcba9876543210|example.org 1573776005");
        }
    }

    @Test
    void shouldKnowEveryScriptOfEveryGeneration() throws IOException {
        assertThat(GenerationRun.all()).hasSize(9 + 11 + 17 + 3);
    }

    private static EventBuilder udp(final FlowEventKind kind, final long flowId) {
        return event(kind, flowId).u8(L4_PROTOCOL, 17).u16(NDPI_APP, 0);
    }

    private static EventBuilder http(final FlowEventKind kind, final long flowId) {
        return event(kind, flowId).u16(NDPI_APP, 7);
    }

    /** A script that does this before any flow, and nothing with flows. */
    private static String prepared(final String body) {
        return "ntop.setPref('ntopng.prefs.test', '1') " + body
            + " return { hooks = { statusChanged = function() end } }";
    }

    /** A script that tells at the end of a flow what a set and a marker hold. */
    private static String members(final String set, final String marker) {
        return "return { hooks = { flowEnd = function() local all = ntop.getMembersCache('" + set + "') "
            + "table.sort(all) io.write(table.concat(all, ' '), ' ', ntop.getCache('ntopng.mud.ifid_0." + marker
            + "._192.168.1.10_')) end } }";
    }

}
