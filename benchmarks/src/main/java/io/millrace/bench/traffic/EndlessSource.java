package io.millrace.bench.traffic;

import io.millrace.engine.memory.RawMemory;
import io.millrace.engine.port.FrameDescriptor;
import io.millrace.engine.port.LinkType;
import io.millrace.engine.port.PacketSource;

/** Ethernet frames that never come to an end. */
public abstract class EndlessSource implements PacketSource {
    private static final int SNAP_LENGTH = 262_144;

    @Override
    public final LinkType linkType() {
        return LinkType.ETHERNET;
    }

    @Override
    public final int snapLengthBytes() {
        return SNAP_LENGTH;
    }

    @Override
    public final boolean finished() {
        return false;
    }

    /** Writes a whole frame's {@link FrameDescriptor}. */
    protected static void describe(final long descriptor, final long frame, final long timeNs, final int lengthBytes) {
        RawMemory.putI64(descriptor + FrameDescriptor.ADDRESS, frame);
        RawMemory.putI64(descriptor + FrameDescriptor.TIMESTAMP_NS, timeNs);
        RawMemory.putI32(descriptor + FrameDescriptor.CAPTURED_LENGTH, lengthBytes);
    }
}
