package io.millrace.bench.traffic;

import io.millrace.engine.memory.OffHeapBlock;
import io.millrace.engine.memory.RawMemory;
import io.millrace.engine.port.FrameDescriptor;
import java.util.SplittableRandom;

/**
 * An endless source of 60-byte UDP frames (64 on the wire with their checksum) of a given number of flows, drawn evenly
 * and with a seed, lying in memory as a NIC would have left them. Owned by one thread.
 */
public final class SyntheticFrames extends EndlessSource {
    private static final int CLIENTS = 0x0A00_0000;
    private static final int SERVER = 0xC0A8_0001;
    private static final int FIRST_PORT = 1024;
    private static final int PORTS = 50_000;
    private static final long GAP_NS = 67;

    private final int flows;
    private final int frames;
    private final int burst;
    private final OffHeapBlock frameBlock;
    private final OffHeapBlock descriptorBlock;
    private long nowNs = 1_700_000_000_000_000_000L;
    private int next;
    private int current;

    /**
     * Frames laid out in memory.
     *
     * @param flows  different five-tuples, at least 1.
     * @param frames frames in memory, a multiple of {@code burst}; they are handed out again and again.
     * @param burst  frames per receive.
     * @param seed   same seed, same frames.
     */
    public SyntheticFrames(final int flows, final int frames, final int burst, final long seed) {
        if (frames % burst != 0) {
            throw new IllegalArgumentException("frames must be a multiple of burst: " + frames + ", " + burst);
        }
        this.flows = flows;
        this.frames = frames;
        this.burst = burst;
        frameBlock = new OffHeapBlock((long) frames * UdpFrame.STRIDE, true);
        descriptorBlock = new OffHeapBlock((long) frames * FrameDescriptor.LENGTH, true);
        final SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < frames; i++) {
            // The first round of frames meets every flow once, so that the number of flows is known.
            write(i, i < flows ? i : random.nextInt(flows));
        }
    }

    /** Different five-tuples among the frames. */
    public int distinctFlows() {
        return Math.min(flows, frames);
    }

    @Override
    public int receive() {
        current = next;
        next = (next + burst) % frames;
        for (int i = 0; i < burst; i++) {
            nowNs += GAP_NS;
            RawMemory.putI64(descriptor(current + i) + FrameDescriptor.TIMESTAMP_NS, nowNs);
        }
        return burst;
    }

    @Override
    public long frames() {
        return descriptor(current);
    }

    @Override
    public void close() {
        frameBlock.close();
        descriptorBlock.close();
    }

    private void write(final int index, final int flow) {
        final long frame = frameBlock.address() + (long) index * UdpFrame.STRIDE;
        UdpFrame.write(frame, CLIENTS + flow, FIRST_PORT + flow % PORTS, SERVER);
        final long descriptor = descriptor(index);
        RawMemory.putI64(descriptor + FrameDescriptor.ADDRESS, frame);
        RawMemory.putI32(descriptor + FrameDescriptor.CAPTURED_LENGTH, UdpFrame.LENGTH);
    }

    private long descriptor(final int index) {
        return descriptorBlock.address() + (long) index * FrameDescriptor.LENGTH;
    }
}
