package io.millrace.script.lua;

import static io.millrace.script.lua.ScriptHarness.hook;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What scripts are told where the engine keeps no statistics of flows. */
class FlowStatisticsTest {
    private static final MachineSettings BASIC = ScriptHarness.settings().with(new RunTraits(null, false));

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
                "/scripts/script0.lua:6: warning: flow.getClient2ServerIAT wants statistics that --flow-stats basic does "
                    + "not keep: all of it is 0; run with --flow-stats full");
            assertThat(harness.host().descriptions()).singleElement()
                .satisfies(script0 -> assertThat(script0.state()).isEqualTo(ScriptDescription.State.ENABLED));
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
}
