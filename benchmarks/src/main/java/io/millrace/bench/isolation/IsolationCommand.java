package io.millrace.bench.isolation;

import io.millrace.bench.process.JavaProcess;
import io.millrace.bench.process.MeasuredRun;
import io.millrace.bench.process.Rounds;
import io.millrace.bench.process.WorkerCore;
import io.millrace.bench.report.Checks;
import io.millrace.bench.report.CountConverter;
import io.millrace.bench.report.Machine;
import io.millrace.bench.report.Medians;
import io.millrace.bench.report.Report;
import io.millrace.bench.report.ReportFile;
import io.millrace.bench.scripts.ScriptSide;
import io.millrace.bench.traffic.TrafficGenerator;
import io.millrace.bench.traffic.TrafficSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code benchmarks/run isolation}: the worker's speed beside scripts that misbehave, runs alternating. */
@Command(name = "isolation", mixinStandardHelpOptions = true,
    description = "The worker's speed with no script, the sample script, a sleeping one and two that spin.")
public final class IsolationCommand implements Callable<Integer> {
    private static final int SPARE_MBUFS = 8192;
    private static final double ZIPF = 1;

    @Option(names = "--flows", defaultValue = "100K", converter = CountConverter.class, paramLabel = "N",
        description = "Flows, drawn by the law of Zipf; rare ones end by silence and come again"
            + " (default: ${DEFAULT-VALUE}).")
    private int flows;

    @Option(names = "--packets", defaultValue = "1M", converter = CountConverter.class, paramLabel = "N",
        description = "Packets of the capture that is handed out over and over (default: ${DEFAULT-VALUE}).")
    private int packets;

    @Option(names = "--seconds", defaultValue = "5", paramLabel = "S",
        description = "Length of a run (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(names = "--warm-up", defaultValue = "3", paramLabel = "S",
        description = "Before each run (default: ${DEFAULT-VALUE}).")
    private double warmUp;

    @Mixin
    private Rounds rounds;

    @Mixin
    private WorkerCore core;

    @Mixin
    private ReportFile file;

    private record Variant(String name, String script, boolean keepsUp) {
    }

    @Override
    public Integer call() throws IOException {
        final List<Variant> variants = List.of(
            new Variant("no script", "none", true),
            new Variant("suspicious countries", ScriptSide.sample().toString(), true),
            new Variant("sleeps 1 s per call", ScriptSide.script("isolation/sleeping").toString(), false),
            new Variant("computes some 20 ms per call", ScriptSide.script("isolation/busy").toString(), false),
            new Variant("never returns", ScriptSide.script("isolation/spinning").toString(), true));
        final Report report = file.begin();
        final Checks checks = new Checks();
        final TrafficSpec traffic = TrafficSpec.udp(flows, packets, 7).withZipf(ZIPF);
        final Path capture = TrafficGenerator.in(Machine.target().resolve("captures"), traffic);
        final Map<Variant, List<Map<String, Long>>> runs = new LinkedHashMap<>();
        variants.forEach(variant -> runs.put(variant, new ArrayList<>()));
        for (int round = 0; round < rounds.count(); round++) {
            for (final Variant variant : variants) {
                final Map<String, Long> run = run(capture, variant);
                check(checks, variant, run);
                runs.get(variant).add(run);
            }
        }
        final double alone = rate(runs.get(variants.getFirst()));
        runs.forEach((variant, numbers) -> report.row(row(variant, numbers, alone)));
        file.publish(report, checks);
        return 0;
    }

    private Map<String, Long> run(final Path capture, final Variant variant) throws IOException {
        final MeasuredRun run =
            MeasuredRun.successful(JavaProcess.bench(JavaProcess.environmentOptions(), "isolation-probe",
            capture.toString(), variant.script(), Integer.toString(Math.max(1024, 2 * flows)),
            Integer.toString(packets + SPARE_MBUFS), Integer.toString(core.chosen()), Double.toString(warmUp),
            Double.toString(seconds), Boolean.toString(variant.keepsUp())));
        return run.numbers("isolation");
    }

    private static double rate(final List<Map<String, Long>> runs) {
        return Medians.of(runs.stream().map(run -> run.get("packets") * 1000.0 / run.get("nanos")).toList());
    }

    private static Map<String, Object> row(
        final Variant variant, final List<Map<String, Long>> runs, final double alone) {

        final Map<String, Long> last = runs.getLast();
        final Map<String, Object> row = new LinkedHashMap<>();
        row.put("script", variant.name());
        row.put("Mpps", rate(runs));
        row.put("of no script", rate(runs) / alone);
        row.put("events", last.get("produced"));
        row.put("events skipped", last.get("skipped"));
        row.put("hooks run", last.get("hooks_run"));
        row.put("hooks timed out", last.get("hooks_timed_out"));
        row.put("hooks skipped", last.get("hooks_skipped"));
        row.put("flows", last.get("created"));
        row.put("records past scripts", last.get("bypassed"));
        row.put("records lost", last.get("lost"));
        return row;
    }

    private static void check(final Checks checks, final Variant variant, final Map<String, Long> run) {
        final String name = variant.name() + ": ";
        checks.equal(name + "packets of the port = received", run.get("port"), run.get("received"));
        checks.equal(name + "received = parsed", run.get("received"), run.get("parsed"));
        checks.equal(name + "flows created = flows ended", run.get("created"), run.get("ended"));
        checks.equal(name + "hooks due = run + failed + timed out + skipped", run.get("hooks_due"), run.get("hooks_run")
            + run.get("hooks_failed") + run.get("hooks_timed_out") + run.get("hooks_skipped"));
        if (variant.keepsUp()) {
            checks.equal(name + "events produced = delivered + skipped", run.get("produced"),
                run.get("delivered") + run.get("skipped"));
            checks.equal(name + "flows ended = records written + lost + refused", run.get("ended"),
                run.get("records") + run.get("lost") + run.get("refused"));
        } else {
            checks.that(name + "events are skipped where the script does not keep up", run.get("skipped") > 0);
        }
    }
}
