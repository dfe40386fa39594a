package io.millrace.binding.dpdk;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.binding.link.NativeLinker;
import io.millrace.binding.link.NativeMemory;
import io.millrace.binding.link.NativeShim;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/**
 * Frames of one RX queue, received a burst at a time. Owned by the worker thread that polls the queue; frames stay
 * valid until the next {@link #receive()}. Layout: {@code burst.h} of the shim.
 */
public final class RxBurst implements AutoCloseable {
    /** Bytes from one frame's description to the next. */
    public static final int FRAME_LENGTH;
    /** {@code uint64_t}: address of the frame's first byte. */
    public static final int ADDRESS_OFFSET;
    /** {@code uint64_t}: time of arrival, nanoseconds since the Unix epoch. */
    public static final int TIMESTAMP_NS_OFFSET;
    /** {@code uint32_t}: readable bytes. */
    public static final int CAPTURED_LENGTH_OFFSET;
    /** {@code uint32_t}: VLAN tag taken off by the port, with bit 16 set; 0 none. */
    public static final int VLAN_TCI_OFFSET;
    /** Most frames of a burst. */
    public static final int MAX_FRAMES;
    /** Most bytes of a frame that are handed over. */
    public static final int MAX_FRAME_BYTES;

    /** {@code MILLRACE_INCOMPLETE}: a part of a burst was found whose end is still on its way; from rings alone. */
    public static final int INCOMPLETE = -1;

    private static final int FRAMES_OFFSET;
    private static final int EPOCH_ENDED_OFFSET;
    private static final int TICK_NS_OFFSET;
    private static final int STRETCH_OFFSET;
    private static final int LINEARIZED_OFFSET;
    private static final int RECEIVED_OFFSET;
    private static final MethodHandle RECEIVE;
    private static final MethodHandle RECEIVE_WAITING;

    static {
        final NativeShim shim = NativeShim.shim();
        FRAME_LENGTH = shim.layout("millrace_frame");
        ADDRESS_OFFSET = shim.layout("millrace_frame.address");
        TIMESTAMP_NS_OFFSET = shim.layout("millrace_frame.timestamp_ns");
        CAPTURED_LENGTH_OFFSET = shim.layout("millrace_frame.captured_length");
        VLAN_TCI_OFFSET = shim.layout("millrace_frame.vlan_tci");
        MAX_FRAMES = shim.layout("MILLRACE_BURST_MAX");
        MAX_FRAME_BYTES = shim.layout("MILLRACE_FRAME_MAX");
        EPOCH_ENDED_OFFSET = shim.layout("millrace_burst.epoch_ended");
        TICK_NS_OFFSET = shim.layout("millrace_burst.tick_ns");
        STRETCH_OFFSET = shim.layout("millrace_burst.stretch");
        FRAMES_OFFSET = shim.layout("millrace_burst.frames");
        RECEIVED_OFFSET = shim.layout("millrace_burst.received");
        LINEARIZED_OFFSET = shim.layout("millrace_burst.linearized");
        RECEIVE = shim.handle(
            "millrace_burst_receive", FunctionDescriptor.of(JAVA_INT, JAVA_LONG), NativeLinker.LEAF);
        RECEIVE_WAITING = shim.handle("millrace_burst_receive", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));
    }

    private long burst;

    RxBurst(final long burst) {
        this.burst = burst;
    }

    /**
     * Sets the clock that stamps frames of ports that stamp nothing, for the whole process.
     *
     * @param offsetNs what to add to {@link System#nanoTime()} for nanoseconds since the Unix epoch.
     */
    public static void clockOffset(final long offsetNs) {
        NativeShim.shim().function("millrace_clock_set_offset", FunctionDescriptor.ofVoid(JAVA_LONG)).call(offsetNs);
    }

    /**
     * Gives back the previous frames and receives the next; returns how many, 0 where none waits, or
     * {@link #INCOMPLETE}. One native call.
     */
    public int receive() {
        try {
            return (int) RECEIVE.invokeExact(burst);
        } catch (final Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** The same for a port that may wait for whoever feeds it: a garbage collection does not wait with it. */
    public int receiveWaiting() {
        try {
            return (int) RECEIVE_WAITING.invokeExact(burst);
        } catch (final Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Address of the first frame's description; constant for the life of the burst. */
    public long frames() {
        return burst + FRAMES_OFFSET;
    }

    /** Whether an epoch ended with the burst that was received last; from rings alone. */
    public boolean endsEpoch() {
        return NativeMemory.ALL.get(JAVA_INT, burst + EPOCH_ENDED_OFFSET) != 0;
    }

    /** Time at the end of the burst that was received last, nanoseconds since the Unix epoch; from rings alone. */
    public long tickNs() {
        return NativeMemory.ALL.get(JAVA_LONG, burst + TICK_NS_OFFSET);
    }

    /** Kind of the frames received last, as the writer named it; from rings alone. */
    public long stretch() {
        return NativeMemory.ALL.get(JAVA_LONG, burst + STRETCH_OFFSET);
    }

    /** Frames that came in several segments and were copied together, since the burst was made. */
    public long linearized() {
        return Integer.toUnsignedLong(NativeMemory.ALL.get(JAVA_INT, burst + LINEARIZED_OFFSET));
    }

    /** Frames received since the burst was made. Any thread. */
    public long received() {
        return NativeMemory.ALL.get(JAVA_LONG, burst + RECEIVED_OFFSET);
    }

    long address() {
        return burst;
    }

    @Override
    public void close() {
        if (burst != 0) {
            NativeShim.shim().function("millrace_burst_destroy", FunctionDescriptor.ofVoid(JAVA_LONG)).call(burst);
            burst = 0;
        }
    }
}
