package io.millrace.engine.port;

import io.millrace.binding.dpdk.Mempool;
import io.millrace.binding.dpdk.RxBurst;
import io.millrace.binding.dpdk.Savefile;
import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.linux.FileDescriptor;
import java.io.IOException;

/** A capture file that is being read. Owned by its source. */
final class CaptureReader implements AutoCloseable {
    private final CaptureFeed feed;
    private final Savefile savefile;
    private final RxBurst burst;

    /**
     * Opens the file.
     *
     * @param mempool    where its frames go.
     * @param burstLimit frames per poll at most.
     * @throws EnvironmentException where it cannot be read.
     */
    CaptureReader(final CaptureFile file, final Mempool mempool, final int burstLimit) {
        final boolean unsignedSeconds = file.format() == CaptureFile.Format.PCAP;
        if (file.content().isPlainFile()) {
            feed = null;
            try (FileDescriptor descriptor = FileDescriptor.open(file.path())) {
                savefile = Savefile.open(descriptor.path(), unsignedSeconds, mempool);
            }
        } else {
            feed = feed(file);
            savefile = openFed(feed, unsignedSeconds, mempool);
        }
        try {
            burst = savefile.burst(burstLimit);
        } catch (final EnvironmentException e) {
            savefile.close();
            stopFeed();
            throw e;
        }
    }

    private static CaptureFeed feed(final CaptureFile file) {
        try {
            return new CaptureFeed(file);
        } catch (final IOException e) {
            throw new EnvironmentException(e.getMessage());
        }
    }

    private static Savefile openFed(final CaptureFeed feed, final boolean unsignedSeconds, final Mempool mempool) {
        try (feed) {
            return Savefile.open(feed.path(), unsignedSeconds, mempool);
        } catch (final EnvironmentException e) {
            feed.stop();
            throw e;
        }
    }

    /** What feeds it; {@code null} where libpcap reads the file itself. */
    CaptureFeed feed() {
        return feed;
    }

    RxBurst burst() {
        return burst;
    }

    /** Receives a burst; 0 at the end of the file and where all mbufs are away. */
    int receive() {
        return burst.receiveWaiting();
    }

    /** Address of the first frame's description. */
    long frames() {
        return burst.frames();
    }

    /** Whether no frame will come any more. */
    boolean finished() {
        return savefile.finished();
    }

    /** Why no more could be read, in one line; empty where the file has ended. */
    String failure() {
        return savefile.failure();
    }

    /** Frames received so far. */
    long packets() {
        return savefile.receivedFrames();
    }

    /** Captured bytes of those. */
    long capturedBytes() {
        return savefile.receivedBytes();
    }

    @Override
    public void close() {
        burst.close();
        savefile.close();
        stopFeed();
    }

    private void stopFeed() {
        if (feed != null) {
            feed.stop();
        }
    }
}
