package io.millrace.script.lua;

import static io.millrace.engine.event.FlowEventKind.FLOW_END;
import static io.millrace.engine.event.FlowEventKind.PERIODIC_UPDATE;
import static io.millrace.engine.event.FlowEventKind.PROTOCOL_DETECTED;
import static io.millrace.script.lua.EventBuilder.event;
import static io.millrace.script.lua.ScriptHarness.hook;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.millrace.engine.event.FlowEventKind;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

/** What hosts tell of each hook of each script while they run. */
class HookTimesTest {
    private static final int DISTANCE = 61;

    @Test
    void shouldCountEveryCallAndTimeSome() {
        try (ScriptHarness harness = ScriptHarness.with(
            hook("protocolDetected", "flow.setStatus(28)"), hook("all", ""), hook("flowEnd", ""))) {
            run(harness, 10 * DISTANCE, PROTOCOL_DETECTED);
            assertThat(times(harness).hooks()).extracting(HookTimes.Hook::script, HookTimes.Hook::hook,
                HookTimes.Hook::calls, HookTimes.Hook::timed).containsExactlyInAnyOrder(
                tuple("script0", "protocolDetected", 10L * DISTANCE, 10L),
                tuple("script1", "protocolDetected", 10L * DISTANCE, 10L),
                tuple("script1", "statusChanged", 10L * DISTANCE, 10L));
            assertThat(times(harness).hooks()).allSatisfy(each -> {
                assertThat(each.p50Ns()).isPositive().isLessThanOrEqualTo(each.p99Ns());
                assertThat(each.p99Ns()).isLessThanOrEqualTo(each.maxNs());
                assertThat(each.totalNs()).isGreaterThanOrEqualTo(each.maxNs() / 2);
            });
        }
    }

    @Test
    void shouldTimeHooksOfEveryKindHoweverEventsAlternate() {
        try (ScriptHarness harness = ScriptHarness.with(hook("all", ""))) {
            for (int i = 0; i < 4 * DISTANCE; i++) {
                harness.run(event(PROTOCOL_DETECTED, i), event(FLOW_END, i));
            }
            assertThat(times(harness).hooks()).hasSize(2).allSatisfy(each -> assertThat(each.timed()).isEqualTo(4));
        }
    }

    @Test
    void shouldAddUpToWhatTheHostCounts() {
        final MachineSettings hasty = new MachineSettings(32L << 20, 20_000_000L, Set.of(), Map.of(), 30,
            60_000_000_000L, 1 << 20, true).with(new Supervision(5, 1));
        try (ScriptHarness harness = ScriptHarness.with(hasty,
            hook("protocolDetected", "if flow.getHashEntryId() == 40 then while true do end end"),
            hook("all", "error('always')"),
            hook("periodicUpdate", "if flow.getHashEntryId() % 3 == 0 then error('third') end"),
            hook("all", "flow.setStatus(flow.getHashEntryId() % 20 + 1)"))) {
            run(harness, 50, PROTOCOL_DETECTED);
            run(harness, 50, PERIODIC_UPDATE);
            run(harness, 50, FLOW_END);

            final ScriptHost host = harness.host();
            assertThat(times(harness).hooks()).allSatisfy(each -> assertThat(each.due())
                .isEqualTo(each.run() + each.failed() + each.stopped() + each.skipped()));
            assertThat(sum(harness, HookTimes.Hook::due)).isEqualTo(host.hooksDue());
            assertThat(sum(harness, HookTimes.Hook::run)).isEqualTo(host.hooksRun());
            assertThat(sum(harness, HookTimes.Hook::failed)).isEqualTo(host.hooksFailed()).isPositive();
            assertThat(sum(harness, HookTimes.Hook::stopped)).isEqualTo(host.hooksTimedOut()).isEqualTo(1);
            assertThat(sum(harness, HookTimes.Hook::skipped)).isEqualTo(host.hooksSkipped()).isPositive();
            assertThat(times(harness).hooks()).anySatisfy(each -> {
                assertThat(each.script()).isEqualTo("script0");
                assertThat(each.stopped()).isEqualTo(1);
            });
        }
    }

    @Test
    void shouldTellOfOtherHostsBesideAndBefore() {
        final HookTimes all = new HookTimes();
        for (int i = 0; i < 2; i++) {
            try (ScriptHarness harness = ScriptHarness.with(hook("flowEnd", ""))) {
                run(harness, DISTANCE, FLOW_END);
                all.add(times(harness));
            }
        }
        assertThat(all.hooks()).singleElement().satisfies(each -> {
            assertThat(each.run()).isEqualTo(2 * DISTANCE);
            assertThat(each.timed()).isEqualTo(2);
        });
    }

    private static HookTimes times(final ScriptHarness harness) {
        final HookTimes times = new HookTimes();
        harness.host().addHookTimes(times);
        return times;
    }

    private static long sum(final ScriptHarness harness, final ToLongFunction<HookTimes.Hook> part) {
        return times(harness).hooks().stream().mapToLong(part).sum();
    }

    private static void run(final ScriptHarness harness, final int events, final FlowEventKind kind) {
        for (int flow = 1; flow <= events; flow++) {
            harness.run(event(kind, flow));
        }
    }
}
