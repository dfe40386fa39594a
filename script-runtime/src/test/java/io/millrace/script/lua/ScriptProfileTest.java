package io.millrace.script.lua;

import static io.millrace.engine.event.FlowEventKind.FLOW_END;
import static io.millrace.engine.event.FlowEventKind.PROTOCOL_DETECTED;
import static io.millrace.script.lua.EventBuilder.event;
import static io.millrace.script.lua.ScriptHarness.hook;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.millrace.engine.event.FlowEventKind;
import io.millrace.engine.event.FlowMetadataDescriptor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScriptProfileTest {
    private final ScriptProfile profile = new ScriptProfile();

    @Test
    void shouldCountTheCallsOfEachHookOfEachScript() {
        run(settings(), 200, PROTOCOL_DETECTED, hook("protocolDetected", "flow.setStatus(28)"),
            hook("all", ""), hook("flowEnd", ""));
        assertThat(profile.hooks()).extracting(HookTimes.Hook::script, HookTimes.Hook::hook,
            HookTimes.Hook::calls).containsExactlyInAnyOrder(
            tuple("script0", "protocolDetected", 200L),
            tuple("script1", "protocolDetected", 200L),
            tuple("script1", "statusChanged", 200L));
        assertThat(profile.hooks()).allSatisfy(each -> {
            assertThat(each.errors()).isZero();
            assertThat(each.p50Ns()).isPositive().isLessThanOrEqualTo(each.p99Ns());
            assertThat(each.p99Ns()).isLessThanOrEqualTo(each.maxNs());
            assertThat(each.totalNs()).isGreaterThanOrEqualTo(each.maxNs() / 2);
        });
    }

    @Test
    void shouldCountErrorsAmongTheCalls() {
        run(settings(), 64, FLOW_END, hook("flowEnd", "if flow.getHashEntryId() % 4 == 0 then error('fourth') end"));
        assertThat(profile.hooks()).singleElement().satisfies(each -> {
            assertThat(each.calls()).isEqualTo(64);
            assertThat(each.errors()).isEqualTo(16);
        });
    }

    @Test
    void shouldCountTheCallThatBroughtItsMachineDown() {
        final MachineSettings hasty = new MachineSettings(32L << 20, 20_000_000L, Set.of(), Map.of(), 30,
            60_000_000_000L, 1 << 20, true).with(new RunTraits(profile, true));
        run(hasty, 100, FLOW_END, hook("flowEnd", "while flow.getHashEntryId() == 90 do end"));
        assertThat(profile.hooks()).singleElement().satisfies(each -> {
            assertThat(each.calls()).isEqualTo(90);
            assertThat(each.errors()).isEqualTo(1);
            assertThat(each.maxNs()).isGreaterThanOrEqualTo(20_000_000L);
        });
    }

    @Test
    void shouldNameTheLineThatLuaJitDoesNotCompileAndWhy() {
        run(settings(), 256, FLOW_END, hook("flowEnd", "local t = { a = 1 }\nlocal f = function() return t end\nf()"));
        assertThat(profile.traceAborts()).anySatisfy(abort -> {
            assertThat(abort.script()).isEqualTo("script0");
            assertThat(abort.where()).isEqualTo("script0.lua:5");
            assertThat(abort.cause()).isEqualTo("NYI: bytecode FNEW");
            assertThat(abort.count()).isPositive();
        });
    }

    @Test
    void shouldGiveUpNoTraceOfTheLargestTableForItsLength() {
        final MachineSettings settings = settings();
        try (ScriptHarness harness = ScriptHarness.with(settings,
            hook("all", "assert(flow.getFullInfo()['cli.ip'])"))) {
            for (int i = 0; i < 2000; i++) {
                harness.run(event(PROTOCOL_DETECTED, i % 500), event(FLOW_END, i % 500));
            }
        }
        assertThat(profile.hooks()).hasSize(2);
        assertThat(profile.traceAborts()).extracting(ScriptProfile.TraceAbort::cause).doesNotContain("trace too long");
    }

    @Test
    void shouldGiveUpNoTraceForTheNumberOfFunctionsThatItCalls() {
        runLong(hook("flowEnd", "local sum = 0 "
            + "sum = sum + flow.getBytesSent() + flow.getBytesRcvd() + flow.getLastSeen() + flow.getHashEntryId() "
            .repeat(8)));
        assertThat(causes()).doesNotContain("loop unroll limit reached");
    }

    @Test
    void shouldGiveUpNoTraceForTheNumberOfTextsAndEntriesOfTheStoreThatItReads() {
        runLong(hook("flowEnd", "local t = {} "
            + "t[#t + 1] = flow.getFlowInfoField() t[#t + 1] = ntop.getCache('k') ".repeat(10)));
        assertThat(causes()).doesNotContain("loop unroll limit reached");
    }

    @Test
    void shouldOutliveATraceGivenUpInABuiltInFunctionThatIsAloneOnItsStack() {
        try (ScriptHarness harness = ScriptHarness.with(settings(), hook("flowEnd",
            "coroutine.wrap(function(n) return table.concat({ n }, 'x') end)(flow.getHashEntryId())"))) {
            for (int i = 0; i < 500; i++) {
                assertThat(harness.host().flowApi()).isNotEmpty();
                harness.run(event(FLOW_END, 1), event(FLOW_END, 2), event(FLOW_END, 3), event(FLOW_END, 4));
            }
            assertThat(harness.problems()).isEmpty();
        }
    }

    @Test
    void shouldGoOnInAnotherBatchWhereMoreCallsAreDueThanThereIsRoomFor() {
        final String[] scripts = IntStream.range(0, 60).mapToObj(i -> hook("all", "")).toArray(String[]::new);
        run(settings(), 256, FLOW_END, scripts);
        assertThat(profile.hooks()).hasSize(60).allSatisfy(each -> assertThat(each.calls()).isEqualTo(256));
    }

    private void runLong(final String... scripts) {
        try (ScriptHarness harness = ScriptHarness.with(settings(), scripts)) {
            final EventBuilder[] events =
                IntStream.rangeClosed(1, 256).mapToObj(flow -> event(FLOW_END, flow)
                    .text(FlowMetadataDescriptor.HOST_NAME, "example.org")).toArray(EventBuilder[]::new);
            for (int i = 0; i < 100; i++) {
                harness.run(events);
            }
            assertThat(harness.problems()).isEmpty();
        }
        assertThat(profile.hooks()).allSatisfy(each -> assertThat(each.calls()).isEqualTo(25_600));
    }

    private List<String> causes() {
        return profile.traceAborts().stream().map(ScriptProfile.TraceAbort::cause).toList();
    }

    private MachineSettings settings() {
        return ScriptHarness.settings().with(new RunTraits(profile, true));
    }

    private static void run(
        final MachineSettings settings, final int events, final FlowEventKind kind, final String... scripts) {

        try (ScriptHarness harness = ScriptHarness.with(settings, scripts)) {
            harness.run(IntStream.rangeClosed(1, events).mapToObj(flow -> event(kind, flow))
                .toArray(EventBuilder[]::new));
        }
    }
}
