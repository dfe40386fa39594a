package io.millrace.bench.linerate;

import com.sun.management.ThreadMXBean;
import io.millrace.binding.linux.ThreadAffinity;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.event.EventRing;
import io.millrace.engine.event.FlowEventWriter;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.engine.telemetry.WorkerCounters;
import io.millrace.engine.worker.FlowWorker;
import io.millrace.engine.worker.WarmUp;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * One contender of {@code line-rate}: a {@link FlowWorker} over a {@link LoopPort}, on the calling thread. Takes the
 * arguments of the C twin and answers the same lines ({@code line_rate_twin.c}), and one more: {@code gaps SECONDS}
 * runs the whole path and reports the time between two polls.
 */
@Command(name = "worker-probe", hidden = true)
public final class WorkerProbeCommand implements Callable<Integer> {
    private static final int EVENT_RING_BYTES = 32 << 20;
    private static final int POLLS_PER_CLOCK_READING = 16;
    private static final double REWARM_S = 0.2;
    private static final double NS_PER_S = 1e9;
    private static final long HIGHEST_GAP_NS = 10_000_000_000L;
    private static final long COMPILING_FRAMES = 1_000_000;

    @Parameters(index = "0")
    private Path capture;
    @Parameters(index = "1")
    private Path prefill;
    @Parameters(index = "2")
    private int capacity;
    @Parameters(index = "3")
    private int burst;
    @Parameters(index = "4")
    private int mbufs;
    @Parameters(index = "5")
    private int mbufBytes;
    @Parameters(index = "6")
    private int core;
    @Parameters(index = "7")
    private int memoryMebibytes;
    @Parameters(index = "8")
    private String pages;
    @Parameters(index = "9")
    private EngineConfig.FlowStatistics flowStatistics;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Histogram gaps = new Histogram(HIGHEST_GAP_NS, 3);
    private final PrintStream out = System.out;
    private LoopPort port;
    private FlowWorker worker;
    private WorkerCounters counters;
    private FlowTotals totals;
    private long ceilingPackets;
    private long prefilled;
    private boolean ended;

    @Override
    public Integer call() throws Exception {
        try {
            open();
            out.println("ready");
            answer();
            return 0;
        } catch (final RuntimeException e) {
            out.println("error " + e.getMessage());
            return 3;
        }
    }

    private void open() throws Exception {
        final boolean huge = pages.equals("huge");
        LoopPort.startDpdk((long) memoryMebibytes << 20, core, huge);
        final EngineConfig config = BenchSettings.decided(capacity, flowStatistics, burst, huge, List.of(core));
        WarmUp.forPorts(config, COMPILING_FRAMES).finish();
        final Telemetry telemetry = new Telemetry();
        final OneToOneRingBuffer ring = EventRing.allocate(EVENT_RING_BYTES);
        counters = new WorkerCounters(telemetry, "worker-0");
        port = new LoopPort(capture, prefill, burst, mbufs, mbufBytes);
        worker = new FlowWorker(0, port, config,
            new FlowEventWriter(List.of(ring), null, new BackoffIdleStrategy(), counters, 0), telemetry, counters);
        totals = new FlowTotals(ring);
        ThreadAffinity.vacate(List.of(core));
        ThreadAffinity.pin(core);
        while (port.prefilling()) {
            prefilled += worker.doWork();
        }
    }

    private void answer() throws Exception {
        final BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            final String[] words = line.split(" ");
            final double seconds = words.length > 1 ? Double.parseDouble(words[1]) : 0;
            switch (words[0]) {
                case "ceiling" -> {
                    receiveOnly(REWARM_S);
                    out.println("ceiling " + receiveOnly(seconds));
                }
                case "count" -> {
                    work(REWARM_S);
                    out.println("count " + work(seconds));
                }
                case "gaps" -> gaps(seconds);
                case "check" -> check();
                default -> {
                    return;
                }
            }
        }
    }

    private String receiveOnly(final double seconds) {
        final long begun = System.nanoTime();
        final long lengthNs = (long) (seconds * NS_PER_S);
        long packets = 0;
        long ended = begun;
        while (ended - begun < lengthNs) {
            for (int i = 0; i < POLLS_PER_CLOCK_READING; i++) {
                packets += port.receiveOnly();
            }
            ended = System.nanoTime();
        }
        ceilingPackets += packets;
        return "packets=" + packets + " nanos=" + (ended - begun);
    }

    private String work(final double seconds) {
        final long allocated = threads.getCurrentThreadAllocatedBytes();
        final long begun = System.nanoTime();
        final long lengthNs = (long) (seconds * NS_PER_S);
        long packets = 0;
        long ended = begun;
        while (ended - begun < lengthNs) {
            for (int i = 0; i < POLLS_PER_CLOCK_READING; i++) {
                packets += worker.doWork();
            }
            ended = System.nanoTime();
        }
        final long bytes = threads.getCurrentThreadAllocatedBytes() - allocated;
        return "packets=" + packets + " nanos=" + (ended - begun) + " allocated=" + bytes;
    }

    private void gaps(final double seconds) {
        gaps.reset();
        final long begun = System.nanoTime();
        final long lengthNs = (long) (seconds * NS_PER_S);
        long last = begun;
        while (last - begun < lengthNs) {
            worker.doWork();
            final long now = System.nanoTime();
            gaps.recordValue(Math.min(now - last, HIGHEST_GAP_NS));
            last = now;
        }
        out.println("gaps polls=" + gaps.getTotalCount() + " gap_p50_ns=" + gaps.getValueAtPercentile(50)
            + " gap_p99_ns=" + gaps.getValueAtPercentile(99) + " gap_p9999_ns=" + gaps.getValueAtPercentile(99.99)
            + " gap_max_ns=" + gaps.getMaxValue());
    }

    /** Ends all flows, so that the sums over them can be compared; nothing can be measured afterwards. */
    private void check() throws InterruptedException {
        if (!ended) {
            ended = true;
            final long live = counters.value(EngineCounter.FLOWS_LIVE);
            worker.endAllFlows();
            totals.finish();
            out.println("check port=" + port.portPackets() + " ceiling=" + ceilingPackets
                + " received=" + (counters.value(EngineCounter.RECEIVED) - prefilled) + " prefilled=" + prefilled
                + " parsed=" + counters.value(EngineCounter.PARSED)
                + " not_ip=" + counters.value(EngineCounter.NOT_IP)
                + " malformed=" + counters.value(EngineCounter.MALFORMED)
                + " table_full=" + counters.value(EngineCounter.FLOWS_EVICTED)
                + " in_records=" + totals.packets() + " flows=" + live
                + " created=" + counters.value(EngineCounter.FLOWS_CREATED)
                + " ended=" + totals.flowsEnded());
        }
    }
}
