package io.millrace.engine.flow.table;

import io.millrace.engine.memory.StructDescriptor;

/**
 * One flow in the table. The first cache line accepts or rejects a candidate and ages it, the second counts; what
 * follows is touched for statistics, detection and events only. Fields in pairs stand low side first, then high side
 * ({@code FlowKeys}); a side's field lies at the pair's offset plus side times the field's width. Times are nanoseconds
 * since the Unix epoch in packet time. Owned by the worker that owns the table.
 *
 * <pre>{@code
 *    0  key 40 | last seen 8 | hash 4 | inspected 2 | flags 1 | handshake 1 | TCP flags 2 | ...
 *   64  packets 16 | bytes 16 | payload bytes 16 | first seen 8 | flow id 8
 *  128  inter-arrival, lengths, TCP sequence, latencies, ICMP, fragments, MAC addresses
 *       nDPI state, metadata, names; periodic update
 * }</pre>
 */
public final class FlowRecordDescriptor {
    private static final StructDescriptor LAYOUT = new StructDescriptor("flow_record_t");

    /** {@code uint64_t[5]}: the key, word by word. */
    public static final int KEY = words("key", 5);
    /** {@code uint64_t}: last packet. */
    public static final int LAST_SEEN_NS = LAYOUT.u64("last_seen_ns");
    /** {@code uint32_t}: seeded hash of the key. */
    public static final int HASH = LAYOUT.u32("hash");
    /** {@code uint16_t}: packets shown to nDPI. */
    public static final int INSPECTED = LAYOUT.u16("inspected");
    /** {@code uint8_t}: bits {@code LIVE} to {@code ICMP_SEEN} below. */
    public static final int FLAGS = LAYOUT.u8("flags");
    /** {@code uint8_t}: {@link TcpHandshake} phase. */
    public static final int HANDSHAKE = LAYOUT.u8("handshake");
    /** {@code uint8_t}, pair: TCP flags, OR-ed. */
    public static final int TCP_FLAGS = LAYOUT.u8Array("tcp_flags", 2);
    /** {@code uint32_t}: next record of the free list. */
    public static final int NEXT_FREE = LAYOUT.u32("next_free");

    /** {@code uint64_t}, pair: packets. */
    public static final int PACKETS = words("packets", 2);
    /** {@code uint64_t}, pair: frame bytes on the wire. */
    public static final int BYTES = words("bytes", 2);
    /** {@code uint64_t}, pair: bytes after the transport header. */
    public static final int PAYLOAD_BYTES = words("payload_bytes", 2);
    /** {@code uint64_t}: first packet. */
    public static final int FIRST_SEEN_NS = LAYOUT.u64("first_seen_ns");
    /** {@code uint64_t}: number of the flow within the run. */
    public static final int FLOW_ID = LAYOUT.u64("flow_id");

    /** {@code uint64_t}, pair: last packet of the side. */
    public static final int SIDE_LAST_NS = words("side_last_ns", 2);
    /** {@code uint64_t}, pair: shortest gap. */
    public static final int GAP_MIN_NS = words("gap_min_ns", 2);
    /** {@code uint64_t}, pair: longest gap. */
    public static final int GAP_MAX_NS = words("gap_max_ns", 2);
    /** {@code double}, pair: running mean of the gaps. */
    public static final int GAP_MEAN_NS = doubles("gap_mean_ns", 2);
    /** {@code double}, pair: running sum of squared differences from the mean (Welford 1962). */
    public static final int GAP_M2 = doubles("gap_m2", 2);
    /** {@code double}, pair: sum of squared frame lengths. */
    public static final int LENGTH_SQUARES = doubles("length_squares", 2);
    /** {@code uint32_t}, pair: shortest frame. */
    public static final int LENGTH_MIN = ints("length_min", 2);
    /** {@code uint32_t}, pair: longest frame. */
    public static final int LENGTH_MAX = ints("length_max", 2);
    /** {@code uint32_t}, pair: IP fragments. */
    public static final int FRAGMENTS = ints("fragments", 2);

