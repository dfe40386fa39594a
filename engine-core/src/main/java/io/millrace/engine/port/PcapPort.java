package io.millrace.engine.port;

import io.millrace.binding.dpdk.EthernetPort;
import io.millrace.binding.dpdk.Mempool;
import io.millrace.binding.dpdk.RxBurst;
import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.linux.FileDescriptor;
import io.millrace.engine.config.EngineConfig;
import java.io.IOException;
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
    private final CaptureFeed feed;
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

        descriptor = file.content().isPlainFile() ? FileDescriptor.open(file.path()) : null;
        feed = descriptor == null ? feed(file) : null;
        EthernetPort attached = null;
        try {
            final String path = descriptor == null ? feed.path() : descriptor.path();
            attached = EthernetPort.attach("vdev", device, "rx_pcap=" + path + driverArguments);
            attached.configure(List.of(mempool), config.rxDescriptors());
            attached.start();
            burst = attached.burst(SINGLE_QUEUE, burstLimit, timestampUnitNs);
        } catch (final RuntimeException e) {
            if (attached != null) {
                attached.close();
            }
            if (feed != null) {
                feed.stop();
            }
            throw e;
        } finally {
            // The driver has opened it once more.
            if (feed != null) {
                feed.close();
            } else {
                descriptor.close();
            }
        }
        port = attached;
    }

    private static CaptureFeed feed(final CaptureFile file) {
        try {
            return new CaptureFeed(file);
        } catch (final IOException e) {
            throw new EnvironmentException(e.getMessage());
        }
    }

    /** A pool of mbufs for one queue. */
    static Mempool mempool(final int mbufs, final int mbufBytes, final String name) {
        return Mempool.create(
            "mbufs-" + name, mbufs, Math.min(MEMPOOL_CACHE_MBUFS, mbufs / 2), mbufBytes, Mempool.ANY_SOCKET);
    }

    /** What feeds it; {@code null} where the driver reads a plain file. */
    CaptureFeed feed() {
        return feed;
    }

    RxBurst burst() {
        return burst;
    }

    int receive() {
        return feed == null ? burst.receive() : burst.receiveWaiting();
    }

    long frames() {
        return burst.frames();
    }

    @Override
    public void close() {
        burst.close();
        port.close();
        if (feed != null) {
            feed.stop();
        }
    }
}
