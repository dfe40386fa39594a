package io.millrace.bench.process;

import io.millrace.bench.report.CheckFailedException;
import io.millrace.bench.report.Machine;
import io.millrace.binding.link.EnvironmentException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What a program took from its start to its end, by the kernel's account.
 *
 * @param wallS     seconds.
 * @param cpuS      processor seconds, those of the kernel and of child processes included.
 * @param peakBytes most memory that was resident at once.
 * @param exitCode  of the program; 128 and the signal's number where one ended it.
 * @param output    what it wrote, standard error included.
 */
public record MeasuredRun(double wallS, double cpuS, long peakBytes, int exitCode, String output) {
    private static final double NS_PER_S = 1e9;
    private static final long LONGEST_S = 1800;

    /** Runs a program; ends it after half an hour. */
    public static MeasuredRun of(final List<String> program) throws IOException {
        final Path wrapper = Machine.target().resolve("native/measured");
        if (!Files.isExecutable(wrapper)) {
            throw new EnvironmentException("not built: " + wrapper + ": make -C benchmarks/src/main/c");
        }
        final Path report = Files.createTempFile("millrace-measured", ".txt");
        final Path output = Files.createTempFile("millrace-output", ".txt");
        try {
            final List<String> command = new ArrayList<>(List.of(wrapper.toString(), report.toString()));
            command.addAll(program);
            final Process process = new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true).redirectOutput(output.toFile()).start();
            if (!process.waitFor(LONGEST_S, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new CheckFailedException("not finished after " + LONGEST_S + " s: " + String.join(" ", program));
            }
            final long[] numbers = new long[5];
            int i = 0;
            for (final String word : Files.readString(report).strip().split(" ")) {
                numbers[i++] = Long.parseLong(word.substring(word.indexOf('=') + 1));
            }
            return new MeasuredRun(numbers[0] / NS_PER_S, (numbers[1] + numbers[2]) / NS_PER_S, numbers[3],
                (int) numbers[4], Files.readString(output, StandardCharsets.ISO_8859_1));
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CheckFailedException("interrupted: " + String.join(" ", program));
        } finally {
            Files.deleteIfExists(report);
            Files.deleteIfExists(output);
        }
    }

    /** The same; fails where the program does. */
    public static MeasuredRun successful(final List<String> program) throws IOException {
        final MeasuredRun run = of(program);
        if (run.exitCode() != 0) {
            throw new CheckFailedException(String.join(" ", program) + ": exit code " + run.exitCode() + ": "
                + run.output().lines().reduce((first, second) -> second).orElse("no message"));
        }
        return run;
    }

    /** The numbers of the last line that the program wrote behind the word {@code first}, as {@code name=value}. */
    public Map<String, Long> numbers(final String first) {
        return output.lines().filter(line -> line.startsWith(first + " ")).reduce((before, line) -> line)
            .map(Contender::numbers).orElseThrow(() -> new CheckFailedException("no line of " + first + ": " + output));
    }
}
