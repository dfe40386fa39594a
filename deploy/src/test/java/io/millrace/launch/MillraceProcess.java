package io.millrace.launch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The packaged program, run through its launcher in a process of its own. */
final class MillraceProcess {
    /** Who runs tests in the background of a shell passes on that SIGINT is ignored, which a program then abides by. */
    private static final List<String> LAUNCHER =
        List.of("/usr/bin/env", "--default-signal=INT", Path.of("millrace").toAbsolutePath().toString());

    private MillraceProcess() {
    }

    /**
     * What came of a run.
     *
     * @param exitCode of the process.
     * @param output   lines on standard output.
     * @param errors   lines on standard error.
     */
    record Run(int exitCode, List<String> output, List<String> errors) {
    }

    /**
     * Runs the program to its end.
     *
     * @param folder      working folder, also for what it prints.
     * @param environment added to a bare environment.
     */
    static Run run(final Path folder, final Map<String, String> environment, final String... arguments)
        throws IOException, InterruptedException {

        final Path output = Files.createTempFile(folder, "output", "");
        final Path errors = Files.createTempFile(folder, "errors", "");
        final int exitCode = builder(folder, environment, arguments)
            .redirectOutput(output.toFile()).redirectError(errors.toFile()).start().waitFor();
        return new Run(exitCode, Files.readAllLines(output, UTF_8), Files.readAllLines(errors, UTF_8));
    }

    /** A process to be started by the caller. */
    static ProcessBuilder builder(
        final Path folder, final Map<String, String> environment, final String... arguments) {

        final ProcessBuilder builder = new ProcessBuilder(
            Stream.concat(LAUNCHER.stream(), Stream.of(arguments)).toList()).directory(folder.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/bin:/bin");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        return builder;
    }
}
