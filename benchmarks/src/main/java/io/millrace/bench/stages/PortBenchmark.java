package io.millrace.bench.stages;

import io.millrace.bench.traffic.TrafficGenerator;
import io.millrace.bench.traffic.TrafficSpec;
import io.millrace.binding.dpdk.Eal;
import io.millrace.binding.dpdk.EthernetPort;
import io.millrace.binding.dpdk.Mempool;
import io.millrace.binding.dpdk.RxBurst;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * {@code port} and {@code burst}: nanoseconds per frame to receive and to give back, one native call per burst, from
 * DPDK's {@code net_pcap} holding the capture in mbufs ({@code infinite_rx=1}): the ceiling of every other figure.
 */
public class PortBenchmark extends StageBenchmark {
    private static final int BURST = 64;
    private static final int FRAMES = 4096;
    private static final int FLOWS = 1000;
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
        TrafficGenerator.write(TrafficSpec.udp(FLOWS, FRAMES, 7), capture);
        final List<String> arguments = new ArrayList<>(List.of("--no-huge", "--no-shconf", "--no-pci", "-m", "128"));
        for (final String driver : List.of("bus_vdev", "mempool_ring", "net_pcap")) {
            arguments.addAll(List.of("-d", Eal.driver(driver).toString()));
        }
        Eal.start(arguments, false);
        mempool = Mempool.create("bench", MBUFS, 256, 2048, Mempool.ANY_SOCKET);
        port = EthernetPort.attach("vdev", "net_pcap0", "rx_pcap=" + capture + ",infinite_rx=1");
        port.configure(List.of(mempool), 512);
        port.start();
        burst = port.burst(0, BURST);
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
