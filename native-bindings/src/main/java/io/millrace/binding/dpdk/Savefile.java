package io.millrace.binding.dpdk;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.link.NativeMemory;
import io.millrace.binding.link.NativeShim;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;

/**
 * A capture file, pcap or pcapng, read by libpcap into mbufs. Owned by the thread that polls its burst; closed after
 * the burst, and not asked for anything then. Source: {@code pcap-savefile(5)}.
 */
public final class Savefile implements AutoCloseable {
    private static final int ERROR_BYTES;
    private static final int FINISHED_OFFSET;
    private static final int ERROR_OFFSET;
    private static final int FRAMES_OFFSET;
    private static final int FRAME_BYTES_OFFSET;

    static {
        final NativeShim shim = NativeShim.shim();
        ERROR_BYTES = shim.layout("MILLRACE_SAVEFILE_ERROR_BYTES");
        FINISHED_OFFSET = shim.layout("millrace_savefile.finished");
        ERROR_OFFSET = shim.layout("millrace_savefile.error");
        FRAMES_OFFSET = shim.layout("millrace_savefile.frames");
        FRAME_BYTES_OFFSET = shim.layout("millrace_savefile.frame_bytes");
    }

    private long savefile;

    private Savefile(final long savefile) {
        this.savefile = savefile;
    }

    /**
     * Opens a file.
     *
     * @param path            a file or a pipe; may be removed or closed afterwards.
     * @param unsignedSeconds whether seconds are counted from 0 to 2<sup>32</sup> - 1, as in the pcap format.
     * @param pool            frames are copied into its mbufs.
     * @throws EnvironmentException where it cannot be read, with libpcap's reason.
     */
    public static Savefile open(final String path, final boolean unsignedSeconds, final Mempool pool) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment error = arena.allocate(ERROR_BYTES);
            final long opened = NativeShim.shim()
                .function("millrace_savefile_open",
                    FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS))
                .callPointer(arena.allocateFrom(path), unsignedSeconds ? 1 : 0, pool.segment(), error).address();
            if (opened == 0) {
                throw new EnvironmentException(error.getString(0));
            }
            return new Savefile(opened);
        }
    }

    /**
     * A burst over the file; call it once. Receiving may wait for the file: {@link RxBurst#receiveWaiting()}.
     *
     * @param limit frames per burst at most, 1 to {@link RxBurst#MAX_FRAMES}.
     */
    public RxBurst burst(final int limit) {
        final long burst = NativeShim.shim()
            .function("millrace_burst_of_savefile", FunctionDescriptor.of(ADDRESS, JAVA_LONG, JAVA_INT))
            .callPointer(savefile, limit).address();
        if (burst == 0) {
            throw new EnvironmentException(
                "no memory for a burst of " + limit + " frames: --burst takes 1 to " + RxBurst.MAX_FRAMES);
        }
        return new RxBurst(burst);
    }

    /** Whether no frame will come any more: the file has ended, or cannot be read from here on. */
    public boolean finished() {
        return NativeMemory.ALL.get(JAVA_INT, savefile + FINISHED_OFFSET) != 0;
    }

    /** Why it cannot be read from here on, in libpcap's words; empty where it can, or has ended. */
    public String failure() {
        return NativeMemory.ALL.getString(savefile + ERROR_OFFSET);
    }

    /** Frames received so far. */
    public long receivedFrames() {
        return NativeMemory.ALL.get(JAVA_LONG, savefile + FRAMES_OFFSET);
    }

    /** Bytes of those frames that the file has kept. */
    public long receivedBytes() {
        return NativeMemory.ALL.get(JAVA_LONG, savefile + FRAME_BYTES_OFFSET);
    }

    @Override
    public void close() {
        if (savefile != 0) {
            NativeShim.shim().function("millrace_savefile_close", FunctionDescriptor.ofVoid(JAVA_LONG)).call(savefile);
            savefile = 0;
        }
    }
}
