package io.millrace.binding.dpdk;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.link.NativeLinker;
import io.millrace.binding.link.NativeMemory;
import io.millrace.binding.link.NativeShim;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * The writing ends of several {@link PacketRing}s. Owned by one thread, which deals the frames of a burst to them: it
 * names a lane for each frame, fills the lanes, and pushes until nothing is left or drops the rest. Layout and marks:
 * {@code burst.h} of the shim.
 */
public final class FrameLanes implements AutoCloseable {
    /** Lanes that there can be. */
    public static final int MAX_LANES;

    private static final int MARK_TICK;
    private static final int MARK_EPOCH;
    private static final int MARK_STRETCH;
    private static final int TICK_NS;
    private static final int MARK_SHIFT = 3;
    private static final long TARGET_OFFSET;
    private static final long LANE_OFFSET;
    private static final long LANE_LENGTH;
    private static final long DROPPED_OFFSET;
    private static final MethodHandle FILL;
    private static final MethodHandle MARK;
    private static final MethodHandle PUSH;
    private static final MethodHandle DROP;

    static {
        final NativeShim shim = NativeShim.shim();
        MAX_LANES = shim.layout("MILLRACE_LANES_MAX");
        MARK_TICK = shim.layout("MILLRACE_MARK_TICK");
        MARK_EPOCH = shim.layout("MILLRACE_MARK_EPOCH");
        MARK_STRETCH = shim.layout("MILLRACE_MARK_STRETCH");
        TICK_NS = shim.layout("MILLRACE_TICK_NS");
        TARGET_OFFSET = shim.layout("millrace_lanes.target");
        LANE_OFFSET = shim.layout("millrace_lanes.lane");
        LANE_LENGTH = shim.layout("millrace_lane");
        DROPPED_OFFSET = shim.layout("millrace_lane.dropped");
        FILL = shim.handle("millrace_lanes_fill", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG), NativeLinker.LEAF);
        MARK = shim.handle("millrace_lanes_mark", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG), NativeLinker.LEAF);
        PUSH = shim.handle("millrace_lanes_push", FunctionDescriptor.of(JAVA_INT, JAVA_LONG), NativeLinker.LEAF);
        DROP = shim.handle("millrace_lanes_drop", FunctionDescriptor.of(JAVA_INT, JAVA_LONG), NativeLinker.LEAF);
    }

    private final List<PacketRing> rings;
    private long lanes;

    /**
     * Writing ends of {@code rings}; they stay the caller's to close, after this.
     *
     * @throws EnvironmentException where there are too many, or no memory.
     */
    public FrameLanes(final List<PacketRing> rings) {
        this.rings = List.copyOf(rings);
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment addresses = arena.allocate(ADDRESS, rings.size());
            for (int i = 0; i < rings.size(); i++) {
                addresses.setAtIndex(ADDRESS, i, rings.get(i).segment());
            }
            lanes = NativeShim.shim()
                .function("millrace_lanes_create", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT))
                .callPointer(addresses, rings.size()).address();
        }
        if (lanes == 0) {
            throw new EnvironmentException("a distributor cannot feed " + rings.size() + " workers: --workers takes up"
                + " to " + MAX_LANES);
        }
    }

    /** Sends frame {@code slot} of the burst in hand to {@code lane}. */
    public void target(final int slot, final int lane) {
        NativeMemory.ALL.set(JAVA_BYTE, lanes + TARGET_OFFSET + slot, (byte) lane);
    }

    /** Takes the frames of the last receive away from {@code burst}; all of them must have a target. */
    public void fill(final RxBurst burst) {
        try {
            FILL.invokeExact(lanes, burst.address());
        } catch (final Throwable t) {
            throw new AssertionError(t);
        }
    }

    /**
     * Ends a burst in every lane.
     *
     * @param timeNs     its time, nanoseconds since the Unix epoch; arrives in steps of 8 ns.
     * @param endsEpoch  whether a stretch of events ends here too.
     */
    public void tick(final long timeNs, final boolean endsEpoch) {
        mark(timeNs & -TICK_NS | (endsEpoch ? MARK_EPOCH : MARK_TICK));
    }

    /**
     * Says in every lane that the frames from here on are of another kind.
     *
     * @param kind 0 to 2<sup>61</sup> - 1, known to the reader by {@link RxBurst#stretch()}.
     */
    public void stretch(final long kind) {
        mark(kind << MARK_SHIFT | MARK_STRETCH);
    }

    /** Puts into the rings what fits; returns how many frames and marks are left. */
    public int push() {
        try {
            return (int) PUSH.invokeExact(lanes);
        } catch (final Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Gives back the frames that are left; returns how many. */
    public int drop() {
        try {
            return (int) DROP.invokeExact(lanes);
        } catch (final Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Frames that were dropped because the ring of {@code lane} was full. */
    public long dropped(final int lane) {
        return NativeMemory.ALL.get(JAVA_LONG, lanes + LANE_OFFSET + lane * LANE_LENGTH + DROPPED_OFFSET);
    }

    /** Lanes that there are. */
    public int count() {
        return rings.size();
    }

    /** Gives back all frames in hand and in the rings; nobody may read them any more. */
    @Override
    public void close() {
        if (lanes != 0) {
            NativeShim.shim().function("millrace_lanes_destroy", FunctionDescriptor.ofVoid(JAVA_LONG)).call(lanes);
            lanes = 0;
        }
    }

    private void mark(final long mark) {
        try {
            MARK.invokeExact(lanes, mark);
        } catch (final Throwable t) {
            throw new AssertionError(t);
        }
    }
}
