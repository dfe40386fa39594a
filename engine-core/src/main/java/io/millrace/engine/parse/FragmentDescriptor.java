package io.millrace.engine.parse;

import io.millrace.engine.memory.StructDescriptor;

/**
 * One fragmented datagram in the table of its worker: who it is, the flow that its first fragment belongs to, and what
 * of it has come. Owned by {@link FragmentTable}.
 */
final class FragmentDescriptor {
    /** Units of 8 bytes in the longest datagram. */
    static final int MAX_UNITS = 8192;

    private static final StructDescriptor LAYOUT = new StructDescriptor("fragment_t");

    /** {@code uint64_t[5]}: addresses as in {@link PacketEnds}, then identification, protocol and version. */
    static final int KEY = LAYOUT.u64("key");
    static final int KEY_WORDS = 5;

    static {
        for (int i = 1; i < KEY_WORDS; i++) {
            LAYOUT.u64("key" + i);
        }
    }

    /** {@code uint64_t}: when the entry came to be; 0 empty. */
    static final int BEGAN_NS = LAYOUT.u64("began_ns");
    /** {@link PacketEnds} of the first fragment, which are those of the flow. */
    static final int ENDS = LAYOUT.u8Array("ends", PacketEnds.LENGTH);
    /** {@code uint64_t}: bytes on the wire of the packets held. */
    static final int HELD_BYTES = LAYOUT.u64("held_bytes");
    /** {@code uint64_t}: payload bytes of the packets held. */
    static final int HELD_PAYLOAD_BYTES = LAYOUT.u64("held_payload_bytes");
    /** {@code uint32_t}: packets held. */
    static final int HELD_PACKETS = LAYOUT.u32("held_packets");
    /** {@code uint32_t}: units of 8 bytes that have come. */
    static final int UNITS = LAYOUT.u32("units");
    /** {@code uint32_t}: units of the whole datagram; 0 before the last fragment. */
    static final int TOTAL_UNITS = LAYOUT.u32("total_units");
    /** {@code uint8_t}: 1 once the first fragment has come. */
    static final int HAS_FIRST = LAYOUT.u8("has_first");
    /** One bit for each unit that has come. */
    static final int BITMAP = LAYOUT.u8Array("bitmap", MAX_UNITS / Byte.SIZE);

    static final int LENGTH = LAYOUT.seal();

    private FragmentDescriptor() {
    }
}
