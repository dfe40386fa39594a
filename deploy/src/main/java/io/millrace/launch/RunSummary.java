package io.millrace.launch;

import io.millrace.engine.parse.NonIpKind;
import io.millrace.engine.telemetry.DistributorCounter;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.PortCounter;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.external.ExternalAlertCounter;
import io.millrace.script.intake.ScriptCounter;
import io.millrace.script.output.OutputCounter;
import io.millrace.script.output.SummaryTables;
import io.millrace.script.output.VerdictNames;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The closing summary of a run, for people. */
final class RunSummary {
    private static final int TABLE_LINES = 15;
    private static final int MAX_KINDS_SHOWN = 6;
    private static final long NS_PER_S = 1_000_000_000L;
    private static final DateTimeFormatter TIME =
        DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final RunResult result;
    private final Telemetry telemetry;
    private final StringBuilder text = new StringBuilder();

    private RunSummary(final RunResult result) {
        this.result = result;
        telemetry = result.telemetry();
    }

    /**
     * The summary, ended by a newline.
     *
     * @param tables traffic by application, alerts by signature.
     * @param recent the last alerts.
     * @param names  of the scripts.
     * @param eve    where flow records and alerts were written; null where they were not.
     */
    static String of(
        final RunResult result,
        final SummaryTables tables,
        final RecentAlerts recent,
        final VerdictNames names,
        final String eve) {

        final RunSummary summary = new RunSummary(result);
        summary.appendWhatCame();
        summary.appendCounters();
        summary.appendAlerts(recent, names);
        final String table = tables.format(TABLE_LINES);
        if (!table.isEmpty()) {
            summary.text.append('\n').append(table);
        }
        if (result.profile() != null) {
            summary.text.append('\n').append(ScriptProfileReport.text(result.profile()));
        }
        if (eve != null) {
            summary.text.append("\nFlow records and alerts: ").append(eve).append('\n');
        }
        return summary.text.toString();
    }

    private void appendWhatCame() {
        final long packets = telemetry.total(EngineCounter.RECEIVED);
        text.append(result.headline()).append('\n');
        append("%,d packets, %,d bytes, %,d flows in %.3f s (%.3f Mpps)%n%n",
            packets, telemetry.total(EngineCounter.RECEIVED_BYTES), telemetry.total(EngineCounter.FLOWS_CREATED),
            result.elapsedNs() / 1e9, result.framesPerSecond(packets) / 1e6);
    }

    private void appendCounters() {
        if (telemetry.total(PortCounter.PORT_OFFERED) > 0) {
            appendLaw("ports", "came", telemetry.total(PortCounter.PORT_OFFERED),
                "received", telemetry.total(EngineCounter.RECEIVED),
                "missed", telemetry.total(EngineCounter.RX_MISSED),
                "without mbuf", telemetry.total(EngineCounter.RX_NO_MBUF),
                "dropped, worker's ring full", telemetry.total(DistributorCounter.FRAMES_DROPPED));
        }
        appendLaw("frames", "received", telemetry.total(EngineCounter.RECEIVED),
            "parsed", telemetry.total(EngineCounter.PARSED),
            "not IP", telemetry.total(EngineCounter.NOT_IP),
            "malformed", telemetry.total(EngineCounter.MALFORMED),
            "unsupported", telemetry.total(EngineCounter.UNSUPPORTED_LINK));
        if (telemetry.total(EngineCounter.NOT_IP) > 0) {
            appendNonIpKinds();
        }
        appendAnomalies();
        appendLaw("flows", "created", telemetry.total(EngineCounter.FLOWS_CREATED),
            "ended", telemetry.total(EngineCounter.FLOWS_ENDED),
            "live", telemetry.total(EngineCounter.FLOWS_LIVE));
        appendLaw("events", "produced", telemetry.total(EngineCounter.EVENTS_PRODUCED),
            "delivered", telemetry.total(ScriptCounter.EVENTS_DELIVERED),
            "skipped", telemetry.total(EngineCounter.EVENTS_SKIPPED));
        appendLaw("hooks", "due", telemetry.total(ScriptCounter.HOOKS_DUE),
            "run", telemetry.total(ScriptCounter.HOOKS_RUN),
            "failed", telemetry.total(ScriptCounter.HOOKS_FAILED),
            "timed out", telemetry.total(ScriptCounter.HOOKS_TIMED_OUT),
            "skipped", telemetry.total(ScriptCounter.HOOKS_SKIPPED));
        appendTrouble();
        appendLaw("records", "due",
            telemetry.total(EngineCounter.FLOWS_ENDED) + telemetry.total(EngineCounter.FLOW_SLICES),
            "written", telemetry.total(OutputCounter.RECORDS_WRITTEN),
            "dropped", result.recordsDropped());
        appendLaw("alerts", "raised", telemetry.total(ScriptCounter.ALERTS_RAISED),
            "written", telemetry.total(OutputCounter.ALERTS_WRITTEN),
            "dropped", telemetry.total(OutputCounter.ALERTS_DROPPED));
        if (telemetry.total(ExternalAlertCounter.LINES) > 0) {
            appendExternalAlerts();
        }
    }

