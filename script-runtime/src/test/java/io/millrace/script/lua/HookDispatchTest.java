package io.millrace.script.lua;

import static io.millrace.engine.event.FlowEventKind.FLOW_END;
import static io.millrace.engine.event.FlowEventKind.PERIODIC_UPDATE;
import static io.millrace.engine.event.FlowEventKind.PROTOCOL_DETECTED;
import static io.millrace.script.lua.EventBuilder.event;
import static io.millrace.script.lua.ScriptHarness.hook;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowEventKind;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HookDispatchTest {
    private ScriptHarness harness;

    @AfterEach
    void close() {
        // Whatever a test does, every due call is accounted for.
        final ScriptHost host = harness.host();
        assertThat(host.hooksDue())
            .isEqualTo(host.hooksRun() + host.hooksFailed() + host.hooksTimedOut() + host.hooksSkipped());
        harness.close();
    }

    @Test
    void shouldCallEachHookForItsEvent() {
        harness = ScriptHarness.with(
            hook("protocolDetected", "io.write('detected ')"), hook("periodicUpdate", "io.write('periodic ')"),
            hook("flowEnd", "io.write('end ')"));
        assertThat(harness.run(event(PROTOCOL_DETECTED, 1), event(PERIODIC_UPDATE, 1), event(FLOW_END, 1)))
            .isEqualTo("detected periodic end ");
        assertThat(harness.host().hooksRun()).isEqualTo(3);
    }

    @Test
    void shouldCallAllForEveryHook() {
        harness = ScriptHarness.with(hook("all", "io.write(now, ' ') flow.setStatus(28)"));
        assertThat(harness.run(event(PROTOCOL_DETECTED, 1), event(FLOW_END, 1)))
            .isEqualTo("1573776005 1573776005 1573776005 ");
    }

    @Test
    void shouldPassPacketTimeInSeconds() {
        harness = ScriptHarness.with(hook("protocolDetected", "io.write(now, ' ', os.time(), ' ', os.date('%F %T'))"));
        assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).isEqualTo("1573776005 1573776005 2019-11-15 00:00:05");
    }

    @Test
    void shouldGoOnWithOtherScriptsAfterAnError() {
        harness = ScriptHarness.with(
            hook("protocolDetected", "error('broken')"),
            hook("protocolDetected", "flow.triggerStatus(flow_consts.status_types.status_blacklisted.status_id)"),
            hook("protocolDetected", "local x = nil; return x.y"));
        for (int flow = 1; flow <= 200; flow++) {
            harness.run(event(PROTOCOL_DETECTED, flow));
        }
        assertThat(harness.alerts()).hasSize(200);
        assertThat(harness.host().hooksFailed()).isEqualTo(400);
        assertThat(harness.problems()).extracting(Finding::toString).containsExactly(
            "/scripts/script0.lua:4: error: broken",
            "/scripts/script2.lua:4: error: attempt to index local 'x' (a nil value)");
    }

    @Test
    void shouldFireStatusChangedAfterEveryHookThatChangedTheBitmapAndNeverFromItself() {
        harness = ScriptHarness.with(
            hook("periodicUpdate", "flow.setStatus(flow.getPacketsSent())"),
            hook("statusChanged", "io.write('changed ') flow.setStatus(7)"));
        assertThat(harness.run(
            event(PERIODIC_UPDATE, 1), // sets 10
            event(PERIODIC_UPDATE, 1), // no change
            event(PERIODIC_UPDATE, 1).u64(FlowEventDescriptor.CLI2SRV_PACKETS, 11)))
            .isEqualTo("changed changed ");
        assertThat(harness.bitmap(1)).isEqualTo(1 << 10 | 1 << 11 | 1 << 7);
    }

    @Test
    void shouldFireStatusChangedWhenABitIsCleared() {
        harness = ScriptHarness.with(
            hook("protocolDetected", "flow.setStatus(5)"), hook("flowEnd", "flow.clearStatus(5)"),
            hook("statusChanged", "io.write(flow.getPredominantStatus(), ' ')"));
        assertThat(harness.run(event(PROTOCOL_DETECTED, 1), event(FLOW_END, 1))).isEqualTo("5 0 ");
    }

    @Test
    void shouldRaiseOneAlertPerPassForTheStatusOfHighestPrecedence() {
        harness = ScriptHarness.with(
            hook("protocolDetected", "flow.triggerStatus(15, {n = 1})"),
            hook("protocolDetected", "flow.triggerStatus(13, {n = 2}, 1)"),
            hook("protocolDetected", "flow.triggerStatus(28, {n = 3})"));
        harness.run(event(PROTOCOL_DETECTED, 9));
        assertThat(harness.alerts()).singleElement().satisfies(alert -> {
            assertThat(alert.statusId()).isEqualTo(13);
            assertThat(alert.statusKey()).isEqualTo("blacklisted");
            assertThat(alert.signature()).isEqualTo("Blacklisted flow");
            assertThat(alert.category()).isEqualTo("alert_flow_blacklisted");
            assertThat(alert.alertType()).isEqualTo(7);
            assertThat(alert.severity()).isEqualTo(4);
            assertThat(alert.script()).isEqualTo(1);
            assertThat(alert.info()).matches("\\{\"hash_entry_id\":9,\"n\":2,\"ntopng.key\":\\d+}");
        });
        assertThat(harness.host().alertsRaised()).isEqualTo(1);
        assertThat(harness.bitmap(9)).isEqualTo(1L << 15 | 1L << 13 | 1L << 28);
    }

    @Test
    void shouldAlertAFlowOnceInTheStyleOf2019() {
        harness = ScriptHarness.with(
            hook("protocolDetected", "flow.triggerStatus(28)"), hook("flowEnd", "flow.triggerStatus(13)"));
        harness.run(event(PROTOCOL_DETECTED, 1), event(FLOW_END, 1));
        assertThat(harness.alerts()).extracting(ScriptHarness.Alert::statusId).containsExactly(28);
    }

    @Test
    void shouldReplaceAnAlertByOneOfHigherScore() {
        harness = ScriptHarness.with(
            hook("protocolDetected",
                "flow.triggerStatus(flow_consts.status_types.status_web_mining_detected, nil, 50)"),
            hook("periodicUpdate", "flow.triggerStatus(flow_consts.status_types.status_longlived, nil, 40)"),
            hook("flowEnd", "flow.triggerStatus(flow_consts.status_types.status_data_exfiltration, 'x', 60, 7, 8)"));
        harness.run(event(PROTOCOL_DETECTED, 1), event(PERIODIC_UPDATE, 1), event(FLOW_END, 1));
        assertThat(harness.alerts()).extracting(a -> List.of(a.statusId(), a.replaces(), a.score()))
            .containsExactly(List.of(15, false, 50), List.of(24, true, 150));
    }

    @Test
    void shouldAcceptCustomStatusesWithoutADefinition() {
        harness = ScriptHarness.with(
            hook("protocolDetected", "flow.triggerStatus(flow_consts.custom_status_5, 'text')"));
        harness.run(event(PROTOCOL_DETECTED, 1));
        assertThat(harness.alerts()).singleElement().satisfies(alert -> {
            assertThat(alert.statusId()).isEqualTo(63);
            assertThat(alert.signature()).isEqualTo("Custom status 5");
            assertThat(alert.info()).isEqualTo("text");
        });
        assertThat(harness.bitmap(1)).isEqualTo(1L << 63);
    }

    @Test
    void shouldNameAnUnknownStatus() {
        harness = ScriptHarness.with(
            hook("protocolDetected", "flow.triggerStatus(55)"), hook("flowEnd", "flow.triggerStatus(nil)"));
        harness.run(event(PROTOCOL_DETECTED, 1), event(FLOW_END, 1));
        assertThat(harness.problems()).extracting(Finding::message).satisfiesExactly(
            first -> assertThat(first).startsWith("triggerStatus: unknown status 55"),
            second -> assertThat(second).startsWith("triggerStatus: the status is nil"));
    }

    @Test
    void shouldRunFilteredScriptsOnTheirFlowsOnly() {
        harness = ScriptHarness.with(
            filtered("l4_proto = 'udp'", "udp"), filtered("l4_proto = 'tcp'", "tcp"), filtered("", "any"),
            filtered("l7_proto = 'dns'", "dns"), filtered("three_way_handshake_ok = true", "twh"),
            filtered("one_way = true", "oneway"), filtered("bidirectional = true", "both"));
        assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).isEqualTo("tcp any twh both ");
        assertThat(harness.run(event(PROTOCOL_DETECTED, 2).u8(FlowEventDescriptor.HANDSHAKE_OK, 0)))
            .isEqualTo("tcp any both ");
        assertThat(harness.run(event(PROTOCOL_DETECTED, 3).u8(FlowEventDescriptor.L4_PROTOCOL, 17)
            .u16(FlowEventDescriptor.NDPI_MASTER, 5).u64(FlowEventDescriptor.SRV2CLI_PACKETS, 0)))
            .isEqualTo("udp any dns twh oneway ");
        assertThat(harness.run(event(PROTOCOL_DETECTED, 4).u8(FlowEventDescriptor.L4_PROTOCOL, 253)))
            .isEqualTo("any twh both ");
    }

    @Test
    void shouldRunPeriodicUpdatesAtTheScriptsOwnPace() {
        harness = ScriptHarness.with(
            "return { periodic_update_seconds = 30, hooks = { periodicUpdate = function() io.write('a') end } }",
            "return { periodic_update_seconds = 90, hooks = { periodicUpdate = function() io.write('b') end } }",
            "return { hooks = { periodicUpdate = function() io.write('c') end } }");
        for (int tick = 0; tick < 7; tick++) {
            harness.run(event(PERIODIC_UPDATE, 1).u32(FlowEventDescriptor.PERIODIC_TICK, tick));
        }
        assertThat(harness.output()).isEqualTo("abc" + "a" + "a" + "ab" + "ac" + "a" + "ab");
    }

    @Test
    void shouldRunMoreScriptsThanOneGeneratedFunctionHolds() {
        final String[] scripts = new String[40];
        for (int i = 0; i < scripts.length; i++) {
            scripts[i] = hook("protocolDetected", "io.write('" + i + ",')");
        }
        harness = ScriptHarness.with(scripts);
        final String expected = String.join(",", java.util.stream.IntStream.range(0, 40).mapToObj(Integer::toString)
            .toList()) + ",";
        for (int flow = 1; flow < 100; flow++) {
            assertThat(harness.run(event(PROTOCOL_DETECTED, flow))).isEqualTo(expected);
        }
    }

    @Test
    void shouldCutABatchWhoseOutputWouldOverflow() {
        harness = ScriptHarness.with(hook("protocolDetected", "io.write(('x'):rep(8000), '\\n')"));
        final EventBuilder[] events = new EventBuilder[256];
        for (int i = 0; i < events.length; i++) {
            events[i] = event(PROTOCOL_DETECTED, i + 1);
        }
        assertThat(harness.run(events)).hasSize(256 * 8001);
        assertThat(harness.host().emissionsLost()).isZero();
    }

    @Test
    void shouldCountWhatOneCallPrintsBeyondItsShare() {
        harness = ScriptHarness.with(
            hook("protocolDetected", "for i = 1, 1000 do io.write(('x'):rep(8000)) end"),
            hook("protocolDetected", "io.write('!')"));
        assertThat(harness.run(event(PROTOCOL_DETECTED, 1))).hasSize(8 * 8000 + 1).endsWith("!");
        assertThat(harness.host().emissionsLost()).isEqualTo(992);
        assertThat(harness.host().hooksRun()).isEqualTo(2);
    }

    @Test
    void shouldTakeBackWhatAScriptForOneWayFlowsSaidOnceTheFlowIsAnswered() {
        final String oneWay = "local script = { api = '2019', one_way = true, l4_proto = 'udp', hooks = {} } "
            + "function script.hooks.all(now) flow.setStatus(28) end return script";
        final String other = "local script = { api = '2019', hooks = {} } "
            + "function script.hooks.protocolDetected(now) flow.setStatus(5) end "
            + "function script.hooks.statusChanged(now) "
            + "io.write(flow.getStatus(), ' ', flow.getPredominantStatus(), ';') end "
            + "return script";
        harness = ScriptHarness.with(oneWay, other);
        assertThat(harness.run(udp(PROTOCOL_DETECTED, 1, 0))).isEqualTo(((1L << 28) + 32) + " 5;");
        assertThat(harness.run(udp(PERIODIC_UPDATE, 1, 1))).isEqualTo("32 5;");
        harness.run(udp(PROTOCOL_DETECTED, 2, 0), udp(FLOW_END, 2, 0));
        assertThat(harness.bitmap(2)).as("never answered").isEqualTo((1L << 28) + 32);
        assertThat(harness.problems()).isEmpty();
    }

    private static EventBuilder udp(final FlowEventKind kind, final long flowId, final int answers) {
        return event(kind, flowId).u8(FlowEventDescriptor.L4_PROTOCOL, 17)
            .u64(FlowEventDescriptor.SRV2CLI_PACKETS, answers);
    }

    @Test
    void shouldCallTeardownAtTheEnd() {
        harness = ScriptHarness.with(
            "return { hooks = { flowEnd = function() end }, teardown = function() io.write('bye') end }");
        harness.teardown();
        assertThat(harness.output()).isEqualTo("bye");
    }

    @Test
    void shouldHaveTheTimeOfTheLastEventAtTeardownAndNoFlow() {
        harness = ScriptHarness.with("""
            local script = { hooks = {} }
            function script.hooks.protocolDetected() end
            function script.teardown()
                io.write(os.time(), " ", os.date("%F %T"), " ", flow.getLastSeen(), " ", flow.getPacketsSent())
            end
            return script
            """);
        harness.run(event(PROTOCOL_DETECTED, 1),
            event(FLOW_END, 2).u64(FlowEventDescriptor.TIME_NS, EventBuilder.START_NS + 60_500_000_000L));
        harness.teardown();
        assertThat(harness.output()).isEqualTo("1573776060 2019-11-15 00:01:00 0 0");
    }

    private static String filtered(final String filter, final String word) {
        return "return { " + filter + (filter.isEmpty() ? "" : ", ")
            + "hooks = { protocolDetected = function() io.write('" + word + " ') end } }";
    }
}
