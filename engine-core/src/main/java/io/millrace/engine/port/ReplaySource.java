package io.millrace.engine.port;

import io.millrace.binding.dpdk.EthernetPort;
import io.millrace.binding.dpdk.Mempool;
import io.millrace.binding.dpdk.RxBurst;
import io.millrace.binding.linux.FileDescriptor;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.memory.RawMemory;
import java.util.ArrayList;
import java.util.List;

/**
 * Capture files, one after the other, through DPDK's {@code net_pcap}. Each file is opened when the one before it is
 * exhausted. Owned by the worker that reads them.
 *
 * <p>The driver stamps packets in whole microseconds and returns no frame for ever once a file ends; since every mbuf
 * is given back before the next poll, an empty poll can mean nothing else.
 */
public final class ReplaySource implements PacketSource {
    private static final int TIMESTAMP_UNIT_NS = 1000;
    private static final int MEMPOOL_CACHE_MBUFS = 256;
    private static final int SINGLE_QUEUE = 0;

    private final List<CaptureFile> files;
    private final EngineConfig config;
    private final List<String> truncations = new ArrayList<>();
    private final Mempool mempool;

    private CaptureFile file;
    private FileDescriptor descriptor;
    private EthernetPort port;
    private RxBurst burst;
    private int opened;
    private long filePackets;
    private long fileCapturedBytes;
    private volatile long finishedFilesBytes;
    private volatile long currentFileBytes;

    /**
     * Prepares the first file. DPDK must have been started.
     *
     * @param files  at least one.
     * @param config burst and mbuf sizes.
     * @param name   makes names of pool and port unique in the process.
     */
    public ReplaySource(final List<CaptureFile> files, final EngineConfig config, final String name) {
        this.files = List.copyOf(files);
        this.config = config;
        this.mempool = Mempool.create(
            "mbufs-" + name, config.mempoolMbufs(), Math.min(MEMPOOL_CACHE_MBUFS, config.mempoolMbufs() / 2),
            config.mbufBytes(), Mempool.ANY_SOCKET);
        try {
            openNext();
        } catch (final RuntimeException e) {
            mempool.close();
            throw e;
        }
    }

    @Override
    public int receive() {
        while (burst != null) {
            final int received = burst.receive();
            if (received > 0) {
                account(received);
                return received;
            }
            closeCurrent();
            openNext();
        }
        return 0;
    }

    @Override
    public long frames() {
        return burst.frames();
    }

    @Override
    public LinkType linkType() {
        return file.linkType();
    }

    @Override
    public int snapLengthBytes() {
        return file.snapLengthBytes();
    }

    @Override
    public boolean finished() {
        return burst == null;
    }

    /** One line for each file that was cut or damaged, in the order of the files. Read it once finished. */
    public List<String> truncations() {
        return List.copyOf(truncations);
    }

    /** Bytes of the files read so far, record headers included; any thread. */
    public long progressBytes() {
        return finishedFilesBytes + currentFileBytes;
    }

    /** Bytes of all files. */
    public long totalBytes() {
        return files.stream().mapToLong(CaptureFile::sizeBytes).sum();
    }

    @Override
    public void close() {
        closeCurrent();
        mempool.close();
    }

    private void account(final int received) {
        long bytes = 0;
        long frame = burst.frames();
        for (int i = 0; i < received; i++) {
            bytes += RawMemory.u32(frame + RxBurst.CAPTURED_LENGTH_OFFSET);
            frame += RxBurst.FRAME_LENGTH;
        }
        filePackets += received;
        fileCapturedBytes += bytes;
        currentFileBytes = fileCapturedBytes + filePackets * 16;
    }

    private void openNext() {
        if (opened == files.size()) {
            return;
        }
        file = files.get(opened);
        descriptor = FileDescriptor.open(file.path());
        try {
            port = EthernetPort.attach("vdev", "net_pcap" + opened, "rx_pcap=" + descriptor.path());
            port.configure(List.of(mempool), config.rxDescriptors());
            port.start();
            burst = port.burst(SINGLE_QUEUE, config.burst(), TIMESTAMP_UNIT_NS);
        } catch (final RuntimeException e) {
            closePort();
            throw e;
        }
        opened++;
        filePackets = 0;
        fileCapturedBytes = 0;
    }

    private void closeCurrent() {
        if (burst == null) {
            return;
        }
        burst.close();
        burst = null;
        closePort();
        final String truncation = file.truncation(filePackets, fileCapturedBytes);
        if (truncation != null) {
            truncations.add(truncation);
        }
        currentFileBytes = 0;
        finishedFilesBytes += file.sizeBytes();
    }

    private void closePort() {
        if (port != null) {
            port.close();
            port = null;
        }
        descriptor.close();
    }
}
