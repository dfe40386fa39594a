package io.millrace.script.lua;

import static io.millrace.engine.event.FlowEventKind.FLOW_END;
import static io.millrace.script.lua.EventBuilder.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScriptSettingsTest {
    private static final String DECLARES = """
        local script = { default_value = { limit = 100, quiet = false, name = "x", items = { "CN", "RU" }, open = {},
            ports = { [80] = "http" }, allowed = { printer = { "DNS" } }, mixed = { a = 1, b = "c" } }, hooks = {} }
        function script.hooks.flowEnd(now, conf)
            io.write(require("dkjson").encode(conf))
        end
        return script
        """;

    @TempDir
    Path folder;

    @Test
    void shouldHandAScriptItsDefaultsChangedByTheUsersValues() throws IOException {
        final String values = """
            { "limit": 7, "quiet": true, "items": ["DE"], "open": { "192.168.1.2": "printer" },
                "allowed": { "iot": ["MQTT"] }, "mixed": { "b": "d" } }""";
        assertThat(conf("{ \"script0\": { \"values\": " + values + " } }")).isEqualTo(
            "{\"allowed\":{\"iot\":[\"MQTT\"],\"printer\":[\"DNS\"]},\"items\":[\"DE\"],\"limit\":7,"
                + "\"mixed\":{\"a\":1,\"b\":\"d\"},\"name\":\"x\",\"open\":{\"192.168.1.2\":\"printer\"},"
                + "\"ports\":{\"80\":\"http\"},\"quiet\":true}");
    }

    @Test
    void shouldHandAScriptItsDefaultsWhereNothingIsSaid() throws IOException {
        assertThat(conf("{}")).contains("\"limit\":100", "\"ports\":{\"80\":\"http\"}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        "limit": "7"            | value 'limit' must be a number such as 100, not a string
        "limt": 7               | value 'limt' is not declared: did you mean 'limit'? there are allowed, items, limit, \
        mixed, name, open, ports, quiet
        "quiet": 1              | value 'quiet' must be a boolean such as false, not a number
        "items": [1]            | value 'items[1]' must be a string, not a number
        "items": "CN"           | value 'items' must be a list such as ["CN","RU"], not a string
        "open": 3               | value 'open' must be a list or object such as {}, not a number
        "allowed": {"iot": "x"} | value 'allowed.iot' must be a list like its neighbours, not a string
        "mixed": {"c": 1}       | value 'mixed.c' is not declared: did you mean 'a'? there are a, b
        "mixed": {"a": "1"}     | value 'mixed.a' must be a number such as 1, not a string
        """)
    void shouldSayWhichValueDoesNotFitAndHowItShouldBe(final String value, final String message) throws IOException {
        final Path file = write("{ \"script0\": { \"values\": {\n" + value + " } } }");
        try (ScriptHarness harness = ScriptHarness.with(settings(ScriptSettings.read(file)), DECLARES)) {
            assertThat(harness.host().findings()).extracting(Finding::toString)
                .containsExactly(file + ":2: error: script 'script0': " + message);
            assertThat(harness.host().descriptions().getFirst().state()).isEqualTo(ScriptDescription.State.FAILED);
            assertThat(harness.run(event(FLOW_END, 1))).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"a": {"enable": true}}              | 1: expected "enabled" or "values" for "a", not "enable"
        {"a": {"enabled": 1}}                | 1: expected true or false for "enabled" of "a"
        {"a": {"values": [1]}}               | 1: expected an object for "values" of "a"
        {"a": {"values": {"x": null}}}       | 1: expected a value: leave out what shall be as the script says
        {"a": {"values": {"x": 1, "x": 2}}}  | 1: Duplicate field 'x'
        """)
    void shouldRefuseASettingsFileOfAnotherShape(final String json, final String message) throws IOException {
        final Path file = write(json);
        assertThatThrownBy(() -> ScriptSettings.read(file)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageStartingWith(file + ":" + message);
    }

    @Test
    void shouldTellAScriptOfItsConfigurationWhenItIsLoadedAndUnloaded() throws IOException {
        final String tells = """
            local script = { default_enabled = false, default_value = { n = 1 }, hooks = { flowEnd = function() end } }
            for _, name in ipairs({ "onLoad", "onUnload", "onEnable", "onDisable", "onUpdateConfig" }) do
                script[name] = function(hook, config)
                    io.write(name, " ", hook, " ", tostring(config.enabled), " ", config.script_conf.n, "\\n")
                end
            end
            return script
            """;
        final Path file = write("{ \"script0\": { \"enabled\": true, \"values\": { \"n\": 2 } }, \"script1\": false }");
        try (ScriptHarness harness = ScriptHarness.with(settings(ScriptSettings.read(file)), tells, tells, tells)) {
            harness.teardown();
            assertThat(harness.output()).isEqualTo("onLoad all true 2\nonEnable all true 2\nonUpdateConfig all true 2\n"
                + "onDisable all false 1\nonUnload all true 2\n");
        }
    }

    @Test
    void shouldShowScriptsTheConfigurationThroughUserScripts() throws IOException {
        final String reads = """
            local user_scripts = require("user_scripts")
            local script = { hooks = {} }
            function script.hooks.flowEnd()
                local loaded = user_scripts.load(0, user_scripts.script_types.flow, "flow", { return_all = true })
                local early = user_scripts.load(user_scripts.script_types.flow, 0, "flow", "flowEnd")
                local config = user_scripts.getTargetConfig(user_scripts.getConfigsets("flow"), "flow", "x")
                local limits = user_scripts.getTargetHookConfig(config, loaded.modules.script0)
                io.write(table.concat(user_scripts.listScripts(user_scripts.script_types.flow, "flow"), ","), " ",
                    limits.script_conf.limit, " ", tostring(limits.enabled), " ",
                    tostring(user_scripts.isEnabled(0, "flow", "script1")), " ",
                    tostring(early.modules.script1), " ", tostring(early.hooks.flowEnd.script0), " ",
                    tostring(loaded.modules.script1.enabled), " ", tostring(loaded.modules.script0.setup), " ",
                    tostring(user_scripts.toggleScript()), "\\n")
                limits.script_conf.limit, config.script0 = 0, nil
                io.write(user_scripts.getTargetHookConfig({}, "script0").script_conf.limit)
            end
            return script
            """;
        final Path file = write("{ \"script0\": { \"values\": { \"limit\": 7 } }, \"script1\": false }");
        final String quiet = "return { setup = function() return true end, hooks = { flowEnd = function() end } }";
        try (ScriptHarness harness = ScriptHarness.with(
            settings(ScriptSettings.read(file)),
            quiet.replace("return {", "return { default_value = { limit = 1 },"), quiet, reads)) {
            assertThat(harness.run(event(FLOW_END, 1)))
                .isEqualTo("script0,script1,script2 7 true false nil true false nil false\n7");
            assertThat(harness.problems()).isEmpty();
        }
    }

    @Test
    void shouldWarnOfNamesThatNoScriptHas() throws IOException {
        final Path script = Files.writeString(folder.resolve("longlived.lua"), DECLARES);
        final Path file = write("{\n \"longlive\": true }");
        final ScriptCheck check = ScriptCheck.check(
            List.of(script), ScriptHarness.names(), settings(ScriptSettings.read(file)));
        assertThat(check.findings()).extracting(Finding::toString).containsExactly(
            file + ":2: warning: no script is named 'longlive': there are longlived");
    }

    private String conf(final String json) throws IOException {
        try (ScriptHarness harness = ScriptHarness.with(settings(ScriptSettings.read(write(json))), DECLARES)) {
            assertThat(harness.host().findings()).isEmpty();
            return harness.run(event(FLOW_END, 1));
        }
    }

    private Path write(final String json) throws IOException {
        return Files.writeString(folder.resolve("settings.json"), json);
    }

    private static MachineSettings settings(final Map<String, ScriptWish> wishes) {
        final MachineSettings usual = ScriptHarness.settings();
        return new MachineSettings(usual.memoryLimitBytes(), usual.deadlineNs(), usual.allowedLibraries(), wishes,
            usual.tickSeconds(), usual.idleTimeoutNs(), usual.emissionCapacityBytes(), usual.ordered());
    }
}
