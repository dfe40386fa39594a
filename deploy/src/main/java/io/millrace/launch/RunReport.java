package io.millrace.launch;

import io.millrace.script.intake.ScriptCounter;
import io.millrace.script.output.SummaryTables;
import java.io.PrintStream;

/** What a run says at its end. Owned by the main thread. */
final class RunReport {
    private final OutputOptions output;
    private final SummaryTables tables;
    private final RecentAlerts recentAlerts;
    private final LoadedNames verdictNames;

    /** The report of a run with these flags; {@code tables} and {@code recentAlerts} are complete by then. */
    RunReport(
        final OutputOptions output, final SummaryTables tables, final RecentAlerts recentAlerts,
        final LoadedNames verdictNames) {

        this.output = output;
        this.tables = tables;
        this.recentAlerts = recentAlerts;
        this.verdictNames = verdictNames;
    }

    /**
     * Says what was lost, prints the summary and writes the file.
     *
     * @param json       file of the summary; null for none.
     * @param outputLoss what was not written, and why; null where all was.
     * @return whether all that was to be written was.
     */
    boolean close(final RunResult result, final SummaryJson json, final String outputLoss) {
        final long lost = result.telemetry().total(ScriptCounter.EMISSIONS_LOST);
        if (lost > 0) {
            EngineRun.complain("scripts: " + lost + " prints or alerts were lost: one event's scripts said more than"
                + " fits: print less per event");
        }
        boolean written = true;
        if (outputLoss != null) {
            EngineRun.complain(outputLoss);
            written = false;
        }
        if (!output.quiet()) {
            written &= print(RunSummary.of(result, tables, recentAlerts, verdictNames,
                output.eveToStandardOutput() ? null : output.eve()));
        }
        final String jsonFailure = json == null ? null : json.write(result);
        if (jsonFailure != null) {
            EngineRun.complain(jsonFailure);
            written = false;
        }
        return written;
    }

    private boolean print(final String summary) {
        final PrintStream out = output.eveToStandardOutput() ? System.err : System.out;
        out.print(summary);
        if (out.checkError()) {
            EngineRun.complain("output: cannot write the closing summary: standard output: keep its reader running");
            return false;
        }
        return true;
    }
}
