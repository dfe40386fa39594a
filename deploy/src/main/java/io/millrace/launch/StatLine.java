package io.millrace.launch;

import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.LatencyKind;
import io.millrace.script.intake.ScriptCounter;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.Locale;

/** What happened between two snapshots of a process in one line, for logs and pipes. Times are UTC. */
final class StatLine {
    /** Names of the columns. */
    static final String HEADER =
        String.format(Locale.ROOT, "%-8s %8s %11s %9s %10s %9s %10s %10s %9s %9s %6s %11s %12s  %s",
        "time", "pid", "packets/s", "Mbit/s", "flows", "new/s", "events/s", "hooks/s", "alerts/s", "drops/s", "ring%",
        "gap max us", "hook p99 us", "of");

    private static final double BITS_PER_MEGABIT_BYTE = 8 / 1e6;
    private static final DateTimeFormatter TIME =
        DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final CounterChange change;
    private final CounterSnapshot now;

    StatLine(final CounterChange change) {
        this.change = change;
        now = change.now();
    }

    /** The values, under their columns. */
    String text() {
        final String slowest = slowestHook();
        return String.format(Locale.ROOT,
            "%-8s %8d %11.0f %9.1f %10d %9.0f %10.0f %10.0f %9.0f %9.0f %6d %11.1f %12.1f  %s",
            TIME.format(Instant.ofEpochMilli(now.takenMs())), now.pid(), change.rate(EngineCounter.RECEIVED),
            change.rate(EngineCounter.RECEIVED_BYTES) * BITS_PER_MEGABIT_BYTE, now.total(EngineCounter.FLOWS_LIVE),
            change.rate(EngineCounter.FLOWS_CREATED), change.rate(EngineCounter.EVENTS_PRODUCED),
            change.rate(ScriptCounter.HOOKS_RUN), change.rate(ScriptCounter.ALERTS_RAISED),
            DropWatch.REASONS.stream().mapToDouble(change::rate).sum(), fullestRing(),
            now.of(RunGauge.LATENCY_MAX, LatencyKind.POLL_GAP.key()) / 1e3, now.of(RunGauge.HOOK_P99, slowest) / 1e3,
            slowest);
    }

    /** Script and hook of the longest 99th percentile; {@code -} where no hook was called. */
    private String slowestHook() {
        return now.owners(RunGauge.HOOK_P99).stream()
            .max(Comparator.comparingLong(owner -> now.of(RunGauge.HOOK_P99, owner))).orElse("-");
    }

    private long fullestRing() {
        return now.owners(RunGauge.RING_FILL).stream()
            .mapToLong(ring -> now.of(RunGauge.RING_FILL, ring)).max().orElse(0);
    }
}
