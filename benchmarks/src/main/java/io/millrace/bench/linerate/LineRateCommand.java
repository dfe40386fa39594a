package io.millrace.bench.linerate;

import io.millrace.bench.process.Contender;
import io.millrace.bench.process.JavaProcess;
import io.millrace.bench.process.Rounds;
import io.millrace.bench.process.WorkerCore;
import io.millrace.bench.report.Checks;
import io.millrace.bench.report.CountConverter;
import io.millrace.bench.report.Machine;
import io.millrace.bench.report.Medians;
import io.millrace.bench.report.Report;
import io.millrace.bench.report.ReportFile;
import io.millrace.bench.traffic.TrafficGenerator;
import io.millrace.bench.traffic.TrafficSpec;
import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.linux.ThreadAffinity;
import io.millrace.engine.config.ConfigException;
import io.millrace.engine.config.EngineConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code benchmarks/run line-rate}: what one worker carries, between the port's own speed and a twin in C, all in one
 * run with alternating windows.
 */
@Command(name = "line-rate", mixinStandardHelpOptions = true,
    description = "One worker over DPDK's net_pcap with infinite_rx, beside the receive-only ceiling and a twin in C.")
public final class LineRateCommand implements Callable<Integer> {
    /** What is sent. */
    enum Traffic {
        /** UDP of 64 bytes, flows drawn evenly. */
        UNIFORM,
        /** UDP of 64 bytes, flows drawn by the law of Zipf. */
        ZIPF,
        /** Sizes 64, 594 and 1518 as 7 to 4 to 1, half of the flows TCP with handshakes. */
        IMIX
    }

    private static final int FEW_FLOWS_PACKETS = 1_000_000;
    private static final int MANY_FLOWS_PACKETS = 4_000_000;
    private static final int IMIX_PACKETS = 500_000;
    private static final int IMIX_FLOWS = 100_000;
    private static final int TWIN_TABLE_BYTES_PER_FLOW = 256;
    private static final int RECORD_BYTES_PER_FLOW = 640;
    private static final double NS_PER_US = 1000;

    @Option(names = "--flows", split = ",", converter = CountConverter.class, paramLabel = "N",
        description = "Numbers of live flows (default: 1K,100K,1M,4M).")
    private List<Integer> flows;

    @Option(names = "--traffic", split = ",", paramLabel = "uniform|zipf|imix",
        description = "Kinds of traffic (default: all; uniform where --flows is given).")
    private List<Traffic> traffic;

    @Option(names = "--packets", converter = CountConverter.class, paramLabel = "N",
        description = "Packets of a capture (default: 1M up to 100K flows, 4M for more; imix 500K).")
    private Integer packets;

