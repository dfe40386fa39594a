package io.millrace.launch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.engine.telemetry.CounterDescriptor;
import io.millrace.engine.telemetry.DistributorCounter;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.LatencyKind;
import io.millrace.engine.telemetry.PortCounter;
import io.millrace.script.intake.ScriptCounter;
import io.millrace.script.output.OutputCounter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongBiFunction;

/** What happened between two snapshots of a process, and since its start; for people and for programs. */
final class StatReport {
    private static final double NS_PER_S = 1e9;
    private static final List<CounterDescriptor> RATES = List.of(
        EngineCounter.RECEIVED, EngineCounter.RECEIVED_BYTES, EngineCounter.FLOWS_CREATED, EngineCounter.FLOWS_ENDED,
        EngineCounter.EVENTS_PRODUCED, ScriptCounter.HOOKS_RUN, ScriptCounter.ALERTS_RAISED,
        OutputCounter.RECORDS_WRITTEN);
    private static final int MAX_KINDS_SHOWN = 10;
    private static final int MAX_HOOKS_SHOWN = 15;
    private static final int MIN_HOOK_WIDTH = 34;

    /** What is wrong with packets that came; none of it is a drop. */
    static final List<CounterDescriptor> ANOMALIES = List.of(
        EngineCounter.MALFORMED, EngineCounter.UNSUPPORTED_LINK, EngineCounter.BROKEN_TRANSPORT,
        EngineCounter.TUNNELS_TOO_DEEP, EngineCounter.FRAGMENTS_UNCLAIMED, EngineCounter.FRAGMENTS_OVERLAPPING,
        EngineCounter.FRAGMENTS_TINY);

    private final CounterSnapshot before;
    private final CounterSnapshot now;
    private final double seconds;

    StatReport(final CounterSnapshot before, final CounterSnapshot now) {
        this.before = before;
        this.now = now;
        seconds = Math.max(1e-9, (now.takenNs() - before.takenNs()) / NS_PER_S);
    }

    /** A page, without a final line break. */
    String text() {
        final StringBuilder text = new StringBuilder();
        append(text, "millrace capture, process %d, up %s%n%n", now.pid(), uptime());
        append(text, "%-36s %15s %18s%n", "", "per second", "total");
        for (final CounterDescriptor counter : RATES) {
            append(text, "%-36s %,15.0f %,18d%n", counter.label(), rate(counter), now.total(counter));
        }
        append(text, "%-36s %15s %,18d%n", EngineCounter.FLOWS_LIVE.label(), "", now.total(EngineCounter.FLOWS_LIVE));
        appendWorkers(text);
        appendPorts(text);
        appendDrops(text);
        appendAnomalies(text);
        appendNonIpKinds(text);
        appendRings(text);
        appendLatencies(text);
        appendHooks(text);
        appendLaws(text);
        return text.toString().stripTrailing();
    }

