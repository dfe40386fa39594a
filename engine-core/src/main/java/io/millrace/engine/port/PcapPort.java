package io.millrace.engine.port;

import io.millrace.binding.dpdk.EthernetPort;
import io.millrace.binding.dpdk.Mempool;
import io.millrace.binding.dpdk.RxBurst;
import io.millrace.binding.linux.FileDescriptor;
import io.millrace.engine.config.EngineConfig;
import java.util.List;

/** A capture file opened as a started DPDK port of the driver {@code net_pcap}, with one queue. Owned by its source. */
final class PcapPort implements AutoCloseable {
    /** Timestamps of the file: the driver passes them on in whole microseconds. */
    static final int FILE_TIME_UNIT_NS = 1000;
    /** No timestamps: frames carry the time of their receiving. */
    static final int NO_FILE_TIME = 0;

    private static final int MEMPOOL_CACHE_MBUFS = 256;
    private static final int SINGLE_QUEUE = 0;

    private final FileDescriptor descriptor;
    private final EthernetPort port;
    private final RxBurst burst;

    /**
     * Opens the port.
     *
     * @param file             to read.
     * @param mempool          where its frames go.
     * @param config           ring sizes.
     * @param device           name, unique in the process, begins with {@code net_pcap}.
     * @param driverArguments  added to the driver's, each with a comma before it.
     * @param burstLimit       frames per poll at most.
     * @param timestampUnitNs  one of the constants above.
     */
    PcapPort(
        final CaptureFile file,
        final Mempool mempool,
        final EngineConfig config,
        final String device,
        final String driverArguments,
        final int burstLimit,
        final int timestampUnitNs) {

        descriptor = FileDescriptor.open(file.path());
        EthernetPort attached = null;
        try {
            attached = EthernetPort.attach("vdev", device, "rx_pcap=" + descriptor.path() + driverArguments);
            attached.configure(List.of(mempool), config.rxDescriptors());
            attached.start();
            burst = attached.burst(SINGLE_QUEUE, burstLimit, timestampUnitNs);
        } catch (final RuntimeException e) {
            if (attached != null) {
                attached.close();
            }
            descriptor.close();
            throw e;
        }
        port = attached;
    }

    /** A pool of mbufs for one queue. */
    static Mempool mempool(final int mbufs, final int mbufBytes, final String name) {
        return Mempool.create(
            "mbufs-" + name, mbufs, Math.min(MEMPOOL_CACHE_MBUFS, mbufs / 2), mbufBytes, Mempool.ANY_SOCKET);
    }

    RxBurst burst() {
        return burst;
    }

    int receive() {
        return burst.receive();
    }

    long frames() {
        return burst.frames();
    }

    @Override
    public void close() {
        burst.close();
        port.close();
        descriptor.close();
    }
}
