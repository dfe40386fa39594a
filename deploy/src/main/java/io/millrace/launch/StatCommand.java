package io.millrace.launch;

import io.millrace.engine.config.ConfigException;
import io.millrace.engine.telemetry.CountersFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
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
        "On a terminal the screen is drawn anew each interval; in a pipe each interval is one line. It ends with the"
            + " capture. Where several captures run it shows all of them.",
        "Exit codes: 0 done, 2 bad usage or no capture."})
final class StatCommand implements Callable<Integer> {
    private static final String CLEAR_SCREEN = "\u001b[H\u001b[2J";
    private static final int LINES_PER_HEADER = 20;
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

    @Option(names = "--pid", paramLabel = "PID",
        description = "Which capture (default: all that run); of one that was killed, what it counted last.")
    private Long pid;

    @Option(names = "--run-dir", paramLabel = "DIR",
        description = "Folder that the capture was given (default: as for capture).")
    private Path runDirectory;

    @Override
    public Integer call() throws InterruptedException {
        if (intervalNs < NS_PER_MS) {
            throw new ConfigException("--interval must be at least 1 ms: " + intervalNs + " ns");
        }
        final List<CountersFile> captures = new ArrayList<>();
        try {
            for (final Path file : choose()) {
                captures.add(open(file));
            }
            if (RunDirectory.isAlive(captures.getFirst())) {
                show(captures);
            } else {
                tellLastValues(captures.getFirst());
            }
        } finally {
            captures.forEach(CountersFile::close);
        }
        return ExitCode.DONE;
    }

    private static CountersFile open(final Path file) {
        try {
            return CountersFile.open(file);
        } catch (final IOException e) {
            throw new ConfigException("counters cannot be read: " + file + " (" + FileTrouble.reason(e)
                + "): run as the user of the capture");
        }
    }

    private void show(final List<CountersFile> captures) throws InterruptedException {
        final PrintWriter out = spec.commandLine().getOut();
        final boolean screen = !once && !json && ProcessFacts.isTerminal(1);
        final boolean lines = !once && !json && !screen;
        List<CounterSnapshot> before = captures.stream().map(CounterSnapshot::take).toList();
        int printed = 0;
        do {
            Thread.sleep(intervalNs / NS_PER_MS, (int) (intervalNs % NS_PER_MS));
            final List<CounterSnapshot> now = captures.stream().map(CounterSnapshot::take).toList();
            if (screen) {
                out.print(CLEAR_SCREEN);
            }
            for (int i = 0; i < now.size(); i++) {
                if (lines && printed++ % LINES_PER_HEADER == 0) {
                    out.println(StatLine.HEADER);
                }
                final CounterChange change = new CounterChange(before.get(i), now.get(i));
                out.println(json ? new StatJson(change).json() : lines ? new StatLine(change).text()
                    : new StatPage(change).text());
            }
            before = now;
        } while (!once && isRead(out) && captures.stream().anyMatch(RunDirectory::isAlive));
    }

    /** The writer passes on to standard output, which alone knows that its reader has gone. */
    private static boolean isRead(final PrintWriter out) {
        return !out.checkError() && !System.out.checkError();
    }

    /** What a killed capture counted last; there are no rates any more. */
    private void tellLastValues(final CountersFile dead) {
        final CounterSnapshot last = CounterSnapshot.take(dead);
        final CounterChange none = new CounterChange(last, last);
        final PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(new StatJson(none).json());
        } else {
            out.println("process " + dead.pid() + " has died: these are its last values\n");
            out.println(new StatPage(none).text());
        }
    }

    private List<Path> choose() {
        final Path folder = runDirectory == null ? RunDirectory.usual(System.getenv()) : runDirectory;
        final List<Path> all;
        try {
            all = RunDirectory.counters(folder);
        } catch (final IOException e) {
            throw new ConfigException("cannot look into " + folder + " (" + FileTrouble.reason(e)
                + "): run as the user of the capture, or give --run-dir");
        }
        final List<Path> chosen = all.stream()
            .filter(file -> pid == null ? RunDirectory.isAlive(file) : RunDirectory.pidOf(file) == pid).toList();
        if (chosen.isEmpty()) {
            throw new ConfigException("no capture runs" + (pid == null ? "" : " as process " + pid)
                + ": looked in " + folder + (pid == null ? remains(all) : "") + ": give the --run-dir of the capture");
        }
        return chosen;
    }

    private static String remains(final List<Path> dead) {
        return dead.isEmpty() ? "" : ", where " + String.join(", ", dead.stream()
            .map(file -> "process " + RunDirectory.pidOf(file) + " died").toList()) + " (--pid shows what it counted)";
    }
}
