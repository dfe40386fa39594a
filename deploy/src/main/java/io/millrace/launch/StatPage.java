package io.millrace.launch;

import io.millrace.engine.telemetry.CounterDescriptor;
import io.millrace.engine.telemetry.DistributorCounter;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.LatencyKind;
import io.millrace.engine.telemetry.PortCounter;
import io.millrace.script.intake.ScriptCounter;
import io.millrace.script.output.OutputCounter;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What a process has counted and how fast it counts, on one page for people. */
final class StatPage {
    private static final List<CounterDescriptor> RATES = List.of(
        EngineCounter.RECEIVED, EngineCounter.RECEIVED_BYTES, EngineCounter.FLOWS_CREATED, EngineCounter.FLOWS_ENDED,
        EngineCounter.EVENTS_PRODUCED, ScriptCounter.HOOKS_RUN, ScriptCounter.ALERTS_RAISED,
        OutputCounter.RECORDS_WRITTEN);
    private static final int MAX_KINDS_SHOWN = 10;
    private static final int MAX_HOOKS_SHOWN = 15;
    private static final int MIN_HOOK_WIDTH = 34;
    private static final double MS_PER_S = 1e3;

    private final CounterChange change;
    private final CounterSnapshot now;

    StatPage(final CounterChange change) {
        this.change = change;
        now = change.now();
    }

    /** A page, without a final line break. */
    String text() {
        final StringBuilder text = new StringBuilder();
        append(text, "millrace capture, process %d, up %s%n%n", now.pid(), uptime());
        append(text, "%-36s %15s %18s%n", "", "per second", "total");
        for (final CounterDescriptor counter : RATES) {
            append(text, "%-36s %,15.0f %,18d%n", counter.label(), change.rate(counter), now.total(counter));
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

    private void appendWorkers(final StringBuilder text) {
        text.append('\n');
        for (final String worker : now.owners(EngineCounter.RECEIVED)) {
            append(text, "%-36s %,15.0f %,18d frames, %,d flows live%n", worker,
                change.rate(EngineCounter.RECEIVED, worker),
                now.of(EngineCounter.RECEIVED, worker), now.of(EngineCounter.FLOWS_LIVE, worker));
        }
        if (now.total(DistributorCounter.FRAMES_DISTRIBUTED) > 0) {
            append(text, "%-36s %,15.0f %,18d frames%n", "distributor",
                change.rate(DistributorCounter.FRAMES_DISTRIBUTED),
                now.total(DistributorCounter.FRAMES_DISTRIBUTED));
        }
    }

    private void appendPorts(final StringBuilder text) {
        for (final String port : now.owners(PortCounter.PORT_RECEIVED)) {
            append(text, "%-36s %,15.0f %,18d frames, link %s%n", port, change.rate(PortCounter.PORT_RECEIVED, port),
                now.of(PortCounter.PORT_RECEIVED, port), now.of(PortCounter.LINK_UP, port) == 0 ? "down" : "up");
        }
        for (final String owner : now.owners(PortCounter.DRIVER_COUNTER)) {
            if (now.of(PortCounter.DRIVER_COUNTER, owner) != 0) {
                append(text, "%-36s %,15.0f %,18d%n", owner, change.rate(PortCounter.DRIVER_COUNTER, owner),
                    now.of(PortCounter.DRIVER_COUNTER, owner));
            }
        }
    }

    private void appendDrops(final StringBuilder text) {
        text.append("\nDrops\n");
        boolean any = false;
        for (final CounterDescriptor reason : DropWatch.REASONS) {
            if (now.total(reason) != 0) {
                append(text, "  %-34s %,15.0f %,18d%n", reason.label(), change.rate(reason), now.total(reason));
                any = true;
            }
        }
        if (!any) {
            text.append("  none\n");
        }
    }

    private void appendAnomalies(final StringBuilder text) {
        final List<CounterDescriptor> seen =
            PacketAnomalies.COUNTERS.stream().filter(anomaly -> now.total(anomaly) != 0).toList();
        if (!seen.isEmpty()) {
            text.append("\nAnomalies\n");
            seen.forEach(anomaly -> append(text, "  %-34s %,15.0f %,18d%n",
                anomaly.label(), change.rate(anomaly), now.total(anomaly)));
        }
    }

    private void appendNonIpKinds(final StringBuilder text) {
        final List<String> kinds = now.owners(RunGauge.NOT_IP_KIND).stream()
            .sorted(Comparator.comparingLong((String kind) -> -now.of(RunGauge.NOT_IP_KIND, kind))).toList();
        if (!kinds.isEmpty()) {
            text.append("\nFrames without IP\n");
            kinds.stream().limit(MAX_KINDS_SHOWN).forEach(kind -> append(text, "  %-34s %,15.0f %,18d%n",
                kind, change.rate(RunGauge.NOT_IP_KIND, kind), now.of(RunGauge.NOT_IP_KIND, kind)));
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

    private void appendHooks(final StringBuilder text) {
        final List<String> hooks = now.hooksByTime();
        if (hooks.isEmpty()) {
            return;
        }
        final List<String> shown = hooks.stream().limit(MAX_HOOKS_SHOWN).toList();
        final int width = Math.max(MIN_HOOK_WIDTH, shown.stream().mapToInt(String::length).max().orElseThrow());
        append(text, "%n%-" + (width + 2) + "s %12s %14s %9s %9s %9s %11s%n", "Hooks, times in microseconds",
            "per second",
            "calls", "errors", "p50", "p99", "max");
        for (final String owner : shown) {
            append(text, "  %-" + width + "s %,12.0f %,14d %,9d %,9.1f %,9.1f %,11.1f%n", owner,
                change.rate(RunGauge.HOOK_RUN, owner) + change.rate(RunGauge.HOOK_FAILED, owner)
                + change.rate(RunGauge.HOOK_TIMED_OUT, owner),
                now.hookCalls(owner), now.of(RunGauge.HOOK_FAILED, owner) + now.of(RunGauge.HOOK_TIMED_OUT, owner),
                now.of(RunGauge.HOOK_P50, owner) / 1e3, now.of(RunGauge.HOOK_P99, owner) / 1e3,
                now.of(RunGauge.HOOK_MAX, owner) / 1e3);
        }
        if (hooks.size() > MAX_HOOKS_SHOWN) {
            append(text, "  and %d more hooks: --json tells all%n", hooks.size() - MAX_HOOKS_SHOWN);
        }
    }

    private void appendLaws(final StringBuilder text) {
        text.append("\nOn the way between two counters (0 at rest)\n");
        for (final CounterLaw law : change.laws()) {
            append(text, "  %-34s %,15d%n", law.name(), law.missing(now::total));
        }
    }

    private String uptime() {
        final Duration up = Duration.ofMillis((long) (now.upS() * MS_PER_S));
        return String.format(Locale.ROOT, "%d:%02d:%02d", up.toHours(), up.toMinutesPart(), up.toSecondsPart());
    }

    private static void append(final StringBuilder text, final String format, final Object... arguments) {
        text.append(String.format(Locale.ROOT, format, arguments));
    }
}
