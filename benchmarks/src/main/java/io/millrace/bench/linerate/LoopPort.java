package io.millrace.bench.linerate;

import io.millrace.bench.traffic.EndlessSource;
import io.millrace.binding.dpdk.Eal;
import io.millrace.binding.dpdk.EthernetPort;
import io.millrace.binding.dpdk.Mempool;
import io.millrace.binding.dpdk.RxBurst;
import io.millrace.engine.memory.OffHeapBlock;
import io.millrace.engine.memory.RawMemory;
import io.millrace.engine.port.FrameDescriptor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A capture held in mbufs by DPDK's {@code net_pcap} ({@code infinite_rx=1}) and handed out without end; before it,
 * once, the frames of another capture, straight from memory. Frames carry the time of their receiving. Owned by one
 * thread.
 */
public final class LoopPort extends EndlessSource {
    private static final int MEMPOOL_CACHE_MBUFS = 256;
    private static final int RX_DESCRIPTORS = 512;
    private static final int PCAP_HEADER_LENGTH = 24;
    private static final int RECORD_HEADER_LENGTH = 16;
    private static final int CAPTURED_LENGTH_OFFSET = 8;
    /** Bytes of an mbuf beside its frame: DPDK's header in the pool, the mbuf itself, its headroom, alignment. */
    private static final int MBUF_OVERHEAD_BYTES = 64 + 128 + 128 + 128;
    private static final int RING_BYTES_PER_MBUF = 32;
    private static final int EAL_RESERVE_BYTES = 96 << 20;

    private final int burstLimit;
    private final Mempool mempool;
    private final EthernetPort port;
    private final RxBurst burst;
    private final Arena prefillArena = Arena.ofShared();
    private final OffHeapBlock descriptors;
    private long prefillAt;
    private final long prefillEnd;
    private long frames;

    /** The only port of its process. */
    public LoopPort(
        final Path capture, final Path prefill, final int burstLimit, final int mbufs, final int mbufBytes)
        throws IOException {
        this("loop", capture, prefill, burstLimit, mbufs, mbufBytes);
    }

    /**
     * Opens the port.
     *
     * @param name        unique in the process.
     * @param capture     what is handed out without end; no frame longer than {@code mbufBytes}.
     * @param prefill     what is handed out before it, once; {@code null} for nothing.
     * @param burstLimit  frames per receive at most.
     * @param mbufs       at least the frames of {@code capture} and some bursts.
     * @param mbufBytes   frame bytes per mbuf.
     */
    public LoopPort(
        final String name, final Path capture, final Path prefill, final int burstLimit, final int mbufs,
        final int mbufBytes) throws IOException {

        this.burstLimit = burstLimit;
        mempool = Mempool.create(name, mbufs, MEMPOOL_CACHE_MBUFS, mbufBytes, Mempool.ANY_SOCKET);
        port = EthernetPort.attach("vdev", "net_pcap_" + name, "rx_pcap=" + capture + ",infinite_rx=1");
        port.configure(List.of(mempool), RX_DESCRIPTORS);
        port.start();
        burst = port.burst(0, burstLimit);
        descriptors = new OffHeapBlock((long) burstLimit * FrameDescriptor.LENGTH, false);
        if (prefill == null) {
            prefillEnd = 0;
        } else {
            try (FileChannel channel = FileChannel.open(prefill, StandardOpenOption.READ)) {
                final MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), prefillArena);
                prefillAt = file.address() + PCAP_HEADER_LENGTH;
                prefillEnd = file.address() + file.byteSize();
            }
        }
    }

    /** Bytes that DPDK needs for a port of these sizes. */
    public static long memoryBytes(final long mbufs, final int mbufBytes) {
        return EAL_RESERVE_BYTES + mbufs * (MBUF_OVERHEAD_BYTES + mbufBytes + RING_BYTES_PER_MBUF);
    }

    /** Starts DPDK for one such port. */
    public static void startDpdk(final long memoryBytes, final int core, final boolean hugePages) {
        final List<String> arguments = new ArrayList<>(List.of(
            "--no-pci", "--no-telemetry", "-l", Integer.toString(core), "-m", Long.toString(memoryBytes >> 20)));
        arguments.addAll(hugePages ? List.of("--in-memory") : List.of("--no-huge", "--no-shconf"));
        for (final String driver : List.of("bus_vdev", "mempool_ring", "net_pcap")) {
            final Path library = Eal.driver(driver);
            if (Files.exists(library)) {
                arguments.addAll(List.of("-d", library.toString()));
            }
        }
        Eal.start(arguments, false);
    }

    /** Receives from the port and gives back, nothing else. */
    public int receiveOnly() {
        return burst.receive();
    }

    /** Frames that the port has handed out, by its own count. */
    public long portPackets() {
        return port.stats().packets();
    }

    /** Whether frames of the first capture are left. */
    public boolean prefilling() {
        return prefillAt < prefillEnd;
    }

    @Override
    public int receive() {
        if (prefillAt < prefillEnd) {
            return prefill();
        }
        frames = burst.frames();
        return burst.receive();
    }

    @Override
    public long frames() {
        return frames;
    }

    @Override
    public void close() {
        burst.close();
        port.close();
        mempool.close();
        descriptors.close();
        prefillArena.close();
    }

    private int prefill() {
        final long nowNs = System.currentTimeMillis() * 1_000_000;
        int received = 0;
        frames = descriptors.address();
        while (received < burstLimit && prefillAt < prefillEnd) {
            final int length = RawMemory.i32BigEndian(prefillAt + CAPTURED_LENGTH_OFFSET);
            final long descriptor = frames + (long) received * FrameDescriptor.LENGTH;
            describe(descriptor, prefillAt + RECORD_HEADER_LENGTH, nowNs, length);
            prefillAt += RECORD_HEADER_LENGTH + length;
            received++;
        }
        return received;
    }
}
