package io.millrace.bench.isolation;

import io.millrace.bench.linerate.BenchSettings;
import io.millrace.bench.linerate.LoopPort;
import io.millrace.bench.scripts.ScriptSide;
import io.millrace.binding.linux.ThreadAffinity;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.event.EventRing;
import io.millrace.engine.event.FlowEventWriter;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.engine.telemetry.WorkerCounters;
import io.millrace.engine.worker.FlowWorker;
import io.millrace.engine.worker.WarmUp;
import io.millrace.script.intake.ScriptCounter;
import io.millrace.script.output.OutputRing;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * One run of {@code isolation} in a process of its own: a worker at full speed over a port that never ends, flows that
 * come and go, a script thread that may or may not keep up, events skipped where it does not. Prints one line of
 * numbers; ends without waiting for a script that is still asleep.
 */
@Command(name = "isolation-probe", hidden = true)
public final class IsolationProbeCommand implements Callable<Integer> {
    private static final int EVENT_RING_BYTES = 8 << 20;
    private static final int OUTPUT_RING_BYTES = 8 << 20;
    private static final int BURST = 64;
    private static final int POLLS_PER_CLOCK_READING = 16;
    private static final long COMPILING_FRAMES = 1_000_000;
    private static final double NS_PER_S = 1e9;
    private static final long SILENCE_NS = 20_000_000;

    @Parameters(index = "0")
    private Path capture;
    @Parameters(index = "1", description = "Script, or none.")
    private String script;
    @Parameters(index = "2")
    private int capacity;
    @Parameters(index = "3")
    private int mbufs;
    @Parameters(index = "4")
    private int core;
    @Parameters(index = "5")
    private double warmUp;
    @Parameters(index = "6")
    private double seconds;
    @Parameters(index = "7", description = "Whether the ring is drained before the sums are taken.")
    private boolean drained;

    private FlowWorker worker;

    @Override
    public Integer call() throws Exception {
        final int mbufBytes = 128;
        LoopPort.startDpdk(LoopPort.memoryBytes(mbufs, mbufBytes), core, false);
        final EngineConfig config = BenchSettings.live(capacity, BURST, SILENCE_NS, core);
        WarmUp.forPorts(config, COMPILING_FRAMES).finish();
        final Telemetry telemetry = new Telemetry();
        final WorkerCounters counters = new WorkerCounters(telemetry, "worker-0");
        final OneToOneRingBuffer events = EventRing.allocate(EVENT_RING_BYTES);
        final OneToOneRingBuffer bypass = OutputRing.allocate(OUTPUT_RING_BYTES);
        final List<Path> scripts = script.equals("none") ? List.of() : List.of(Path.of(script));
        final ScriptSide side = new ScriptSide(scripts, Set.of("os"), capacity, false, events, bypass, telemetry,
            new BackoffIdleStrategy(100, 100, 1_000, 100_000), Thread.ofPlatform().daemon(true).factory());
        final LoopPort port = new LoopPort(capture, null, BURST, mbufs, mbufBytes);
        worker = new FlowWorker(0, port, config,
            new FlowEventWriter(List.of(events), bypass, null, counters, 0), telemetry, counters);
        ThreadAffinity.vacate(List.of(core));
        ThreadAffinity.pin(core);
        work(warmUp);
        final long begun = System.nanoTime();
        final long packets = work(seconds);
        final long nanos = System.nanoTime() - begun;
        worker.endAllFlows();
        if (drained) {
            side.awaitDrained();
            side.close();
        }
        System.out.println("isolation packets=" + packets + " nanos=" + nanos + " port=" + port.portPackets()
            + " received=" + counters.value(EngineCounter.RECEIVED) + " parsed=" + counters.value(EngineCounter.PARSED)
            + " created=" + counters.value(EngineCounter.FLOWS_CREATED)
            + " ended=" + counters.value(EngineCounter.FLOWS_ENDED)
            + " produced=" + counters.value(EngineCounter.EVENTS_PRODUCED)
            + " skipped=" + counters.value(EngineCounter.EVENTS_SKIPPED)
            + " bypassed=" + counters.value(EngineCounter.RECORDS_BYPASSED)
            + " lost=" + counters.value(EngineCounter.RECORDS_LOST)
            + " delivered=" + telemetry.total(ScriptCounter.EVENTS_DELIVERED)
            + " records=" + side.flowRecords()
            + " refused=" + telemetry.total(ScriptCounter.RECORDS_REFUSED)
            + " hooks_due=" + telemetry.total(ScriptCounter.HOOKS_DUE)
            + " hooks_run=" + telemetry.total(ScriptCounter.HOOKS_RUN)
            + " hooks_failed=" + telemetry.total(ScriptCounter.HOOKS_FAILED)
            + " hooks_timed_out=" + telemetry.total(ScriptCounter.HOOKS_TIMED_OUT)
            + " hooks_skipped=" + telemetry.total(ScriptCounter.HOOKS_SKIPPED));
        System.out.flush();
        // A script that sleeps would have to be waited for.
        Runtime.getRuntime().halt(0);
        return 0;
    }

    private long work(final double lengthS) {
        final long begun = System.nanoTime();
        final long lengthNs = (long) (lengthS * NS_PER_S);
        long packets = 0;
        while (System.nanoTime() - begun < lengthNs) {
            for (int i = 0; i < POLLS_PER_CLOCK_READING; i++) {
                packets += worker.doWork();
            }
        }
        return packets;
    }
}
