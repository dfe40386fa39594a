package io.millrace.script.lua;

import static io.millrace.engine.event.FlowEventKind.FLOW_END;
import static io.millrace.engine.event.FlowEventKind.PERIODIC_UPDATE;
import static io.millrace.engine.event.FlowEventKind.PROTOCOL_DETECTED;
import static io.millrace.script.lua.EventBuilder.event;
import static io.millrace.script.lua.ScriptHarness.hook;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Scripts that mean harm: what the scripts around them say and raise is the same as without them. */
class HostileScriptTest {
    private static final int FLOWS = 10;
    private static final long DEADLINE_NS = 50_000_000L;
    /** For scripts that come to their own end: however busy the machine is, the deadline has no part in it. */
    private static final MachineSettings PATIENT = new MachineSettings(
        24L << 20, 20_000_000_000L, Set.of(), Map.of(), 30, 60_000_000_000L, 1 << 20, true);

    /** Says what the library and its own state tell it, and raises alerts: what a neighbour does shows here. */
    private static final String WITNESS = """
        local flow_consts = require("flow_consts")
        local json = require("dkjson")
        local script = { hooks = {} }
        local seen = 0
        local function say(what)
            seen = seen + 1
            io.stdout:write(what, " ", seen, " ", flow.getServerIp and flow.getServerIp() or flow.getInfo()["srv.ip"],
                " ", json.encode({ a = { 1, 2, "x" } }), " ", ("%s-%d"):format(tostring(true), 7), " ",
                table.concat({ "p", "q" }, ","), " ", string.rep("r", 3), " ", math.floor(7.9), " ",
                bit.band(12, 10), " ", flow_consts.getStatusTitle(13), " ", tostring(("a.b"):split("%.")[2]), " ",
                tostring(next({})), " ", select("#", 1, 2), " ", os.date("!%F", 0), "\\n")
        end
        function script.hooks.protocolDetected(now)
            say("detected")
            flow.triggerStatus(flow_consts.status_types.status_blacklisted.status_id, { by = "witness" })
        end
        function script.hooks.statusChanged(now) say("changed") end
        function script.hooks.periodicUpdate(now) say("periodic") end
        function script.hooks.flowEnd(now) say("ended") end
        function script.teardown() io.write("torn down after ", seen, "\\n") end
        return script
        """;

    @TempDir
    private Path folder;

