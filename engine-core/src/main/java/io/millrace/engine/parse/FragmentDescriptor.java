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

    /** {@code uint64_t[5]}: addresses as in {@link ParsedBurst}, then identification, protocol and version. */
    static final int KEY = LAYOUT.u64("key");
    static final int KEY_WORDS = 5;

    static {
        for (int i = 1; i < KEY_WORDS; i++) {
            LAYOUT.u64("key" + i);
        }
    }

    /** {@code uint64_t}: when the entry came to be; 0 empty. */
    static final int BEGAN_NS = LAYOUT.u64("began_ns");
    /** {@code uint64_t[4]}: addresses of the flow, source before destination, high before low. */
    static final int FLOW_ADDRESSES = LAYOUT.u64("source_high");
    static final int SOURCE_LOW = LAYOUT.u64("source_low");
    static final int DESTINATION_HIGH = LAYOUT.u64("destination_high");
    static final int DESTINATION_LOW = LAYOUT.u64("destination_low");
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
    /** {@code uint16_t}. */
    static final int SOURCE_PORT = LAYOUT.u16("source_port");
    /** {@code uint16_t}. */
    static final int DESTINATION_PORT = LAYOUT.u16("destination_port");
    /** {@code uint16_t}. */
    static final int VLAN_ID = LAYOUT.u16("vlan_id");
    /** {@code uint8_t}: protocol of the flow. */
    static final int L4_PROTOCOL = LAYOUT.u8("l4_protocol");
    /** {@code uint8_t}: 4 or 6. */
    static final int IP_VERSION = LAYOUT.u8("ip_version");
    /** {@code uint8_t}: 1 once the first fragment has come. */
    static final int HAS_FIRST = LAYOUT.u8("has_first");
    /** One bit for each unit that has come. */
    static final int BITMAP = LAYOUT.u8Array("bitmap", MAX_UNITS / Byte.SIZE);

    static final int LENGTH = LAYOUT.seal();

    private FragmentDescriptor() {
    }
}
