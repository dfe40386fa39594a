package io.millrace.bench.workers;

import io.millrace.bench.linerate.BenchSettings;
import io.millrace.bench.linerate.LoopPort;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.telemetry.Telemetry;
import io.millrace.engine.worker.WarmUp;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Two workers in one process, each with a port and a core of its own: one alone, the other alone, both at once; the
 * same for receiving alone, which shares nothing by construction and so shows what the machine takes from two cores at
 * work. Answers {@code round S} with packets per second, {@code check} with what must add up.
 */
@Command(name = "workers-probe", hidden = true)
public final class WorkersProbeCommand implements Callable<Integer> {
    private static final long COMPILING_FRAMES = 1_000_000;
    private static final double WARM_UP_S = 1;

    @Parameters(index = "0")
    private Path capture;
    @Parameters(index = "1")
    private int capacity;
    @Parameters(index = "2")
    private int mbufs;
    @Parameters(index = "3")
    private int mbufBytes;
    @Parameters(index = "4", arity = "2")
    private List<Integer> cores;

    private final List<WorkerLane> lanes = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        LoopPort.startDpdk(2 * LoopPort.memoryBytes(mbufs, mbufBytes), cores.getFirst(), false);
        WarmUp.forPorts(BenchSettings.decided(
            capacity, EngineConfig.FlowStatistics.BASIC, 64, false, cores), COMPILING_FRAMES).finish();
        final Telemetry telemetry = new Telemetry();
        for (int i = 0; i < cores.size(); i++) {
            lanes.add(new WorkerLane(i, cores.get(i), capture, mbufs, mbufBytes, capacity, telemetry));
        }
        run(lanes, false, WARM_UP_S);
        System.out.println("ready");
        for (String line = read(); line != null; line = read()) {
            if (line.startsWith("round ")) {
                round(Double.parseDouble(line.substring("round ".length())));
            } else if (line.equals("check")) {
                System.out.println("check unaccounted=" + lanes.stream().mapToLong(WorkerLane::unaccounted).sum()
                    + " flows0=" + lanes.getFirst().flows() + " flows1=" + lanes.getLast().flows());
            } else {
                break;
            }
        }
        return 0;
    }

    private void round(final double seconds) throws InterruptedException {
        final StringBuilder answer = new StringBuilder("round");
        for (final boolean receiveOnly : List.of(true, false)) {
            final String what = receiveOnly ? "ceiling" : "work";
            final double first = run(lanes.subList(0, 1), receiveOnly, seconds);
            final double second = run(lanes.subList(1, 2), receiveOnly, seconds);
            final double both = run(lanes, receiveOnly, seconds);
            answer.append(' ').append(what).append("_first_pps=").append((long) (first * 1e6))
                .append(' ').append(what).append("_second_pps=").append((long) (second * 1e6))
                .append(' ').append(what).append("_both_pps=").append((long) (both * 1e6));
        }
        System.out.println(answer);
    }

    /** Millions of packets a second of all of them together. */
    private static double run(final List<WorkerLane> chosen, final boolean receiveOnly, final double seconds)
        throws InterruptedException {

        final CyclicBarrier begin = new CyclicBarrier(chosen.size());
        chosen.forEach(lane -> lane.start(receiveOnly, seconds, begin));
        double sum = 0;
        for (final WorkerLane lane : chosen) {
            sum += lane.await();
        }
        return sum;
    }

    private static String read() throws IOException {
        final StringBuilder line = new StringBuilder();
        for (int c = System.in.read(); c != '\n'; c = System.in.read()) {
            if (c < 0) {
                return null;
            }
            line.append((char) c);
        }
        return line.toString();
    }
}