    private record Outcome(List<String> lines, List<ScriptHarness.Alert> alerts) {
    }

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
                    + "tprint({ [s] = 1 }) tprint({ [s] = 1, [{}] = 2 }) return 'x' end tprint({ [t] = 1 }) error('x')"),
            meanHook("overflows the C stack by metamethods",
                "local t = setmetatable({}, {}) local m = getmetatable(t) m.__index = function(s, k) return s[k .. 1] end "
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
            meanHook("prints a lot", "for i = 1, 1e4 do print(('p'):rep(500)) io.write(('w'):rep(5000)) end error('x')"),
            meanHook("prints a giant", "io.write(('w'):rep(2e7)) print(('w'):rep(2e6)) error('x')"),
            meanHook("empties the standard tables", """
                for _, t in ipairs({ string, table, math, os, io, coroutine, bit, debug, flow, ntop, interface, package,
                        user_scripts, io.stdout, require("dkjson"), require("flow_consts"), i18n, dirs, flow_consts }) do
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
                            if type(f) == "function" and not tostring(name):find("[sS]et") and not tostring(name):find("[tT]rigger")
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
                    co = co or coroutine.wrap(function() while true do coroutine.yield(flow.getInfo()["srv.ip"]) end end)
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
        final Outcome alone = run(WITNESS, WITNESS);
        try (ScriptHarness harness = ScriptHarness.with(PATIENT, WITNESS, script, WITNESS)) {
            assertThat(outcome(harness, index -> index != 1)).as("%s", harness.problems()).isEqualTo(alone);
            assertThat(harness.host().findings()).isEmpty();
            assertExactCounters(harness, 2);
            assertThat(harness.host().hooksFailed() + harness.host().hooksTimedOut()
                + harness.host().hooksSkipped()).isEqualTo(FLOWS);
        }
    }

    static Stream<Arguments> endless() {
        return Stream.of(
            meanHook("spins", "while true do end"),
            meanHook("spins in interpreted code", "local s = '' repeat local f = load('return 1') until f() == 2"),
            meanHook("waits for the clock", "local start = os.time() repeat until os.time() > start + 5"),
            meanHook("waits for the processor clock", "local start = os.clock() while os.clock() == start do end"),
            meanHook("swallows the deadline", "while true do pcall(function() while true do end end) end"),
            meanHook("swallows the deadline within handlers",
                "while true do xpcall(function() while true do end end, function() while true do end end) end"),
            meanHook("swallows the deadline in coroutines",
                "while true do local c = coroutine.create(function() while true do end end) coroutine.resume(c) end"),
            meanHook("resumes for ever",
                "local c = coroutine.wrap(function() while true do coroutine.yield() end end) while true do c() end"),
            meanHook("searches by a pattern that backtracks",
                "local s = ('a'):rep(60) .. 'b' s:find(('a?'):rep(60) .. ('a'):rep(60) .. 'c')"),
            meanHook("searches by nested repetitions", "(('a'):rep(5000) .. 'b'):find(('.-'):rep(8) .. 'c')"),
            meanHook("sorts for ever",
                "local t = {} for i = 1, 2000 do t[i] = i end while true do table.sort(t, function(a, b) return a > b end) "
                    + "end"),
            meanHook("collects garbage for ever", "while true do collectgarbage() end"),
            meanHook("builds strings for ever", "while true do local s = ('x'):rep(1e5) .. tostring({}) end"),
            meanHook("prints for ever", "while true do io.write(('w'):rep(100)) print('p') end"),
            meanHook("raises alerts for ever", "while true do pcall(flow.triggerStatus, 99) end"),
            meanHook("loads for ever", "local i = 0 while true do i = i + 1 load('return ' .. i)() end"),
            meanHook("calls itself at the tail", "local function f() return f() end f()"),
            meanHook("spins in a metamethod",
                "local t = setmetatable({}, { __index = function() while true do end end }) return t.x"),
            meanHook("spins while its text is made",
                "tostring(setmetatable({}, { __tostring = function() while true do end end }))"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("endless")
    @Timeout(120)
    void shouldStopWhatDoesNotEnd(final String what, final String script) {
        final Outcome alone = run(WITNESS, WITNESS);
        try (ScriptHarness harness = ScriptHarness.with(limits(24L << 20), WITNESS, script, WITNESS)) {
            final Outcome beside = outcome(harness, index -> index != 1);
            // The machine may have been made anew: what the witnesses count starts again then, nothing else changes.
            assertThat(beside.alerts()).isEqualTo(alone.alerts());
            assertThat(withoutCounts(beside.lines())).isEqualTo(withoutCounts(alone.lines()));
            assertExactCounters(harness, 2);
            assertThat(harness.host().hooksTimedOut()).isEqualTo(1);
            assertThat(harness.host().hooksSkipped()).isEqualTo(FLOWS - 1);
            assertThat(harness.host().scriptsSwitchedOff()).isEqualTo(1);
            assertThat(harness.alerts()).filteredOn(alert -> alert.statusId() == SwitchedOffAlert.ID).singleElement()
                .satisfies(alert -> {
                    assertThat(alert.script()).isEqualTo(1);
                    assertThat(alert.category()).isEqualTo("script_off");
                    assertThat(alert.severity()).as("error").isEqualTo(5);
                    assertThat(alert.info()).contains("ran past its deadline", "switched off", "--script-deadline");
                });
            assertThat(harness.problems()).singleElement().asString()
                .contains("script1.lua", "ran past its deadline", "switched off");
        }
    }

    @Test
    @Timeout(60)
    void shouldKeepTheMachineWhereAnEndlessLoopIsInterpreted() {
        try (ScriptHarness harness = ScriptHarness.with(limits(24L << 20), WITNESS,
            hook("protocolDetected", "local c repeat pcall(function() c = load('return 1')() end) until c == 2"))) {
            harness.run(event(PROTOCOL_DETECTED, 1));
            harness.run(event(PROTOCOL_DETECTED, 2));
            harness.teardown();
            assertThat(harness.output()).contains("torn down after 4");
        }
    }

    @Test
    @Timeout(60)
    void shouldCallEachTeardownAfterOneThatNeverEnds() {
        final String endless = "return { hooks = { flowEnd = function() end }, teardown = function() %s end }";
        try (ScriptHarness harness = ScriptHarness.with(limits(24L << 20), WITNESS,
            endless.formatted("while true do end"), WITNESS,
            endless.formatted("while true do pcall(function() while true do end end) end"), WITNESS,
            endless.formatted("(('a'):rep(60) .. 'b'):find(('a?'):rep(60) .. ('a'):rep(60) .. 'c')"), WITNESS)) {
            harness.run(event(PROTOCOL_DETECTED, 1));
            harness.teardown();
            assertThat(harness.output().lines().filter(line -> line.startsWith("torn down")))
                .containsExactly("torn down after 2", "torn down after 2", "torn down after 2", "torn down after 0");
            assertThat(harness.problems()).hasSize(3).allSatisfy(problem ->
                assertThat(problem.message()).contains("ran past its deadline"));
        }
    }

    @Test
    @Timeout(60)
    void shouldLoadAllOthersBesideScriptsThatNeverLoad() {
        try (ScriptHarness harness = ScriptHarness.with(limits(24L << 20),
            "while true do end",
            "while true do pcall(function() while true do end end) end",
            "(('a'):rep(60) .. 'b'):find(('a?'):rep(60) .. ('a'):rep(60) .. 'c')",
            "return setmetatable({ hooks = setmetatable({}, { __index = function() while true do end end }) }, "
                + "{ __index = function() while true do end end })",
            "return { hooks = { all = function() end }, setup = function() while true do end end }",
            "return { hooks = { all = function() end }, l7_proto = setmetatable({}, { __tostring = function() "
                + "while true do end end }) }",
            "local t = {} while true do t[#t + 1] = ('x'):rep(1000) .. #t end",
            "local function f() return 1 + f() end return f()",
            "error({})", WITNESS)) {
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).contains("detected 1", "changed 2");
            assertThat(harness.host().descriptions()).hasSize(10).last()
                .extracting(ScriptDescription::state).isEqualTo(ScriptDescription.State.ENABLED);
            assertThat(harness.host().descriptions().subList(0, 9))
                .allMatch(script -> script.state() == ScriptDescription.State.FAILED);
        }
    }

    @Test
    void shouldSwitchOffWhoHoldsTheMemoryNotWhoAsksForMore() {
        final String hoarder = """
            local kept = {}
            return { hooks = { protocolDetected = function() for i = 1, 100 do kept[#kept + 1] = { #kept } end end } }
            """;
        final String asker = """
            local script = { hooks = {} }
            function script.hooks.protocolDetected(now) local big = ("b"):rep(2000000) end
            return script
            """;
        try (ScriptHarness harness = ScriptHarness.with(limits(8L << 20), asker, hoarder, asker)) {
            for (int call = 1; call <= 2000; call++) {
                harness.run(event(PROTOCOL_DETECTED, 1 + call % FLOWS));
            }
            assertThat(harness.alerts()).filteredOn(alert -> alert.statusId() == SwitchedOffAlert.ID)
                .extracting(ScriptHarness.Alert::script).containsExactly(1);
            assertThat(harness.host().hooksOutOfMemory()).isEqualTo(1);
            assertExactCounters(harness, 0);
        }
    }

    @Test
    void shouldSwitchOffAfterSoManyFailuresInARow() {
        final MachineSettings settings = limits(24L << 20).with(new Supervision(5, 1));
        try (ScriptHarness harness = ScriptHarness.with(settings,
            hook("protocolDetected", "error('always')"),
            "local n = 0 return { hooks = { protocolDetected = function() n = n + 1 if n % 5 ~= 0 then error('often') "
                + "end end } }")) {
            for (int flow = 1; flow <= 20; flow++) {
                harness.run(event(PROTOCOL_DETECTED, flow));
            }
            assertThat(harness.host().hooksFailed()).isEqualTo(5 + 16);
            assertThat(harness.host().hooksSkipped()).isEqualTo(15);
            assertThat(harness.host().hooksRun()).isEqualTo(4);
            assertThat(harness.host().scriptsSwitchedOff()).isEqualTo(1);
            assertThat(harness.alerts()).singleElement().satisfies(alert -> assertThat(alert.info())
                .isEqualTo("script0.lua:4: always: switched off: mend it, or raise --script-max-failures"));
            assertThat(harness.problems()).extracting(Finding::message).containsExactly("always",
                "often", "always: switched off: mend it, or raise --script-max-failures");
        }
    }

    @Test
    @Timeout(60)
    void shouldForgiveAsManyOverrunsAsAllowed() {
        final MachineSettings settings = limits(24L << 20).with(new Supervision(5, 3));
        try (ScriptHarness harness = ScriptHarness.with(settings, hook("protocolDetected", "while true do end"))) {
            for (int flow = 1; flow <= 5; flow++) {
                harness.run(event(PROTOCOL_DETECTED, flow));
            }
            assertThat(harness.host().hooksTimedOut()).isEqualTo(3);
            assertThat(harness.host().hooksSkipped()).isEqualTo(2);
            assertThat(harness.alerts()).hasSize(1);
        }
    }

    @Test
    void shouldCountWhatIsBlocked() {
        try (ScriptHarness harness = ScriptHarness.with(hook("protocolDetected", """
            for _, f in ipairs({ os.execute, os.getenv, os.remove, os.rename, os.tmpname, os.exit, io.open, io.popen,
                    io.lines, io.read, io.tmpfile, dofile, loadfile, string.dump, package.loadlib, debug.sethook,
                    debug.getregistry }) do
                assert(not pcall(f, "x"))
            end
            assert(not pcall(require, "ffi"))
            assert(not load("\\27LJ"))
            assert(not pcall(collectgarbage, "stop"))
            """))) {
            harness.run(event(PROTOCOL_DETECTED, 1));
            assertThat(harness.problems()).isEmpty();
            assertThat(harness.host().functionsBlocked()).isEqualTo(20);
            assertThat(harness.host().hooksRun()).isEqualTo(1);
        }
    }

    @Test
    void shouldOpenNamedFoldersOnly() throws IOException {
        final Path open = Files.createDirectory(folder.resolve("open")).toRealPath();
        final Path closed = Files.createDirectory(folder.resolve("open-not")).toRealPath();
        Files.writeString(open.resolve("in.txt"), "inside");
        Files.writeString(closed.resolve("out.txt"), "outside");
        Files.createSymbolicLink(open.resolve("leak.txt"), closed.resolve("out.txt"));
        Files.createSymbolicLink(open.resolve("nowhere.txt"), closed.resolve("new.txt"));
        final MachineSettings settings = new MachineSettings(24L << 20, DEADLINE_NS, Set.of("io=" + open), Map.of(), 30,
            60_000_000_000L, 1 << 20, true);
        try (ScriptHarness harness = ScriptHarness.with(settings, hook("protocolDetected", """
            local open, closed = "%1$s", "%2$s"
            assert(io.open(open .. "/in.txt"):read("*a") == "inside")
            local file = assert(io.open(open .. "/made.txt", "w"))
            file:write("made") file:close()
            assert(getmetatable(file) == false)
            for line in io.lines(open .. "/made.txt") do assert(line == "made") end
            assert(io.open(open .. "/absent.txt") == nil)
            for _, path in ipairs({ closed .. "/out.txt", open .. "/../open-not/out.txt", open .. "/leak.txt",
                    open .. "/nowhere.txt", open .. "/..", "/etc/passwd", "", open .. "/in.txt\\0", "/proc/self/mem" }) do
                local file, words, number = io.open(path)
                assert(file == nil and number == 13, path)
                assert(words == path .. ": lies in no folder that is open to flow scripts; to open it, add it to "
                    .. "--allow-script io=FOLDER", words)
                assert(io.open(path, "w") == nil, path)
                local lines, problem = pcall(io.lines, path)
                assert(not lines and problem == words, problem)
                local chunk, reason = loadfile(path)
                assert(chunk == nil and reason == words, reason)
            end
            assert(not pcall(io.popen, "true") and not pcall(io.tmpfile) and not pcall(os.remove, open .. "/in.txt"))
            io.write("done")
            """.formatted(open, closed)))) {
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).as("%s", harness.problems()).isEqualTo("done");
            assertThat(Files.exists(closed.resolve("new.txt"))).isFalse();
            assertThat(Files.readString(open.resolve("made.txt"))).isEqualTo("made");
            assertThat(harness.host().functionsBlocked()).isEqualTo(9 * 4 + 3);
        }
    }

    @Test
    void shouldLoseTextButNoAlertWhereNeighboursPrintTooMuch() {
        final String loud = hook("protocolDetected", "for i = 1, 100 do io.write(('w'):rep(5000)) end");
        try (ScriptHarness harness = ScriptHarness.with(loud, loud, loud, loud, loud, WITNESS)) {
            harness.run(event(PROTOCOL_DETECTED, 1));
            assertThat(harness.alerts()).hasSize(1);
            assertThat(harness.host().emissionsLost()).isPositive();
        }
    }

    private static MachineSettings limits(final long memoryBytes) {
        return new MachineSettings(
            memoryBytes, DEADLINE_NS, Set.of(), Map.of(), 30, 60_000_000_000L, 1 << 20, true);
    }

    private static Outcome run(final String... scripts) {
        try (ScriptHarness harness = ScriptHarness.with(limits(24L << 20), scripts)) {
            return outcome(harness, index -> true);
        }
    }

    /** What the witnesses wrote and raised over the life of some flows, and at the end. */
    private static Outcome outcome(final ScriptHarness harness, final Predicate<Integer> witness) {
        for (int flow = 1; flow <= FLOWS; flow++) {
            final String server = "10.0.0." + flow;
            harness.run(
                event(PROTOCOL_DETECTED, flow).between("192.168.1.1", server),
                event(PERIODIC_UPDATE, flow).between("192.168.1.1", server),
                event(FLOW_END, flow).between("192.168.1.1", server));
        }
        harness.teardown();
        final List<String> lines = harness.output().lines()
            .map(line -> line.replaceAll("^.*?(?=(detected|changed|periodic|ended|torn down) )", ""))
            .filter(line -> line.matches("(detected|changed|periodic|ended|torn down) .*")).toList();
        final List<ScriptHarness.Alert> alerts = new ArrayList<>();
        for (final ScriptHarness.Alert alert : harness.alerts()) {
            if (witness.test(alert.script())) {
                alerts.add(new ScriptHarness.Alert(alert.event(), alert.statusId(), alert.alertType(), 0, alert.score(),
                    alert.severity(), alert.replaces(), alert.statusKey(), alert.signature(), alert.category(),
                    alert.info()));
            }
        }
        return new Outcome(lines, alerts);
    }

    private static List<String> withoutCounts(final List<String> lines) {
        return lines.stream().map(line -> line.replaceFirst("(?<=^(detected|changed|periodic|ended|torn down after) )\\d+", "n"))
            .toList();
    }

    private static void assertExactCounters(final ScriptHarness harness, final int witnesses) {
        final ScriptHost host = harness.host();
        assertThat(host.hooksDue())
            .isEqualTo(host.hooksRun() + host.hooksFailed() + host.hooksTimedOut() + host.hooksSkipped());
        if (witnesses > 0) {
            // Per flow four calls of each witness, one of the hostile script.
            assertThat(host.hooksDue()).isEqualTo((long) FLOWS * (4 * witnesses + 1));
            assertThat(host.hooksRun()).isGreaterThanOrEqualTo((long) FLOWS * 4 * witnesses);
        }
    }
}