    private void appendNonIpKinds() {
        final List<Map.Entry<String, Long>> kinds = telemetry.nonIpTotals(NonIpKind::label).entrySet().stream()
            .sorted(Map.Entry.<String, Long>comparingByValue().reversed()).toList();
        final List<Object> parts = new ArrayList<>();
        kinds.stream().limit(MAX_KINDS_SHOWN).forEach(kind -> parts.addAll(List.of(kind.getKey(), kind.getValue())));
        if (kinds.size() > MAX_KINDS_SHOWN) {
            parts.addAll(List.of("of " + (kinds.size() - MAX_KINDS_SHOWN) + " more kinds",
                kinds.stream().skip(MAX_KINDS_SHOWN).mapToLong(Map.Entry::getValue).sum()));
        }
        appendLaw("not IP", "frames", telemetry.total(EngineCounter.NOT_IP), parts.toArray());
    }

    private void appendAnomalies() {
        final long fragments = telemetry.total(EngineCounter.FRAGMENTS);
        final long broken = telemetry.total(EngineCounter.BROKEN_TRANSPORT);
        final long tooDeep = telemetry.total(EngineCounter.TUNNELS_TOO_DEEP);
        if (fragments > 0) {
            append("%-8s %,d fragments: %,d before their first, %,d of these unclaimed, %,d overlapping, %,d tiny%n",
                "parts", fragments, telemetry.total(EngineCounter.FRAGMENTS_HELD),
                telemetry.total(EngineCounter.FRAGMENTS_UNCLAIMED),
                telemetry.total(EngineCounter.FRAGMENTS_OVERLAPPING),
                telemetry.total(EngineCounter.FRAGMENTS_TINY));
        }
        if (broken + tooDeep > 0) {
            append("%-8s %,d with a broken transport header, %,d in too many tunnels%n", "packets", broken, tooDeep);
        }
    }

    private void appendExternalAlerts() {
        appendLaw("external", "lines", telemetry.total(ExternalAlertCounter.LINES),
            "taken by scripts", telemetry.total(ScriptCounter.EXTERNAL_ALERTS_TAKEN),
            "never taken", telemetry.total(ExternalAlertCounter.UNMATCHED),
            "superseded", telemetry.total(ExternalAlertCounter.SUPERSEDED),
            "refused", telemetry.total(ExternalAlertCounter.REFUSED),
            "malformed", telemetry.total(ExternalAlertCounter.MALFORMED),
            "of other kinds", telemetry.total(ExternalAlertCounter.OTHER));
    }

    private void appendTrouble() {
        final long off = telemetry.total(ScriptCounter.SCRIPTS_SWITCHED_OFF);
        final long outOfMemory = telemetry.total(ScriptCounter.HOOKS_OUT_OF_MEMORY);
        final long blocked = telemetry.total(ScriptCounter.FUNCTIONS_BLOCKED);
        if (off + outOfMemory + blocked > 0) {
            append("%-8s %,d switched off, %,d calls failed for want of memory, %,d calls of closed functions%n",
                "scripts", off, outOfMemory, blocked);
        }
    }

    /** One line {@code what: total = part + part}; the parts are pairs of a word and a number. */
    private void appendLaw(final String what, final String whole, final long total, final Object... parts) {
        append("%-8s %,d %s =", what, total, whole);
        long sum = 0;
        for (int i = 0; i < parts.length; i += 2) {
            final long part = (Long) parts[i + 1];
            append("%s %,d %s", i == 0 ? "" : " +", part, parts[i]);
            sum += part;
        }
        text.append(sum == total ? "\n" : "  (does not add up: please report this)\n");
    }

    private void appendAlerts(final RecentAlerts recent, final VerdictNames names) {
        if (recent.total() == 0) {
            return;
        }
        append(recent.total() > RecentAlerts.LIMIT ? "%nThe last " + RecentAlerts.LIMIT + " of %,d alerts (UTC)%n"
            : "%n%,d alerts (UTC)%n", recent.total());
        for (final RecentAlerts.Alert alert : recent.alerts()) {
            append("%s  %s -> %s  %s  (%s)%n", time(alert.timeNs()), alert.client(), alert.server(),
                alert.signature().replaceAll("\\p{Cntrl}", "?"), names.script(alert.script()));
        }
    }

    private static String time(final long timeNs) {
        return TIME.format(Instant.ofEpochSecond(Math.floorDiv(timeNs, NS_PER_S), Math.floorMod(timeNs, NS_PER_S)));
    }

    private void append(final String format, final Object... arguments) {
        text.append(String.format(Locale.ROOT, format, arguments));
    }
}
