package io.millrace.launch;

import io.millrace.engine.config.ConfigException;
import io.millrace.launch.plan.Plan;
import io.millrace.launch.plan.PlanReport;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Flags about looking before leaping. */
@Command(description = "Plan")
final class PlanOptions {
    @Option(names = "--dry-run", description = "Show what the run would be, each value with where it comes from, and"
        + " end; no port is opened, nothing is written (default: ${DEFAULT-VALUE}).")
    private boolean dryRun;

    @Option(names = "--json", description = "With --dry-run: one JSON object on one line (default: ${DEFAULT-VALUE}).")
    private boolean json;

    /** Whether only the plan is wanted. */
    boolean dryRun() {
        if (json && !dryRun) {
            throw new ConfigException(
                "--json: is for --dry-run: give both, or --summary-json FILE for the end of a run");
        }
        return dryRun;
    }

    /** Prints the plan as it was asked for. */
    void print(final Plan plan, final PrintWriter out) {
        final PlanReport report = new PlanReport(plan);
        out.println(json ? report.json() : report.text());
    }
}
