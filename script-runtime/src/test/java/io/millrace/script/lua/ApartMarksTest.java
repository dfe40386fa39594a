package io.millrace.script.lua;

import static io.millrace.script.lua.ScriptHarness.hook;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.event.FlowEventDescriptor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Which functions of {@code flow} LuaJIT cannot compile in one trace with the walk over the events is marked by hand in
 * the table of all functions; what its compiler reports says whether the marks are right.
 */
class ApartMarksTest {
    private static final String WAY_OUT = "NYI: return to lower frame";
    /** Attempts after which LuaJIT leaves a way out of a trace to its interpreter for good, its {@code tryside}. */
    private static final int ATTEMPTS = 4;
    /** Enough for every way out that each flow takes. */
    private static final int BATCHES = 24;
    private static final int FLOWS = 256;

    private static final List<String> KINDS =
        List.of("TCP with TLS", "UDP with DNS", "HTTP", "ICMPv6", "names beyond the tables");
    /**
     * They change what is said of a flow, which scripts do of few: a hook that names one of them would pay with every
     * flow for what is gained with those few.
     */
    private static final Pattern SAID_OF_FEW = Pattern.compile("(trigger|set|add|clear|store|inc)[A-Z].*");

    private record Call(String name, String generation, String sample) {
        /** Calls the function by a name that is not in the code, so that a mark of it is not found. */
        String script() {
            final String api = generation.equals("open") ? "" : "api = '" + generation + "', ";
            final int middle = name.length() / 2;
            return """
                local flow_consts = require("flow_consts")
                local name = "%s" .. "%s"
                local result
                local function hook(now)
                    result = flow[name](%s)
                end
                return { %shooks = { all = hook } }
                """.formatted(name.substring(0, middle), name.substring(middle), sample, api);
        }
    }

    @Test
    void shouldSeeAHookThatIsLeftToTheInterpreter() {
        final Call heavy = calls().stream().filter(call -> call.name().equals("getFullInfo")).findFirst().orElseThrow();

        assertThat(KINDS).anyMatch(kind -> isLeftToTheInterpreter(heavy, kind));
    }

    @Test
    void shouldMarkTheFunctionsWhoseHooksLuaJitLeavesToItsInterpreter() {
        final Map<String, Set<String>> left = new TreeMap<>();
        for (final Call call : calls()) {
            for (final String kind : KINDS) {
                if (isLeftToTheInterpreter(call, kind)) {
                    left.computeIfAbsent(call.name(), _ -> new TreeSet<>()).add(kind);
                }
            }
        }
        left.keySet().removeIf(name -> SAID_OF_FEW.matcher(name).matches() || isMarked(name));
        assertThat(left).as("functions that need `apart = true` in flow_api.lua, by the flows that show it").isEmpty();
    }

    private static boolean isLeftToTheInterpreter(final Call call, final String kind) {
        final ScriptProfile profile = new ScriptProfile();
        final MachineSettings settings = ScriptHarness.settings().with(new RunTraits(profile, true));
        try (ScriptHarness harness = ScriptHarness.with(settings, call.script())) {
            final EventBuilder[] flows = flows(kind);
            for (int i = 0; i < BATCHES; i++) {
                harness.run(flows);
            }
            assertThat(harness.problems()).as(call.toString()).isEmpty();
        }
        return profile.traceAborts().stream()
            .anyMatch(abort -> abort.cause().equals(WAY_OUT) && abort.count() >= ATTEMPTS);
    }

    private static EventBuilder[] flows(final String kind) {
        final EventBuilder[] flows = new EventBuilder[FLOWS];
        for (int i = 0; i < FLOWS; i++) {
            flows[i] = FlowKinds.all().get(kind).u64(FlowEventDescriptor.FLOW_ID, 100 + i)
                .u16(FlowEventDescriptor.CLI_PORT, 40000 + i);
        }
        return flows;
    }

    /** Each function in each of its shapes once. */
    private static List<Call> calls() {
        final List<Call> calls = new ArrayList<>();
        final Set<String> shapes = new HashSet<>();
        try (ScriptHarness harness = ScriptHarness.with(hook("flowEnd", ""))) {
            for (final String line : harness.host().flowApi().lines().toList()) {
                final String[] fields = line.split("\t", -1);
                if (shapes.add(fields[0] + "(" + fields[2] + ") " + fields[3])) {
                    calls.add(new Call(fields[0], fields[1], fields[4]));
                }
            }
        }
        return calls;
    }

    private static boolean isMarked(final String name) {
        final String script = """
            return { hooks = { protocolDetected = function()
                if false then flow.%s() end
                io.write(debug.traceback())
            end } }
            """.formatted(name);
        try (ScriptHarness harness = ScriptHarness.with(script)) {
            return harness.run(FlowKinds.all().get("SSH")).contains("'call_apart'");
        }
    }
}
