package io.millrace.script.lua;

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

/** Who is switched off for failures, overruns and memory, and when. */
class SwitchedOffScriptTest {
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
        try (ScriptHarness harness = ScriptHarness.with(Witness.limits(8L << 20), asker, hoarder, asker)) {
            for (int call = 1; call <= 2000; call++) {
                harness.run(event(PROTOCOL_DETECTED, 1 + call % Witness.FLOWS));
            }
            assertThat(harness.alerts()).filteredOn(alert -> alert.statusId() == SwitchedOffAlert.ID)
                .extracting(ScriptHarness.Alert::script).containsExactly(1);
            assertThat(harness.host().hooksOutOfMemory()).isEqualTo(1);
            Witness.assertExactCounters(harness, 0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{ now }", "{ #kept }", "tostring(#kept)", "function() return now end", "{ { {} } }"})
    void shouldSwitchOffWhoFillsTheMemoryWithSmallObjectsInOneCall(final String small) {
        final String keeper = """
            local kept = {}
            return { hooks = { protocolDetected = function(now) while true do kept[#kept + 1] = %s end end } }
            """.formatted(small);
        final MachineSettings patient = new MachineSettings(
            64L << 20, 20_000_000_000L, Set.of(), Map.of(), 30, 60_000_000_000L, 1 << 20, true);
        try (ScriptHarness harness = ScriptHarness.with(patient, keeper)) {
            for (int flow = 1; flow <= 3; flow++) {
                harness.run(event(PROTOCOL_DETECTED, flow));
            }
            assertThat(harness.problems()).extracting(Finding::message)
                .containsExactly("not enough memory: switched off: keep less, or raise --script-memory");
            assertThat(harness.alerts()).singleElement().extracting(ScriptHarness.Alert::statusId)
                .isEqualTo(SwitchedOffAlert.ID);
            assertThat(harness.host().hooksFailed()).isEqualTo(1);
            assertThat(harness.host().hooksSkipped()).isEqualTo(2);
            assertThat(harness.host().scriptsSwitchedOff()).isEqualTo(1);
        }
    }

    @Test
    void shouldSwitchOffAfterSoManyFailuresInARow() {
        final MachineSettings settings = Witness.limits(24L << 20).with(new Supervision(5, 1));
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
        final MachineSettings settings = Witness.limits(24L << 20).with(new Supervision(5, 3));
        try (ScriptHarness harness = ScriptHarness.with(settings, hook("protocolDetected", "while true do end"))) {
            for (int flow = 1; flow <= 5; flow++) {
                harness.run(event(PROTOCOL_DETECTED, flow));
            }
            assertThat(harness.host().hooksTimedOut()).isEqualTo(3);
            assertThat(harness.host().hooksSkipped()).isEqualTo(2);
            assertThat(harness.alerts()).hasSize(1);
        }
    }
}
