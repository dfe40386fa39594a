package io.millrace.bench.latency;

import io.millrace.bench.linerate.BenchSettings;
import io.millrace.bench.linerate.LoopPort;
import io.millrace.bench.process.WorkerCore;
import io.millrace.bench.report.Checks;
import io.millrace.bench.report.Report;
import io.millrace.bench.report.ReportFile;
import io.millrace.bench.scripts.ScriptSide;
import io.millrace.binding.linux.ThreadAffinity;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.event.EventRing;
import io.millrace.engine.event.FlowEventWriter;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.LatencyKind;
import io.millrace.engine.telemetry.LatencySummary;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.engine.telemetry.WorkerCounters;
import io.millrace.engine.worker.FlowWorker;
import io.millrace.engine.worker.WarmUp;
import io.millrace.script.intake.ScriptCounter;
import io.millrace.script.output.OutputRing;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code benchmarks/run latency}: packets come at a share of what worker and script thread together can bear without
 * loss, which is measured first. The time runs from the poll that received a flow's first packet to the batch in which
 * its {@code protocolDetected} hook is called; the engine measures it itself ({@code ring_dwell_ns}).
 */
@Command(name = "latency", mixinStandardHelpOptions = true,
    description = "Packet received to hook called: p50, p99, p99.9 at 10, 50 and 90 %% load.")
public final class LatencyCommand implements Callable<Integer> {
    private static final int EVENT_RING_BYTES = 8 << 20;
    private static final int OUTPUT_RING_BYTES = 8 << 20;
    private static final int BURST = 64;
    private static final int WARM_UP_MBUFS = 8192;
    private static final int WARM_UP_MBUF_BYTES = 2048;
    private static final long COMPILING_FRAMES = 1_000_000;
    private static final int FLOW_CAPACITY = 1 << 20;
    private static final long SILENCE_NS = 100_000_000;
    private static final double NS_PER_S = 1e9;
    private static final double NS_PER_US = 1000;

    @Option(names = "--load", split = ",", defaultValue = "10,50,90", paramLabel = "PERCENT",
        description = "Shares of the highest rate without loss (default: ${DEFAULT-VALUE}).")
    private List<Integer> loads;

    @Option(names = "--packets-per-flow", defaultValue = "16", paramLabel = "N",
        description = "Every so many packets a new flow begins (default: ${DEFAULT-VALUE}).")
    private int packetsPerFlow;

    @Option(names = "--seconds", defaultValue = "5", paramLabel = "S",
        description = "Length of a measurement (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(names = "--warm-up", defaultValue = "5", paramLabel = "S",
        description = "At full speed before the first measurement (default: ${DEFAULT-VALUE}).")
    private double warmUp;

    @Mixin
    private WorkerCore core;

    @Option(names = "--script-idle", defaultValue = "spin", paramLabel = "spin|backoff",
        description = "How the script thread waits for events (default: ${DEFAULT-VALUE}).")
    private String scriptIdle;

    @Mixin
    private ReportFile file;

    private final Checks checks = new Checks();
    private int chosenCore;

    /** What one measurement saw. */
    private record Measurement(double mpps, long handedOut, long newFlows, long behind, long skipped,
        LatencySummary dwell) {
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        final Report report = file.begin();
        chosenCore = core.chosen();
        LoopPort.startDpdk(LoopPort.memoryBytes(WARM_UP_MBUFS, WARM_UP_MBUF_BYTES), chosenCore, false);
        WarmUp.forPorts(config(EngineConfig.Overflow.BLOCK), COMPILING_FRAMES).finish();
        measure(PacedFrames.UNPACED, warmUp, EngineConfig.Overflow.BLOCK);
        final double highest = measure(PacedFrames.UNPACED, seconds, EngineConfig.Overflow.BLOCK).mpps();
        report.fact("highest_mpps", highest);
        for (final int load : loads) {
            report.row(row(load, measure(highest * 1e6 * load / 100, seconds, EngineConfig.Overflow.DROP)));
        }
        file.publish(report, checks);
        return 0;
    }

    private EngineConfig config(final EngineConfig.Overflow overflow) {
        return BenchSettings.live(FLOW_CAPACITY, BURST, SILENCE_NS, chosenCore, overflow);
    }

