package io.millrace.bench.latency;

import io.millrace.engine.memory.OffHeapBlock;
import io.millrace.engine.memory.RawMemory;
import io.millrace.engine.port.FrameDescriptor;
import io.millrace.engine.port.LinkType;
import io.millrace.engine.port.PacketSource;

/**
 * Frames at a given rate, from memory: every so many the first of a new UDP flow, the others of a few thousand known flows.
 * A poll hands out what has fallen due since the last one, at most a burst; what falls due while a burst is worked on waits,
 * as it would in a NIC's ring. Owned by one thread.
 */
final class PacedFrames implements PacketSource {
    /** Deal out as fast as they are taken. */
    static final double UNPACED = Double.POSITIVE_INFINITY;

    private static final int KNOWN_FLOWS = 4096;
    private static final int FRAME_BYTES = 60;
    private static final int FRAME_STRIDE = 64;
    private static final int SNAP_LENGTH = 262_144;
    private static final int IP = 14;
    private static final int UDP = IP + 20;
    private static final int KNOWN_CLIENTS = 0xAC10_0000;
    private static final int NEW_CLIENTS = 0x0A00_0000;
    private static final int SERVER = 0xC612_0001;
    private static final int SERVER_PORT = 40_001;
    private static final double NS_PER_S = 1e9;

    private final int burst;
    private final int packetsPerNewFlow;
    private final OffHeapBlock frames;
    private final OffHeapBlock descriptors;
    private double packetsPerNs;
    private long begunNs;
    private long dueBefore;
    private long handedOut;
    private long inPace;
    private int newFlows;

    PacedFrames(final int burst, final int packetsPerNewFlow) {
        this.burst = burst;
        this.packetsPerNewFlow = packetsPerNewFlow;
        // New flows are written into the frames of the burst; known ones lie ready behind them.
        frames = new OffHeapBlock((long) (burst + KNOWN_FLOWS) * FRAME_STRIDE, false);
        descriptors = new OffHeapBlock((long) burst * FrameDescriptor.LENGTH, false);
        for (int i = 0; i < burst + KNOWN_FLOWS; i++) {
            write(frame(i), KNOWN_CLIENTS + i);
        }
        pace(UNPACED);
    }

    /** From now on so many packets a second; what is still due is forgotten. */
    void pace(final double packetsPerS) {
        packetsPerNs = packetsPerS / NS_PER_S;
        begunNs = System.nanoTime();
        inPace = 0;
    }

    /** Frames handed out. */
    long handedOut() {
        return handedOut;
    }

    /** Frames that are due and not yet handed out. */
    long behind() {
        return Math.max(0, dueBefore - inPace);
    }

    /** Flows begun, without the known ones. */
    int newFlows() {
        return newFlows;
    }

    @Override
    public int receive() {
        int count = burst;
        if (packetsPerNs != UNPACED) {
            dueBefore = (long) ((System.nanoTime() - begunNs) * packetsPerNs);
            count = (int) Math.min(burst, dueBefore - inPace);
        }
        if (count <= 0) {
            return 0;
        }
        final long nowNs = System.currentTimeMillis() * 1_000_000;
        for (int slot = 0; slot < count; slot++) {
            final long descriptor = descriptors.address() + (long) slot * FrameDescriptor.LENGTH;
            final long frame;
            if (handedOut % packetsPerNewFlow == 0) {
                frame = frame(slot);
                RawMemory.putI32(frame + IP + 12, Integer.reverseBytes(NEW_CLIENTS | newFlows & 0x00FF_FFFF));
                putBigEndian(frame + UDP, 1024 + (newFlows >>> 24));
                newFlows++;
            } else {
                frame = frame(burst + (int) (handedOut & KNOWN_FLOWS - 1));
            }
            RawMemory.putI64(descriptor + FrameDescriptor.ADDRESS, frame);
            RawMemory.putI64(descriptor + FrameDescriptor.TIMESTAMP_NS, nowNs);
            RawMemory.putI32(descriptor + FrameDescriptor.CAPTURED_LENGTH, FRAME_BYTES);
            RawMemory.putI32(descriptor + FrameDescriptor.PACKET_LENGTH, FRAME_BYTES);
            handedOut++;
        }
        inPace += count;
        return count;
    }

    @Override
    public long frames() {
        return descriptors.address();
    }

    @Override
    public LinkType linkType() {
        return LinkType.ETHERNET;
    }

    @Override
    public int snapLengthBytes() {
        return SNAP_LENGTH;
    }

    @Override
    public boolean finished() {
        return false;
    }

    @Override
    public void close() {
        frames.close();
        descriptors.close();
    }

    private long frame(final int index) {
        return frames.address() + (long) index * FRAME_STRIDE;
    }

    private static void write(final long frame, final int client) {
        putBigEndian(frame + 12, 0x0800);
        RawMemory.putU8(frame + IP, 0x45);
        putBigEndian(frame + IP + 2, FRAME_BYTES - IP);
        RawMemory.putU8(frame + IP + 8, 64);
        RawMemory.putU8(frame + IP + 9, 17);
        RawMemory.putI32(frame + IP + 12, Integer.reverseBytes(client));
        RawMemory.putI32(frame + IP + 16, Integer.reverseBytes(SERVER));
        putBigEndian(frame + UDP, 1024);
        putBigEndian(frame + UDP + 2, SERVER_PORT);
        putBigEndian(frame + UDP + 4, FRAME_BYTES - UDP);
    }

    private static void putBigEndian(final long address, final int value) {
        RawMemory.putU8(address, value >> 8);
        RawMemory.putU8(address + 1, value);
    }
}