    @Option(names = "--seconds", defaultValue = "3", paramLabel = "S",
        description = "Length of one window (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Mixin
    private Rounds rounds;

    @Option(names = "--warm-up", defaultValue = "3", paramLabel = "S",
        description = "Seconds before the first window, in which the JVM compiles (default: ${DEFAULT-VALUE}).")
    private double warmUp;

    @Option(names = "--gap-seconds", paramLabel = "S",
        description = "Length of the window in which the time between polls is taken (default: that of --seconds).")
    private Double gapSeconds;

    @Option(names = "--burst", defaultValue = "64", paramLabel = "N",
        description = "Frames per poll; the twin takes 64 at most (default: ${DEFAULT-VALUE}).")
    private int burst;

    @Option(names = "--flow-stats", defaultValue = "basic", paramLabel = "basic|full",
        description = "What Millrace keeps of a flow; the twin keeps the basic counters (default: ${DEFAULT-VALUE}).")
    private EngineConfig.FlowStatistics flowStatistics;

    @Mixin
    private WorkerCore core;

    @Option(names = "--huge-pages", defaultValue = "auto", paramLabel = "auto|on|off|reserve",
        description = "auto: where enough are free; reserve: takes them for the run, as root"
            + " (default: ${DEFAULT-VALUE}).")
    private Pages.Wish hugePages;

    @Option(names = "--memory", defaultValue = "8", paramLabel = "GIB",
        description = "What both contenders together may use (default: ${DEFAULT-VALUE}).")
    private double memoryGib;

    @Option(names = "--no-twin", negatable = false, description = "Leaves the twin in C out.")
    private boolean withoutTwin;

    @Option(names = "--seed", defaultValue = "7", paramLabel = "N",
        description = "Of the traffic (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Mixin
    private ReportFile file;

    private record Case(Traffic traffic, TrafficSpec spec, LoopSize size) {
        Case(final Traffic traffic, final TrafficSpec spec) {
            this(traffic, spec, LoopSize.of(spec));
        }
    }

    @Override
    public Integer call() throws IOException {
        final List<Case> cases = cases();
        cases.forEach(this::requireMemory);
        final Report report = file.begin();
        final Checks checks = new Checks();
        for (final Case one : cases) {
            report.row(run(one, checks));
        }
        file.publish(report, checks);
        return 0;
    }

    private List<Case> cases() {
        final List<Traffic> kinds = traffic != null ? traffic
            : flows != null ? List.of(Traffic.UNIFORM) : List.of(Traffic.values());
        final List<Integer> counts = flows != null ? flows : List.of(1_000, 100_000, 1_000_000, 4_000_000);
        final List<Case> cases = new ArrayList<>();
        for (final Traffic kind : kinds) {
            if (kind == Traffic.IMIX) {
                final int count = packets != null ? packets : IMIX_PACKETS;
                final int flowCount = flows != null ? flows.getFirst() : Math.min(IMIX_FLOWS, count);
                cases.add(new Case(kind, TrafficSpec.udp(flowCount, Math.max(count, flowCount), seed)
                    .withSize(TrafficSpec.IMIX).withTcp(50)));
                continue;
            }
            for (final int flowCount : counts) {
                final int count = packets != null ? packets
                    : flowCount > 100_000 ? Math.max(MANY_FLOWS_PACKETS, flowCount) : FEW_FLOWS_PACKETS;
                cases.add(new Case(kind, TrafficSpec.udp(flowCount, Math.max(count, flowCount), seed)
                    .withZipf(kind == Traffic.ZIPF ? 1 : 0)));
            }
        }
        return cases;
    }

    private void requireMemory(final Case one) {
        final int contenders = withoutTwin ? 1 : 2;
        final LoopSize size = one.size();
        final long needed = contenders * size.memoryBytes()
            + (long) size.flowCapacity() * (RECORD_BYTES_PER_FLOW + (withoutTwin ? 0 : TWIN_TABLE_BYTES_PER_FLOW));
        if (needed > memoryGib * (1L << 30)) {
            throw new ConfigException(String.format(
                "capture does not fit: infinite_rx holds each of its %d packets in a buffer of %d bytes, %.1f GiB for"
                    + " %d contenders, limit --memory %.1f: lower --packets or --flows, leave the twin out with"
                    + " --no-twin, or raise --memory",
                one.spec().packets(), size.mbufBytes(), needed / (double) (1L << 30), contenders, memoryGib));
        }
        final long availableKib = Machine.memoryKib("MemAvailable");
        if (needed >> 10 > availableKib) {
            throw new EnvironmentException(String.format(
                "capture does not fit: %.1f GiB needed, %.1f GiB of memory available: lower --packets or --flows",
                needed / (double) (1L << 30), availableKib / (double) (1L << 20)));
        }
    }

    private Map<String, Object> run(final Case one, final Checks checks) throws IOException {
        final Path folder = Machine.target().resolve("captures");
        final Path capture = TrafficGenerator.in(folder, one.spec());
        final Path prefill = TrafficGenerator.in(folder, one.spec().eachFlowOnce());
        final LoopSize size = one.size();
        final long twinTable = (long) size.flowCapacity() * TWIN_TABLE_BYTES_PER_FLOW;
        final BitSet cores = ThreadAffinity.current();
        try (Pages pages = Pages.of(hugePages, (withoutTwin ? 1 : 2) * size.memoryBytes()
            + (withoutTwin ? 0 : twinTable));
            Contender millrace = new Contender("worker", JavaProcess.bench(JavaProcess.environmentOptions(),
                arguments("worker-probe", one, capture, prefill, size.memoryBytes(), pages, flowStatistics.name())));
            Contender twin = withoutTwin ? null
                : new Contender("twin", List.of(arguments(twinProgram(), one, capture, prefill,
                    size.memoryBytes() + twinTable, pages)))) {
            ThreadAffinity.vacate(List.of(core.chosen()));
            return measure(one, millrace, twin, checks, pages.huge());
        } finally {
            // Contenders of the next case inherit them.
            ThreadAffinity.placeAll(cores);
        }
    }

    private String[] arguments(
        final String program, final Case one, final Path capture, final Path prefill, final long dpdkBytes,
        final Pages pages, final String... more) {

        final LoopSize size = one.size();
        final String[] common = {
            program, capture.toString(), prefill.toString(), Integer.toString(size.flowCapacity()),
            Integer.toString(burst), Integer.toString(size.mbufs()), Integer.toString(size.mbufBytes()),
            Integer.toString(core.chosen()), Long.toString(dpdkBytes >> 20), pages.huge() ? "huge" : "no-huge"};
        return Stream.concat(Stream.of(common), Stream.of(more)).toArray(String[]::new);
    }

    private static String twinProgram() {
        final Path program = Machine.target().resolve("native/line-rate-twin");
        if (!Files.isExecutable(program)) {
            throw new EnvironmentException("the twin is not built: make -C benchmarks/src/main/c");
        }
        return program.toString();
    }

    private Map<String, Object> measure(
        final Case one, final Contender millrace, final Contender twin, final Checks checks, final boolean huge)
        throws IOException {

        millrace.ask("ceiling " + Math.min(1, warmUp));
        millrace.ask("count " + warmUp);
        final List<Double> ceilings = new ArrayList<>();
        final List<Double> rates = new ArrayList<>();
        final List<Double> allocated = new ArrayList<>();
        final List<Double> twinCeilings = new ArrayList<>();
        final List<Double> twinRates = new ArrayList<>();
        for (int round = 0; round < rounds.count(); round++) {
            ceilings.add(Contender.mpps(millrace.ask("ceiling " + seconds)));
            final Map<String, Long> counted = millrace.ask("count " + seconds);
            rates.add(Contender.mpps(counted));
            allocated.add((double) counted.get("allocated") / counted.get("packets"));
            if (twin != null) {
                twinCeilings.add(Contender.mpps(twin.ask("ceiling " + seconds)));
                twinRates.add(Contender.mpps(twin.ask("count " + seconds)));
            }
        }
        final double gapWindow = gapSeconds == null ? seconds : gapSeconds;
        final Map<String, Long> gaps = millrace.ask("gaps " + gapWindow);
        final Map<String, Long> spin = twin == null ? null : twin.ask("spin " + gapWindow);
        check(checks, one, "worker", millrace.ask("check"));
        if (twin != null) {
            check(checks, one, "twin", twin.ask("check"));
        }
        final double ceiling = Medians.of(ceilings);
        final double rate = Medians.of(rates);
        final Map<String, Object> row = new LinkedHashMap<>();
        row.put("traffic", one.traffic().name().toLowerCase(Locale.ROOT));
        row.put("flows", CountConverter.text(one.spec().flows()));
        row.put("packets", CountConverter.text(one.spec().packets()));
        row.put("statistics", flowStatistics.name().toLowerCase(Locale.ROOT));
        row.put("pages", huge ? "huge" : "4K");
        row.put("ceiling Mpps", ceiling);
        row.put("Millrace Mpps", rate);
        row.put("ns above", 1000 / rate - 1000 / ceiling);
        row.put("of ceiling", rate / ceiling);
        if (twin != null) {
            final double twinRate = Medians.of(twinRates);
            row.put("C ceiling Mpps", Medians.of(twinCeilings));
            row.put("C Mpps", twinRate);
            row.put("C ns above", 1000 / twinRate - 1000 / Medians.of(twinCeilings));
            row.put("Millrace/C", rate / twinRate);
        }
        row.put("gap p99.99 us", gaps.get("gap_p9999_ns") / NS_PER_US);
        row.put("gap max us", gaps.get("gap_max_ns") / NS_PER_US);
        if (spin != null) {
            row.put("spin p99.99 us", spin.get("gap_p9999_ns") / NS_PER_US);
            row.put("spin max us", spin.get("gap_max_ns") / NS_PER_US);
        }
        row.put("B/packet", Medians.of(allocated));
        return row;
    }

    private static void check(
        final Checks checks, final Case one, final String who, final Map<String, Long> counts) {

        final String where = one.spec().fileName() + ", " + who + ": ";
        checks.equal(where + "packets of the port = received + received for the ceiling",
            counts.get("port"), counts.get("received") + counts.get("ceiling"));
        checks.equal(where + "received = parsed + not_ip + malformed", counts.get("received") + counts.get("prefilled"),
            counts.get("parsed") + counts.get("not_ip") + counts.get("malformed"));
        checks.equal(where + "all generated packets are understood", 0, counts.get("not_ip") + counts.get("malformed"));
        checks.equal(where + "flows as generated", one.spec().flows(), counts.get("flows"));
        checks.equal(where + "table never full", 0, counts.get("table_full"));
        checks.equal(where + "packets in flow records = parsed", counts.get("parsed"), counts.get("in_records"));
    }
}
