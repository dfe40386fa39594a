package io.millrace.bench.hooks;

import com.sun.management.ThreadMXBean;
import io.millrace.bench.report.CheckFailedException;
import io.millrace.bench.scripts.ScriptSide;
import io.millrace.engine.event.EventRing;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.script.intake.ScriptCounter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * One row of {@code hooks} in a process of its own: fills the ring with events of distinct flows while the script
 * thread is held, lets it drain them, and adds up the time of the draining alone. Prints one line of numbers.
 */
@Command(name = "hooks-probe", hidden = true)
public final class HooksProbeCommand implements Callable<Integer> {
    private static final int BURST = 64;
    private static final int RING_BYTES = 64 << 20;

    @Parameters(index = "0", description = "Script, or none.")
    private String script;

    @Parameters(index = "1", description = "Distinct flows.")
    private int flows;

    @Parameters(index = "2", description = "Seconds of draining before the rounds that are measured.")
    private double warmUpSeconds;

    @Parameters(index = "3", description = "Rounds over all flows that are measured.")
    private int rounds;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Telemetry telemetry = new Telemetry();
    private final OneToOneRingBuffer ring = EventRing.allocate(RING_BYTES);
    private final Gate gate = new Gate();
    private long produced;
    private long nanos;
    private long events;

    @Override
    public Integer call() {
        final int whole = Math.max(BURST, flows / BURST * BURST);
        try (PreparedEvents prepared = new PreparedEvents(whole)) {
            final List<Path> scripts = script.equals("none") ? List.of() : List.of(Path.of(script));
            final ScriptSide side = new ScriptSide(scripts, Set.of(), whole, false, ring, null, telemetry, gate,
                Thread.ofPlatform().daemon(true).factory());
            // The first is a row's own: what a thread pays whose code no JIT compiler has seen.
            final double first = round(prepared);
            while (nanos < warmUpSeconds * 1e9) {
                round(prepared);
            }
            nanos = 0;
            events = 0;
            final long thread = gate.awaitHeld().threadId();
            final long allocatedBefore = threads.getThreadAllocatedBytes(thread);
            final long cpuBefore = threads.getThreadCpuTime(thread);
            final double[] perEvent = new double[rounds];
            for (int i = 0; i < rounds; i++) {
                perEvent[i] = round(prepared);
            }
            Arrays.sort(perEvent);
            final long cpu = threads.getThreadCpuTime(thread) - cpuBefore;
            final long allocated = threads.getThreadAllocatedBytes(thread) - allocatedBefore;
            prove(side);
            System.out.println("hooks events=" + events + " nanos=" + nanos + " cpu=" + cpu + " allocated=" + allocated
                + " first_ps=" + Math.round(first * 1000) + " best_ps=" + Math.round(perEvent[0] * 1000)
                + " median_ps=" + Math.round(perEvent[rounds / 2] * 1000));
            gate.openForEver();
            side.close();
        }
        return 0;
    }

    /** One event of each flow, as many at a time as the ring holds; returns nanoseconds per event. */
    private double round(final PreparedEvents prepared) {
        final long nanosBefore = nanos;
        final long eventsBefore = events;
        prepared.rewind();
        while (!prepared.exhausted()) {
            gate.awaitHeld();
            final int filled = prepared.fill(ring);
            nanos += gate.pass();
            events += filled;
            produced += filled;
        }
        return (double) (nanos - nanosBefore) / (events - eventsBefore);
    }

    private void prove(final ScriptSide side) {
        final long delivered = telemetry.total(ScriptCounter.EVENTS_DELIVERED);
        final long run = telemetry.total(ScriptCounter.HOOKS_RUN);
        final long expected = script.equals("none") ? 0 : produced;
        if (delivered != produced || run != expected || !side.problems().isEmpty()) {
            throw new CheckFailedException(
                "events produced=" + produced + " delivered=" + delivered + " hooks run=" + run
                + " of " + expected + " problems=" + side.problems());
        }
    }
}
