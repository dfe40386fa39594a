package io.millrace.engine.port;

import io.millrace.binding.dpdk.Mempool;
import io.millrace.engine.config.EngineConfig;

/**
 * One capture file over and over, held in mbufs by DPDK's {@code net_pcap} ({@code infinite_rx=1}), so that nothing but
 * the engine is measured or warmed. Frames carry the time of their receiving. Owned by the worker that reads them.
 */
public final class LoopSource implements PacketSource {
    private final CaptureFile file;
    private final Mempool mempool;
    private final PcapPort port;
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
        mempool = PcapPort.mempool(config, name);
        try {
            port = new PcapPort(file, mempool, config, "net_pcap_" + name, ",infinite_rx=1", PcapPort.NO_FILE_TIME);
        } catch (final RuntimeException e) {
            mempool.close();
            throw e;
        }
    }

    @Override
    public int receive() {
        final int received = finished() ? 0 : port.receive();
        framesLeft -= received;
        return received;
    }

    @Override
    public long frames() {
        return port.frames();
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
        port.close();
        mempool.close();
    }
}