    /** {@code uint32_t}, pair: TCP sequence number expected next. */
    public static final int NEXT_SEQUENCE = ints("next_sequence", 2);
    /** {@code uint32_t}, pair: first byte of the last hole. */
    public static final int HOLE_START = ints("hole_start", 2);
    /** {@code uint32_t}, pair: byte after the last hole; equal to its start where there is none. */
    public static final int HOLE_END = ints("hole_end", 2);
    /** {@code uint32_t}, pair: segments that repeat bytes already seen. */
    public static final int RETRANSMISSIONS = ints("retransmissions", 2);
    /** {@code uint32_t}, pair: segments that fill a hole. */
    public static final int OUT_OF_ORDER = ints("out_of_order", 2);
    /** {@code uint32_t}, pair: holes not filled. */
    public static final int LOST = ints("lost", 2);
    /** {@code uint32_t}, pair: keep-alive probes. */
    public static final int KEEP_ALIVES = ints("keep_alives", 2);
    /** {@code uint8_t}, pair: 1 once {@link #NEXT_SEQUENCE} is known. */
    public static final int SEQUENCE_KNOWN = LAYOUT.u8Array("sequence_known", 2);
    /** {@code uint16_t}: longest ICMP payload. */
    public static final int ICMP_MAX_PAYLOAD = LAYOUT.u16("icmp_max_payload");
    /** {@code uint8_t}, pair: last ICMP type. */
    public static final int ICMP_TYPE = LAYOUT.u8Array("icmp_type", 2);
    /** {@code uint8_t}, pair: last ICMP code. */
    public static final int ICMP_CODE = LAYOUT.u8Array("icmp_code", 2);
    /** {@code uint64_t}: SYN. */
    public static final int SYN_NS = LAYOUT.u64("syn_ns");
    /** {@code uint64_t}: SYN-ACK. */
    public static final int SYN_ACK_NS = LAYOUT.u64("syn_ack_ns");
    /** {@code uint64_t}: SYN-ACK to ACK. */
    public static final int CLIENT_RTT_NS = LAYOUT.u64("client_rtt_ns");
    /** {@code uint64_t}: SYN to SYN-ACK. */
    public static final int SERVER_RTT_NS = LAYOUT.u64("server_rtt_ns");
    /** {@code uint64_t}: first payload of the client. */
    public static final int REQUEST_NS = LAYOUT.u64("request_ns");
    /** {@code uint64_t}: first payload of the client to first payload of the server. */
    public static final int APPLICATION_LATENCY_NS = LAYOUT.u64("application_latency_ns");
    /** {@code uint8_t[6]}: MAC address of the client. */
    public static final int CLIENT_MAC = LAYOUT.u8Array("client_mac", 6);
    /** {@code uint8_t[6]}: MAC address of the server. */
    public static final int SERVER_MAC = LAYOUT.u8Array("server_mac", 6);

    /** {@code uint64_t}: address of nDPI's state; 0 where detection is over. */
    public static final int NDPI_STATE = LAYOUT.u64("ndpi_state");
    /** {@code uint64_t}: address of the metadata block; 0 none. */
    public static final int METADATA = LAYOUT.u64("metadata");
    /** {@code uint64_t}: nDPI's risks. */
    public static final int NDPI_RISK = LAYOUT.u64("ndpi_risk");
    /** {@code uint16_t}: nDPI's master protocol. */
    public static final int NDPI_MASTER = LAYOUT.u16("ndpi_master");
    /** {@code uint16_t}: nDPI's application protocol. */
    public static final int NDPI_APP = LAYOUT.u16("ndpi_app");
    /** {@code uint16_t}: nDPI's category. */
    public static final int NDPI_CATEGORY = LAYOUT.u16("ndpi_category");
    /** {@code uint8_t}: nDPI's breed. */
    public static final int NDPI_BREED = LAYOUT.u8("ndpi_breed");
    /** {@code uint8_t}: nDPI's confidence. */
    public static final int NDPI_CONFIDENCE = LAYOUT.u8("ndpi_confidence");
    /** {@code uint64_t}: when the next periodic update falls due. */
    public static final int NEXT_PERIODIC_NS = LAYOUT.u64("next_periodic_ns");
    /** {@code uint32_t}: periodic updates so far. */
    public static final int PERIODIC_TICK = LAYOUT.u32("periodic_tick");

    /** Bytes from one record to the next: whole cache lines. */
    public static final int LENGTH = (LAYOUT.seal() + 63) & -64;

    /** Flag: the record holds a flow. */
    public static final int LIVE = 1;
    /** Flag: the client is the high side of the key. */
    public static final int CLIENT_IS_HIGH = 2;
    /** Flag: nDPI has not spoken its last word. */
    public static final int DETECTION_OPEN = 4;
    /** Flag: the protocolDetected event was made. */
    public static final int ANNOUNCED = 8;
    /** Flag: ICMP types and codes are known. */
    public static final int ICMP_SEEN = 16;

    private FlowRecordDescriptor() {
    }

    /** The layout with all its fields. */
    public static StructDescriptor layout() {
        return LAYOUT;
    }

    private static int words(final String name, final int count) {
        final int offset = LAYOUT.u64(name);
        for (int i = 1; i < count; i++) {
            LAYOUT.u64(name + i);
        }
        return offset;
    }

    private static int doubles(final String name, final int count) {
        final int offset = LAYOUT.f64(name);
        for (int i = 1; i < count; i++) {
            LAYOUT.f64(name + i);
        }
        return offset;
    }

    private static int ints(final String name, final int count) {
        final int offset = LAYOUT.u32(name);
        for (int i = 1; i < count; i++) {
            LAYOUT.u32(name + i);
        }
        return offset;
    }
}
