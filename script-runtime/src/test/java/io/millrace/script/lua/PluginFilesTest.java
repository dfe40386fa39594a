package io.millrace.script.lua;

import static io.millrace.engine.event.FlowEventKind.PROTOCOL_DETECTED;
import static io.millrace.script.lua.EventBuilder.event;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.event.FlowEventDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What plugins of 4.0 and 4.2 bring beside their scripts: definitions of statuses and alerts, and modules. */
final class PluginFilesTest {
    @TempDir
    Path folder;
    private final List<ScriptSource> sources = new ArrayList<>();

    @Test
    void shouldRaiseAStatusThatAPluginOf40Defines() throws IOException {
        file("plugins/own/alert_definitions/alert_own.lua", "return { i18n_title = 'Own alert', icon = 'x' }");
        file("plugins/own/status_definitions/status_own.lua", """
            local alert_consts = require("alert_consts")
            return { alert_severity = alert_consts.alert_severities.warning,
                alert_type = alert_consts.alert_types.alert_own, i18n_title = "Own status",
                i18n_description = function(info) return "told " .. info.n end }
            """);
        script("plugins/own/user_scripts/flow/uses.lua", """
            local flow_consts = require("flow_consts")
            local OWN = flow_consts.status_types.status_own
            local script = { hooks = {} }
            function script.hooks.protocolDetected(now)
                flow.triggerStatus(OWN, { n = 7 }, 30, 20, 10)
                io.write(tostring(flow.isStatusSet(OWN.status_id)), " ",
                    flow_consts.getStatusDescription(OWN.status_id, { n = 7 }))
            end
            return script
            """);

        try (ScriptHarness harness = ScriptHarness.ofSources(sources)) {
            assertThat(harness.host().findings()).isEmpty();
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).isEqualTo("true told 7");
            assertThat(harness.alerts()).singleElement().satisfies(alert -> {
                assertThat(alert.signature()).isEqualTo("Own status");
                assertThat(alert.category()).isEqualTo("alert_own");
                assertThat(alert.severity()).isEqualTo(4);
                assertThat(alert.score()).isEqualTo(30);
            });
        }
    }

    @Test
    void shouldFindTheTextsThatAPluginBringsUnderItsName() throws IOException {
        file("plugins/own/locales/en.lua",
            "return { title = 'Own title', deep = { text = 'with %{n}', [1] = {} }, n = 1 }");
        file("plugins/own/locales/it.lua", "return { title = 'Titolo' }");
        script("plugins/own/user_scripts/flow/uses.lua", """
            local script = { hooks = {}, gui = { i18n_title = "own.title",
                i18n_description = i18n("own.deep.text", { n = 3 }) } }
            function script.hooks.protocolDetected(now)
                io.write(i18n("own.title"), " ", tostring(i18n("own.n")), " ", tostring(i18n("own")), " ",
                    i18n("flow_details.normal"))
            end
            return script
            """);

        try (ScriptHarness harness = ScriptHarness.ofSources(sources)) {
            assertThat(harness.host().findings()).isEmpty();
            assertThat(harness.host().descriptions()).singleElement().satisfies(script -> {
                assertThat(script.title()).isEqualTo("Own title");
                assertThat(script.description()).isEqualTo("with 3");
            });
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).isEqualTo("Own title nil nil Normal");
        }
    }

    @Test
    void shouldSayWhyTheTextsOfAPluginAreNotUsed() throws IOException {
        file("plugins/own/locales/en.lua", "return {\n x = }");
        script("plugins/own/user_scripts/flow/uses.lua", "return { hooks = { flowEnd = function() end } }");

        try (ScriptHarness harness = ScriptHarness.ofSources(sources)) {
            assertThat(harness.host().findings()).singleElement().satisfies(finding -> {
                assertThat(finding.line()).isEqualTo(2);
                assertThat(finding.message()).startsWith("texts are not used: ");
            });
        }
    }

    @Test
    void shouldRaiseAStatusThatAPluginOf42DefinesWithItsCreator() throws IOException {
        file("plugins/group/own/alert_definitions/alert_own.lua", """
            return { alert_key = require("alert_keys").user.alert_user_01, i18n_title = "Own alert", icon = "x",
                creator = function(severity, server)
                    return { alert_severity = severity, alert_type_params = { server = server } }
                end }
            """);
        file("plugins/group/own/status_definitions/status_own.lua", """
            local alert_consts = require("alert_consts")
            return { status_key = require("flow_keys").user.status_user_02,
                alert_severity = alert_consts.alert_severities.notice,
                alert_type = alert_consts.alert_types.alert_own, i18n_title = "Own status" }
            """);
        script("plugins/group/own/user_scripts/flow/uses.lua", """
            local OWN = require("flow_consts").status_types.status_own
            local script = { hooks = {} }
            function script.hooks.protocolDetected(now)
                flow.triggerStatus(OWN.create(OWN.alert_severity, flow.getInfo()["srv.ip"]), 30, 20, 10)
                io.write(OWN.status_key, " ", tostring(flow.isStatusSet(60)))
            end
            return script
            """);

        try (ScriptHarness harness = ScriptHarness.ofSources(sources)) {
            assertThat(harness.host().findings()).isEmpty();
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).isEqualTo("60 true");
            assertThat(harness.problems()).isEmpty();
            assertThat(harness.alerts()).singleElement().satisfies(alert -> {
                assertThat(alert.statusId()).isEqualTo(60);
                assertThat(alert.severity()).isEqualTo(3);
                assertThat(alert.info()).contains("\"server\":\"8.8.8.8\"", "\"script_key\":\"uses\"");
            });
        }
    }

    @Test
    void shouldCallARiskHandlerThatDeclaresFewerParametersThanItGets() throws IOException {
        file("plugins/security/flow_risks/modules/short_handler.lua", """
            local STATUS = require("flow_consts").status_types.status_suspicious_file_transfer
            return { handle_risk = function(flow_score, cli_score, srv_score)
                flow.triggerStatus(STATUS.create(STATUS.alert_severity, flow.getHTTPInfo()), flow_score, cli_score,
                    srv_score)
            end }
            """);
        script("plugins/security/flow_risks/user_scripts/flow/flow_risks.lua", """
            local handler = require("plugins_utils").loadModule("flow_risks", "short_handler")
            local risks = require("flow_risk_utils").risks
            local script = { hooks = {} }
            function script.hooks.protocolDetected(now)
                for _, risk_id in pairs(flow.getRiskInfo()) do
                    handler.handle_risk(risk_id, table.unpack({ 200, 200, 100 }))
                end
                io.write(tostring(flow.hasRisk(risks.ndpi_binary_application_transfer)), " ")
                io.write(flow.getAlertedStatusScore())
            end
            return script
            """);

        try (ScriptHarness harness = ScriptHarness.ofSources(sources)) {
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1).u64(FlowEventDescriptor.NDPI_RISK, 1L << 4)))
                .isEqualTo("true 4");
            assertThat(harness.alerts()).singleElement()
                .extracting(ScriptHarness.Alert::statusKey).isEqualTo("suspicious_file_transfer");
        }
    }

    @Test
    void shouldRecordForMudWhomAHostTalksToAndWhere() throws IOException {
        script("plugins/mud/user_scripts/flow/mud.lua", """
            local mud_utils, discover_utils = require("mud_utils"), require("discover_utils")
            local script = { hooks = {} }
            function script.setup()
                ntop.setHashCache("ntopng.prefs.device_types", "00:00:00:00:00:00", discover_utils.devtype2id("iot"))
                ntop.setHashCache("ntopng.prefs.mud_recording", "192.168.1.11", "disabled")
                return true
            end
            function script.hooks.protocolDetected(now)
                mud_utils.handleFlow(now, { [discover_utils.devtype2id("iot")] = true }, 60)
                for _, name in ipairs({ "remote_full._192.168.1.10_.out", "remote_full._192.168.1.11_.out",
                        "remote_full._8.8.8.8_.in" }) do
                    io.write(table.concat(ntop.getMembersCache("ntopng.mud.ifid_0." .. name), ","), ";")
                end
                io.write(ntop.getCache("ntopng.mud.ifid_0.first_recorded_data._192.168.1.10_"), "\\n")
            end
            return script
            """);

        try (ScriptHarness harness = ScriptHarness.ofSources(sources)) {
            final long startS = EventBuilder.START_NS / 1_000_000_000L + 5;
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).isEqualTo("TCP|TLS||||8.8.8.8;;;" + startS + "\n");
            assertThat(harness.run(event(PROTOCOL_DETECTED, 2).between("192.168.1.11", "8.8.8.8")
                .u64(FlowEventDescriptor.TIME_NS, EventBuilder.START_NS + 70_000_000_000L)))
                .isEqualTo("TCP|TLS||||8.8.8.8;;;" + startS + "\n");
            assertThat(harness.run(event(PROTOCOL_DETECTED, 3).between("192.168.1.10", "9.9.9.9")
                .u64(FlowEventDescriptor.TIME_NS, EventBuilder.START_NS + 70_000_000_000L)))
                .as("recording has ended").isEqualTo("TCP|TLS||||8.8.8.8;;;" + startS + "\n");
            assertThat(harness.problems()).isEmpty();
        }
    }

    private void script(final String name, final String text) throws IOException {
        final Path path = file(name, text);
        final String key = path.getFileName().toString().replace(".lua", "");
        sources.add(new ScriptSource(path, key, false, text.getBytes(UTF_8)));
    }

    private Path file(final String name, final String text) throws IOException {
        final Path path = folder.resolve(name);
        Files.createDirectories(path.getParent());
        return Files.writeString(path, text);
    }
}
