package io.millrace.engine.port;

import io.millrace.binding.dpdk.RxBurst;

/** How a source describes a received frame; offsets in bytes from the description's start. Layout: the shim's. */
public final class FrameDescriptor {
    /** Bytes from one description to the next. */
    public static final int LENGTH = RxBurst.FRAME_LENGTH;
    /** {@code uint64_t}: address of the frame's first byte. */
    public static final int ADDRESS = RxBurst.ADDRESS_OFFSET;
    /** {@code uint64_t}: arrival, nanoseconds since the Unix epoch. */
    public static final int TIMESTAMP_NS = RxBurst.TIMESTAMP_NS_OFFSET;
    /** {@code uint32_t}: readable bytes. */
    public static final int CAPTURED_LENGTH = RxBurst.CAPTURED_LENGTH_OFFSET;
    /** {@code uint32_t}: VLAN tag taken off by the port, with bit 16 set; 0 none. */
    public static final int VLAN_TCI = RxBurst.VLAN_TCI_OFFSET;

    private FrameDescriptor() {
    }
}
