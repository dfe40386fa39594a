package io.millrace.bench.peers;

import io.millrace.bench.process.MeasuredRun;
import io.millrace.bench.process.Replay;
import io.millrace.bench.process.ReplayWarmUp;
import io.millrace.bench.report.Checks;
import io.millrace.bench.report.CountConverter;
import io.millrace.bench.report.Machine;
import io.millrace.bench.report.Medians;
import io.millrace.bench.report.Report;
import io.millrace.bench.report.ReportFile;
import io.millrace.bench.report.Scratch;
import io.millrace.bench.traffic.CaptureMix;
import io.millrace.bench.traffic.TrafficGenerator;
import io.millrace.bench.traffic.TrafficSpec;
import io.millrace.binding.link.EnvironmentException;
import io.millrace.engine.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code benchmarks/run peers}: whole processes over the same capture files, one after the other, several times round.
 * Packets per second are those of the process from its start to its end; beside it, for Millrace, those between the
 * first and the last packet.
 */
@Command(name = "peers", mixinStandardHelpOptions = true,
    description = "Millrace beside ndpiReader, softflowd and nfpcapd on the same files, alternating.")
public final class PeersCommand implements Callable<Integer> {
    private static final double MEBIBYTE = 1 << 20;
    private static final String SCRIPTS = "script-runtime/src/main/scripts/flow";

    @Option(names = "--captures", arity = "1..*", paramLabel = "CAPTURE",
        description = "What the traffic mix is made of (default: deploy/sample/sample.pcap).")
    private List<Path> captures = List.of();

    @Option(names = "--runs", defaultValue = "3", paramLabel = "N",
        description = "Runs of each, alternating; medians are reported (default: ${DEFAULT-VALUE}).")
    private int runs;

    @Option(names = "--packets", defaultValue = "2M", converter = CountConverter.class, paramLabel = "N",
        description = "Packets of the mix at least, and of the IMIX file; the 64-byte file has twice as many"
            + " (default: ${DEFAULT-VALUE}).")
    private int packets;

    @Option(names = "--flows", defaultValue = "1M", converter = CountConverter.class, paramLabel = "N",
        description = "Flows of the 64-byte file; the others have a tenth (default: ${DEFAULT-VALUE}).")
    private int flows;

    @Option(names = "--files", split = ",", defaultValue = "mix,udp64,imix", paramLabel = "NAME",
        description = "Which files: mix, udp64, imix (default: ${DEFAULT-VALUE}).")
    private List<String> files;

    @Option(names = "--only-installed", description = "Leaves out peers that are not installed.")
    private boolean onlyInstalled;

    @Mixin
    private ReplayWarmUp warmUp;

    @Mixin
    private ReportFile file;

    private record File(String name, Path path, long packets, int flows, boolean exactFlows) {
    }

    private static final class Figures {
        private final List<Double> wallS = new ArrayList<>();
        private final List<Double> cpuS = new ArrayList<>();
        private final List<Double> peakBytes = new ArrayList<>();
        private final List<Double> runMpps = new ArrayList<>();
        private final List<Double> startupS = new ArrayList<>();

        void add(final MeasuredRun run) {
            wallS.add(run.wallS());
            cpuS.add(run.cpuS());
            peakBytes.add((double) run.peakBytes());
        }

        void add(final Replay replay) {
            add(replay.run());
            runMpps.add(replay.value("pps") / 1e6);
            startupS.add(replay.value("startup_s"));
        }
    }

    @Override
    public Integer call() throws IOException {
        final List<Peer> peers = peers();
        final Report report = file.begin();
        final Checks checks = new Checks();
        for (final File file : files()) {
            measure(file, peers, report, checks);
        }
        for (final Peer peer : peers) {
            report.fact(peer.program(), Machine.output("dpkg-query", "-W", "-f", "${Version}", peer.debianPackage()));
        }
        file.publish(report, checks);
        return 0;
    }

    private List<Peer> peers() {
        final List<Peer> found = new ArrayList<>();
        final List<String> missing = new ArrayList<>();
        for (final Peer peer : Peer.values()) {
            if (peer.find() != null) {
                found.add(peer);
            } else {
                missing.add(peer.debianPackage());
            }
        }
        if (!missing.isEmpty() && !onlyInstalled) {
            throw new EnvironmentException("peers are missing: apt-get install --no-install-recommends "
                + String.join(" ", missing) + ", or leave them out with --only-installed");
        }
        return found;
    }

