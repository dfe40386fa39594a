package io.millrace.script.lua;

import static io.millrace.engine.event.FlowEventKind.FLOW_END;
import static io.millrace.engine.event.FlowEventKind.PROTOCOL_DETECTED;
import static io.millrace.script.lua.EventBuilder.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.event.FlowEventKind;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hooks that LuaJIT cannot compile in one trace with the walk over the events are called in a way of their own. */
class HookCalledApartTest {
    private static final String WAY_OUT = "NYI: return to lower frame";
    private static final int FLOWS = 256;
    private static final int BATCHES = 60;

    private final ScriptProfile profile = new ScriptProfile();

    /** A hook with a loop, which is why it is called apart; what else it does depends on the flow's number. */
    private static String loopAnd(final String body) {
        return """
            local function hook(now)
                local sum = 0
                for i = 1, 50 do
                    sum = sum + i
                end
                local flow_id = flow.getHashEntryId()
            %s
            end
            return { hooks = { protocolDetected = hook } }
            """.formatted(body);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "for i = 1, 50 do sum = sum + i end",
        "local i = 0 while i < 50 do i = i + 1 sum = sum + i end",
        "local i = 0 repeat i = i + 1 sum = sum + i until i == 50",
        "for _, value in ipairs(list) do sum = sum + value end",
        "for _, value in pairs(list) do sum = sum + value end",
        "for _, value in next, list do sum = sum + value end",
        "helper()",
        "helpers.add()",
        "global_helper()",
        "sum = sum + #('a-b'):gsub('%a', 'x')",
        "sum = sum + flow.getFullInfo()['cli.port']",
    })
    void shouldCompileWhatFollowsInTheHook(final String body) {
        try (ScriptHarness harness = ScriptHarness.with(settings(2_000_000_000L), """
            local sum, list = 0, {}
            for i = 1, 20 do list[i] = i end
            local function helper() for i = 1, 50 do sum = sum + i end end
            local helpers = { add = helper }
            function global_helper() return helper() end
            return { hooks = { protocolDetected = function()
                %s
                sum = sum + 1
            end } }
            """.formatted(body))) {
            run(harness, PROTOCOL_DETECTED);
            assertThat(harness.problems()).isEmpty();
        }
        assertThat(waysOut()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "return flow.getBytesSent() + 1 > 10 and flow.isUnicast() or nil",
        "local a, b, c a, b = nil, 'x' .. 7 if not a then return b, c end c = 2",
        "local t = { 1, x = 2 } t.x, t[1], t[flow] = t[1], -t.x, #t t.y = t.x % 2 ^ 3",
        "if list[flow.getInfo()['srv.ip']] then flow.triggerStatus(13, { n = 1 }) end",
        "straight(1, nil, true)",
    })
    void shouldCallStraightCodeInOneTraceWithTheWalk(final String body) {
        assertThat(callerOf(body)).isEqualTo("pcall");
        assertThat(callerOf("do " + body + " end for i = 1, 2 do end")).isEqualTo("call_apart");
    }

    @Test
    void shouldLeaveOthersInOneTraceWithTheWalk() {
        try (ScriptHarness harness = ScriptHarness.with(settings(2_000_000_000L),
            loopAnd(""), "return { hooks = { flowEnd = function() return flow.getBytesSent() > 10 end } }")) {
            run(harness, PROTOCOL_DETECTED);
            run(harness, FLOW_END);
        }
        assertThat(profile.traceAborts()).extracting(ScriptProfile.TraceAbort::script).doesNotContain("script1");
    }

    @Test
    void shouldLookNoFurtherThanItsStackReaches() {
        assertThat(callerOf("straight() end for i = 1, 1e5 do local before = body "
            + "body = function() return before, i end")
            ).isEqualTo("call_apart");
    }

    @Test
    void shouldTellItsErrors() {
        try (ScriptHarness harness = ScriptHarness.with(settings(2_000_000_000L),
            loopAnd("if flow_id == 1 then error('first') elseif flow_id == 2 then error({}) end"), loopAnd(""))) {
            run(harness, PROTOCOL_DETECTED);
            harness.run(event(PROTOCOL_DETECTED, 1), event(PROTOCOL_DETECTED, 2), event(PROTOCOL_DETECTED, 3));
            assertThat(harness.problems()).extracting(Finding::message).satisfiesExactly(
                message -> assertThat(message).endsWith("first"),
                message -> assertThat(message).contains("error object is a table"));
            assertThat(harness.problems().getFirst().toString()).contains("script0.lua:7");
            assertThat(harness.host().hooksFailed()).isEqualTo(2);
            assertCountersAddUp(harness, 2 * (BATCHES * FLOWS + 3));
        }
    }

    @Test
    @Timeout(60)
    void shouldStopItAtItsDeadline() {
        try (ScriptHarness harness = ScriptHarness.with(settings(50_000_000L),
            loopAnd("while flow_id == 1 do end"), loopAnd(""))) {
            run(harness, PROTOCOL_DETECTED);
            harness.run(event(PROTOCOL_DETECTED, 1), event(PROTOCOL_DETECTED, 3));
            assertThat(harness.host().hooksTimedOut()).isEqualTo(1);
            assertCountersAddUp(harness, 2 * (BATCHES * FLOWS + 2));
        }
    }

    @Test
    @Timeout(60)
    void shouldOutliveOneThatTakesAllMemory() {
        try (ScriptHarness harness = ScriptHarness.with(settings(20_000_000_000L),
            loopAnd("local t = {} while flow_id == 1 do t[#t + 1] = { #t } end"), loopAnd(""))) {
            run(harness, PROTOCOL_DETECTED);
            harness.run(event(PROTOCOL_DETECTED, 1), event(PROTOCOL_DETECTED, 3));
            assertThat(harness.host().hooksFailed()).isEqualTo(1);
            assertThat(harness.problems()).singleElement().asString().contains("not enough memory");
            assertCountersAddUp(harness, 2 * (BATCHES * FLOWS + 2));
        }
    }

    @Test
    void shouldGoOnAfterOneThatRecursesWithoutEnd() {
        try (ScriptHarness harness = ScriptHarness.with(settings(20_000_000_000L),
            loopAnd("local function f(n) return 1 + f(n + 1) end if flow_id == 1 then f(1) end"), loopAnd(""))) {
            run(harness, PROTOCOL_DETECTED);
            harness.run(event(PROTOCOL_DETECTED, 1), event(PROTOCOL_DETECTED, 3));
            assertThat(harness.problems()).singleElement().asString().contains("stack overflow");
            assertCountersAddUp(harness, 2 * (BATCHES * FLOWS + 2));
        }
    }

    /** Name of the function that calls a hook with this body, as a traceback tells it. */
    private static String callerOf(final String body) {
        try (ScriptHarness harness = ScriptHarness.with("""
            local list = {}
            local function straight(a, ...) return a or ... end
            local function body() %s end
            return { hooks = { protocolDetected = function() body() io.write(debug.traceback()) end } }
            """.formatted(body))) {
            final String output = harness.run(event(PROTOCOL_DETECTED, 1));
            assertThat(harness.problems()).isEmpty();
            return output.contains("'call_apart'") ? "call_apart" : output.contains("'pcall'") ? "pcall" : output;
        }
    }

    private static void run(final ScriptHarness harness, final FlowEventKind kind) {
        final EventBuilder[] events =
            IntStream.range(0, FLOWS).mapToObj(i -> event(kind, 100 + i)).toArray(EventBuilder[]::new);
        for (int i = 0; i < BATCHES; i++) {
            harness.run(events);
        }
    }

    private static void assertCountersAddUp(final ScriptHarness harness, final long due) {
        final ScriptHost host = harness.host();
        assertThat(host.hooksDue()).isEqualTo(due).isEqualTo(
            host.hooksRun() + host.hooksFailed() + host.hooksTimedOut() + host.hooksSkipped());
    }

    private List<String> waysOut() {
        return profile.traceAborts().stream().filter(abort -> abort.cause().equals(WAY_OUT))
            .map(ScriptProfile.TraceAbort::where).toList();
    }

    private MachineSettings settings(final long deadlineNs) {
        return new MachineSettings(24L << 20, deadlineNs, Set.of(), Map.of(), 30, 60_000_000_000L, 1 << 20, true)
            .with(new RunTraits(profile, true));
    }
}
