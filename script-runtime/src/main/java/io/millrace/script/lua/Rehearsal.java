package io.millrace.script.lua;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.engine.event.ApplicationNames;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowEventKind;
import io.millrace.engine.memory.RawMemory;
import io.millrace.script.geo.PlaceDescriptor;
import io.millrace.script.verdict.VerdictDescriptor;
import io.millrace.script.verdict.VerdictTable;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Calls every hook of the scripts on invented flows of each kind, and keeps what goes wrong: once per place in a
 * script, with the first flow that showed it. Used once, by one thread.
 */
final class Rehearsal {
    private static final String PROTOCOL_FILTER = "l7_proto=";
    private static final List<FlowEventKind> HOOKED =
        Arrays.stream(FlowEventKind.values()).filter(kind -> kind.hook != null).toList();
    /** Has the statuses of each flow change at each event, so that statusChanged is due. */
    private static final ScriptSource PROMPTER = new ScriptSource(Path.of("rehearsal.lua"), "rehearsal", false, """
        local script = { api = "2019", hooks = {} }
        function script.hooks.protocolDetected() flow.setStatus(1) end
        function script.hooks.periodicUpdate() flow.clearStatus(1) end
        function script.hooks.flowEnd() flow.setStatus(1) end
        return script
        """.getBytes(UTF_8));

    private static final byte[] EXTERNAL_ALERT = """
        {"source": "suricata", "severity_id": 2, "alert": {"signature": "ET MALWARE Example", "category": "Malware",
         "severity": 1}}
        """.getBytes(UTF_8);

    private final ApplicationNames names;
    private final Map<String, Finding> problems = new LinkedHashMap<>();
    private String occasion = "";

    Rehearsal(final ApplicationNames names) {
        this.names = names;
    }

    /** What went wrong, in order of the flows; first what is found as the scripts are loaded. */
    List<Finding> run(final List<ScriptSource> sources, final MachineSettings settings) {
        final List<ScriptSource> all = new ArrayList<>(sources);
        all.add(PROMPTER);
        final MachineSettings patient = settings.with(new Supervision(0, 1)).with(withAllOn(settings, sources));
        try (Arena arena = Arena.ofConfined(); Watchdog watchdog = new Watchdog(settings.deadlineNs());
            ScriptStores stores = ScriptStores.small()) {
            final long places = arena.allocate(2L * PlaceDescriptor.LENGTH, Double.BYTES).address();
            describePlace(places + (long) SyntheticFlow.KNOWN_PLACE * PlaceDescriptor.LENGTH);
            final long event = arena.allocate(FlowEventDescriptor.MAX_LENGTH, Long.BYTES).address();
            final long verdict = arena.allocate(VerdictDescriptor.LENGTH, Long.BYTES).address();
            try (ScriptHost host = new ScriptHost(patient, names, all, places, 1, watchdog, stores, this::keep)) {
                host.findings().forEach(finding -> problems.putIfAbsent(finding.toString(), finding));
                long flowId = 0;
                for (final SyntheticFlow flow : flows(host.descriptions())) {
                    VerdictTable.initialise(verdict, ++flowId);
                    for (final FlowEventKind kind : HOOKED) {
                        occasion = flow.on(kind);
                        final byte[] alertKey = flow.write(event, verdict, kind, flowId, names).alertKey();
                        if (alertKey != null) {
                            stores.offerExternalAlert(alertKey, EXTERNAL_ALERT, 0, 0);
                        }
                        host.put(0, event, verdict);
                        drain(host);
                    }
                }
                occasion = "at the end";
                host.teardown();
                takeOut(host);
            }
        }
        return List.copyOf(problems.values());
    }

    // Also those that are off until somebody wants them.
    private static Map<String, ScriptWish> withAllOn(
        final MachineSettings settings, final List<ScriptSource> sources) {

        final Map<String, ScriptWish> wishes = new HashMap<>(settings.wishes());
        sources.forEach(source -> wishes.putIfAbsent(source.key(), ScriptWish.ON));
        return wishes;
    }

    private static void describePlace(final long place) {
        final byte[] country = "DE".getBytes(UTF_8);
        final byte[] city = "Berlin".getBytes(UTF_8);
        for (int i = 0; i < country.length; i++) {
            RawMemory.putU8(place + PlaceDescriptor.COUNTRY + i, country[i]);
        }
        for (int i = 0; i < city.length; i++) {
            RawMemory.putU8(place + PlaceDescriptor.CITY + i, city[i]);
        }
        RawMemory.putU8(place + PlaceDescriptor.CITY_LENGTH, city.length);
        RawMemory.putU8(place + PlaceDescriptor.KNOWN, 1);
        RawMemory.putF64(place + PlaceDescriptor.LATITUDE, 52.5);
        RawMemory.putF64(place + PlaceDescriptor.LONGITUDE, 13.4);
    }

    private void drain(final ScriptHost host) {
        while (host.dispatch(0, 1) < 1) {
            takeOut(host);
        }
        takeOut(host);
    }

    private void takeOut(final ScriptHost host) {
        final EmissionCursor emissions = host.emissions();
        while (emissions.advance()) {
            if (!emissions.isText() && !emissions.isAlert()) {
                host.report(emissions);
            }
        }
        host.clearEmissions();
    }

    private void keep(final Finding finding) {
        problems.putIfAbsent(finding.toString(), new Finding(finding.severity(), finding.path(), finding.line(),
            finding.message() + " (" + occasion + ")"));
    }

    // Those of each kind, and one of each protocol that a script filters by.
    private List<SyntheticFlow> flows(final List<ScriptDescription> scripts) {
        final List<SyntheticFlow> flows = new ArrayList<>(SyntheticFlows.all());
        for (final ScriptDescription script : scripts) {
            for (final String filter : script.filters()) {
                final String protocol = filter.startsWith(PROTOCOL_FILTER)
                    ? filter.substring(PROTOCOL_FILTER.length()) : "";
                if (!protocol.isEmpty() && flows.stream().noneMatch(flow -> flow.speaks(protocol))) {
                    flows.add(SyntheticFlows.plain(protocol, true));
                    flows.add(SyntheticFlows.plain(protocol, false));
                }
            }
        }
        return flows;
    }
}