    /** One line. */
    String json() {
        final StringWriter line = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("timestamp", Instant.ofEpochMilli(now.takenMs()).toString());
            json.writeNumberField("pid", now.pid());
            json.writeNumberField("uptime_s", (now.takenMs() - now.startedMs()) / 1e3);
            json.writeNumberField("interval_s", seconds);
            writeTotals(json);
            writeOwners(json, "workers", EngineCounter.RECEIVED, List.of(EngineCounter.RECEIVED,
                EngineCounter.RECEIVED_BYTES, EngineCounter.FLOWS_LIVE, EngineCounter.EVENTS_SKIPPED, RunGauge.GAP_COUNT,
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
            for (final CounterLaw law : laws()) {
                json.writeNumberField(law.name(), law.missing(now::total));
            }
            json.writeEndObject();
            json.writeEndObject();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return line.toString();
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
            json.writeNumberField(counter.getKey(), Math.round(rate(counter.getValue())));
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

        writeOwned(json, name, owned, counters, (counter, owner) -> Math.round(rate(counter, owner)));
    }

    private void writeOwned(
        final JsonGenerator json, final String name, final CounterDescriptor owned, final List<CounterDescriptor> counters,
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

    private void appendHooks(final StringBuilder text) {
        final List<String> hooks = now.hooksByTime();
        if (hooks.isEmpty()) {
            return;
        }
        final List<String> shown = hooks.stream().limit(MAX_HOOKS_SHOWN).toList();
        final int width = Math.max(MIN_HOOK_WIDTH, shown.stream().mapToInt(String::length).max().orElseThrow());
        append(text, "%n%-" + (width + 2) + "s %12s %14s %9s %9s %9s %11s%n", "Hooks, times in microseconds", "per second",
            "calls", "errors", "p50", "p99", "max");
        for (final String owner : shown) {
            append(text, "  %-" + width + "s %,12.0f %,14d %,9d %,9.1f %,9.1f %,11.1f%n", owner,
                rate(RunGauge.HOOK_RUN, owner) + rate(RunGauge.HOOK_FAILED, owner) + rate(RunGauge.HOOK_TIMED_OUT, owner),
                now.hookCalls(owner), now.of(RunGauge.HOOK_FAILED, owner) + now.of(RunGauge.HOOK_TIMED_OUT, owner),
                now.of(RunGauge.HOOK_P50, owner) / 1e3, now.of(RunGauge.HOOK_P99, owner) / 1e3,
                now.of(RunGauge.HOOK_MAX, owner) / 1e3);
        }
        if (hooks.size() > MAX_HOOKS_SHOWN) {
            append(text, "  and %d more hooks: --json tells all%n", hooks.size() - MAX_HOOKS_SHOWN);
        }
    }

    private static String scriptOf(final String owner) {
        return owner.substring(0, owner.lastIndexOf(' '));
    }

    private static String hookOf(final String owner) {
        return owner.substring(owner.lastIndexOf(' ') + 1);
    }

    private void appendWorkers(final StringBuilder text) {
        text.append('\n');
        for (final String worker : now.owners(EngineCounter.RECEIVED)) {
            append(text, "%-36s %,15.0f %,18d frames, %,d flows live%n", worker, rate(EngineCounter.RECEIVED, worker),
                now.of(EngineCounter.RECEIVED, worker), now.of(EngineCounter.FLOWS_LIVE, worker));
        }
        if (now.total(DistributorCounter.FRAMES_DISTRIBUTED) > 0) {
            append(text, "%-36s %,15.0f %,18d frames%n", "distributor", rate(DistributorCounter.FRAMES_DISTRIBUTED),
                now.total(DistributorCounter.FRAMES_DISTRIBUTED));
        }
    }

    private void appendPorts(final StringBuilder text) {
        for (final String port : now.owners(PortCounter.PORT_RECEIVED)) {
            append(text, "%-36s %,15.0f %,18d frames, link %s%n", port, rate(PortCounter.PORT_RECEIVED, port),
                now.of(PortCounter.PORT_RECEIVED, port), now.of(PortCounter.LINK_UP, port) == 0 ? "down" : "up");
        }
        for (final String owner : now.owners(PortCounter.DRIVER_COUNTER)) {
            if (now.of(PortCounter.DRIVER_COUNTER, owner) != 0) {
                append(text, "%-36s %,15.0f %,18d%n", owner, rate(PortCounter.DRIVER_COUNTER, owner),
                    now.of(PortCounter.DRIVER_COUNTER, owner));
            }
        }
    }

    private void appendDrops(final StringBuilder text) {
        text.append("\nDrops\n");
        boolean any = false;
        for (final CounterDescriptor reason : DropWatch.REASONS) {
            if (now.total(reason) != 0) {
                append(text, "  %-34s %,15.0f %,18d%n", reason.label(), rate(reason), now.total(reason));
                any = true;
            }
        }
        if (!any) {
            text.append("  none\n");
        }
    }

    private void appendAnomalies(final StringBuilder text) {
        final List<CounterDescriptor> seen = ANOMALIES.stream().filter(anomaly -> now.total(anomaly) != 0).toList();
        if (!seen.isEmpty()) {
            text.append("\nAnomalies\n");
            seen.forEach(anomaly -> append(text, "  %-34s %,15.0f %,18d%n",
                anomaly.label(), rate(anomaly), now.total(anomaly)));
        }
    }

    private void appendNonIpKinds(final StringBuilder text) {
        final List<String> kinds = now.owners(RunGauge.NOT_IP_KIND).stream()
            .sorted(Comparator.comparingLong((String kind) -> -now.of(RunGauge.NOT_IP_KIND, kind))).toList();
        if (!kinds.isEmpty()) {
            text.append("\nFrames without IP\n");
            kinds.stream().limit(MAX_KINDS_SHOWN).forEach(kind -> append(text, "  %-34s %,15.0f %,18d%n",
                kind, rate(RunGauge.NOT_IP_KIND, kind), now.of(RunGauge.NOT_IP_KIND, kind)));
            if (kinds.size() > MAX_KINDS_SHOWN) {
                append(text, "  and %d more kinds: --json tells all%n", kinds.size() - MAX_KINDS_SHOWN);
            }
        }
    }

    private void appendRings(final StringBuilder text) {
        text.append("\nRings\n");
        for (final String ring : now.owners(RunGauge.RING_FILL)) {
            append(text, "  %-34s %14d %%%n", ring, now.of(RunGauge.RING_FILL, ring));
        }
    }

    private void appendLatencies(final StringBuilder text) {
        append(text, "%n%-24s %12s %12s %12s %12s%n", "Times in microseconds", "p50", "p99", "p99.99", "max");
        for (final LatencyKind kind : LatencyKind.values()) {
            final String owner = kind.key();
            if (now.of(RunGauge.LATENCY_COUNT, owner) > 0) {
                appendTimes(text, owner.replace("_ns", "").replace('_', ' '), owner, RunGauge.LATENCIES);
            }
            if (kind == LatencyKind.POLL_GAP && now.owners(RunGauge.GAP_COUNT).size() > 1) {
                for (final String worker : now.owners(RunGauge.GAP_COUNT)) {
                    appendTimes(text, "  of " + worker, worker, RunGauge.GAPS);
                }
            }
        }
    }

    /** The parts of a summary but for the first, which is a count. */
    private void appendTimes(
        final StringBuilder text, final String name, final String owner, final List<RunGauge> parts) {

        append(text, "  %-22s", name);
        parts.stream().skip(1).forEach(part -> append(text, " %,12.1f", now.of(part, owner) / 1e3));
        append(text, "%n");
    }

    private void appendLaws(final StringBuilder text) {
        text.append("\nOn the way between two counters (0 at rest)\n");
        for (final CounterLaw law : laws()) {
            append(text, "  %-34s %,15d%n", law.name(), law.missing(now::total));
        }
    }

    private List<CounterLaw> laws() {
        return CounterLaw.ALL.stream().filter(law -> now.total(law.whole()) > 0).toList();
    }

    private double rate(final CounterDescriptor counter) {
        return (now.total(counter) - before.total(counter)) / seconds;
    }

    private double rate(final CounterDescriptor counter, final String owner) {
        return (now.of(counter, owner) - before.of(counter, owner)) / seconds;
    }

    private String uptime() {
        final Duration up = Duration.ofMillis(now.takenMs() - now.startedMs());
        return String.format(Locale.ROOT, "%d:%02d:%02d", up.toHours(), up.toMinutesPart(), up.toSecondsPart());
    }

    private static void append(final StringBuilder text, final String format, final Object... arguments) {
        text.append(String.format(Locale.ROOT, format, arguments));
    }
}
