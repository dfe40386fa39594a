package io.millrace.engine.port;

import io.millrace.binding.dpdk.EthernetPort;
import io.millrace.binding.dpdk.Mempool;
import io.millrace.binding.dpdk.RxBurst;
import io.millrace.binding.linux.FileDescriptor;
import io.millrace.engine.config.EngineConfig;
import java.util.List;

/**
 * One capture file over and over, held in mbufs by DPDK's {@code net_pcap} ({@code infinite_rx=1}), so that nothing but
 * the engine is measured or warmed. Frames carry the time of their receiving. Owned by the worker that reads them.
 */
public final class LoopSource implements PacketSource {
    private static final int NO_TIMESTAMPS = 0;
    private static final int SINGLE_QUEUE = 0;
    private static final int MEMPOOL_CACHE_MBUFS = 256;

    private final CaptureFile file;
    private final FileDescriptor descriptor;
    private final Mempool mempool;
    private EthernetPort port;
    private RxBurst burst;
    private long framesLeft;

    /**
     * Opens the port. DPDK must have been started.
     *
     * @param file   its frames must fit one mbuf each, and there must be mbufs for all of them.
     * @param config burst and mbuf sizes.
     * @param frames finished after so many, rounded up to a whole burst.
     * @param name   makes names of pool and port unique in the process.
     */
    public LoopSource(final CaptureFile file, final EngineConfig config, final long frames, final String name) {
        this.file = file;
        framesLeft = frames;
        descriptor = FileDescriptor.open(file.path());
        mempool = Mempool.create("mbufs-" + name, config.mempoolMbufs(),
            Math.min(MEMPOOL_CACHE_MBUFS, config.mempoolMbufs() / 2), config.mbufBytes(), Mempool.ANY_SOCKET);
        try {
            port = EthernetPort.attach(
                "vdev", "net_pcap_" + name, "rx_pcap=" + descriptor.path() + ",infinite_rx=1");
            port.configure(List.of(mempool), config.rxDescriptors());
            port.start();
            burst = port.burst(SINGLE_QUEUE, config.burst(), NO_TIMESTAMPS);
        } catch (final RuntimeException e) {
            close();
            throw e;
        }
    }

    @Override
    public int receive() {
        final int received = finished() ? 0 : burst.receive();
        framesLeft -= received;
        return received;
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
        return framesLeft <= 0;
    }

    @Override
    public void close() {
        if (burst != null) {
            burst.close();
        }
        if (port != null) {
            port.close();
        }
        mempool.close();
        descriptor.close();
    }
}