    private List<File> files() throws IOException {
        final Path folder = Machine.target().resolve("captures");
        Files.createDirectories(folder);
        final List<File> all = new ArrayList<>();
        for (final String name : files) {
            switch (name) {
                case "mix" -> {
                    final List<Path> from = captures.isEmpty()
                        ? List.of(Machine.home().resolve("deploy/sample/sample.pcap")) : captures;
                    final Path mix = folder.resolve("mix.pcap");
                    final CaptureMix.Result result = CaptureMix.write(from, Math.max(1, flows / 10), packets, mix);
                    all.add(new File(name, mix, result.packets(), result.flows(), false));
                }
                case "udp64" -> {
                    final TrafficSpec udp = TrafficSpec.udp(flows, Math.max(flows, 2 * packets), 7);
                    all.add(new File(name, TrafficGenerator.in(folder, udp), udp.packets(), udp.flows(), true));
                }
                case "imix" -> {
                    final TrafficSpec imix =
                        TrafficSpec.udp(Math.max(1, flows / 10), Math.max(flows / 10, packets), 7)
                            .withSize(TrafficSpec.IMIX).withTcp(50).withTcpClose();
                    all.add(new File(name, TrafficGenerator.in(folder, imix), imix.packets(), imix.flows(), true));
                }
                default -> throw new ConfigException("--files: no such file: " + name
                    + ": there are mix, udp64, imix");
            }
        }
        return all;
    }

    private void measure(final File file, final List<Peer> peers, final Report report, final Checks checks)
        throws IOException {

        final Figures detecting = new Figures();
        final Figures undetected = new Figures();
        final Figures counting = new Figures();
        final Map<Peer, Figures> others = new EnumMap<>(Peer.class);
        peers.forEach(peer -> others.put(peer, new Figures()));
        for (int run = 0; run < runs; run++) {
            try (Scratch scratch = new Scratch()) {
                final Path noScripts = Files.createDirectory(scratch.path().resolve("no-scripts"));
                final Path eve = scratch.path().resolve("eve.json");
                detecting.add(check(checks, file, Replay.of(file.path(), warmUp.flags(
                    "--scripts", Machine.home().resolve(SCRIPTS).toString(), "--eve", eve.toString())), eve));
                undetected.add(check(checks, file, Replay.of(file.path(), warmUp.flags(
                    "--scripts", noScripts.toString(), "--detect-packets", "0")), null));
                counting.add(check(checks, file, Replay.of(file.path(), warmUp.flags(
                    "--scripts", noScripts.toString(), "--detect-packets", "0", "--flow-stats", "basic")), null));
                for (final Peer peer : peers) {
                    final Path own = Files.createDirectory(scratch.path().resolve(peer.program()));
                    final MeasuredRun other = peer.run(file.path(), own, file.flows());
                    final long read = peer.packets(other);
                    checks.that(file.name() + ": " + peer.program() + " read " + read + " of " + file.packets()
                        + " packets",
                        read == -1 || read == file.packets());
                    others.get(peer).add(other);
                }
            }
        }
        final Figures ndpi = others.get(Peer.NDPI_READER);
        row(report, file, "millrace, detection + sample script + EVE", detecting, ndpi);
        row(report, file, "millrace, no detection, no script", undetected, ndpi);
        row(report, file, "the same with basic statistics", counting, ndpi);
        others.forEach((peer, figures) -> row(report, file, peer.program(), figures, ndpi));
    }

    private static Replay check(final Checks checks, final File file, final Replay replay, final Path eve)
        throws IOException {

        checks.equal(file.name() + ": packets", file.packets(), replay.count("packets"));
        if (file.exactFlows()) {
            checks.equal(file.name() + ": flows", file.flows(), replay.count("flows"));
        }
        final long malformed = replay.count("malformed");
        checks.equal(file.name() + ": malformed", file.exactFlows() ? 0 : malformed, malformed);
        checks.equal(file.name() + ": records dropped", 0, replay.count("records_dropped"));
        if (eve != null) {
            try (var lines = Files.lines(eve)) {
                checks.equal(file.name() + ": flow records in eve.json", replay.count("flows"),
                    lines.filter(line -> line.contains("\"event_type\":\"flow\"")).count());
            }
        }
        return replay;
    }

    private static void row(
        final Report report, final File file, final String who, final Figures figures, final Figures ndpi) {

        final double wallS = Medians.of(figures.wallS);
        final Map<String, Object> row = new LinkedHashMap<>();
        row.put("file", file.name());
        row.put("packets", file.packets());
        row.put("flows", (long) file.flows());
        row.put("program", who);
        row.put("Mpps process", file.packets() / wallS / 1e6);
        row.put("Mpps first to last", figures.runMpps.isEmpty() ? null : Medians.of(figures.runMpps));
        row.put("s", wallS);
        row.put("start-up s", figures.startupS.isEmpty() ? null : Medians.of(figures.startupS));
        row.put("cpu s", Medians.of(figures.cpuS));
        row.put("peak MiB", Medians.of(figures.peakBytes) / MEBIBYTE);
        row.put("x ndpiReader", ndpi == null ? null : Medians.of(ndpi.wallS) / wallS);
        row.put("x first to last", ndpi == null || figures.runMpps.isEmpty() ? null
            : Medians.of(figures.runMpps) * 1e6 * Medians.of(ndpi.wallS) / file.packets());
        report.row(row);
    }
}
