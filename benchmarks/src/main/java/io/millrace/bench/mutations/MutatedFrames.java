package io.millrace.bench.mutations;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.binding.link.NativeLinker;
import io.millrace.binding.linux.AnonymousMemory;
import io.millrace.engine.fixture.CaptureFrames;
import io.millrace.engine.memory.OffHeapBlock;
import io.millrace.engine.memory.RawMemory;
import io.millrace.engine.port.FrameDescriptor;
import io.millrace.engine.port.LinkType;
import io.millrace.engine.port.PacketSource;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Frames of captures, each damaged in another way and each ending right before a page that may not be touched: one byte
 * read too many ends the process. Same seed, same frames. Owned by one thread.
 */
final class MutatedFrames implements PacketSource {
    private static final int PAGE_BYTES = 4096;
    private static final int PROT_NONE = 0;
    private static final int ROOM_BYTES = 1 << 16;
    private static final int MAX_DAMAGES = 5;
    private static final int HEADER_BYTES = 128;
    private static final long START_NS = 1_700_000_000_000_000_000L;
    private static final long MAX_GAP_NS = 2_000_000;
    private static final int[] EXTREMES = {0, 1, 4, 6, 17, 41, 44, 47, 0x45, 0x60, 0x7F, 0x80, 0xFE, 0xFF};

    private final List<CaptureFrames> captures;
    private final SplittableRandom random;
    private final int burst;
    private final AnonymousMemory memory;
    private final OffHeapBlock descriptors;
    private CaptureFrames capture;
    private int snapLengthBytes = Integer.MAX_VALUE;
    private long timeNs = START_NS;
    private long bytes;

    MutatedFrames(final List<CaptureFrames> captures, final int burst, final long seed) {
        this.captures = captures;
        this.burst = burst;
        random = new SplittableRandom(seed);
        capture = captures.getFirst();
        memory = AnonymousMemory.map((long) burst * (ROOM_BYTES + PAGE_BYTES), false);
        descriptors = new OffHeapBlock((long) burst * FrameDescriptor.LENGTH, false);
        for (int slot = 0; slot < burst; slot++) {
            final int result = NativeLinker
                .system("mprotect", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT))
                .callInt(MemorySegment.ofAddress(guard(slot)), (long) PAGE_BYTES, PROT_NONE);
            if (result != 0) {
                throw new IllegalStateException("mprotect failed");
            }
        }
    }

    /** Bytes handed out so far. */
    long bytes() {
        return bytes;
    }

    @Override
    public int receive() {
        capture = captures.get(random.nextInt(captures.size()));
        snapLengthBytes = random.nextInt(4) == 0 ? random.nextInt(256) : Integer.MAX_VALUE;
        for (int slot = 0; slot < burst; slot++) {
            final byte[] frame = capture.frames().get(random.nextInt(capture.frames().size()));
            place(slot, frame, random.nextInt(8) == 0 ? random.nextInt(frame.length + 1) : frame.length);
        }
        return burst;
    }

    @Override
    public long frames() {
        return descriptors.address();
    }

    @Override
    public LinkType linkType() {
        return capture.linkType();
    }

    @Override
    public int snapLengthBytes() {
        return snapLengthBytes;
    }

    @Override
    public boolean finished() {
        return false;
    }

    @Override
    public void close() {
        memory.close();
        descriptors.close();
    }

    private void place(final int slot, final byte[] frame, final int wantedLength) {
        final int length = Math.min(wantedLength, ROOM_BYTES);
        final long address = guard(slot) - length;
        for (int i = 0; i < length; i++) {
            RawMemory.putU8(address + i, frame[i]);
        }
        for (int damages = length == 0 ? 0 : random.nextInt(MAX_DAMAGES + 1); damages > 0; damages--) {
            // Most of the bytes that decide anything stand in the headers.
            final long at = address + random.nextInt(random.nextInt(8) == 0 ? length : Math.min(length, HEADER_BYTES));
            RawMemory.putU8(at, switch (random.nextInt(3)) {
                case 0 -> random.nextInt(256);
                case 1 -> RawMemory.u8(at) ^ 1 << random.nextInt(8);
                default -> EXTREMES[random.nextInt(EXTREMES.length)];
            });
        }
        timeNs += random.nextLong(MAX_GAP_NS);
        bytes += length;
        final long descriptor = descriptors.address() + (long) slot * FrameDescriptor.LENGTH;
        RawMemory.putI64(descriptor + FrameDescriptor.ADDRESS, address);
        RawMemory.putI64(descriptor + FrameDescriptor.TIMESTAMP_NS, timeNs);
        RawMemory.putI32(descriptor + FrameDescriptor.CAPTURED_LENGTH, length);
        RawMemory.putI32(descriptor + FrameDescriptor.VLAN_TCI, 0);
    }

    private long guard(final int slot) {
        return memory.address() + (long) (slot + 1) * (ROOM_BYTES + PAGE_BYTES) - PAGE_BYTES;
    }
}