    private Measurement measure(final double packetsPerS, final double lengthS, final EngineConfig.Overflow overflow) {
        final boolean waits = overflow == EngineConfig.Overflow.BLOCK;
        final Telemetry telemetry = new Telemetry();
        final WorkerCounters counters = new WorkerCounters(telemetry, "worker-0");
        final OneToOneRingBuffer events = EventRing.allocate(EVENT_RING_BYTES);
        final OneToOneRingBuffer bypass = waits ? null : OutputRing.allocate(OUTPUT_RING_BYTES);
        final PacedFrames source = new PacedFrames(BURST, packetsPerFlow);
        final IdleStrategy idle = scriptIdle.equals("backoff")
            ? new BackoffIdleStrategy(100, 100, 1_000, 100_000) : new BusySpinIdleStrategy();
        try (ScriptSide side =
            new ScriptSide(List.of(ScriptSide.sample()), Set.of(), FLOW_CAPACITY, waits, events, bypass,
                telemetry, idle, Thread.ofPlatform().daemon(true).factory());
            FlowWorker worker = new FlowWorker(0, source, config(overflow),
                new FlowEventWriter(List.of(events), bypass, waits ? new BackoffIdleStrategy() : null, counters, 0),
                telemetry, counters)) {
            final Measurement measurement = run(packetsPerS, lengthS, source, worker, counters, telemetry);
            worker.endAllFlows();
            side.awaitDrained();
            check(measurement, counters, telemetry, side);
            return measurement;
        }
    }

    private Measurement run(
        final double packetsPerS, final double lengthS, final PacedFrames source, final FlowWorker worker,
        final WorkerCounters counters, final Telemetry telemetry) {

        final FutureTask<Measurement> task = new FutureTask<>(() -> {
            ThreadAffinity.pin(chosenCore);
            source.pace(packetsPerS);
            final long begun = System.nanoTime();
            final long lengthNs = (long) (lengthS * NS_PER_S);
            long nanos = 0;
            while (nanos < lengthNs) {
                worker.doWork();
                nanos = System.nanoTime() - begun;
            }
            return new Measurement(source.handedOut() * 1000.0 / nanos, source.handedOut(), source.newFlows(),
                source.behind(), counters.value(EngineCounter.EVENTS_SKIPPED),
                telemetry.latencies().get(LatencyKind.RING_DWELL));
        });
        // Everything that runs already stays off the worker's core; the worker's thread is the one exception.
        ThreadAffinity.vacate(List.of(chosenCore));
        Thread.ofPlatform().name("worker-0").start(task);
        try {
            return task.get();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (final ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private void check(
        final Measurement measured, final WorkerCounters counters, final Telemetry telemetry, final ScriptSide side) {

        checks.equal("frames handed out = received", measured.handedOut(), counters.value(EngineCounter.RECEIVED));
        checks.equal("received = parsed", counters.value(EngineCounter.RECEIVED), counters.value(EngineCounter.PARSED));
        checks.equal("flows created = flows ended", counters.value(EngineCounter.FLOWS_CREATED),
            counters.value(EngineCounter.FLOWS_ENDED));
        checks.that("each new flow is created", counters.value(EngineCounter.FLOWS_CREATED) >= measured.newFlows());
        checks.equal("events produced = delivered + skipped", counters.value(EngineCounter.EVENTS_PRODUCED),
            telemetry.total(ScriptCounter.EVENTS_DELIVERED) + counters.value(EngineCounter.EVENTS_SKIPPED));
        checks.that("no hook fails: " + side.problems(), side.problems().isEmpty());
    }

    private static Map<String, Object> row(final int load, final Measurement measured) {
        final Map<String, Object> row = new LinkedHashMap<>();
        row.put("load %", load);
        row.put("Mpps", measured.mpps());
        row.put("new flows", measured.newFlows());
        row.put("events", measured.dwell().count());
        row.put("skipped", measured.skipped());
        row.put("p50 us", measured.dwell().p50Ns() / NS_PER_US);
        row.put("p99 us", measured.dwell().p99Ns() / NS_PER_US);
        row.put("p99.9 us", measured.dwell().p999Ns() / NS_PER_US);
        row.put("max us", measured.dwell().maxNs() / NS_PER_US);
        row.put("packets behind at the end", measured.behind());
        return row;
    }
}
