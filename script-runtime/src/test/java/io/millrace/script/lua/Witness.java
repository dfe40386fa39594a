package io.millrace.script.lua;

import static io.millrace.engine.event.FlowEventKind.FLOW_END;
import static io.millrace.engine.event.FlowEventKind.PERIODIC_UPDATE;
import static io.millrace.engine.event.FlowEventKind.PROTOCOL_DETECTED;
import static io.millrace.script.lua.EventBuilder.event;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** A script beside hostile ones: what it says and raises shows whether they reached it. */
final class Witness {
    /** Flows whose life {@link #outcome} plays. */
    static final int FLOWS = 10;
    static final long DEADLINE_NS = 50_000_000L;

    /** Says what the library and its own state tell it, and raises alerts: what a neighbour does shows here. */
    static final String SCRIPT = """
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

    /** What the witnesses wrote and raised. */
    record Outcome(List<String> lines, List<ScriptHarness.Alert> alerts) {
    }

    private Witness() {
    }

    /** Settings with a deadline that a busy loop runs past at once. */
    static MachineSettings limits(final long memoryBytes) {
        return new MachineSettings(
            memoryBytes, DEADLINE_NS, Set.of(), Map.of(), 30, 60_000_000_000L, 1 << 20, true);
    }

    /** What these scripts alone say, all of them witnesses. */
    static Outcome run(final String... scripts) {
        try (ScriptHarness harness = ScriptHarness.with(limits(24L << 20), scripts)) {
            return outcome(harness, index -> true);
        }
    }

    /** What the witnesses wrote and raised over the life of some flows, and at the end. */
    static Outcome outcome(final ScriptHarness harness, final Predicate<Integer> witness) {
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

    /** The same lines whatever the witnesses have counted. */
    static List<String> withoutCounts(final List<String> lines) {
        return lines.stream()
            .map(line -> line.replaceFirst("(?<=^(detected|changed|periodic|ended|torn down after) )\\d+", "n"))
            .toList();
    }

    /** All hooks are accounted for, and those of so many witnesses ran; 0 where no flows were played. */
    static void assertExactCounters(final ScriptHarness harness, final int witnesses) {
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
