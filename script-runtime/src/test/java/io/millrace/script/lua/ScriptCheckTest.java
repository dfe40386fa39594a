package io.millrace.script.lua;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScriptCheckTest {
    private static final Path SAMPLES = Path.of("src/main/scripts/flow");

    @TempDir
    Path folder;

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        local x = = 1 | \
            1: error: does not compile: unexpected symbol near '='
        local t = nil; return t.hooks | \
            1: error: fails while loading: attempt to index local 't' (a nil value)
        local x = 1 | \
            error: returned nothing: end the file with `return script`, the table that holds the hooks
        return 7 | \
            error: returned a number: end the file with `return script`, the table that holds the hooks
        return {} | \
            error: no hooks: add at least one function, such as script.hooks.protocolDetected = function(now) ... end
        return { hooks = {} } | \
            1: error: no hooks: add at least one function, such as script.hooks.protocolDetected = function(now) ... end
        return { hooks = { flowEnd = 5 } } | \
            1: error: hook 'flowEnd' is a number: give it a function
        return { hooks = { flowEnds = print, flowEnd = print } } | \
            1: warning: unknown hook 'flowEnds' is never called: did you mean 'flowEnd'?
        return { hooks = { any = print, flowEnd = print } } | \
            1: warning: unknown hook 'any' is never called: did you mean 'all'?
        return { l4_proto = 'TCP', hooks = { all = print } } | \
            1: error: unknown l4_proto 'TCP': use one of tcp, udp, icmp, icmpv6, igmp, ip, ipv6, rsvp, gre, esp, \
        ipv6icmp, ospf, pim, vrrp, hip, sctp, other_ip
        return { l7_proto = 'HTTPX', hooks = { all = print } } | \
            1: error: unknown l7_proto 'HTTPX': did you mean 'HTTP'? `millrace protocols` lists all
        return { periodic_update_seconds = 45, hooks = { all = print } } | \
            1: warning: periodic_update_seconds = 45 is not a multiple of 30: 120 is used
        return { prio = 'high', hooks = { all = print } } | \
            1: warning: prio is a string: give it a number
        return { default_enabled = 'false', hooks = { all = print } } | \
            1: warning: default_enabled is a string: give it true or false
        return { l4proto = 'tcp', hooks = { all = print } } | \
            1: warning: attribute 'l4proto' has no meaning here: did you mean 'l4_proto'?
        return { hooks = { all = print }, setup = function() error('no') end } | \
            1: error: setup() fails: no
        require('mud_util') return 1 | \
            1: error: fails while loading: no module 'mud_util'; there are alert_consts, alert_creators, \
        alert_keys, alert_utils, alerts_api, discover_utils, dkjson, flow_consts, flow_keys, flow_risk_utils, \
        flow_utils, format_utils, ids_utils, locales_utils, lua_trace, lua_utils, mud_utils, ntop_utils, os_utils, \
        plugins_utils, recipients, user_scripts, and files beside the script
        """)
    void shouldSayWhatIsWrongWhereAndHowToMendIt(final String text, final String finding) throws IOException {
        final Path script = write("script.lua", text);
        final ScriptCheck check = check(script);
        assertThat(check.findings()).extracting(Finding::toString)
            .contains(script + (Character.isDigit(finding.charAt(0)) ? ":" : ": ") + finding);
        assertThat(check.sound()).isEqualTo(!finding.contains("error: "));
    }

    @Test
    void shouldReadFoldersByFileNameThenTheirAlerts() throws IOException {
        final String script = "return { hooks = { all = function() end } }";
        write("b.lua", script);
        write("a.lua", script);
        write(".hidden.lua", "not Lua at all");
        write("notes.txt", "not Lua either");
        Files.createDirectory(folder.resolve("alerts"));
        write("alerts/c.lua", script);
        write("alerts/a.lua", script);
        final ScriptCheck check = check(folder);
        assertThat(check.scripts()).extracting(ScriptDescription::key).containsExactly("a", "b", "a", "c");
        assertThat(check.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.path()).isEqualTo(folder.resolve("alerts/a.lua"));
            assertThat(finding.message()).contains("a script with the key 'a' was loaded from", "rename one");
        });
    }

    @Test
    void shouldSayThatAFolderIsMissing() {
        assertThat(check(folder.resolve("nowhere")).findings()).extracting(Finding::toString)
            .containsExactly(folder.resolve("nowhere") + ": error: cannot read the script: no such file or folder");
    }

    @Test
    void shouldDescribeWhatAScriptSaysOfItself() throws IOException {
        write("described.lua", """
            return { l4_proto = "tcp", l7_proto = "tls", three_way_handshake_ok = true, default_enabled = false,
                gui = { i18n_title = "flow_details.low_goodput", i18n_description = "Own words" },
                hooks = { flowEnd = function() end, periodicUpdate = function() end } }
            """);
        assertThat(check(folder).scripts()).containsExactly(new ScriptDescription(
            folder.resolve("described.lua"), "described", "Low goodput", "Own words",
            List.of("periodicUpdate", "flowEnd"),
            List.of("l4_proto=tcp", "l7_proto=TLS", "three_way_handshake_ok", "periodic_update_seconds=120"),
            List.of(), ScriptDescription.State.DISABLED, "default_enabled = false"));
    }

    @Test
    void shouldLoadAScriptWhoseMetatableAnswersForFieldsThatItDoesNotHave() throws IOException {
        write("odd.lua", "return setmetatable({ hooks = { flowEnd = function() end } }, "
            + "{ __index = function(_, name) error('no ' .. name) end })");
        assertThat(check(folder).findings()).isEmpty();
    }

    @Test
    void shouldLoadModulesBesideTheScript() throws IOException {
        write("uses.lua", "local m = require('helper_of_mine') return { hooks = { all = m.hook } }");
        Files.createDirectory(folder.resolve("modules"));
        write("modules/helper_of_mine.lua", "return { hook = function() end }");
        assertThat(check(folder).findings()).isEmpty();
    }

    @Test
    void shouldFindNoFaultWithTheSample() {
        final ScriptCheck check = check(SAMPLES);
        assertThat(check.findings()).isEmpty();
        assertThat(check.scripts()).singleElement().satisfies(script -> {
            assertThat(script.title()).isEqualTo("Suspicious countries");
            assertThat(script.hooks()).containsExactly("protocolDetected");
            assertThat(script.state()).isEqualTo(ScriptDescription.State.ENABLED);
        });
    }

    private Path write(final String name, final String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static ScriptCheck check(final Path path) {
        return ScriptCheck.check(List.of(path), ScriptHarness.names(), MachineSettings.forCheck());
    }
}
