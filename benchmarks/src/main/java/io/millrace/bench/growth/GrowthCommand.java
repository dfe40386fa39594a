package io.millrace.bench.growth;

import io.millrace.bench.linerate.LoopSize;
import io.millrace.bench.process.Contender;
import io.millrace.bench.process.JavaProcess;
import io.millrace.bench.process.Replay;
import io.millrace.bench.process.Rounds;
import io.millrace.bench.process.WorkerCore;
import io.millrace.bench.report.Checks;
import io.millrace.bench.report.CountConverter;
import io.millrace.bench.report.Machine;
import io.millrace.bench.report.Medians;
import io.millrace.bench.report.Report;
import io.millrace.bench.report.ReportFile;
import io.millrace.bench.report.Scratch;
import io.millrace.bench.traffic.TrafficGenerator;
import io.millrace.bench.traffic.TrafficSpec;
import io.millrace.engine.config.EngineConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code benchmarks/run growth}: one thing grows, all others stay. Flows and sizes on the worker of {@code line-rate},
 * one window after another; scripts in whole replays, as processor time of the process per hook beyond that without a
 * script. Workers are the matter of {@code benchmarks/run workers}.
 */
@Command(name = "growth", mixinStandardHelpOptions = true,
    description = "How the cost of a packet grows with flows, packet size and scripts.")
public final class GrowthCommand implements Callable<Integer> {
    private static final int BURST = 64;
    private static final String SCRIPT = "script-runtime/src/main/scripts/flow/suspicious_countries.lua";

    @Option(names = "--flows", split = ",", defaultValue = "1K,10K,100K,1M", converter = CountConverter.class,
        paramLabel = "N", description = "Flows of 64-byte traffic (default: ${DEFAULT-VALUE}).")
    private List<Integer> flows;

    @Option(names = "--sizes", split = ",", defaultValue = "64,128,256,512,1024,1518", paramLabel = "BYTES",
        description = "Sizes of packets, over a tenth of --packets (default: ${DEFAULT-VALUE}).")
    private List<Integer> sizes;

    @Option(names = "--script-counts", split = ",", defaultValue = "0,1,2,4,8,16", paramLabel = "N",
        description = "Copies of the sample script; begin with 0 (default: ${DEFAULT-VALUE}).")
    private List<Integer> scriptCounts;

    @Option(names = "--packets", defaultValue = "1M", converter = CountConverter.class, paramLabel = "N",
        description = "Packets of a capture, at least as many as flows (default: ${DEFAULT-VALUE}).")
    private int packets;

