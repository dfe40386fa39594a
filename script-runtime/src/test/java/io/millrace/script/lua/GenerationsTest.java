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
            + "hooks = {} } function script.hooks.protocolDetected() io.write(script.key, ' ', script.subdir, ' ', "
            + "script.category.i18n_title, ' ', script.plugin.key, ' ', script.edition, ' ', script.is_alert, ' ', "
            + "script.script_type.parent_dir, ' ', script.source_path:match('[^/]*$'), '\\n') end return script";
        script("plugins/one/user_scripts/flow/told.lua", tell);
        script("callbacks/interface/flow/alerts/old.lua", "local script = { is_alert = 'mine', hooks = {} } "
            + "function script.hooks.protocolDetected() io.write(tostring(script.is_alert), ' ', "
            + "tostring(script.enabled), '\\n') end return script");
        try (ScriptHarness harness = ScriptHarness.ofSources(sources)) {
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).isEqualTo(
                "told flow user_scripts.category_security one community mine interface told.lua\ntrue true\n");
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
            + "(flow.getProtoBreed or function() return flow.getProtocolBreedInfo()['proto.ndpi_breed'] end)()) end\n"
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
