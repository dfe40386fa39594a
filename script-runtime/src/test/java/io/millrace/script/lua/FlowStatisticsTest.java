package io.millrace.script.lua;

import static io.millrace.script.lua.ScriptHarness.hook;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What scripts are told where the engine keeps no statistics of flows. */
class FlowStatisticsTest {
    private static final MachineSettings BASIC = ScriptHarness.settings().with(new RunTraits(null, false));

    @TempDir
    Path folder;

    @Test
    void shouldWarnInTheLineThatWantsStatistics() {
        final String script = hook("flowEnd", """
            local sent = flow.getBytesSent()
            local stats = flow.getTCPStats()
            local gaps = flow["getClient2ServerIAT"]()
            """);
        try (ScriptHarness harness = ScriptHarness.with(BASIC, script)) {
            assertThat(harness.host().findings()).extracting(Finding::toString).containsExactly(
                "/scripts/script0.lua:5: warning: flow.getTCPStats wants statistics that --flow-stats basic does not "
                    + "keep: all of it is 0; run with --flow-stats full",
                "/scripts/script0.lua:6: warning: "
                    + "flow.getClient2ServerIAT wants statistics that --flow-stats basic does "
                    + "not keep: all of it is 0; run with --flow-stats full");
            assertThat(harness.host().descriptions()).singleElement()
                .satisfies(script0 -> assertThat(script0.state()).isEqualTo(ScriptDescription.State.ENABLED));
        }
    }

    @Test
    void shouldWarnOfWhatModulesWantWhereTheScriptRequiresThem() throws IOException {
        module("modules/rates.lua", "local deep = require 'deep'\nreturn { of = function() return deep.stats() end }");
        module("modules/deep.lua", "return {\n    stats = function() return flow.getTCPStats() end }");
        module("modules/plain.lua", "return { sent = function() return flow.getBytesSent() end }");
        final Path script = module("uses.lua", hook("flowEnd", """
            local rates = require("rates")
            require("plain").sent()
            """));

        try (ScriptHarness harness = of(script)) {
            assertThat(harness.host().findings()).extracting(Finding::toString).containsExactly(
                script + ":4: warning: flow.getTCPStats in modules/deep.lua:2 wants statistics that --flow-stats basic "
                    + "does not keep: all of it is 0; run with --flow-stats full");
        }
    }

    @Test
    void shouldWarnOfModulesThatAreLoadedByNamesThatNoTextShows() throws IOException {
        module("modules/handler.lua", "return { run = function() return flow.getClientTCPIssues() end }");
        final Path script = module("uses.lua", "local script = { hooks = {}, setup = function() "
            + "require('hand' .. 'ler') return true end } function script.hooks.flowEnd() end return script");

        try (ScriptHarness harness = of(script)) {
            assertThat(harness.host().findings()).extracting(Finding::toString).singleElement().asString()
                .startsWith(script + ": warning: flow.getClientTCPIssues in modules/handler.lua:1 wants statistics");
        }
    }

    @Test
    void shouldFollowModulesThatRequireEachOther() throws IOException {
        module("modules/one.lua", "local two = require('two') return {}");
        module("modules/two.lua", "return { run = function() return require('one') or flow.getTCPStats() end }");
        final Path script = module("uses.lua", hook("flowEnd", "require('one')"));

        try (ScriptHarness harness = of(script)) {
            assertThat(harness.host().findings()).hasSize(1);
        }
    }

    @Test
    void shouldSayNothingWhereStatisticsAreKept() {
        try (ScriptHarness harness = ScriptHarness.with(hook("flowEnd", "local stats = flow.getTCPStats()"))) {
            assertThat(harness.host().findings()).isEmpty();
        }
    }

    @Test
    void shouldSayNothingOfWordsInCommentsAndTexts() {
        final String script = hook("flowEnd", "-- flow.getTCPStats()\nprint('flow.getTCPStats()')");
        try (ScriptHarness harness = ScriptHarness.with(BASIC, script)) {
            assertThat(harness.host().findings()).isEmpty();
        }
    }

    private static ScriptHarness of(final Path script) throws IOException {
        return ScriptHarness.ofSources(BASIC,
            List.of(new ScriptSource(script, "uses", false, Files.readAllBytes(script))));
    }

    private Path module(final String name, final String text) throws IOException {
        final Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }
}
