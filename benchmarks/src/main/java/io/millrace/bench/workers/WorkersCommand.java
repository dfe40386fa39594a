package io.millrace.bench.workers;

import io.millrace.bench.linerate.LoopSize;
import io.millrace.bench.process.Contender;
import io.millrace.bench.process.JavaProcess;
import io.millrace.bench.process.Replay;
import io.millrace.bench.process.Rounds;
import io.millrace.bench.report.Checks;
import io.millrace.bench.report.CountConverter;
import io.millrace.bench.report.Machine;
import io.millrace.bench.report.Medians;
import io.millrace.bench.report.Report;
import io.millrace.bench.report.ReportFile;
import io.millrace.bench.report.Scratch;
import io.millrace.bench.traffic.TrafficGenerator;
import io.millrace.bench.traffic.TrafficSpec;
import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.linux.ThreadAffinity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code benchmarks/run workers}: what a second worker adds where each has a port of its own, and what one, two and
 * four workers behind the distributor make of one file.
 */
@Command(name = "workers", mixinStandardHelpOptions = true,
    description = "Two workers with a port and a core each against one; one file dealt out to 1, 2 and 4 workers.")
public final class WorkersCommand implements Callable<Integer> {
    private static final double MILLION = 1e6;

    @Option(names = "--flows", defaultValue = "100K", converter = CountConverter.class, paramLabel = "N",
        description = "Flows of each worker (default: ${DEFAULT-VALUE}).")
    private int flows;

    @Option(names = "--packets", defaultValue = "1M", converter = CountConverter.class, paramLabel = "N",
        description = "Packets of a capture (default: ${DEFAULT-VALUE}).")
    private int packets;

    @Option(names = "--seconds", defaultValue = "1", paramLabel = "S",
        description = "Length of one window (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Mixin
    private Rounds rounds;

    @Option(names = "--workers", split = ",", defaultValue = "1,2,4", paramLabel = "N",
        description = "Workers of the replays (default: ${DEFAULT-VALUE}).")
    private List<Integer> workers;

    @Mixin
    private ReportFile file;

    @Override
    public Integer call() throws IOException {
        final Report report = file.begin();
        final Checks checks = new Checks();
        final TrafficSpec traffic = TrafficSpec.udp(flows, Math.max(flows, packets), 7);
        final Path capture = TrafficGenerator.in(Machine.target().resolve("captures"), traffic);
        ownPorts(traffic, capture, report, checks);
        behindDistributor(traffic, capture, report, checks);
        file.publish(report, checks);
        return 0;
    }

    private void ownPorts(final TrafficSpec traffic, final Path capture, final Report report, final Checks checks)
        throws IOException {

        final LoopSize size = LoopSize.of(traffic);
        final List<Integer> cores = twoCores();
        final List<Map<String, Long>> answers = new ArrayList<>();
        try (Contender probe = new Contender("workers", JavaProcess.bench(JavaProcess.environmentOptions(),
            "workers-probe", capture.toString(), Integer.toString(size.flowCapacity()), Integer.toString(size.mbufs()),
            Integer.toString(size.mbufBytes()), cores.getFirst().toString(), cores.getLast().toString()))) {
            for (int round = 0; round < rounds.count(); round++) {
                answers.add(probe.ask("round " + seconds));
            }
            final Map<String, Long> sums = probe.ask("check");
            checks.equal("own ports: packets of the ports = packets counted", 0, sums.get("unaccounted"));
            checks.equal("own ports: flows of the first worker", flows, sums.get("flows0"));
            checks.equal("own ports: flows of the second worker", flows, sums.get("flows1"));
        }
        for (final String what : List.of("ceiling", "work")) {
            final double first = median(answers, what + "_first_pps");
            final double second = median(answers, what + "_second_pps");
            final double both = median(answers, what + "_both_pps");
            final Map<String, Object> row =
                row(what.equals("work") ? "own ports, 2 workers" : "own ports, receive only");
            row.put("Mpps of one", (first + second) / 2 / MILLION);
            row.put("Mpps", both / MILLION);
            row.put("x one", 2 * both / (first + second));
            report.row(row);
        }
    }

    private static List<Integer> twoCores() {
        final List<Integer> allowed = ThreadAffinity.current().stream().boxed().toList();
        if (allowed.size() < 2) {
            throw new EnvironmentException("two workers with a core each need two cores: widen the affinity (taskset)");
        }
        return allowed.subList(allowed.size() - 2, allowed.size());
    }

    private void behindDistributor(
        final TrafficSpec traffic, final Path capture, final Report report, final Checks checks) throws IOException {

        final Map<Integer, List<Replay>> replays = new LinkedHashMap<>();
        try (Scratch scratch = new Scratch()) {
            final Path noScripts = Files.createDirectory(scratch.path().resolve("no-scripts"));
            for (int round = 0; round < rounds.count(); round++) {
                for (final int count : workers) {
                    final Replay replay = Replay.of(capture, List.of("--scripts", noScripts.toString(),
                        "--detect-packets", "0", "--workers", Integer.toString(count)));
                    checks.equal(count + " workers: packets", traffic.packets(), replay.count("packets"));
                    checks.equal(count + " workers: flows", flows, replay.count("flows"));
                    checks.equal(count + " workers: records dropped", 0, replay.count("records_dropped"));
                    replays.computeIfAbsent(count, c -> new ArrayList<>()).add(replay);
                }
            }
        }
        final double one = rate(replays.values().iterator().next());
        replays.forEach((count, runs) -> {
            final Map<String, Object> row = row("one file, --workers " + count);
            row.put("Mpps of one", one);
            row.put("Mpps", rate(runs));
            row.put("x one", rate(runs) / one);
            row.put("cpu s", Medians.of(runs.stream().map(replay -> replay.run().cpuS()).toList()));
            report.row(row);
        });
    }

    private static Map<String, Object> row(final String what) {
        final Map<String, Object> row = new LinkedHashMap<>();
        row.put("what", what);
        return row;
    }

    private static double rate(final List<Replay> runs) {
        return Medians.of(runs.stream().map(replay -> replay.value("pps") / MILLION).toList());
    }

    private static double median(final List<Map<String, Long>> answers, final String name) {
        return Medians.of(answers.stream().map(answer -> (double) answer.get(name)).toList());
    }
}
