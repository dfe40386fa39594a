package io.millrace.bench.stages;

import io.millrace.bench.traffic.CaptureWriter;
import io.millrace.binding.dpdk.Eal;
import io.millrace.binding.dpdk.EthernetPort;
import io.millrace.binding.dpdk.Mempool;
import io.millrace.binding.dpdk.RxBurst;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * {@code port} and {@code burst}: nanoseconds per frame to receive and to give back, one native call per burst, from
 * DPDK's {@code net_pcap} holding the capture in mbufs ({@code infinite_rx=1}): the ceiling of every other figure.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PortBenchmark {
    private static final int BURST = 64;
    private static final int FRAMES = 4096;
    private static final int MBUFS = 16_383;

    private Path capture;
    private Mempool mempool;
    private EthernetPort port;
    private RxBurst burst;
    private long empty;

    /** Opens the port. */
    @Setup
    public void setUp() throws IOException {
        capture = Files.createTempFile("millrace-port", ".pcap");
        CaptureWriter.writeUdp(capture, FRAMES, 1000);
        final List<String> arguments = new ArrayList<>(List.of("--no-huge", "--no-shconf", "--no-pci", "-m", "128"));
        for (final String driver : List.of("bus_vdev", "mempool_ring", "net_pcap")) {
            arguments.addAll(List.of("-d", Eal.driver(driver).toString()));
        }
        Eal.start(arguments, false);
        mempool = Mempool.create("bench", MBUFS, 256, 2048, Mempool.ANY_SOCKET);
        port = EthernetPort.attach("vdev", "net_pcap0", "rx_pcap=" + capture + ",infinite_rx=1");
        port.configure(List.of(mempool), 512);
        port.start();
        burst = port.burst(0, BURST, 0);
    }

    /** One burst. */
    @Benchmark
    @OperationsPerInvocation(BURST)
    public int port() {
        final int received = burst.receive();
        if (received < BURST) {
            empty++;
        }
        return received;
    }

    /** Every burst must have been full. */
    @TearDown(Level.Trial)
    public void prove() throws IOException {
        burst.close();
        port.close();
        mempool.close();
        Files.delete(capture);
        if (empty != 0) {
            throw new IllegalStateException("bursts not full: " + empty);
        }
    }
}
