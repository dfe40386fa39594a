package io.millrace.bench.traffic;

import io.millrace.engine.memory.OffHeapBlock;
import io.millrace.engine.memory.RawMemory;
import io.millrace.engine.port.FrameDescriptor;
import io.millrace.engine.port.LinkType;
import io.millrace.engine.port.PacketSource;
import java.util.SplittableRandom;

/**
 * An endless source of 60-byte UDP frames (64 on the wire with their checksum) of a given number of flows, drawn evenly
 * and with a seed, lying in memory as a NIC would have left them. Owned by one thread.
 */
public final class SyntheticFrames implements PacketSource {
    private static final int FRAME_LENGTH = 60;
    static final int FRAME_STRIDE = 64;
    static final int SNAP_LENGTH = 262_144;
    private static final int IP_OFFSET = 14;
    private static final int UDP_OFFSET = IP_OFFSET + 20;
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
        frameBlock = new OffHeapBlock((long) frames * FRAME_STRIDE, true);
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
        frameBlock.close();
        descriptorBlock.close();
    }

    private void write(final int index, final int flow) {
        final long frame = frameBlock.address() + (long) index * FRAME_STRIDE;
        putBigEndian(frame + 12, 0x0800);
        RawMemory.putU8(frame + IP_OFFSET, 0x45);
        putBigEndian(frame + IP_OFFSET + 2, FRAME_LENGTH - IP_OFFSET);
        RawMemory.putU8(frame + IP_OFFSET + 8, 64);
        RawMemory.putU8(frame + IP_OFFSET + 9, 17);
        RawMemory.putI32(frame + IP_OFFSET + 12, Integer.reverseBytes(0x0A00_0000 + flow));
        RawMemory.putI32(frame + IP_OFFSET + 16, Integer.reverseBytes(0xC0A8_0001));
        putBigEndian(frame + UDP_OFFSET, 1024 + flow % 50_000);
        putBigEndian(frame + UDP_OFFSET + 2, 40_001);
        putBigEndian(frame + UDP_OFFSET + 4, FRAME_LENGTH - UDP_OFFSET);
        final long descriptor = descriptor(index);
        RawMemory.putI64(descriptor + FrameDescriptor.ADDRESS, frame);
        RawMemory.putI32(descriptor + FrameDescriptor.CAPTURED_LENGTH, FRAME_LENGTH);
    }

    private static void putBigEndian(final long address, final int value) {
        RawMemory.putU8(address, value >> 8);
        RawMemory.putU8(address + 1, value);
    }

    private long descriptor(final int index) {
        return descriptorBlock.address() + (long) index * FrameDescriptor.LENGTH;
    }
}
