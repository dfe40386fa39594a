package io.millrace.bench.process;

import io.millrace.bench.report.Machine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Command lines of further JVMs, with the options that Millrace itself runs with. Stateless. */
public final class JavaProcess {
    /** By name, because what it runs starts processes in its turn. */
    private static final String MAIN_CLASS = "io.millrace.bench.Bench";

    private JavaProcess() {
    }

    /** A JVM that runs one of the benchmarks' commands. */
    public static List<String> bench(final List<String> options, final String... arguments) {
        final List<String> command = new ArrayList<>(List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "@" + Machine.home().resolve("deploy/jvm.options"),
            "-Dmillrace.native.directory=" + System.getProperty("millrace.native.directory"),
            "-Dmillrace.home=" + Machine.home()));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), MAIN_CLASS));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Options in the environment variable {@code MILLRACE_JVM_OPTIONS}, which the launcher reads too. */
    public static List<String> environmentOptions() {
        final String options = System.getenv().getOrDefault("MILLRACE_JVM_OPTIONS", "").strip();
        return options.isEmpty() ? List.of() : List.of(options.split("\\s+"));
    }
}
