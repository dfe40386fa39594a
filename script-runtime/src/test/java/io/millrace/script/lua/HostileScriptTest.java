package io.millrace.script.lua;

import static io.millrace.engine.event.FlowEventKind.PROTOCOL_DETECTED;
import static io.millrace.script.lua.EventBuilder.event;
import static io.millrace.script.lua.ScriptHarness.hook;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Scripts that mean harm: what the scripts around them say and raise is the same as without them. */
class HostileScriptTest {
    /** For scripts that come to their own end: however busy the machine is, the deadline has no part in it. */
    private static final MachineSettings PATIENT = new MachineSettings(
        24L << 20, 20_000_000_000L, Set.of(), Map.of(), 30, 60_000_000_000L, 1 << 20, true);

    private static Arguments mean(final String what, final String script) {
        return Arguments.of(what, script);
    }

    private static Arguments meanHook(final String what, final String body) {
        return Arguments.of(what, hook("protocolDetected", body));
    }

    static Stream<Arguments> withoutTakingTheMachineDown() {
        return Stream.of(
            meanHook("throws a table", "error({ code = 1 })"),
            meanHook("throws nil", "error(nil)"),
            meanHook("throws an object whose text is an error",
                "error(setmetatable({}, { __tostring = function() error('again') end }))"),
            meanHook("throws an object whose text never comes",
                "error(setmetatable({}, { __tostring = function() while true do end end }))"),
            meanHook("throws a coroutine", "error(coroutine.create(function() end))"),
            meanHook("throws a number", "error(42)"),
            meanHook("recurses", "local function f(n) return 1 + f(n + 1) end f(1)"),
            meanHook("recurses through pcall", "local function f() return (pcall(f)) end f() error('done')"),
            meanHook("recurses through xpcall's handler",
                "local function f() error('x') end xpcall(f, function() return (nil)() end) error('done')"),
            meanHook("overflows the C stack by gsub",
                "local function f() return (('x'):gsub('.', f)) end f()"),
            meanHook("overflows the C stack by sort",
                "local function f() table.sort({ 3, 2, 1 }, f) return false end f()"),
            meanHook("overflows the C stack by coroutines",
                "local function f(n) return coroutine.wrap(f)(n + 1) end f(1)"),
            meanHook("overflows the C stack by __tostring",
                "local t = setmetatable({}, {}) getmetatable(t).__tostring = function(s) "
                    + "return string.format('%s', s) end tostring(t)"),
            meanHook("overflows the C stack by tprint",
                "local t = setmetatable({}, {}) getmetatable(t).__tostring = function(s) "
                    + "tprint({ [s] = 1 }) tprint({ [s] = 1, [{}] = 2 }) return 'x' end "
                    + "tprint({ [t] = 1 }) error('x')"),
            meanHook("overflows the C stack by metamethods",
                "local t = setmetatable({}, {}) local m = getmetatable(t) "
                    + "m.__index = function(s, k) return s[k .. 1] end "
                    + "m.__lt = function(a, b) return a < b end m.__concat = function(a, b) return a .. b end "
                    + "pcall(function() return t < t end) pcall(function() return t .. t end) return t.x"),
            meanHook("nests a source deeply", "assert(load('return ' .. ('('):rep(1e5) .. '1' .. (')'):rep(1e5)))"),
            meanHook("makes a giant string", "local s = ('x'):rep(1e9)"),
            meanHook("doubles a string", "local s = 'x' while true do s = s .. s end"),
            meanHook("formats a giant string", "local s = ('%99d'):rep(1e6) return s:format(unpack({}, 1, 1e6))"),
            meanHook("replaces its way to a giant string", "local s = ('x'):rep(1e6) s = s:gsub('x', ('y'):rep(1e6))"),
            meanHook("unpacks a giant table", "return unpack({}, 1, 1e8)"),
            meanHook("joins a giant table", "return table.concat(setmetatable({}, { __index = 'x' }), ',', 1, 1e9)"),
            meanHook("allocates without end and lets go", "local t = {} while true do t[#t + 1] = { #t } end"),
            meanHook("fills its memory from an iterator",
                "local function step(t, i) t[#t + 1] = i return i + 1 end local t = {} for _ in step, t, 1 do end"),
            meanHook("fills its memory from a coroutine's iterator",
                "coroutine.wrap(function() local function step(t, i) t[#t + 1] = i return i + 1 end local t = {} "
                    + "for _ in step, t, 1 do end end)()"),
            meanHook("fills its memory in a slice that never ends", "table.slice({ 1, 2, 3 }, 1, 3, 0)"),
            meanHook("gathers closures", "local f while true do local g = f f = function() return g end end"),
            meanHook("gathers coroutines",
                "local t = {} while true do t[#t + 1] = coroutine.create(function() coroutine.yield() end) "
                    + "coroutine.resume(t[#t]) end"),
            meanHook("yields out of the hook", "coroutine.yield(1)"),
            mean("is no longer what it was", """
                local script = { hooks = {} }
                function script.hooks.protocolDetected()
                    script.hooks.protocolDetected, script.bidirectional = nil, "?"
                    setmetatable(script, { __index = function() while true do end end })
                    setmetatable(script.hooks, { __index = function() while true do end end })
                    error("changed")
                end
                return script
                """),
            meanHook("prints a lot",
                "for i = 1, 1e4 do print(('p'):rep(500)) io.write(('w'):rep(5000)) end error('x')"),
            meanHook("prints a giant", "io.write(('w'):rep(2e7)) print(('w'):rep(2e6)) error('x')"),
            meanHook("empties the standard tables", """
                for _, t in ipairs({ string, table, math, os, io, coroutine, bit, debug, flow, ntop, interface, package,
                        user_scripts, io.stdout, require("dkjson"), require("flow_consts"), i18n, dirs,
                        flow_consts }) do
                    for k in pairs(t) do t[k] = nil end
                    setmetatable(t, { __index = function() error("poisoned") end, __newindex = error, __call = error })
                end
                for k in pairs(_G) do _G[k] = nil end
                return nothing.there
                """),
            mean("mutates what the library hands out", """
                local script = { hooks = {} }
                local done = {}
                local function spoil(value, depth)
                    if type(value) ~= "table" or done[value] or depth > 6 then return end
                    done[value] = true
                    if getmetatable(value) == nil or type(getmetatable(value)) == "table" then
                        pcall(setmetatable, value, { __index = function() error("poisoned") end,
                            __tostring = function() error("poisoned") end, __call = function() error("poisoned") end })
                    end
                    for k, v in pairs(value) do
                        spoil(v, depth + 1)
                        pcall(rawset, value, k, type(v) == "function" and error or -1)
                    end
                    pcall(rawset, value, "more", "poison")
                end
                local function try(f, ...)
                    local results = { pcall(f, ...) }
                    for i = 2, #results do spoil(results[i], 0) end
                end
                function script.hooks.protocolDetected(now)
                    local consts = require("flow_consts")
                    for _, module in ipairs({ consts, require("alert_consts"), require("dkjson"), user_scripts, ntop,
                            interface, flow, require("discover_utils"), require("flow_risk_utils") }) do
                        for name, f in pairs(module) do
                            if type(f) == "function" and not tostring(name):find("[sS]et")
                                    and not tostring(name):find("[tT]rigger")
                                    and not tostring(name):find("[cC]lear") and not tostring(name):find("del")
                                    and not tostring(name):find("^inc") and not tostring(name):find("^add") then
                                try(f) try(f, 13) try(f, "status_blacklisted") try(f, "tcp") try(f, 0)
                                try(f, "script0") try(f, "flow", "script0") try(f, user_scripts.script_types.flow)
                            end
                        end
                    end
                    spoil(consts, 0)
                    error("spoilt")
                end
                return script
                """),
            meanHook("redefines flow", """
                flow = { getInfo = error } _G.flow = nil ntop = nil pairs = nil
                function tostring() error("mine") end
                string.format = nil
                error("done")
                """),
            mean("keeps an old flow", """
                local script = { hooks = {} }
                local kept, co
                function script.hooks.protocolDetected(now)
                    kept = kept or { flow = flow, getter = flow.getInfo, info = flow.getInfo() }
                    co = co or coroutine.wrap(function()
                        while true do coroutine.yield(flow.getInfo()["srv.ip"]) end
                    end)
                    assert(kept.getter()["srv.ip"] == flow.getInfo()["srv.ip"])
                    assert(co() == flow.getInfo()["srv.ip"])
                    kept.info["srv.ip"] = "0.0.0.0"
                    error("kept " .. type(kept.flow.getInfo()))
                end
                return script
                """),
            meanHook("asks for finalizers", """
                assert(newproxy == nil)
                for i = 1, 100 do
                    setmetatable({}, { __gc = function() while true do end end })
                    setmetatable({}, { __mode = "k", __gc = function() error("gc") end })
                end
                collectgarbage() collectgarbage("step")
                error("none ran")
                """),
            meanHook("names its chunk like the library", """
                local f = load("local n = ... if n == 0 then error('trusted') end", "@millrace/dispatch.lua")
                f(0)
                """),
            meanHook("swallows its own errors", "for i = 1, 1000 do pcall(error, {}) end error('last')"),
            meanHook("calls what is closed", "pcall(os.execute, 'true') pcall(io.open, '/etc/passwd') os.exit()"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("withoutTakingTheMachineDown")
    @Timeout(120)
    void shouldLeaveNeighboursAsTheyAre(final String what, final String script) {
        final Witness.Outcome alone = Witness.run(Witness.SCRIPT, Witness.SCRIPT);
        try (ScriptHarness harness = ScriptHarness.with(PATIENT, Witness.SCRIPT, script, Witness.SCRIPT)) {
            assertThat(Witness.outcome(harness, index -> index != 1)).as("%s", harness.problems()).isEqualTo(alone);
            assertThat(harness.host().findings()).isEmpty();
            Witness.assertExactCounters(harness, 2);
            assertThat(harness.host().hooksFailed() + harness.host().hooksTimedOut()
                + harness.host().hooksSkipped()).isEqualTo(Witness.FLOWS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "%s return { hooks = { protocolDetected = function() end } }",
        "return { hooks = { protocolDetected = function() end }, setup = function() %s return true end }",
        "return { hooks = { protocolDetected = function() end }, setup = function() %s error('no more') end }"})
    @Timeout(120)
    void shouldLoadNeighboursOfAScriptThatKeepsAllMemoryThereIs(final String script) {
        final String hoards = script.formatted(
            "kept = {} pcall(function() while true do kept[#kept + 1] = ('x'):rep(1000) .. #kept end end)");
        final Witness.Outcome alone = Witness.run(Witness.SCRIPT, Witness.SCRIPT);
        try (ScriptHarness harness = ScriptHarness.with(PATIENT, Witness.SCRIPT, hoards, Witness.SCRIPT)) {
            assertThat(Witness.outcome(harness, index -> index != 1)).as("%s", harness.problems()).isEqualTo(alone);
            assertThat(harness.host().descriptions()).extracting(ScriptDescription::state).containsExactly(
                ScriptDescription.State.ENABLED, ScriptDescription.State.FAILED, ScriptDescription.State.ENABLED);
            assertThat(harness.host().findings()).singleElement().asString().contains("script1.lua: error: ");
        }
    }

    @Test
    void shouldLoseTextButNoAlertWhereNeighboursPrintTooMuch() {
        final String loud = hook("protocolDetected", "for i = 1, 100 do io.write(('w'):rep(5000)) end");
        try (ScriptHarness harness = ScriptHarness.with(loud, loud, loud, loud, loud, Witness.SCRIPT)) {
            harness.run(event(PROTOCOL_DETECTED, 1));
            assertThat(harness.alerts()).hasSize(1);
            assertThat(harness.host().emissionsLost()).isPositive();
        }
    }
}
