package io.millrace.bench.latency;

import io.millrace.bench.traffic.EndlessSource;
import io.millrace.bench.traffic.UdpFrame;
import io.millrace.engine.memory.OffHeapBlock;
import io.millrace.engine.port.FrameDescriptor;

/**
 * Frames at a given rate, from memory: every so many the first of a new UDP flow, the others of a few thousand known
 * flows. A poll hands out what has fallen due since the last one, at most a burst; what falls due while a burst is
 * worked on waits, as it would in a NIC's ring. Owned by one thread.
 */
final class PacedFrames extends EndlessSource {
    /** Deal out as fast as they are taken. */
    static final double UNPACED = Double.POSITIVE_INFINITY;

    private static final int KNOWN_FLOWS = 4096;
    private static final int KNOWN_CLIENTS = 0xAC10_0000;
    private static final int NEW_CLIENTS = 0x0A00_0000;
    private static final int SERVER = 0xC612_0001;
    private static final int CLIENT_PORT = 1024;
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
        frames = new OffHeapBlock((long) (burst + KNOWN_FLOWS) * UdpFrame.STRIDE, false);
        descriptors = new OffHeapBlock((long) burst * FrameDescriptor.LENGTH, false);
        for (int i = 0; i < burst + KNOWN_FLOWS; i++) {
            UdpFrame.write(frame(i), KNOWN_CLIENTS + i, CLIENT_PORT, SERVER);
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
                UdpFrame.client(frame, NEW_CLIENTS | newFlows & 0x00FF_FFFF, CLIENT_PORT + (newFlows >>> 24));
                newFlows++;
            } else {
                frame = frame(burst + (int) (handedOut & KNOWN_FLOWS - 1));
            }
            describe(descriptor, frame, nowNs, UdpFrame.LENGTH);
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
    public void close() {
        frames.close();
        descriptors.close();
    }

    private long frame(final int index) {
        return frames.address() + (long) index * UdpFrame.STRIDE;
    }
}
