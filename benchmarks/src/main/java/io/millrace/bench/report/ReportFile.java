package io.millrace.bench.report;

import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What every benchmark has on its command line: where its report goes. Mixed into a command; owned by one thread. */
public final class ReportFile {
    @Option(names = "--json", paramLabel = "FILE",
        description = "Result (default: benchmarks/target/results/${COMMAND-NAME}.json).")
    private Path json;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /** An empty report of the command, as it was called. */
    public Report begin() {
        return new Report(command.name(), command.commandLine().getParseResult().originalArgs());
    }

    /**
     * Prints the table and writes the file, once all checks hold.
     *
     * @throws CheckFailedException where one does not.
     */
    public void publish(final Report report, final Checks checks) throws IOException {
        report.fact("checks", checks.made());
        checks.prove();
        report.publish(json == null ? Machine.target().resolve("results/" + command.name() + ".json") : json);
    }
}
