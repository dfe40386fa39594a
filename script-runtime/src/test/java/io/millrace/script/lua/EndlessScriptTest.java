package io.millrace.script.lua;

import static io.millrace.engine.event.FlowEventKind.PROTOCOL_DETECTED;
import static io.millrace.script.lua.EventBuilder.event;
import static io.millrace.script.lua.ScriptHarness.hook;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Scripts that come to no end: each is stopped, and nobody else is. */
class EndlessScriptTest {
    private static Arguments meanHook(final String what, final String body) {
        return Arguments.of(what, hook("protocolDetected", body));
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
                "local t = {} for i = 1, 2000 do t[i] = i end "
                    + "while true do table.sort(t, function(a, b) return a > b end) end"),
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
        final Witness.Outcome alone = Witness.run(Witness.SCRIPT, Witness.SCRIPT);
        try (ScriptHarness harness = ScriptHarness.with(Witness.limits(24L << 20), Witness.SCRIPT, script,
            Witness.SCRIPT)) {
            final Witness.Outcome beside = Witness.outcome(harness, index -> index != 1);
            // The machine may have been made anew: what the witnesses count starts again then, nothing else changes.
            assertThat(beside.alerts()).isEqualTo(alone.alerts());
            assertThat(Witness.withoutCounts(beside.lines())).isEqualTo(Witness.withoutCounts(alone.lines()));
            Witness.assertExactCounters(harness, 2);
            assertThat(harness.host().hooksTimedOut()).isEqualTo(1);
            assertThat(harness.host().hooksSkipped()).isEqualTo(Witness.FLOWS - 1);
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
        // LuaJIT compiles no loop that makes functions: the deadline cannot fall into compiled code.
        try (ScriptHarness harness = ScriptHarness.with(Witness.limits(24L << 20), Witness.SCRIPT,
            hook("protocolDetected", "local c repeat local f = function() return c end until c == 2"))) {
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
        try (ScriptHarness harness = ScriptHarness.with(Witness.limits(24L << 20), Witness.SCRIPT,
            endless.formatted("while true do end"), Witness.SCRIPT,
            endless.formatted("while true do pcall(function() while true do end end) end"), Witness.SCRIPT,
            endless.formatted("(('a'):rep(60) .. 'b'):find(('a?'):rep(60) .. ('a'):rep(60) .. 'c')"), Witness.SCRIPT)) {
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
        try (ScriptHarness harness = ScriptHarness.with(Witness.limits(24L << 20),
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
            "error({})", Witness.SCRIPT)) {
            assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).contains("detected 1", "changed 2");
            assertThat(harness.host().descriptions()).hasSize(10).last()
                .extracting(ScriptDescription::state).isEqualTo(ScriptDescription.State.ENABLED);
            assertThat(harness.host().descriptions().subList(0, 9))
                .allMatch(script -> script.state() == ScriptDescription.State.FAILED);
        }
    }
}
