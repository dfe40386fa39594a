package io.millrace.engine.burst;

import io.millrace.engine.memory.RawMemory;
import io.millrace.engine.port.FrameDescriptor;
import io.millrace.engine.port.LinkType;
import io.millrace.engine.port.PacketSource;

/**
 * The frames of one poll. A flyweight over the source's frame descriptions; owned by one worker, valid until the next
 * {@link #receive()}.
 */
public final class Burst {
    private final PacketSource source;
    private int count;
    private long frames;

    /** A view of what {@code source} receives. */
    public Burst(final PacketSource source) {
        this.source = source;
    }

    /** Gives back the previous frames and receives the next; returns how many. */
    public int receive() {
        count = source.receive();
        frames = count == 0 ? 0 : source.frames();
        return count;
    }

    /** Frames of this burst. */
    public int count() {
        return count;
    }

    /** Link layer of all frames of this burst. */
    public LinkType linkType() {
        return source.linkType();
    }

    /** Frames of this length may have been cut by whoever captured them. */
    public int snapLengthBytes() {
        return source.snapLengthBytes();
    }

    /** Address of the first byte of frame {@code slot}. */
    public long address(final int slot) {
        return RawMemory.i64(frame(slot) + FrameDescriptor.ADDRESS);
    }

    /** Readable bytes of frame {@code slot}. */
    public int capturedLength(final int slot) {
        return RawMemory.i32(frame(slot) + FrameDescriptor.CAPTURED_LENGTH);
    }

    /** Arrival of frame {@code slot}, nanoseconds since the Unix epoch. */
    public long timestampNs(final int slot) {
        return RawMemory.i64(frame(slot) + FrameDescriptor.TIMESTAMP_NS);
    }

    /** VLAN identifier taken off frame {@code slot} by the port; 0 none. */
    public int strippedVlanId(final int slot) {
        return RawMemory.i32(frame(slot) + FrameDescriptor.VLAN_TCI) & 0x0FFF;
    }

    private long frame(final int slot) {
        return frames + (long) slot * FrameDescriptor.LENGTH;
    }
}
