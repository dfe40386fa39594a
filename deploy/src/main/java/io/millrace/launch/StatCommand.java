package io.millrace.launch;

import io.millrace.engine.config.ConfigException;
import io.millrace.engine.telemetry.CountersFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace stat}. */
@Command(
    name = "stat",
    description = "Show the counters of a running capture: rates, drops with their reason, rings, waiting times.",
    sortOptions = false,
    abbreviateSynopsis = true,
    optionListHeading = "%n",
    footerHeading = "%n",
    footer = {
        "On a terminal the screen is drawn anew each interval; in a pipe the reports follow each other. It ends with the"
            + " capture.",
        "Exit codes: 0 done, 2 bad usage, no capture, or several and none named."})
final class StatCommand implements Callable<Integer> {
    private static final String CLEAR_SCREEN = "\u001b[H\u001b[2J";
    private static final long NS_PER_MS = 1_000_000;

    @Spec
    private CommandSpec spec;

    @Option(names = "--once", description = "One report, with totals and the rates of one interval, then end.")
    private boolean once;

    @Option(names = "--interval", paramLabel = "TIME", defaultValue = "1s", converter = DurationConverter.class,
        description = "Time between two reports (default: ${DEFAULT-VALUE}).")
    private long intervalNs;

    @Option(names = "--json", description = "One JSON object per report, on one line.")
    private boolean json;

    @Option(names = "--pid", paramLabel = "PID", description = "Which capture, where several run.")
    private Long pid;

    @Option(names = "--run-dir", paramLabel = "DIR",
        description = "Folder that the capture was given (default: as for capture).")
    private Path runDirectory;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this text.")
    private boolean help;

    @Override
    public Integer call() throws InterruptedException {
        if (intervalNs < NS_PER_MS) {
            throw new ConfigException("--interval must be at least 1 ms: " + intervalNs + " ns");
        }
        final Path file = choose();
        try (CountersFile counters = CountersFile.open(file)) {
            show(counters);
        } catch (final IOException e) {
            throw new ConfigException("counters cannot be read: " + file + " (" + e.getMessage()
                + "): run as the user of the capture");
        }
        return ExitCode.DONE;
    }

    private void show(final CountersFile counters) throws InterruptedException {
        final PrintWriter out = spec.commandLine().getOut();
        final boolean screen = !once && !json && ProcessFacts.isTerminal(1);
        CounterSnapshot before = CounterSnapshot.take(counters);
        do {
            Thread.sleep(intervalNs / NS_PER_MS, (int) (intervalNs % NS_PER_MS));
            final CounterSnapshot now = CounterSnapshot.take(counters);
            final StatReport report = new StatReport(before, now);
            if (screen) {
                out.print(CLEAR_SCREEN);
            }
            out.println(json ? report.json() : report.text());
            before = now;
        } while (!once && !out.checkError() && ProcessHandle.of(counters.pid()).isPresent());
    }

    private Path choose() {
        final Path folder = runDirectory == null ? RunDirectory.usual(System.getenv()) : runDirectory;
        final List<Path> running;
        try {
            running = RunDirectory.running(folder);
        } catch (final IOException e) {
            throw new ConfigException("cannot look into " + folder + " (" + e.getMessage()
                + "): run as the user of the capture, or give --run-dir");
        }
        final List<Path> chosen = pid == null ? running
            : running.stream().filter(file -> file.getFileName().toString().startsWith(pid + ".")).toList();
        if (chosen.isEmpty()) {
            throw new ConfigException("no capture runs" + (pid == null ? "" : " as process " + pid)
                + ": looked in " + folder + ": give the --run-dir of the capture");
        }
        if (chosen.size() > 1) {
            throw new ConfigException("several captures run: name one with --pid: "
                + String.join(", ", chosen.stream().map(file -> file.getFileName().toString().split("\\.")[0]).toList()));
        }
        return chosen.getFirst();
    }
}
