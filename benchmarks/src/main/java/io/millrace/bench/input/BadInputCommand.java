package io.millrace.bench.input;

import io.millrace.bench.process.MeasuredRun;
import io.millrace.bench.process.Replay;
import io.millrace.bench.process.ReplayWarmUp;
import io.millrace.bench.report.Checks;
import io.millrace.bench.report.CountConverter;
import io.millrace.bench.report.Machine;
import io.millrace.bench.report.Report;
import io.millrace.bench.report.ReportFile;
import io.millrace.bench.report.Scratch;
import io.millrace.bench.traffic.HashFlood;
import io.millrace.bench.traffic.TrafficGenerator;
import io.millrace.bench.traffic.TrafficSpec;
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
 * {@code benchmarks/run bad-input}: each case is one replay, beside the same number of packets of ordinary traffic;
 * packets, bytes and flows must come out as they were generated. Detection is off but for the flood of new flows, which
 * it must not let slow down the counting of packets.
 */
@Command(name = "bad-input", mixinStandardHelpOptions = true,
    description = "Hash floods, one flow, one packet per flow, VLANs, sizes, too few buffers: the counters must add"
        + " up.")
public final class BadInputCommand implements Callable<Integer> {
    private static final int FLOW_CAPACITY = 1_000_000;
    private static final int SMALL_CAPACITY = 4096;
    private static final int VLANS = 100;
    private static final int LONG_PACKETS_PART = 10;

    @Option(names = "--packets", defaultValue = "1M", converter = CountConverter.class, paramLabel = "N",
        description = "Packets of each case; a tenth where they are long (default: ${DEFAULT-VALUE}).")
    private int packets;

    @Mixin
    private ReplayWarmUp warmUp;

    @Mixin
    private ReportFile file;

    private record Case(
        String name, Path file, long packets, int flows, boolean evicts, int capacity, boolean detects,
        List<String> flags) {

        Case withDetection() {
            return new Case(name + ", detection on", file, packets, flows, evicts, capacity, true, flags);
        }
    }

    @Override
    public Integer call() throws IOException {
        final Report report = file.begin();
        final Checks checks = new Checks();
        try (Scratch scratch = new Scratch()) {
            final Path noScripts = Files.createDirectory(scratch.path().resolve("no-scripts"));
            for (final Case one : cases(scratch.path())) {
                final List<String> flags = warmUp.flags(
                    "--scripts", noScripts.toString(), "--flow-capacity", Integer.toString(one.capacity()));
                flags.addAll(one.detects() ? List.of() : List.of("--detect-packets", "0"));
                flags.addAll(one.flags());
                final Replay replay = Replay.of(one.file(), flags);
                report.row(row(one, replay));
                check(checks, one, replay);
            }
            refuseWhatDoesNotFit(checks);
        }
        file.publish(report, checks);
        return 0;
    }

    private List<Case> cases(final Path folder) throws IOException {
        final int some = Math.max(1, packets / 10);
        final int few = Math.max(1, packets / LONG_PACKETS_PART);
        final List<Case> cases = new ArrayList<>();
        cases.add(generated(folder, "ordinary", TrafficSpec.udp(some, packets, 7), FLOW_CAPACITY));
        cases.add(flood(folder, "hash flood, secret guessed wrong", HashFlood.OTHER_SECRET, Math.max(1, some / 10)));
        cases.add(flood(folder, "hash flood, secret known", HashFlood.REPLAY_SECRET, Math.max(1, some / 10)));
        cases.add(generated(folder, "all packets in one flow", TrafficSpec.udp(1, packets, 7), FLOW_CAPACITY));
        final Case newFlows =
            generated(folder, "one packet per flow", TrafficSpec.udp(packets, packets, 7), 2 * FLOW_CAPACITY);
        cases.add(newFlows);
        cases.add(newFlows.withDetection());
        cases.add(generated(
            folder, "one packet per flow, table full", TrafficSpec.udp(packets, packets, 7), SMALL_CAPACITY));
        cases.add(generated(folder, "alternating VLANs",
            TrafficSpec.udp(some, packets, 7).withVlans(VLANS), FLOW_CAPACITY));
        final TrafficSpec longest =
            TrafficSpec.udp(few, few, 7).withSize(TrafficSpec.LONGEST_WIRE_BYTES).withTcp(50);
        cases.add(generated(folder, "maximum size", longest, FLOW_CAPACITY));
        cases.add(generated(folder, "no payload", TrafficSpec.udp(some, packets, 7).withoutPayload(), FLOW_CAPACITY));
        cases.add(generated(folder, "several segments a frame", longest, FLOW_CAPACITY, "--mbuf-size", "128"));
        cases.add(generated(
            folder, "fewest mbufs", longest, FLOW_CAPACITY, "--mempool", "128", "--burst", "64"));
        return cases;
    }

    private static Case generated(
        final Path folder, final String name, final TrafficSpec traffic, final int capacity, final String... flags)
        throws IOException {

        final Path file = folder.resolve(name.replaceAll("\\W+", "-") + ".pcap");
        final int flows = TrafficGenerator.write(traffic, file);
        return new Case(name, file, traffic.packets(), flows, flows > capacity, capacity, false, List.of(flags));
    }

    private Case flood(final Path folder, final String name, final long secret, final int flows) throws IOException {
        final Path file = folder.resolve(name.replaceAll("\\W+", "-") + ".pcap");
        HashFlood.write(file, secret, flows, packets);
        return new Case(name, file, packets, flows, false, FLOW_CAPACITY, false, List.of());
    }

    private static void check(final Checks checks, final Case one, final Replay replay) {
        checks.equal(one.name() + ": packets", one.packets(), replay.count("packets"));
        checks.equal(one.name() + ": flows", one.flows(), replay.count("flows"));
        checks.equal(one.name() + ": malformed", 0, replay.count("malformed"));
        checks.equal(one.name() + ": records dropped", 0, replay.count("records_dropped"));
        checks.equal(one.name() + ": bytes", capturedBytes(one), replay.count("bytes"));
    }

    private static long capturedBytes(final Case one) {
        return one.file().toFile().length() - 24 - 16 * one.packets();
    }

    private static Map<String, Object> row(final Case one, final Replay replay) {
        final Map<String, Object> row = new LinkedHashMap<>();
        row.put("case", one.name());
        row.put("packets", replay.count("packets"));
        row.put("flows", replay.count("flows"));
        row.put("table", one.evicts() ? "evicts" : "holds");
        row.put("Mpps", replay.value("pps") / 1e6);
        row.put("poll gap max us", replay.value("poll_gap_ns.max") / 1000);
        row.put("peak MiB", replay.run().peakBytes() / (double) (1 << 20));
        return row;
    }

    /** A capture that its loop cannot hold: one line that names the limit, exit code 2. */
    private static void refuseWhatDoesNotFit(final Checks checks) throws IOException {
        final MeasuredRun run = MeasuredRun.of(List.of(
            Machine.home().resolve("benchmarks/run").toString(), "line-rate", "--flows", "1M", "--packets", "100M"));
        checks.equal("capture larger than memory: exit code", 2, run.exitCode());
        checks.that("capture larger than memory: the limit is named: " + run.output().strip(),
            run.output().contains("limit --memory"));
    }
}
