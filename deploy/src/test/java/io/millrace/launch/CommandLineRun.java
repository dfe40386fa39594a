package io.millrace.launch;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/**
 * A command line that was executed in this JVM; for commands that end before DPDK starts.
 *
 * @param exitCode what the process would have told the shell.
 * @param output   lines on standard output.
 * @param errors   lines on standard error.
 */
record CommandLineRun(int exitCode, List<String> output, List<String> errors) {
    static CommandLineRun of(final Map<String, String> environment, final String... arguments) {
        final StringWriter output = new StringWriter();
        final StringWriter errors = new StringWriter();
        final CommandLine commandLine = Millrace.commandLine(environment)
            .setOut(new PrintWriter(output, true))
            .setErr(new PrintWriter(errors, true));
        final int exitCode = commandLine.execute(arguments);
        return new CommandLineRun(exitCode, output.toString().lines().toList(), errors.toString().lines().toList());
    }

    static CommandLineRun of(final String... arguments) {
        return of(Map.of(), arguments);
    }
}
