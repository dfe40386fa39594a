package io.millrace.launch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.engine.telemetry.CounterDescriptor;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.PortCounter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongBiFunction;

/** The same as {@link StatPage}, and more, for programs: one JSON object in one line. */
final class StatJson {

    private final CounterChange change;
    private final CounterSnapshot now;

    StatJson(final CounterChange change) {
        this.change = change;
        now = change.now();
    }

    /** One line. */
    String json() {
        final StringWriter line = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("timestamp", Instant.ofEpochMilli(now.takenMs()).toString());
            json.writeNumberField("pid", now.pid());
            json.writeNumberField("uptime_s", now.upS());
            json.writeNumberField("interval_s", change.seconds());
            writeTotals(json);
            writeOwners(json, "workers", EngineCounter.RECEIVED, List.of(EngineCounter.RECEIVED,
                EngineCounter.RECEIVED_BYTES, EngineCounter.FLOWS_LIVE, EngineCounter.EVENTS_SKIPPED,
                RunGauge.GAP_COUNT,
                RunGauge.GAP_P50, RunGauge.GAP_P99, RunGauge.GAP_P9999, RunGauge.GAP_MAX));
            writeRates(json, "workers_per_second", EngineCounter.RECEIVED,
                List.of(EngineCounter.RECEIVED, EngineCounter.RECEIVED_BYTES, EngineCounter.EVENTS_SKIPPED));
            writeOwners(json, "ports", PortCounter.PORT_RECEIVED, List.of(PortCounter.PORT_OFFERED,
                PortCounter.PORT_RECEIVED, PortCounter.LINK_UP, PortCounter.INTERFACE_DROPPED,
                PortCounter.FRAMES_JOINED, PortCounter.FRAMES_CUT, EngineCounter.RX_MISSED,
                EngineCounter.RX_NO_MBUF, EngineCounter.RX_ERRORS));
            writeRates(json, "ports_per_second", PortCounter.PORT_RECEIVED, List.of(PortCounter.PORT_OFFERED,
                PortCounter.PORT_RECEIVED, PortCounter.INTERFACE_DROPPED, EngineCounter.RX_MISSED,
                EngineCounter.RX_NO_MBUF, EngineCounter.RX_ERRORS));
            writeOwners(json, "driver", PortCounter.DRIVER_COUNTER, List.of(PortCounter.DRIVER_COUNTER));
            writeOwners(json, "rings", RunGauge.RING_FILL, List.of(RunGauge.RING_FILL));
            writeOwners(json, "latency_ns", RunGauge.LATENCY_COUNT, List.copyOf(RunGauge.LATENCIES));
            writeHooks(json);
            writeSums(json);
            json.writeEndObject();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return line.toString();
    }

    private void writeSums(final JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("drops");
        for (final CounterDescriptor reason : DropWatch.REASONS) {
            json.writeNumberField(reason.key(), now.total(reason));
        }
        json.writeEndObject();
        json.writeObjectFieldStart("not_ip_kinds");
        for (final String kind : now.owners(RunGauge.NOT_IP_KIND)) {
            json.writeNumberField(kind, now.of(RunGauge.NOT_IP_KIND, kind));
        }
        json.writeEndObject();
        json.writeObjectFieldStart("on_the_way");
        for (final CounterLaw law : change.laws()) {
            json.writeNumberField(law.name(), law.missing(now::total));
        }
        json.writeEndObject();
    }

    private void writeTotals(final JsonGenerator json) throws IOException {
        final Map<String, CounterDescriptor> counted = new LinkedHashMap<>();
        now.values().stream().map(CounterSnapshot.Value::descriptor)
            .filter(counter -> !(counter instanceof RunGauge || counter instanceof PortCounter))
            .forEach(counter -> counted.put(counter.key(), counter));
        json.writeObjectFieldStart("total");
        for (final Map.Entry<String, CounterDescriptor> counter : counted.entrySet()) {
            json.writeNumberField(counter.getKey(), now.total(counter.getValue()));
        }
        json.writeEndObject();
        json.writeObjectFieldStart("per_second");
        for (final Map.Entry<String, CounterDescriptor> counter : counted.entrySet()) {
            json.writeNumberField(counter.getKey(), Math.round(change.rate(counter.getValue())));
        }
        json.writeEndObject();
    }

    private void writeOwners(
        final JsonGenerator json, final String name, final CounterDescriptor owned,
        final List<CounterDescriptor> counters) throws IOException {

        writeOwned(json, name, owned, counters, now::of);
    }

    private void writeRates(
        final JsonGenerator json, final String name, final CounterDescriptor owned,
        final List<CounterDescriptor> counters) throws IOException {

        writeOwned(json, name, owned, counters, (counter, owner) -> Math.round(change.rate(counter, owner)));
    }

    private void writeOwned(
        final JsonGenerator json, final String name, final CounterDescriptor owned,
        final List<CounterDescriptor> counters,
        final ToLongBiFunction<CounterDescriptor, String> value) throws IOException {

        json.writeObjectFieldStart(name);
        for (final String owner : now.owners(owned)) {
            json.writeObjectFieldStart(owner);
            for (final CounterDescriptor counter : counters) {
                json.writeNumberField(counter.key(), value.applyAsLong(counter, owner));
            }
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    /** By script and hook. */
    private void writeHooks(final JsonGenerator json) throws IOException {
        final Map<String, List<String>> byScript = new LinkedHashMap<>();
        for (final String owner : now.owners(RunGauge.HOOK_DUE)) {
            byScript.computeIfAbsent(scriptOf(owner), _ -> new ArrayList<>()).add(owner);
        }
        json.writeObjectFieldStart("hooks");
        for (final Map.Entry<String, List<String>> script : byScript.entrySet()) {
            json.writeObjectFieldStart(script.getKey());
            for (final String owner : script.getValue()) {
                json.writeObjectFieldStart(hookOf(owner));
                for (final RunGauge gauge : RunGauge.HOOKS) {
                    json.writeNumberField(gauge.key(), now.of(gauge, owner));
                }
                json.writeEndObject();
            }
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static String scriptOf(final String owner) {
        return owner.substring(0, owner.lastIndexOf(' '));
    }

    private static String hookOf(final String owner) {
        return owner.substring(owner.lastIndexOf(' ') + 1);
    }
}
