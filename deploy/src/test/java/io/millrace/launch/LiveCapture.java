package io.millrace.launch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.telemetry.CounterDescriptor;
import io.millrace.engine.telemetry.CountersFile;
import io.millrace.launch.MillraceProcess.Run;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** {@code millrace capture}, running in a network of its own. */
final class LiveCapture implements AutoCloseable {
    private static final long LOOK_AGAIN_NS = 10_000_000L;

    private final Path folder;
    private final Process process;
    private final BufferedReader errors;
    private final List<String> errorLines = new ArrayList<>();
    private boolean outputClosed;

    private LiveCapture(final Path folder, final Process process) {
        this.folder = folder;
        this.process = process;
        errors = process.errorReader(UTF_8);
    }

    /** Starts a capture without warm-up and returns once its ports are open. */
    static LiveCapture start(final NetworkNamespace network, final Path folder, final String... arguments)
        throws IOException {

        return start(network, folder, Map.of(), arguments);
    }

    /** The same with more in its environment. */
    static LiveCapture start(
        final NetworkNamespace network, final Path folder, final Map<String, String> environment,
        final String... arguments) throws IOException {

        final LiveCapture capture = new LiveCapture(folder, process(network, folder, environment, arguments));
        capture.awaitError("RX queue");
        return capture;
    }

    /** Runs a capture that does not come to run; returns what it says. */
    static String refusal(final NetworkNamespace network, final Path folder, final String... arguments)
        throws IOException, InterruptedException {

        final Process process = process(network, folder, Map.of(), arguments);
        final String said = new String(process.getErrorStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(said).isEqualTo(ExitCode.ENVIRONMENT);
        return said;
    }

    /** Waits for a line on standard error that contains this. */
    String awaitError(final String part) throws IOException {
        String line = errors.readLine();
        while (line != null && !line.contains(part)) {
            errorLines.add(line);
            line = errors.readLine();
        }
        assertThat(line).as("standard error: %s", errorLines).isNotNull();
        return line;
    }

    /** Waits until a counter has reached a value, or the process has ended. */
    void awaitCounter(final CounterDescriptor counter, final long value) throws IOException {
        await(counters -> counters.total(counter), value);
    }

    /** The same for that of one owner. */
    void awaitCounter(final CounterDescriptor counter, final String owner, final long value) throws IOException {
        await(counters -> counters.of(counter, owner), value);
    }

    private void await(final ToLongFunction<CounterSnapshot> counter, final long value) throws IOException {
        try (CountersFile file = CountersFile.open(countersFile())) {
            while (process.isAlive() && counter.applyAsLong(CounterSnapshot.take(file)) < value) {
                LockSupport.parkNanos(LOOK_AGAIN_NS);
            }
            assertThat(counter.applyAsLong(CounterSnapshot.take(file))).isGreaterThanOrEqualTo(value);
        }
    }

    /** All counters as they are now. */
    CounterSnapshot counters() throws IOException {
        try (CountersFile file = CountersFile.open(countersFile())) {
            return CounterSnapshot.take(file);
        }
    }

    /** Sends a signal by its name. */
    void signal(final String name) throws IOException, InterruptedException {
        final Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
        assertThat(kill.waitFor()).isZero();
    }

    /** Has it end by SIGTERM, which must be a good end; returns its standard output. */
    List<String> stop() throws IOException, InterruptedException {
        final Run run = end();
        assertThat(run.exitCode()).as("standard error: %s", run.errors()).isZero();
        return run.output();
    }

    /** Has it end by SIGTERM, however that may be. */
    Run end() throws IOException, InterruptedException {
        signal("TERM");
        List<String> output = List.of();
        if (!outputClosed) {
            try (BufferedReader reader = process.inputReader(UTF_8)) {
                output = reader.lines().toList();
            }
        }
        errors.lines().forEach(errorLines::add);
        return new Run(process.waitFor(), output, List.copyOf(errorLines));
    }

    /** Reads its standard output no more. */
    void closeOutput() throws IOException {
        process.getInputStream().close();
        outputClosed = true;
    }

    /** Waits for the end, however it comes about. */
    int await() throws InterruptedException {
        return process.waitFor();
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private Path countersFile() {
        return folder.resolve("run").resolve(process.pid() + ".counters");
    }

    private static Process process(
        final NetworkNamespace network, final Path folder, final Map<String, String> environment,
        final String... arguments) throws IOException {

        final ProcessBuilder builder = MillraceProcess.builder(folder, environment, Stream.concat(
            Stream.of("capture", "--warm-up", "0", "--run-dir",
                Files.createDirectories(folder.resolve("run")).toString()),
            Stream.of(arguments)).toArray(String[]::new));
        return builder.command(network.command(builder.command())).start();
    }
}
