package io.millrace.engine.port;

import io.millrace.binding.dpdk.Mempool;
import io.millrace.binding.dpdk.RxBurst;
import io.millrace.binding.link.EnvironmentException;
import io.millrace.engine.config.ConfigException;
import io.millrace.engine.config.EngineConfig;
import io.millrace.engine.memory.RawMemory;
import java.util.ArrayList;
import java.util.List;

/**
 * Capture files, one after the other, through DPDK's {@code net_pcap}. Each file is opened when the one before it is
 * exhausted. Owned by the worker that reads them.
 *
 * <p>The driver stamps packets in whole microseconds and returns no frame for ever once a file ends; as long as every
 * mbuf is given back before the next poll, an empty poll can mean nothing else. Where frames are handed on, it may also
 * mean that all mbufs are away: then the file has ended if a poll is empty with all of them back.
 */
public final class ReplaySource implements SharedSource {
    private static final long ENDLESS = Long.MAX_VALUE;
    /** The driver keeps no more of a frame. */
    private static final int LONGEST_FRAME_BYTES = 65_535;
    private static final long NS_PER_ERA = (1L << 32) * 1_000_000_000L;

    private final List<CaptureFile> files;
    private final EngineConfig config;
    private final String name;
    private final String driverArguments;
    private final int timestampUnitNs;
    private final List<String> truncations = new ArrayList<>();
    private final Mempool mempool;
    private final int handedOnMbufs;

    private boolean allMbufsBack;
    private CaptureFile file;
    private PcapPort port;
    private int opened;
    private long framesLeft;
    private long filePackets;
    private long fileCapturedBytes;
    private volatile CaptureFeed current;
    private volatile boolean stopped;
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
        this(files, config, name, ENDLESS, "", PcapPort.FILE_TIME_UNIT_NS, 0);
    }

    /**
     * The same for a distributor that hands the frames on to workers.
     *
     * @param workers that get them.
     */
    public static ReplaySource shared(
        final List<CaptureFile> files, final EngineConfig config, final String name, final int workers) {
        return new ReplaySource(files, config, name, ENDLESS, "", PcapPort.FILE_TIME_UNIT_NS,
            workers * FrameRings.MBUFS_PER_WORKER);
    }

    private ReplaySource(
        final List<CaptureFile> files,
        final EngineConfig config,
        final String name,
        final long frames,
        final String driverArguments,
        final int timestampUnitNs,
        final int handedOnMbufs) {

        this.files = List.copyOf(files);
        this.config = config;
        this.name = name;
        this.framesLeft = frames;
        this.driverArguments = driverArguments;
        this.timestampUnitNs = timestampUnitNs;
        this.handedOnMbufs = handedOnMbufs;
        this.mempool = PcapPort.mempool(config.mempoolMbufs() + handedOnMbufs, config.mbufBytes(), name);
        try {
            openNext();
        } catch (final RuntimeException e) {
            mempool.close();
            throw e;
        }
    }

    /**
     * One capture file over and over, held in mbufs by the driver ({@code infinite_rx=1}), so that nothing but the
     * engine is measured or warmed. Frames carry the time of their receiving.
     *
     * @param file   its frames must fit one mbuf each, and there must be mbufs for all of them.
     * @param config burst and mbuf sizes.
     * @param frames finished after so many, rounded up to a whole burst.
     * @param name   makes names of pool and port unique in the process.
     */
    public static ReplaySource loop(
        final CaptureFile file, final EngineConfig config, final long frames, final String name) {
        return new ReplaySource(List.of(file), config, name, frames, ",infinite_rx=1", PcapPort.NO_FILE_TIME, 0);
    }

    @Override
    public int receive() {
        while (port != null) {
            final int received = framesLeft > 0 ? port.receive() : 0;
            if (received > 0) {
                account(received);
                return received;
            }
            if (handedOnMbufs > 0 && !allMbufsBack) {
                allMbufsBack = mempool.available() == config.mempoolMbufs() + handedOnMbufs;
                return 0;
            }
            closeCurrent();
            openNext();
        }
        return 0;
    }

    @Override
    public long frames() {
        return port.frames();
    }

    @Override
    public RxBurst burst() {
        return port.burst();
    }

    @Override
    public long emptyPollNs() {
        return handedOnMbufs > 0 && port != null ? INCOMPLETE : PACKET_TIME;
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
        return port == null;
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

    private void account(final int received) {
        allMbufsBack = false;
        long bytes = 0;
        long frame = port.frames();
        for (int i = 0; i < received; i++) {
            final long timeNs = RawMemory.i64(frame + FrameDescriptor.TIMESTAMP_NS);
            if (timeNs < 0 && file.format() == CaptureFile.Format.PCAP) {
                // Seconds are unsigned in the file; libpcap takes them as signed.
                RawMemory.putI64(frame + FrameDescriptor.TIMESTAMP_NS, timeNs + NS_PER_ERA);
            }
            bytes += RawMemory.u32(frame + FrameDescriptor.PACKET_LENGTH);
            frame += FrameDescriptor.LENGTH;
        }
        framesLeft -= received;
        filePackets += received;
        fileCapturedBytes += bytes;
        if (port.feed() == null) {
            currentFileBytes = fileCapturedBytes + filePackets * 16;
        }
    }

    private void openNext() {
        if (opened == files.size()) {
            return;
        }
        file = files.get(opened);
        try {
            port = new PcapPort(file, mempool, config, "net_pcap_" + name + "_" + opened, driverArguments,
                burstLimit(), timestampUnitNs);
        } catch (final EnvironmentException e) {
            throw new ConfigException("capture file cannot be read: " + file.path() + ": " + e.getMessage());
        }
        opened++;
        current = port.feed();
        if (stopped && current != null) {
            current.stop();
        }
        allMbufsBack = false;
        filePackets = 0;
        fileCapturedBytes = 0;
    }

    /** Frames per poll that find mbufs even where each is as long as the file allows. */
    private int burstLimit() {
        final int longestFrame = Math.min(file.snapLengthBytes(), LONGEST_FRAME_BYTES);
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
        if (port == null) {
            return;
        }
        final CaptureFeed feed = port.feed();
        final String failure = feed == null ? null : feed.failure();
        port.close();
        port = null;
        current = null;
        if (file.note() != null) {
            truncations.add(file.note());
        }
        final String truncation = failure != null || framesLeft <= 0 || stopped ? failure
            : feed == null ? file.truncation(filePackets, fileCapturedBytes)
            : file.truncation(filePackets, fileCapturedBytes, feed.bytes());
        if (truncation != null) {
            truncations.add(truncation);
        }
        currentFileBytes = 0;
        finishedFilesBytes += file.sizeBytes();
    }
}
