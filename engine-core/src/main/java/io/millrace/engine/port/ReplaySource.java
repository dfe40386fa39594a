package io.millrace.engine.port;

import io.millrace.binding.dpdk.Mempool;
import io.millrace.binding.dpdk.RxBurst;
import io.millrace.binding.link.EnvironmentException;
import io.millrace.engine.config.ConfigException;
import io.millrace.engine.config.EngineConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * Capture files, one after the other. Each file is opened when the one before it is exhausted. Owned by the worker that
 * reads them, or by the distributor that hands the frames on.
 */
public final class ReplaySource implements SharedSource {
    private static final int PRIVATE_MBUFS = 0;
    private static final int POLLS_PER_PROGRESS = 256;

    private final List<CaptureFile> files;
    private final EngineConfig config;
    private final List<String> truncations = new ArrayList<>();
    private final Mempool mempool;
    private final int handedOnMbufs;

    private CaptureFile file;
    private CaptureReader reader;
    private int opened;
    private int polls;
    private volatile CaptureFeed current;
    private volatile boolean stopped;
    private volatile long finishedFilesBytes;
    private volatile long currentFileBytes;

    /**
     * Prepares the first file. DPDK must have been started.
     *
     * @param files  at least one.
     * @param config burst and mbuf sizes.
     * @param name   makes the name of the pool unique in the process.
     */
    public ReplaySource(final List<CaptureFile> files, final EngineConfig config, final String name) {
        this(files, config, name, PRIVATE_MBUFS);
    }

    /**
     * The same for a distributor that hands the frames on to workers.
     *
     * @param workers that get them.
     */
    public static ReplaySource shared(
        final List<CaptureFile> files, final EngineConfig config, final String name, final int workers) {
        return new ReplaySource(files, config, name, workers * FrameRings.MBUFS_PER_WORKER);
    }

    private ReplaySource(
        final List<CaptureFile> files, final EngineConfig config, final String name, final int handedOnMbufs) {

        this.files = List.copyOf(files);
        this.config = config;
        this.handedOnMbufs = handedOnMbufs;
        final int mbufs = config.mempoolMbufs() + handedOnMbufs;
        this.mempool = PacketMemory.pool(name, mbufs, config.mbufBytes(), Mempool.ANY_SOCKET);
        try {
            openNext();
        } catch (final RuntimeException e) {
            mempool.close();
            throw e;
        }
    }

    @Override
    public int receive() {
        while (reader != null) {
            final int received = reader.receive();
            if (received > 0 || !reader.finished()) {
                tellProgress();
                return received;
            }
            closeCurrent();
            openNext();
        }
        return 0;
    }

    @Override
    public long frames() {
        return reader.frames();
    }

    @Override
    public RxBurst burst() {
        return reader.burst();
    }

    @Override
    public long emptyPollNs() {
        return handedOnMbufs > 0 && reader != null ? INCOMPLETE : PACKET_TIME;
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
        return reader == null;
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

    /** Ends the wait for a stream that may bring nothing more for long. Any thread. */
    public void stopWaiting() {
        stopped = true;
        final CaptureFeed feed = current;
        if (feed != null) {
            feed.stop();
        }
    }

    @Override
    public void close() {
        closeCurrent();
        mempool.close();
    }

    private void tellProgress() {
        polls++;
        if (polls % POLLS_PER_PROGRESS == 0 && reader.feed() == null) {
            currentFileBytes = reader.capturedBytes() + reader.packets() * PcapFormat.RECORD_HEADER_LENGTH;
        }
    }

    private void openNext() {
        if (opened == files.size()) {
            return;
        }
        file = files.get(opened);
        try {
            reader = new CaptureReader(file, mempool, burstLimit());
        } catch (final EnvironmentException e) {
            throw new ConfigException("capture file cannot be read: " + file.path() + ": " + e.getMessage());
        }
        opened++;
        current = reader.feed();
        if (stopped && current != null) {
            current.stop();
        }
    }

    /** Frames per poll that find mbufs even where each is as long as the file allows. */
    private int burstLimit() {
        final int longestFrame = Math.min(file.snapLengthBytes(), RxBurst.MAX_FRAME_BYTES);
        final int mbufsPerFrame = (longestFrame + config.mbufBytes() - 1) / config.mbufBytes();
        final int limit = config.mempoolMbufs() / mbufsPerFrame;
        if (limit < 1) {
            throw new ConfigException("--mempool: " + config.mempoolMbufs() + " buffers of " + config.mbufBytes()
                + " bytes do not hold one frame of " + longestFrame + " bytes: raise --mempool to "
                + mbufsPerFrame + " or more, or raise --mbuf-size");
        }
        return Math.min(limit, config.burst());
    }

    private void closeCurrent() {
        if (reader == null) {
            return;
        }
        final String truncation = truncation(reader);
        reader.close();
        reader = null;
        current = null;
        if (file.note() != null) {
            truncations.add(file.note());
        }
        if (truncation != null) {
            truncations.add(truncation);
        }
        currentFileBytes = 0;
        finishedFilesBytes += file.sizeBytes();
    }

    private String truncation(final CaptureReader read) {
        final CaptureFeed feed = read.feed();
        final String unpacking = feed == null ? null : feed.failure();
        if (unpacking != null || stopped) {
            return unpacking;
        }
        final String missing = feed == null ? file.truncation(read.packets(), read.capturedBytes())
            : file.truncation(read.packets(), read.capturedBytes(), feed.bytes());
        return missing != null || read.failure().isEmpty() ? missing
            : "capture file is cut or damaged: " + file.path() + ": " + read.failure()
                + "; the " + read.packets() + " packets before that were read";
    }
}
