package io.millrace.script.lua;

import static io.millrace.engine.event.FlowEventKind.FLOW_END;
import static io.millrace.engine.event.FlowEventKind.PERIODIC_UPDATE;
import static io.millrace.engine.event.FlowEventKind.PROTOCOL_DETECTED;
import static io.millrace.script.lua.EventBuilder.event;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Statuses, scores and alerts as each generation has them. */
final class StatusRulesTest {
    private ScriptHarness harness;

    @AfterEach
    void close() {
        if (harness != null) {
            harness.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"2019, ", "4.0, ''", ", "})
    void shouldSetAndClearABitWithoutADefinition(final String generation, final String table) {
        final String status = table == null ? "50" : "{ status_id = 50 }";
        harness = ScriptHarness.with(script(generation, "protocolDetected", "flow.setStatus(" + status + ")"),
            script(generation, "periodicUpdate",
                "io.write(flow.getPredominantStatus(), ' ', tostring(flow.getStatus()))"),
            script(generation, "flowEnd", "flow.clearStatus(" + status + ")"));

        harness.run(event(PROTOCOL_DETECTED, 1), event(PERIODIC_UPDATE, 1));
        assertThat(harness.problems()).isEmpty();
        assertThat(harness.output()).isEqualTo("0 1125899906842624");
        assertThat(harness.bitmap(1)).isEqualTo(1L << 50);
        harness.run(event(FLOW_END, 1));
        assertThat(harness.bitmap(1)).isZero();
    }

