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
        final String[] words = line.split(" ");
        if (!words[0].equals(expected)) {
            throw new CheckFailedException(name + " answered " + line + " when asked for " + expected);
        }
        final Map<String, Long> numbers = new LinkedHashMap<>();
        for (int i = 1; i < words.length; i++) {
            final int equals = words[i].indexOf('=');
            numbers.put(words[i].substring(0, equals), Long.parseLong(words[i].substring(equals + 1)));
        }
        return numbers;
    }
}
