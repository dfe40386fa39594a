package io.millrace.script.lua;

import static io.millrace.engine.event.FlowEventKind.PERIODIC_UPDATE;
import static io.millrace.script.lua.EventBuilder.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.script.verdict.VerdictDescriptor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FlowNeedTest {
    private static final int ALL_TRAITS =
        VerdictDescriptor.LOCAL | VerdictDescriptor.BLACKLISTED | VerdictDescriptor.BROADCAST_OR_MULTICAST;
    /** Prints a result of any shape, keys of tables in order. */
    private static final String SHOW = """
        local function show(value)
            if type(value) ~= "table" then
                return tostring(value)
            end
            local keys, parts = {}, {}
            for key in pairs(value) do
                keys[#keys + 1] = key
            end
            table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
            for i, key in ipairs(keys) do
                parts[i] = tostring(key) .. "=" .. show(value[key])
            end
            return "{" .. table.concat(parts, ",") .. "}"
        end
        """;

    @Test
    void shouldNeedTheEventAloneWithoutScripts() {
        assertThat(needOf()).isEqualTo(FlowNeed.EVENT);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "EVENT | local a = 1",
        "EVENT | local a = flow.getBytesSent() + flow.getDuration()",
        "EVENT | flow.setStatus(5) flow.triggerStatus(13, {}, 1)",
        "EVENT | -- flow.getBytes() of _G",
        "EVENT | local a = 'flow.getBytes()' .. [[_G]]",
        "EVENT | local a = require('flow_consts').status_types",
        "HOSTS | local a = flow.isLocal()",
        "HOSTS | local a = flow['isBlacklisted']()",
        "HOSTS | local a = flow . getInfo ( )",
        "HOSTS | local f = flow.getClientGeolocation",
        "HOSTS | local m = require 'mud_utils'",
        "PAST | local a = flow.getBytes()",
        "PAST | local a = flow.getFullInfo()",
        "PAST | local a = flow.callMethodById(7)",
    })
    void shouldNeedWhatTheFunctionsThatAScriptNamesNeed(final FlowNeed need, final String body) {
        assertThat(needOf(ScriptHarness.hook("flowEnd", body))).isEqualTo(need);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "local f = flow",
        "for name, body in pairs(flow) do end",
        "local name = 'get' .. 'Bytes' local a = flow[name]",
        "local a = flow['get\\066ytes']",
        "local a = _G",
        "local a = loadstring('return 1')",
        "local a = load('return 1')",
        "local a = require('a_module_of_theirs')",
        "local r = require",
        "local a = require('plugins_utils')",
    })
    void shouldNeedAllWhereTheTextDoesNotShowWhatIsCalled(final String body) {
        assertThat(needOf(ScriptHarness.hook("flowEnd", "if now == 0 then " + body + " end")))
            .isEqualTo(FlowNeed.PAST);
    }

    @Test
    void shouldNeedWhatTheMostDemandingScriptNeeds() {
        assertThat(needOf(ScriptHarness.hook("flowEnd", "local a = flow.getBytes()"),
            ScriptHarness.hook("flowEnd", "local a = flow.isLocal()"))).isEqualTo(FlowNeed.PAST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2019", "4.0", "4.2", "current"})
    void shouldFindEveryFunctionThatAsksForMoreThanTheEvent(final String generation) {
        final Map<String, String> calls = calls(generation);
        final Map<String, FlowNeed> needs = new LinkedHashMap<>();
        calls.forEach((name, call) -> needs.put(name, needOf(script(generation, call))));
        for (final EventBuilder kind : FlowKinds.all().values()) {
            final Map<String, String> plain = answers(generation, calls, 0, 0, kind);
            final Map<String, String> known = answers(generation, calls, ALL_TRAITS, 1, kind);
            final Map<String, String> later = answers(generation, calls, 0, 0, event(PERIODIC_UPDATE, flowOf(kind))
                .u64(FlowEventDescriptor.LAST_SEEN_NS, EventBuilder.START_NS + 1_000_000_000L)
                .u64(FlowEventDescriptor.CLI2SRV_PACKETS, 3).u64(FlowEventDescriptor.CLI2SRV_BYTES, 300), kind);
            assertThat(plain).hasSameSizeAs(calls);
            plain.forEach((name, answer) -> {
                if (!answer.equals(known.get(name))) {
                    assertThat(needs.get(name)).as(name).isNotEqualTo(FlowNeed.EVENT);
                }
                if (!answer.equals(later.get(name))) {
                    assertThat(needs.get(name)).as(name).isEqualTo(FlowNeed.PAST);
                }
            });
        }
    }

    private static FlowNeed needOf(final String... scripts) {
        try (ScriptHarness harness = ScriptHarness.with(scripts)) {
            return harness.host().need();
        }
    }

    private static long flowOf(final EventBuilder event) {
        return event.buffer().getLong(FlowEventDescriptor.FLOW_ID);
    }

    /** What each function answers to the last of the events, all of one flow. */
    private static Map<String, String> answers(
        final String generation,
        final Map<String, String> calls,
        final int traits,
        final int place,
        final EventBuilder... events) {

        final StringBuilder body = new StringBuilder("local everything, said = flow, {}\n");
        calls.forEach((name, call) -> body.append("said[#said + 1] = '").append(name).append(" ' .. show((")
            .append(call).append("))\n"));
        body.append("io.write(table.concat(said, '\\n'))\n");
        final Map<String, String> answers = new LinkedHashMap<>();
        try (ScriptHarness harness = ScriptHarness.with(SHOW + "local seen = 0\n"
            + script(generation, "seen = seen + 1\nif seen == " + events.length + " then\n" + body + "end"))) {
            harness.traits(traits, traits).places(place, place);
            for (final EventBuilder event : events) {
                harness.run(event);
            }
            assertThat(harness.problems()).isEmpty();
            harness.output().lines().forEach(line ->
                answers.put(line.substring(0, line.indexOf(' ')), line.substring(line.indexOf(' '))));
        }
        return answers;
    }

    private static String script(final String generation, final String body) {
        return "local script = { api = '" + generation + "', hooks = {} }\nfunction script.hooks.all(now)\n" + body
            + "\nend\nreturn script\n";
    }

    /** The call of each function that changes nothing, by its name. */
    private static Map<String, String> calls(final String generation) {
        final List<String[]> rows = new ArrayList<>();
        try (ScriptHarness harness = ScriptHarness.with(ScriptHarness.hook("flowEnd", ""))) {
            harness.host().flowApi().lines().map(line -> line.split("\t", -1)).forEach(rows::add);
        }
        final Map<String, String> calls = new LinkedHashMap<>();
        for (final String[] row : rows) {
            if (row[1].equals(generation) && !row[0].matches("(set|add|clear|inc|trigger|retrieve).*")) {
                calls.put(row[0], "flow." + row[0] + "(" + row[4] + ")");
            }
        }
        return calls;
    }
}
