package io.millrace.script.lua;

import static io.millrace.engine.event.FlowEventKind.PROTOCOL_DETECTED;
import static io.millrace.script.lua.EventBuilder.event;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What scripts see of the tree that they were loaded from, and of nothing else. */
final class ScriptFilesTest {
    @TempDir
    Path folder;

    @Test
    void shouldKnowItsInstallation() throws IOException {
        assertThat(run("ntopng/scripts/callbacks/checks/flows/custom_flow_end_script.lua",
            "dirs.installdir, ' ', ntop.getDirs().callbacksdir")).isEqualTo(
            folder + "/ntopng " + folder + "/ntopng/scripts/callbacks");
        assertThat(run("mine/plugins/group/one/user_scripts/flow/a.lua", "dirs.installdir"))
            .isEqualTo(folder + "/mine");
        assertThat(run("plain/a.lua", "dirs.installdir")).isEqualTo(folder + "/plain");
    }

    @Test
    void shouldFindModulesByItsPackagePathWithinTheInstallation() throws IOException {
        file("ntopng/scripts/lua/modules/our_names.lua", "return { hello = 'found' }");
        assertThat(run("ntopng/scripts/callbacks/checks/flows/custom_flow_end_script.lua", "(function() "
            + "package.path = dirs.installdir .. '/scripts/lua/modules/?.lua;' .. package.path "
            + "require 'lua_utils' return require('our_names').hello end)()")).isEqualTo("found");
    }

    @Test
    void shouldNotFindModulesOutsideOfTheInstallation() throws IOException {
        file("elsewhere/our_names.lua", "return { hello = 'found' }");
        final String tried = "(function() local told = {} for _, path in ipairs({ '" + folder + "/elsewhere/?.lua', "
            + "dirs.installdir .. '/../elsewhere/?.lua' }) do package.path = path "
            + "told[#told + 1] = tostring(pcall(require, 'our_names')) end return table.concat(told, ' ') end)()";
        assertThat(run("ntopng/scripts/callbacks/interface/flow/a.lua", tried)).isEqualTo("false false");
    }

    @Test
    void shouldFindModulesOfItsPluginAndOfOthers() throws IOException {
        file("plugins/security/one/modules/of_one.lua", "return { name = 'one' }");
        file("plugins/network/two/modules/of_two.lua", "return { name = 'two' }");
        assertThat(run("plugins/security/one/user_scripts/flow/a.lua", "(function() "
            + "local plugins_utils = require('plugins_utils') return plugins_utils.loadModule('one', 'of_one').name "
            + ".. plugins_utils.loadModule('two', 'of_two').name .. require('of_one').name .. "
            + "tostring(pcall(plugins_utils.loadModule, 'one', 'none')) end)()")).isEqualTo("onetwoonefalse");
    }

    @Test
    void shouldTellWhatLiesInTheInstallationOnly() throws IOException {
        file("ntopng/scripts/lua/modules/our_names.lua", "return {}");
        file("elsewhere/our_names.lua", "return {}");
        assertThat(run("ntopng/scripts/callbacks/interface/flow/a.lua", "(function() "
            + "local modules = dirs.installdir .. '/scripts/lua/modules' "
            + "local names = {} for name in pairs(ntop.readdir(modules)) do names[#names + 1] = name end "
            + "return tostring(ntop.exists(modules)) .. ' ' .. tostring(ntop.exists(modules .. '/none.lua')) .. ' ' "
            + ".. table.concat(names, ',') .. ' ' .. tostring(ntop.exists('" + folder + "/elsewhere/our_names.lua')) "
            + ".. ' ' .. tostring(ntop.exists(dirs.installdir .. '/../elsewhere/our_names.lua')) .. ' ' "
            + ".. table.len(ntop.readdir('" + folder + "/elsewhere')) .. table.len(ntop.readdir('/')) end)()"))
            .isEqualTo("true false our_names.lua false false 00");
    }

    private String run(final String name, final String expressions) throws IOException {
        final boolean chunk = name.contains("custom_flow");
        final String text = chunk ? "io.write(" + expressions + ") return(0)"
            : "local script = { hooks = {} } function script.hooks.protocolDetected() io.write(" + expressions
                + ") end return script";
        final Path path = file(name.replace("flow_end", "flow_protocol_detected"), text);
        final ScriptSource source = new ScriptSource(path, "script", false, text.getBytes(UTF_8));
        try (ScriptHarness harness = ScriptHarness.ofSources(List.of(source))) {
            final String told = harness.run(event(PROTOCOL_DETECTED, 1));
            assertThat(harness.host().findings()).isEmpty();
            assertThat(harness.problems()).isEmpty();
            return told;
        }
    }

    private Path file(final String name, final String text) throws IOException {
        final Path path = folder.resolve(name);
        Files.createDirectories(path.getParent());
        return Files.writeString(path, text);
    }
}
