package io.millrace.launch;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * One run of the command line inside the test's own process, for tests that need many runs: DPDK starts once and each
 * run opens its own ports.
 *
 * @param exitCode as the process would have ended.
 * @param output   standard output.
 * @param errors   standard error.
 */
public record InProcess(int exitCode, String output, String errors) {
    /** Runs {@code millrace} with these arguments and an empty environment. */
    public static InProcess run(final String... arguments) {
        final PrintStream standardOutput = System.out;
        final PrintStream standardError = System.err;
        final ByteArrayOutputStream output = new ByteArrayOutputStream();
        final ByteArrayOutputStream errors = new ByteArrayOutputStream();
        System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
        try {
            final int exitCode = Millrace.commandLine(Map.of()).execute(arguments);
            return new InProcess(
                exitCode, output.toString(StandardCharsets.UTF_8), errors.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(standardOutput);
            System.setErr(standardError);
        }
    }

    /** Whether the capture was refused because nobody here reads its link type. */
    public boolean refusedLinkType() {
        return exitCode == ExitCode.USAGE && errors.contains("is not supported");
    }

    /** Root of the checkout. */
    public static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(folder.resolve("native-bindings"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
