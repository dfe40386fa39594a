package io.millrace.script.lua;

import static io.millrace.engine.event.FlowEventKind.FLOW_END;
import static io.millrace.engine.event.FlowEventKind.PROTOCOL_DETECTED;
import static io.millrace.script.lua.EventBuilder.event;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
                .startsWith("6000\n[TLS] TCP 192.168.1.10:40000 -> 8.8.8.8:443\ntable table: ");
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

    private static String body(final String expressions) {
        return "local script = { hooks = {} } function script.hooks.protocolDetected(now, conf) io.write(" + expressions
            + ", '\\n') end return script";
    }
}