    @Test
    void shouldTraceAnArgumentOfTheWrongTypeInsteadOfFailing() {
        harness = ScriptHarness.with(script("2019", "protocolDetected",
            "io.write(select('#', flow.setStatus('13')), select('#', flow.clearStatus(nil)), '\\n')"));

        assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).isEqualTo("""
            15/Nov/2019 00:00:05 [script0.lua:4] ERROR: flow.setStatus: expected number[@pos 1], got string
            15/Nov/2019 00:00:05 [script0.lua:4] ERROR: flow.clearStatus: expected number[@pos 1], got no value
            00
            """);
        assertThat(harness.problems()).isEmpty();
        assertThat(harness.bitmap(1)).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 31, 32, 52, 53, 62, 63})
    void shouldLoseNoBitOfSixtyFour(final int status) {
        harness = ScriptHarness.with(script("2019", "protocolDetected", "flow.setStatus(" + status + ")\n"
            + "flow.setStatus(2)\nlocal bits = flow.getStatus()\n"
            + "for bit = 1, 63 do if ntop.bitmapIsSet(bits, bit) then io.write(bit, ' ') end end\n"
            + "bits = ntop.bitmapClear(bits, 2)\n"
            + "io.write(tostring(ntop.bitmapIsSet(bits, " + status + ")), ' ',\n"
            + "tostring(ntop.bitmapIsSet(bits, 2)), ' ',\n"
            + "math.type(bits), ' ', tostring(ntop.bitmapSet(0, " + status + ")))"));

        final String both = status < 2 ? status + " 2 " : "2 " + status + " ";
        assertThat(harness.run(event(PROTOCOL_DETECTED, 1)))
            .isEqualTo(both + "true false integer " + (1L << status));
    }

    @ParameterizedTest
    @CsvSource({"2019, flow.setStatus(40)", "4.0, flow.setStatus({ status_id = 40 })",
        "4.2, 'flow.setStatus(35, 1, 1, 1, \"key\")'"})
    void shouldCallStatusChangedOnceAfterEachChangeAndNeverAfterItself(final String generation, final String set) {
        harness = ScriptHarness.with(
            script(generation, "protocolDetected", set),
            script(generation, "periodicUpdate", set),
            script(generation, "statusChanged",
                "io.write('changed ') " + (generation.equals("4.2") ? "flow.setStatus(2, 1, 1, 1, 'key')"
                    : generation.equals("2019") ? "flow.setStatus(5)" : "flow.setStatus({ status_id = 5 })")),
            script("2019", "flowEnd", "flow.clearStatus(40)"));

        harness.run(event(PROTOCOL_DETECTED, 1), event(PERIODIC_UPDATE, 1));
        assertThat(harness.output()).isEqualTo("changed ");
        harness.run(event(FLOW_END, 1));
        assertThat(harness.output()).isEqualTo("changed changed ");
    }

    @ParameterizedTest
    @CsvSource({"2019, 0", "4.0, 0", "4.2, 1", ", 0"})
    void shouldRaiseNoAlertForAHostThatIsExemptFromTheStatus(final String generation, final int alerts) {
        final String exempt = "ntop.setHashCache('ntopng.prefs.alerts.ifid_0.disabled_status', '8.8.8.8@0', "
            + "'8192')\n";
        harness = ScriptHarness.with(script(generation, "protocolDetected", exempt + trigger(generation)));

        harness.run(event(PROTOCOL_DETECTED, 1));
        assertThat(harness.alerts()).hasSize(alerts);
        assertThat(harness.bitmap(1)).as("the status holds all the same").isEqualTo(1L << 13);
        harness.run(event(PROTOCOL_DETECTED, 2).between("192.168.1.10", "9.9.9.9"));
        assertThat(harness.alerts()).hasSize(alerts + 1);
    }

    @Test
    void shouldRaiseOneAlertPerPassThatOfTheHighestScore() {
        harness = ScriptHarness.with(
            script("4.2", "protocolDetected", created("longlived", 40)),
            script("4.2", "protocolDetected", created("web_mining_detected", 90)),
            script("4.2", "protocolDetected", created("remote_to_remote", 60)));

        harness.run(event(PROTOCOL_DETECTED, 1));
        assertThat(harness.alerts()).singleElement().satisfies(alert -> {
            assertThat(alert.statusKey()).isEqualTo("web_mining_detected");
            assertThat(alert.replaces()).isFalse();
            assertThat(alert.score()).isEqualTo(190);
        });
    }

    @Test
    void shouldLetTheLowerNumberWinAmongEqualScores() {
        harness = ScriptHarness.with(
            script("4.2", "protocolDetected", created("web_mining_detected", 50)),
            script("4.2", "protocolDetected", created("blacklisted", 50)));

        harness.run(event(PROTOCOL_DETECTED, 1));
        assertThat(harness.alerts()).extracting(ScriptHarness.Alert::statusKey).containsExactly("blacklisted");
    }

    @Test
    void shouldReplaceAnAlertByOneOfHigherScoreOnly() {
        harness = ScriptHarness.with(
            script("4.2", "protocolDetected", created("longlived", 40)),
            script("4.2", "periodicUpdate", created("web_mining_detected", 40)),
            script("4.2", "flowEnd", created("blacklisted", 41)));

        harness.run(event(PROTOCOL_DETECTED, 1), event(PERIODIC_UPDATE, 1), event(FLOW_END, 1));
        assertThat(harness.alerts()).extracting(alert -> List.of(alert.statusKey(), alert.replaces()))
            .containsExactly(List.of("longlived", false), List.of("blacklisted", true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.0", "4.2"})
    void shouldNeverAlertWithoutAScore(final String generation) {
        harness = ScriptHarness.with(script(generation, "protocolDetected", generation.equals("4.0")
            ? "flow.triggerStatus(types.status_blacklisted, { a = 1 })"
            : "flow.triggerStatus(types.status_blacklisted.create(nil, { a = 1 }), 0, 0, 0)"));

        harness.run(event(PROTOCOL_DETECTED, 1));
        assertThat(harness.alerts()).isEmpty();
        assertThat(harness.bitmap(1)).isEqualTo(1L << 13);
    }

    private static String trigger(final String generation) {
        return switch (generation == null ? "" : generation) {
            case "4.0" -> "flow.triggerStatus(types.status_blacklisted, { a = 1 }, 50)";
            case "4.2" -> created("blacklisted", 50);
            default -> "flow.triggerStatus(13, { a = 1 })";
        };
    }

    private static String created(final String status, final int score) {
        return "flow.triggerStatus(types.status_" + status + ".create(nil, { a = 1 }), " + score + ", 5, 5)";
    }

    private static String script(final String generation, final String hook, final String body) {
        return "local types = require('flow_consts').status_types\n"
            + "local script = { " + (generation == null ? "" : "api = '" + generation + "', ") + "hooks = {} }\n"
            + "function script.hooks." + hook + "(now)\n" + body + "\nend\nreturn script\n";
    }
}