    @Option(names = "--seconds", defaultValue = "1", paramLabel = "S",
        description = "Length of one window (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Mixin
    private Rounds rounds;

    @Mixin
    private ReportFile file;

    @Override
    public Integer call() throws IOException {
        final Report report = file.begin();
        final Checks checks = new Checks();
        for (final EngineConfig.FlowStatistics statistics : EngineConfig.FlowStatistics.values()) {
            for (final int count : flows) {
                report.row(worker("flows", CountConverter.text(count) + " " + name(statistics),
                    TrafficSpec.udp(count, Math.max(count, packets), 7), statistics, checks));
            }
        }
        final int few = Math.max(1, packets / 10);
        for (final int size : sizes) {
            report.row(worker("packet size", Integer.toString(size),
                TrafficSpec.udp(Math.max(1, few / 10), few, 7).withSize(size),
                EngineConfig.FlowStatistics.BASIC, checks));
        }
        scripts(report, checks);
        file.publish(report, checks);
        return 0;
    }

    private Map<String, Object> worker(
        final String grows, final String to, final TrafficSpec traffic, final EngineConfig.FlowStatistics statistics,
        final Checks checks) throws IOException {

        final Path folder = Machine.target().resolve("captures");
        final Path capture = TrafficGenerator.in(folder, traffic);
        final Path prefill = TrafficGenerator.in(folder, traffic.eachFlowOnce());
        final LoopSize size = LoopSize.of(traffic);
        final List<Double> ceilings = new ArrayList<>();
        final List<Double> rates = new ArrayList<>();
        try (Contender worker = new Contender("worker", JavaProcess.bench(JavaProcess.environmentOptions(),
            "worker-probe", capture.toString(), prefill.toString(), Integer.toString(size.flowCapacity()),
            Integer.toString(BURST), Integer.toString(size.mbufs()), Integer.toString(size.mbufBytes()),
            Integer.toString(WorkerCore.last()), Long.toString(size.memoryBytes() >> 20), "no-huge",
            statistics.name()))) {
            worker.ask("count " + seconds);
            for (int round = 0; round < rounds.count(); round++) {
                ceilings.add(Contender.mpps(worker.ask("ceiling " + seconds)));
                rates.add(Contender.mpps(worker.ask("count " + seconds)));
            }
            final Map<String, Long> sums = worker.ask("check");
            final String where = grows + " " + to + ": ";
            checks.equal(where + "packets of the port = received", sums.get("port"),
                sums.get("received") + sums.get("ceiling"));
            checks.equal(where + "flows as generated", traffic.flows(), sums.get("flows"));
            checks.equal(where + "packets in flow records = parsed", sums.get("parsed"), sums.get("in_records"));
        }
        final double rate = Medians.of(rates);
        final Map<String, Object> row = row(grows, to);
        row.put("Mpps", rate);
        row.put("ns/packet", 1000 / rate);
        row.put("ns above receiving", 1000 / rate - 1000 / Medians.of(ceilings));
        row.put("Gbit/s on the wire", traffic.sizeBytes() == 0 ? null : rate * (traffic.sizeBytes() + 20) * 8 / 1000);
        return row;
    }

    private void scripts(final Report report, final Checks checks) throws IOException {
        final TrafficSpec traffic = TrafficSpec.udp(Math.max(1, packets / 4), packets, 7);
        final Path capture = TrafficGenerator.in(Machine.target().resolve("captures"), traffic);
        final Map<Integer, List<Replay>> replays = new LinkedHashMap<>();
        try (Scratch scratch = new Scratch()) {
            for (int round = 0; round < rounds.count(); round++) {
                for (final int count : scriptCounts) {
                    final Replay replay = Replay.of(capture, List.of(
                        "--scripts", copies(scratch.path(), count).toString(), "--detect-packets", "0"));
                    checks.equal(count + " scripts: packets", traffic.packets(), replay.count("packets"));
                    checks.equal(count + " scripts: hooks", (long) count * traffic.flows(), replay.count("hooks_run"));
                    replays.computeIfAbsent(count, c -> new ArrayList<>()).add(replay);
                }
            }
        }
        final double without = cpuS(replays.values().iterator().next());
        replays.forEach((count, runs) -> {
            final long hooks = runs.getFirst().count("hooks_run");
            final Map<String, Object> row = row("scripts", Integer.toString(count));
            row.put("Mpps", Medians.of(runs.stream().map(replay -> replay.value("pps") / 1e6).toList()));
            row.put("cpu s", cpuS(runs));
            row.put("ns/hook", hooks == 0 ? null : (cpuS(runs) - without) * 1e9 / hooks);
            report.row(row);
        });
    }

    private static Path copies(final Path scratch, final int count) throws IOException {
        final Path folder = scratch.resolve("scripts-" + count);
        if (!Files.isDirectory(folder)) {
            Files.createDirectory(folder);
            for (int copy = 0; copy < count; copy++) {
                Files.copy(Machine.home().resolve(SCRIPT), folder.resolve("copy_" + copy + ".lua"));
            }
        }
        return folder;
    }

    private static double cpuS(final List<Replay> runs) {
        return Medians.of(runs.stream().map(replay -> replay.run().cpuS()).toList());
    }

    private static String name(final EngineConfig.FlowStatistics statistics) {
        return statistics.name().toLowerCase(Locale.ROOT);
    }

    private static Map<String, Object> row(final String grows, final String to) {
        final Map<String, Object> row = new LinkedHashMap<>();
        row.put("grows", grows);
        row.put("to", to);
        return row;
    }
}
