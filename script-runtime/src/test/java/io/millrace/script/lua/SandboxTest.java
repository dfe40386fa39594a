package io.millrace.script.lua;

import static io.millrace.engine.event.FlowEventKind.FLOW_END;
import static io.millrace.engine.event.FlowEventKind.PROTOCOL_DETECTED;
import static io.millrace.script.lua.EventBuilder.event;
import static io.millrace.script.lua.ScriptHarness.hook;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SandboxTest {
    @ParameterizedTest
    @ValueSource(strings = {
        "require('ffi')", "require('jit')", "require('jit.opt')", "require('debug')", "require('io')",
        "require('../secret')", "require('/etc/passwd')",
        "os.execute('true')", "os.getenv('HOME')", "os.remove('/tmp/x')", "os.exit()", "io.open('/etc/passwd')",
        "io.popen('id')", "io.lines('/etc/passwd')", "dofile('/etc/passwd')", "loadfile('/etc/passwd')",
        "package.loadlib('libc.so.6', 'system')", "debug.getregistry()", "debug.getupvalue(print, 1)",
        "debug.sethook()", "debug.setmetatable(1, {})", "getfenv(0)", "setfenv(1, {})", "newproxy(true)",
        "string.dump(print)", "assert(loadstring(string.char(27) .. 'LJ'))",
        "assert(load(function() return nil end))()()",
        "collectgarbage('stop')", "getmetatable('').__index.rep = 1", "ffi.cast('int', 1)", "jit.off()",
    })
    void shouldRefuse(final String escape) {
        try (ScriptHarness harness = ScriptHarness.with(hook("protocolDetected", escape))) {
            harness.run(event(PROTOCOL_DETECTED, 1));
            assertThat(harness.problems()).as(escape).hasSize(1);
            assertThat(harness.host().hooksFailed()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "for _, name in ipairs({'ffi', 'jit', 'newproxy', 'getfenv', 'setfenv'}) do assert(_G[name] == nil, name) end",
        "for level = 0, 20 do local i = debug.getinfo(level); assert(i == nil or i.func == nil) end",
        "assert(package.loaded.ffi == nil and package.preload == nil and package.loaders == nil)",
        "assert(getmetatable('') == false)",
        "local env = load('return _G')() ; assert(env == _G and env.ffi == nil)",
    })
    void shouldShowNoWayOut(final String probe) {
        try (ScriptHarness harness = ScriptHarness.with(hook("protocolDetected", probe))) {
            harness.run(event(PROTOCOL_DETECTED, 1));
            assertThat(harness.problems()).as(probe).isEmpty();
        }
    }

    @Test
    void shouldSayHowToAllowWhatIsRefused() {
        try (ScriptHarness harness = ScriptHarness.with(hook("protocolDetected", "os.getenv('HOME')"))) {
            harness.run(event(PROTOCOL_DETECTED, 1));
            assertThat(harness.problems()).extracting(Finding::toString).containsExactly(
                "/scripts/script0.lua:4: error: os.getenv is not available to flow scripts; "
                    + "to allow it, start with --allow-script os");
        }
    }

    @Test
    void shouldOpenWhatIsAllowed() {
        final MachineSettings settings = ScriptHarness.settings();
        final MachineSettings open = new MachineSettings(settings.memoryLimitBytes(), settings.deadlineNs(),
            Set.of("io", "os"), Map.of(), 30, settings.idleTimeoutNs(), settings.emissionCapacityBytes(), true);
        try (ScriptHarness harness = ScriptHarness.with(open, hook("protocolDetected",
            "io.write(io.open('/proc/self/comm'):read('*l') ~= nil and 'read ', type(os.getenv('PATH')))"))) {
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).isEqualTo("read string");
        }
    }

    @Test
    void shouldKeepScriptsApart() {
        try (ScriptHarness harness = ScriptHarness.with(
            hook("protocolDetected",
                "leaked = 1; flow.getInfo = nil; string.rep = nil; table.concat = nil; print = nil"),
            hook("protocolDetected",
                "io.write(type(leaked), type(flow.getInfo), ('a'):rep(2), table.concat({1, 2}))"))) {
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).isEqualTo("nilfunctionaa12");
        }
    }

    @Test
    void shouldLetNoScriptBreakTheLibrary() {
        try (ScriptHarness harness = ScriptHarness.with(
            hook("protocolDetected",
                "for k in pairs(string) do string[k] = nil end for k in pairs(math) do math[k] = nil end"),
            hook("protocolDetected", "tprint(flow.getInfo()['cli.ip']) flow.triggerStatus(13, {a = 'b'})"))) {
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).isEqualTo(" string 192.168.1.10\n");
            assertThat(harness.alerts()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "local function f() return (('x'):gsub('.', f)) end f()",
        "local function f() table.sort({3, 2, 1}, f) return false end f()",
        "local function f(n) local c = coroutine.wrap(f) return c(n + 1) end f(1)",
        "local function f() return coroutine.wrap(function() return (('x'):gsub('.', f)) end)() end f()"})
    void shouldEndEndlessRecursionThroughNativeFunctionsAsAnError(final String recursion) {
        try (ScriptHarness harness = ScriptHarness.with(
            hook("protocolDetected", recursion), hook("protocolDetected", "io.write('alive ')"))) {
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).isEqualTo("alive ");
            assertThat(harness.host().hooksFailed()).isEqualTo(1);
        }
    }

    @Test
    void shouldKeepWhatOneScriptDoesToTheLibraryFromTheOthers() {
        try (ScriptHarness harness = ScriptHarness.with(
            hook("protocolDetected", "local json, consts = require('dkjson'), require('flow_consts') "
                + "json.encode = nil user_scripts.script_types = nil "
                + "for _, status in pairs(consts.status_types) do status.status_id = 'broken' end "
                + "getmetatable(i18n).__call = nil"),
            hook("protocolDetected", "flow.triggerStatus(59, { reason = require('dkjson').encode({1}) }) "
                + "io.write(user_scripts.script_types and i18n('flow_details.normal') and 'whole')"))) {
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).isEqualTo("whole");
            assertThat(harness.alerts()).hasSize(1);
            assertThat(harness.problems()).isEmpty();
        }
    }

    @Test
    void shouldBoundMemoryPerEvent() {
        final MachineSettings small = limits(8L << 20, 2_000_000_000L);
        try (ScriptHarness harness = ScriptHarness.with(small,
            hook("protocolDetected", "local t = {} for i = 1, 1e8 do t[i] = ('x'):rep(1000) .. i end"),
            hook("protocolDetected", "io.write('alive ')"))) {
            for (int flow = 1; flow <= 5; flow++) {
                assertThat(harness.run(event(PROTOCOL_DETECTED, flow))).isEqualTo("alive ");
            }
            assertThat(harness.problems()).extracting(Finding::message).contains("not enough memory");
            assertThat(harness.host().memoryUsedBytes()).isLessThan(8L << 20);
            assertThat(harness.host().hooksFailed()).isEqualTo(5);
        }
    }

    @Test
    void shouldReplaceAMachineWhoseMemoryAScriptHolds() {
        final MachineSettings small = limits(8L << 20, 2_000_000_000L);
        try (ScriptHarness harness = ScriptHarness.with(small,
            "local kept = {} return { hooks = { protocolDetected = function() "
                + "for i = 1, 1e7 do kept[#kept + 1] = ('x'):rep(1000) .. #kept end end } }",
            hook("protocolDetected", "io.write('alive ')"))) {
            for (int flow = 1; flow <= 5; flow++) {
                harness.run(event(PROTOCOL_DETECTED, flow));
            }
            assertThat(harness.output()).isEqualTo("alive ".repeat(5));
            assertThat(harness.host().hooksFailed()).isEqualTo(1);
            assertThat(harness.host().hooksSkipped()).isEqualTo(4);
            assertThat(harness.host().memoryUsedBytes()).isLessThan(4L << 20);
        }
    }

    @ParameterizedTest
    @Timeout(60)
    @ValueSource(strings = {
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "local t = {} while true do t[1] = (t[1] or 0) + 1 end",
        "while true do local s = ('x'):rep(100) end",
        "repeat until flow.getPacketsSent() == 0",
        "local s = ('a'):rep(60) .. 'b' s:find(('a?'):rep(60) .. ('a'):rep(60) .. 'c')",
        "local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end",
        "local t = {} for i = 1, 2000 do t[i] = i end while true do table.sort(t, function(a, b) return a > b end) end",
        "local function f() return f() end f()",
    })
    void shouldStopAHookThatNeverEnds(final String endless) {
        try (ScriptHarness harness = ScriptHarness.with(limits(32L << 20, 50_000_000L),
            hook("protocolDetected", "flow.triggerStatus(13)"),
            hook("protocolDetected", endless),
            hook("protocolDetected", "io.write('alive ')"))) {
            for (int flow = 1; flow <= 3; flow++) {
                assertThat(harness.run(event(PROTOCOL_DETECTED, flow), event(FLOW_END, flow))).isEqualTo("alive ");
            }
            final ScriptHost host = harness.host();
            assertThat(host.hooksTimedOut()).isEqualTo(1);
            assertThat(host.hooksSkipped()).isEqualTo(2);
            assertThat(host.hooksRun()).isEqualTo(6);
            assertThat(host.hooksDue()).isEqualTo(9);
            assertThat(harness.alerts()).extracting(ScriptHarness.Alert::statusId)
                .containsExactly(13, SwitchedOffAlert.ID, 13, 13);
            assertThat(harness.problems()).singleElement().satisfies(problem ->
                assertThat(problem.message()).contains("ran past its deadline"));
        }
    }

    @Test
    @Timeout(60)
    void shouldStopAScriptThatNeverLoads() {
        try (ScriptHarness harness = ScriptHarness.with(limits(32L << 20, 50_000_000L),
            "while true do end", "local t = {} while true do t[1] = {} end",
            hook("protocolDetected", "while true do end"), hook("protocolDetected", "io.write('alive')"))) {
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).isEqualTo("alive");
            assertThat(harness.host().hooksTimedOut()).isEqualTo(1);
            assertThat(harness.host().descriptions().getFirst().state()).isEqualTo(ScriptDescription.State.FAILED);
            assertThat(harness.host().findings()).hasSize(2).allSatisfy(finding ->
                assertThat(finding.message()).contains("ran past its deadline"));
        }
    }

    private static MachineSettings limits(final long memory, final long deadlineNs) {
        return new MachineSettings(memory, deadlineNs, Set.of(), Map.of(), 30, 60_000_000_000L, 1 << 20, true);
    }
}
