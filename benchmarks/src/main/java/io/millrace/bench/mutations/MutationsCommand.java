package io.millrace.bench.mutations;

import io.millrace.bench.linerate.BenchSettings;
import io.millrace.bench.report.Checks;
import io.millrace.bench.report.CountConverter;
import io.millrace.engine.config.ConfigException;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.event.FlowEventWriter;
import io.millrace.engine.fixture.CaptureFrames;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.engine.telemetry.WorkerCounters;
import io.millrace.engine.worker.FlowWorker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code benchmarks/run mutations}: damaged frames of captures through a worker with detection off; it must not crash,
 * and the conservation laws must hold.
 */
@Command(name = "mutations", mixinStandardHelpOptions = true,
    description = "Damaged frames, each flush against a page that may not be read: nothing crashes, all counts add up.")
public final class MutationsCommand implements Callable<Integer> {
    private static final int BURST = 64;
    private static final int FLOW_CAPACITY = 1 << 16;

    @Option(names = "--frames", defaultValue = "10M", converter = CountConverter.class, paramLabel = "N",
        description = "Damaged frames (default: ${DEFAULT-VALUE}).")
    private int frames;

    @Option(names = "--seed", defaultValue = "7", paramLabel = "N",
        description = "Of all damage (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Parameters(arity = "1..*", paramLabel = "CAPTURE", description = "Plain captures, or folders of them.")
    private List<Path> paths;

    @Override
    public Integer call() throws IOException {
        final List<CaptureFrames> captures = read();
        final Telemetry telemetry = new Telemetry();
        final WorkerCounters counters = new WorkerCounters(telemetry, "worker-0");
        final EngineConfig config =
            BenchSettings.decided(FLOW_CAPACITY, EngineConfig.FlowStatistics.FULL, BURST, false, List.of());
        final MutatedFrames source = new MutatedFrames(captures, BURST, seed);
        long received = 0;
        final long startNs = System.nanoTime();
        try (FlowWorker worker = new FlowWorker(
            0, source, config, new FlowEventWriter(List.of(), null, null, counters, 0), telemetry, counters)) {
            while (received < frames) {
                received += worker.doWork();
            }
            worker.endAllFlows();
            final double seconds = (System.nanoTime() - startNs) / 1e9;
            check(telemetry, received);
            System.out.printf("%,d damaged frames of %d captures (%,d bytes, seed %d) in %.1f s%n", received,
                captures.size(), source.bytes(), seed, seconds);
        }
        for (final EngineCounter counter : EngineCounter.values()) {
            if (telemetry.total(counter) != 0) {
                System.out.printf("%,15d  %s%n", telemetry.total(counter), counter.label());
            }
        }
        return 0;
    }

    private static void check(final Telemetry telemetry, final long received) {
        final Checks checks = new Checks();
        checks.equal("frames received", received, telemetry.total(EngineCounter.RECEIVED));
        checks.equal("received = parsed + not IP + malformed + unsupported", received,
            telemetry.total(EngineCounter.PARSED) + telemetry.total(EngineCounter.NOT_IP)
                + telemetry.total(EngineCounter.MALFORMED) + telemetry.total(EngineCounter.UNSUPPORTED_LINK));
        checks.equal("flows created = ended", telemetry.total(EngineCounter.FLOWS_CREATED),
            telemetry.total(EngineCounter.FLOWS_ENDED));
        checks.equal("not IP by what it carries", telemetry.total(EngineCounter.NOT_IP),
            telemetry.nonIpTotals(Integer::toString).values().stream().mapToLong(Long::longValue).sum());
        checks.prove();
    }

    private List<CaptureFrames> read() throws IOException {
        final List<CaptureFrames> captures = new ArrayList<>();
        for (final Path path : paths) {
            try (Stream<Path> files = Files.walk(path)) {
                for (final Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                    final CaptureFrames capture = CaptureFrames.read(file);
                    if (!capture.frames().isEmpty()) {
                        captures.add(capture);
                    }
                }
            }
        }
        if (captures.isEmpty()) {
            throw new ConfigException("no packets in " + paths + ": name captures with some");
        }
        return captures;
    }
}
