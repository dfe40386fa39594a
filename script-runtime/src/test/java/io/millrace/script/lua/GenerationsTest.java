package io.millrace.script.lua;

import static io.millrace.engine.event.FlowEventKind.FLOW_END;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scripts of each generation, found by their folders, with definitions beside them. */
final class GenerationsTest {
    @TempDir
    Path folder;
    private final List<ScriptSource> sources = new ArrayList<>();

    @Test
    void shouldTakeTheGenerationFromTheFolder() throws IOException {
        script("plugins/one/user_scripts/flow/a.lua", body("flow.getBytes()"));
        script("plugins/security/two/user_scripts/flow/b.lua", body("shortFlowLabel(flow.getInfo())"));
        script("callbacks/interface/flow/c.lua", body("type(flow.getBytes()), ' ', tostring(conf)"));
        script("callbacks/checks/flows/custom_flow_end_script.lua", "io.write('end ', flow.cli(), '\\n') return(0)");
        try (ScriptHarness harness = ScriptHarness.ofSources(sources)) {
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1)))
                .isEqualTo("6000\n[TLS] TCP 192.168.1.10:40000 -> 8.8.8.8:443\ntable nil\n");
            assertThat(harness.run(event(FLOW_END, 1))).isEqualTo("end 192.168.1.10\n");
            assertThat(harness.problems()).isEmpty();
        }
    }

    @Test
    void shouldRunScriptsOfTheMonthsBetweenGenerations() throws IOException {
        script("callbacks/interface/flow/october.lua", body("flow.getClientIp(), ' ', flow.addStatus(5) or '', "
            + "type(flow.getBytes()), ' ', flow.getSSLVersion(), ' ', flow.getSSLInfo()['protos.tls_version'], ' ', "
            + "flow.callMethodById(flow.methodNamesToIds().getHashEntryId)"));
        script("plugins/one/user_scripts/flow/january.lua", body("type(flow.getBytes()), ' ', "
            + "tostring(flow.hasLowGoodput()), tostring(flow.shouldCheckTlsCertificate()), flow.incScore(7) or ''"));
        script("plugins/two/user_scripts/flow/february.lua", body("flow.getClientIp(), ':', flow.getClientPort(), ' ', "
            + "flow.getRiskBitmap(), ' ', flow.setStatus(1, 10, 10, 10, 'february') and flow.getPredominantAlert()"));
        try (ScriptHarness harness = ScriptHarness.ofSources(sources)) {
            assertThat(harness.run(FlowKinds.tls(event(PROTOCOL_DETECTED, 1)))).isEqualTo(
                "192.168.1.10 table 771 771 1\nnumber falsetrue\n192.168.1.10:40000 0 8\n");
            assertThat(harness.problems()).isEmpty();
            assertThat(harness.bitmap(1)).isEqualTo(1L << 5 | 1L << 13);
        }
    }

    @Test
    void shouldRaiseWhatADefinitionFileDefines() throws IOException {
        file("status_defs/late.lua", "return { status_id = 60, prio = 901, relevance = 10, i18n_title = 'Too late', "
            + "alert_severity = require('alert_consts').alert_severities.warning, "
            + "alert_type = require('alert_consts').alert_types.alert_flow_misbehaviour }");
        file("status_defs/lame.lua", "return { status_id = 61 }");
        script("uses.lua", "local types = require('flow_consts').status_types return { api = '2019', hooks = { "
            + "protocolDetected = function(now) flow.triggerStatus(types.late.status_id, { a = 1 }) end } }");
        try (ScriptHarness harness = ScriptHarness.ofSources(sources)) {
            harness.run(event(PROTOCOL_DETECTED, 1));
            assertThat(harness.problems()).isEmpty();
            assertThat(harness.alerts()).singleElement().satisfies(alert -> {
                assertThat(alert.statusId()).isEqualTo(60);
                assertThat(alert.signature()).isEqualTo("Too late");
                assertThat(alert.severity()).isEqualTo(4);
            });
            assertThat(harness.host().findings()).singleElement().extracting(Finding::message)
                .isEqualTo("definition is not used: field relevance is missing");
        }
    }

    @Test
    void shouldDescribeAStatusInTheWordsOfItsDefinition() throws IOException {
        file("callbacks/status_defs/late.lua", "return { status_id = 60, prio = 901, relevance = 10, i18n_title = 'Too late', "
            + "i18n_description = 'flow_details.low_goodput', "
            + "alert_severity = require('alert_consts').alert_severities.warning, "
            + "alert_type = require('alert_consts').alert_types.alert_flow_misbehaviour }");
        file("callbacks/status_defs/loud.lua", "return { status_id = 61, prio = 902, relevance = 10, i18n_title = 'Too loud', "
            + "i18n_description = 'louder than the rest', "
            + "alert_severity = require('alert_consts').alert_severities.warning, "
            + "alert_type = require('alert_consts').alert_types.alert_flow_misbehaviour }");
        script("callbacks/interface/flow/tells.lua", "local consts = require('flow_consts') " + body(
            "consts.getStatusDescription(60, {}), ', ', consts.getStatusDescription(61)"));
        try (ScriptHarness harness = ScriptHarness.ofSources(sources)) {
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).isEqualTo("Low goodput, louder than the rest\n");
        }
    }

    @Test
    void shouldLetTextsOfPluginsHoldPercentSigns() throws IOException {
        file("plugins/one/locales/en.lua", "return { share = '%{who}: %<part>.d %% of %{all}' }");
        script("plugins/one/user_scripts/flow/tells.lua", body("i18n('one.share', { who = '5%', part = 7 })"));
        try (ScriptHarness harness = ScriptHarness.ofSources(sources)) {
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).isEqualTo("5%: 7 % of nil\n");
        }
    }

    @ParameterizedTest
    @CsvSource({"2019, 8, 8, 'nil'", "4.0, 0, 0, 0", "4.2, 0, 0, 0"})
    void shouldTellTheIcmpTypeThatTheGenerationDid(
        final String generation, final String inAlert, final String inFullInfo, final String ofVersion6) {

        final String text = "local types = require('flow_consts').status_types\n"
            + "local script = { api = '" + generation + "', hooks = {} }\n"
            + "function script.hooks.protocolDetected()\n"
            + "local told = flow.getICMPStatusInfo()\n"
            + "io.write(flow.getFullInfo().icmp.type, ' ', told and told.type or 'nil', '\\n')\n"
            + switch (generation) {
                case "2019" -> "flow.triggerStatus(13, {})";
                case "4.0" -> "flow.triggerStatus(types.status_blacklisted, {}, 10, 10, 10)";
                default -> "flow.triggerStatus(types.status_blacklisted.create(nil, {}), 10, 10, 10)";
            } + " end return script";
        try (ScriptHarness harness = ScriptHarness.with(text)) {
            assertThat(harness.run(FlowKinds.icmp(event(PROTOCOL_DETECTED, 1))))
                .isEqualTo(inFullInfo + " " + inFullInfo + "\n");
            assertThat(harness.alerts()).singleElement().extracting(ScriptHarness.Alert::info).asString()
                .contains("\"icmp\":{\"code\":0,\"type\":" + inAlert + "}");
            assertThat(harness.run(FlowKinds.icmp(event(PROTOCOL_DETECTED, 2)).u8(FlowEventDescriptor.L4_PROTOCOL, 58)))
                .isEqualTo(inFullInfo + " " + ofVersion6 + "\n");
            assertThat(harness.problems()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        2019 | flow.triggerAlert(13, '7', 1, now)         | triggerAlert: expected number[@pos 2], got string
        2019 | flow.triggerAlert(13, 7, nil, now)         | triggerAlert: expected number[@pos 3], got no value
        4.0  | flow.triggerAlert('13', 7, 1, now)         | triggerAlert: expected number[@pos 1], got string
        4.2  | flow.triggerAlert(1, 8, 4, '50', now)      | triggerAlert: expected number[@pos 4], got string
        4.2  | flow.setStatus(17, 1, 2)                   | setStatus: expected number[@pos 4], got no value
        4.2  | flow.setStatus(17, '1', 2, 3, 'key')       | setStatus: expected number[@pos 2], got string
        """)
    void shouldDoNothingButSaySoWhereAnArgumentIsOfTheWrongType(
        final String generation, final String call, final String complaint) {

        final String text = "local script = { api = '" + generation + "', hooks = {} }\n"
            + "function script.hooks.protocolDetected(now)\n"
            + "io.write(select('#', " + call + "), ' ', flow.getStatus(), '\\n') end return script";
        try (ScriptHarness harness = ScriptHarness.with(text)) {
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1)))
                .isEqualTo("15/Nov/2019 00:00:05 [script0.lua:3] ERROR: flow." + complaint + "\n0 0\n");
            assertThat(harness.alerts()).isEmpty();
            assertThat(harness.problems()).isEmpty();
        }
    }

    @Test
    void shouldRunScriptsOfOneNameInTwoGenerationsSideBySide() throws IOException {
        script("plugins/same/user_scripts/flow/same.lua", body("'4.0 '"));
        script("callbacks/interface/flow/same.lua", body("'2019 '"));
        try (ScriptHarness harness = ScriptHarness.ofSources(sources)) {
            assertThat(harness.host().findings()).isEmpty();
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).isEqualTo("4.0 \n2019 \n");
        }
    }

    @Test
    void shouldTakeAChunkOfTodayByItsNameWhereverItLies() throws IOException {
        script("custom_flow_end_script.lua", "io.write('end ', flow.cli(), '\\n') return(0)");
        script("custom_flow_protocol_detected_script.lua.sample", "io.write('detected\\n') return(0)");
        try (ScriptHarness harness = ScriptHarness.ofSources(sources)) {
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1), event(FLOW_END, 1)))
                .isEqualTo("detected\nend 192.168.1.10\n");
        }
    }

    @Test
    void shouldWriteIntoTheTableWhatTheLoaderOfItsTimeDid() throws IOException {
        final String tell = "local script = { category = user_scripts.script_categories.security, is_alert = 'mine', "
            + "gui = { input_title = 'flow_details.low_goodput' }, "
            + "hooks = {} } function script.hooks.protocolDetected() "
            + "io.write(script.gui.input_title, ' ', script.key, ' ', script.subdir, ' ', "
            + "script.category.i18n_title, ' ', script.plugin.key, ' ', script.edition, ' ', script.is_alert, ' ', "
            + "script.script_type.parent_dir, ' ', script.source_path:match('[^/]*$'), '\\n') end return script";
        script("plugins/one/user_scripts/flow/told.lua", tell);
        script("callbacks/interface/flow/alerts/old.lua", "local script = { is_alert = 'mine', hooks = {} } "
            + "function script.hooks.protocolDetected() io.write(tostring(script.is_alert), ' ', "
            + "tostring(script.enabled), '\\n') end return script");
        try (ScriptHarness harness = ScriptHarness.ofSources(sources)) {
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).isEqualTo(
                "Low goodput told flow user_scripts.category_security one community mine interface told.lua\n"
                    + "true true\n");
            assertThat(harness.problems()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2019, Download-FileTransfer-FileSharing Unrated, ''",
        "4.0, Download-FileTransfer-FileSharing Unrated, ''",
        "4.2, Download-FileTransfer-FileSharing Unrated, 5 Known protocol on non standard port 26 Risk 26",
        "current, '', ''",
    })
    void shouldCallCategoriesBreedsAndRisksByTheNamesOfTheirTime(
        final String generation, final String names, final String risks) {

        final String text = "local script = { api = '" + generation + "', hooks = {} }\n"
            + "function script.hooks.protocolDetected()\n"
            + "if flow.getnDPICategoryName then io.write(flow.getnDPICategoryName(), ' ', "
            + "(flow.getProtoBreed or function() return flow.getProtocolBreedInfo()['proto.ndpi_breed'] end)()) "
            + "assert(interface.getnDPICategoryName(7) == flow.getnDPICategoryName()) end\n"
            + "if flow.getRiskInfo then io.write('\\n') for text, id in pairsByValues(flow.getRiskInfo()) do "
            + "io.write(' ', id, ' ', text) end end end return script";
        try (ScriptHarness harness = ScriptHarness.with(text)) {
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1).u16(FlowEventDescriptor.NDPI_CATEGORY, 7)
                .u8(FlowEventDescriptor.NDPI_BREED, 6).u64(FlowEventDescriptor.NDPI_RISK, 1L << 5 | 1L << 26)))
                .isEqualTo(risks.isEmpty() ? names : names + "\n " + risks);
        }
    }

    @ParameterizedTest
    @CsvSource({"2019, 1", "4.0, 1", "4.2, 4"})
    void shouldTellTheSeverityOfExternalAlertsInTheNumbersOfTheGeneration(
        final String generation, final String severity) {

        final String text = "local script = { api = '" + generation + "', hooks = {} }\n"
            + "function script.hooks.protocolDetected()\n"
            + "local told = require('dkjson').decode(flow.retrieveExternalAlertInfo())\n"
            + "io.write(told.severity_id, ' ', told.alert.severity_id) end return script";
        try (ScriptHarness harness = ScriptHarness.with(text)) {
            harness.offerExternalAlert("192.168.1.10", 40000, "8.8.8.8", 443,
                "{\"source\":\"x\",\"severity_id\":1,\"alert\":{\"severity_id\":2}}");
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).isEqualTo(severity + " 2");
        }
    }

    private void script(final String name, final String text) throws IOException {
        final Path path = file(name, text);
        final String key = path.getFileName().toString().replace(".lua", "");
        sources.add(new ScriptSource(path, key, name.contains("/alerts/"), text.getBytes(UTF_8)));
    }

    private Path file(final String name, final String text) throws IOException {
        final Path path = folder.resolve(name);
        Files.createDirectories(path.getParent());
        return Files.writeString(path, text);
    }

    private static String body(final String expressions) {
        return "local script = { hooks = {} } function script.hooks.protocolDetected(now, conf) io.write(" + expressions
            + ", '\\n') end return script";
    }
}
