package io.millrace.bench.process;

import io.millrace.bench.report.CheckFailedException;
import io.millrace.binding.link.EnvironmentException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A process that measures when it is asked to, line by line, and sleeps otherwise. Owned by one thread. */
public final class Contender implements AutoCloseable {
    private final String name;
    private final Process process;
    private final BufferedReader answers;
    private final PrintWriter questions;

    /** Starts the process and waits until it is ready. */
    public Contender(final String name, final List<String> command) throws IOException {
        this.name = name;
        process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        answers = process.inputReader();
        questions = new PrintWriter(process.outputWriter(), true);
        try {
            read("ready");
        } catch (final RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Asks and waits for the numbers of the answer. */
    public Map<String, Long> ask(final String question) throws IOException {
        questions.println(question);
        return read(question.split(" ")[0]);
    }

    /** The numbers in a line of {@code name=value} behind its first word. */
    static Map<String, Long> numbers(final String line) {
        final Map<String, Long> numbers = new LinkedHashMap<>();
        for (final String word : line.substring(line.indexOf(' ') + 1).split(" ")) {
            final int equals = word.indexOf('=');
            if (equals > 0) {
                numbers.put(word.substring(0, equals), Long.parseLong(word.substring(equals + 1)));
            }
        }
        return numbers;
    }

    /** Millions of packets a second of a window that was answered. */
    public static double mpps(final Map<String, Long> window) {
        return window.get("packets") * 1000.0 / window.get("nanos");
    }

    @Override
    public void close() {
        questions.println("quit");
        questions.close();
        try {
            process.waitFor();
        } catch (final InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private Map<String, Long> read(final String expected) throws IOException {
        final String line = answers.readLine();
        if (line == null) {
            throw new CheckFailedException(name + " ended without an answer to: " + expected);
        }
        if (line.startsWith("error ")) {
            throw new EnvironmentException(name + ": " + line.substring("error ".length()));
        }
        if (!line.split(" ")[0].equals(expected)) {
            throw new CheckFailedException(name + " answered " + line + " when asked for " + expected);
        }
        return numbers(line);
    }
}
