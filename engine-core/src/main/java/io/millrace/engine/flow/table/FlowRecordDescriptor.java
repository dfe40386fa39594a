package io.millrace.engine.flow.table;

import io.millrace.engine.memory.StructDescriptor;

/**
 * One flow in the table. Lines are those of the cache, 64 bytes. A packet of a decided flow touches the first one, over
 * IPv6 the second too; with full statistics also the line of its side and, where it is TCP, the line of sequence
 * numbers. Fields in pairs belong to the low side first, then to the high side ({@link FlowSide}); a side's field lies
 * at the pair's offset plus side times the stride named with it. Times are nanoseconds since the Unix epoch in packet
 * time. Owned by the worker that owns the table.
 *
 * <pre>{@code
 *    0  match, count, age: key words 0, 2, 4 | last seen | packets and bytes 16 | payload bytes 8 | flags, TCP
 *   64  key words 1, 3 | carries of the counters 24 | first seen | flow id | hash | next free
 *  128  statistics of the low side: inter-arrival times, frame lengths, fragments, service
 *  192  statistics of the high side
 *  256  TCP sequence numbers, acknowledgements, windows: low side 32, high side 32
 *  320  opening and first answer, troubles of TCP, ICMP, ticks
 *  384  nDPI state, metadata, names; next update; MAC addresses
 * }</pre>
 */
public final class FlowRecordDescriptor {
    private static final int LINE = 64;
    private static final StructDescriptor LAYOUT = new StructDescriptor("flow_record_t");

    /** {@code uint64_t}: word 0 of the key, the upper half of the low side's address. */
    public static final int LOW_ADDRESS = LAYOUT.u64("low_address");
    /** {@code uint64_t}: word 2 of the key, the upper half of the high side's address. */
    public static final int HIGH_ADDRESS = LAYOUT.u64("high_address");
    /** {@code uint64_t}: word 4 of the key, ports, VLAN, protocol and version. */
    public static final int ENDS = LAYOUT.u64("ends");
    /** {@code uint64_t}: last packet. */
    public static final int LAST_SEEN_NS = LAYOUT.u64("last_seen_ns");
    /** {@code uint64_t}, pair, stride 8: frame bytes on the wire 40, packets 24; read through {@link FlowCounters}. */
    public static final int PACKETS_AND_BYTES = words("packets_and_bytes", 2);
    /** {@code uint32_t}, pair, stride 4: bytes after the transport header; read through {@link FlowCounters}. */
    public static final int PAYLOAD_BYTES = pair32("payload_bytes");
    /** {@code uint16_t}: bits {@link #LIVE} to {@link #MATCH_WANTED}. */
    public static final int FLAGS = LAYOUT.u16("flags");
    /** {@code uint16_t}: packets shown to nDPI. */
    public static final int INSPECTED = LAYOUT.u16("inspected");
    /** {@code uint8_t}: {@link TcpHandshake} phase. */
    public static final int HANDSHAKE = LAYOUT.u8("handshake");
    /** {@code uint8_t}, pair, stride 1: TCP flags, OR-ed. */
    public static final int TCP_FLAGS = LAYOUT.u8Array("tcp_flags", 2);

    /** {@code uint64_t}: word 1 of the key, the lower half of the low side's address; 0 in IPv4. */
    public static final int LOW_ADDRESS_REST = line(1, LAYOUT.u64("low_address_rest"));
    /** {@code uint64_t}: word 3 of the key, the lower half of the high side's address; 0 in IPv4. */
    public static final int HIGH_ADDRESS_REST = LAYOUT.u64("high_address_rest");
    /** {@code uint32_t}, pair, stride 4: carries out of the packets. */
    public static final int PACKET_CARRIES = pair32("packet_carries");
    /** {@code uint32_t}, pair, stride 4: carries out of the bytes. */
    public static final int BYTE_CARRIES = pair32("byte_carries");
    /** {@code uint32_t}, pair, stride 4: carries out of the payload bytes. */
    public static final int PAYLOAD_CARRIES = pair32("payload_carries");
    /** {@code uint64_t}: first packet. */
    public static final int FIRST_SEEN_NS = LAYOUT.u64("first_seen_ns");
    /** {@code uint64_t}: number of the flow within the run. */
    public static final int FLOW_ID = LAYOUT.u64("flow_id");
    /** {@code uint32_t}: seeded hash of the key. */
    public static final int HASH = LAYOUT.u32("hash");
    /** {@code uint32_t}: next record of the free list. */
    public static final int NEXT_FREE = LAYOUT.u32("next_free");

    /** Bytes from the statistics of the low side to those of the high side. */
    public static final int SIDE_STRIDE = LINE;
    /** {@code uint64_t}, pair, stride {@link #SIDE_STRIDE}: last packet of the side. */
    public static final int SIDE_LAST_NS = line(2, LAYOUT.u64("side_last_ns"));
    /** {@code uint64_t}, pair, stride {@link #SIDE_STRIDE}: shortest gap. */
    public static final int GAP_MIN_NS = LAYOUT.u64("gap_min_ns");
    /** {@code uint64_t}, pair, stride {@link #SIDE_STRIDE}: longest gap. */
    public static final int GAP_MAX_NS = LAYOUT.u64("gap_max_ns");
    /** {@code uint64_t}, pair, stride {@link #SIDE_STRIDE}: sum of the gaps. */
    public static final int GAP_SUM_NS = LAYOUT.u64("gap_sum_ns");
    /** {@code double}, pair, stride {@link #SIDE_STRIDE}: sum of the squared gaps. */
    public static final int GAP_SQUARES = LAYOUT.f64("gap_squares");
    /** {@code uint64_t}, pair, stride {@link #SIDE_STRIDE}: sum of squared frame lengths. */
    public static final int LENGTH_SQUARES = LAYOUT.u64("length_squares");
    /** {@code uint32_t}, pair, stride {@link #SIDE_STRIDE}: shortest frame. */
    public static final int LENGTH_MIN = LAYOUT.u32("length_min");
    /** {@code uint32_t}, pair, stride {@link #SIDE_STRIDE}: longest frame. */
    public static final int LENGTH_MAX = LAYOUT.u32("length_max");
    /** {@code uint32_t}, pair, stride {@link #SIDE_STRIDE}: IP fragments. */
    public static final int FRAGMENTS = LAYOUT.u32("fragments");
    /** {@code uint8_t}, pair, stride {@link #SIDE_STRIDE}: type of service or traffic class of the last packet. */
    public static final int TYPE_OF_SERVICE = sides(LINE, LAYOUT.u8("type_of_service"));

    /** Bytes from the sequence numbers of the low side to those of the high side. */
    public static final int TCP_STRIDE = LINE / 2;
    /** {@code uint32_t}, pair, stride {@link #TCP_STRIDE}: sequence number expected next. */
    public static final int NEXT_SEQUENCE = line(4, LAYOUT.u32("next_sequence"));
    /** {@code uint32_t}, pair, stride {@link #TCP_STRIDE}: first byte of the last hole. */
    public static final int HOLE_START = LAYOUT.u32("hole_start");
    /** {@code uint32_t}, pair, stride {@link #TCP_STRIDE}: byte after the last hole; its start where there is none. */
    public static final int HOLE_END = LAYOUT.u32("hole_end");
    /**
     * {@code uint32_t}, pair, stride {@link #TCP_STRIDE}: segments that repeat bytes already seen or lost before us.
     */
    public static final int RETRANSMISSIONS = LAYOUT.u32("retransmissions");
    /** {@code uint32_t}, pair, stride {@link #TCP_STRIDE}: segments that came late into a hole. */
    public static final int OUT_OF_ORDER = LAYOUT.u32("out_of_order");
    /** {@code uint32_t}, pair, stride {@link #TCP_STRIDE}: last acknowledgement number sent; 0 none. */
    public static final int LAST_ACKNOWLEDGEMENT = LAYOUT.u32("last_acknowledgement");
    /** {@code uint32_t}, pair, stride {@link #TCP_STRIDE}: when {@link #NEXT_SEQUENCE} grew, in units of 1024 ns. */
    public static final int ADVANCED_TICKS = LAYOUT.u32("advanced_ticks");
    /** {@code uint16_t}, pair, stride {@link #TCP_STRIDE}: last window sent, not scaled. */
    public static final int WINDOW = LAYOUT.u16("window");
    /**
     * {@code uint8_t}, pair, stride {@link #TCP_STRIDE}: times that the last acknowledgement was repeated; 255 at most.
     */
    public static final int REPEATED_ACKNOWLEDGEMENTS = LAYOUT.u8("repeated_acknowledgements");
    /** {@code uint8_t}, pair, stride {@link #TCP_STRIDE}: {@link TcpSequence}'s bits; 0 before the first packet. */
    public static final int SEQUENCE_STATE = sides(LINE / 2, LAYOUT.u8("sequence_state"));

    /** {@code uint64_t}: SYN that opened the flow or, once there was some, the client's first payload. */
    public static final int REQUEST_NS = line(5, LAYOUT.u64("request_ns"));
    /** {@code uint64_t}: SYN-ACK to ACK. */
    public static final int CLIENT_RTT_NS = LAYOUT.u64("client_rtt_ns");
    /** {@code int64_t}: SYN to SYN-ACK; -1 while the last SYN waits for its answer. */
    public static final int SERVER_RTT_NS = LAYOUT.u64("server_rtt_ns");
    /** {@code uint64_t}: first payload of the client to first payload of the server. */
    public static final int APPLICATION_LATENCY_NS = LAYOUT.u64("application_latency_ns");
    /** {@code uint32_t}, pair, stride 4: holes in TCP's sequence numbers that nothing filled in time. */
    public static final int LOST = pair32("lost");
    /** {@code uint32_t}: periodic updates so far. */
    public static final int PERIODIC_TICK = LAYOUT.u32("periodic_tick");
    /** {@code uint16_t}, pair, stride 2: TCP keep-alive probes; 65535 at most. */
    public static final int KEEP_ALIVES = pair16("keep_alives");
    /** {@code uint16_t}, pair, stride 2: TCP segments that close the window; 65535 at most. */
    public static final int ZERO_WINDOWS = pair16("zero_windows");
    /** {@code uint16_t}, pair, stride 2: ICMP errors that quote a packet of this side; 65535 at most. */
    public static final int ICMP_ERRORS = pair16("icmp_errors");
    /** {@code uint16_t}: longest ICMP payload. */
    public static final int ICMP_MAX_PAYLOAD = LAYOUT.u16("icmp_max_payload");
    /** {@code uint8_t}, pair, stride 1: last ICMP type. */
    public static final int ICMP_TYPE = LAYOUT.u8Array("icmp_type", 2);
    /** {@code uint8_t}, pair, stride 1: last ICMP code. */
    public static final int ICMP_CODE = LAYOUT.u8Array("icmp_code", 2);
    /** {@code uint8_t}: type of the last ICMP error that quotes a packet of the flow. */
    public static final int ICMP_ERROR_TYPE = LAYOUT.u8("icmp_error_type");
    /** {@code uint8_t}: its code. */
    public static final int ICMP_ERROR_CODE = LAYOUT.u8("icmp_error_code");

    /** {@code uint64_t}: address of nDPI's state; 0 where detection is over. */
    public static final int NDPI_STATE = line(6, LAYOUT.u64("ndpi_state"));
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
    /** {@code uint8_t[6]}: MAC address of the client. */
    public static final int CLIENT_MAC = LAYOUT.u8Array("client_mac", 6);
    /** {@code uint8_t[6]}: MAC address of the server. */
    public static final int SERVER_MAC = LAYOUT.u8Array("server_mac", 6);

    /** {@code uint64_t}: address of the {@link TunnelDescriptor}; valid with {@link #TUNNELLED}. */
    public static final int TUNNEL = LAYOUT.u64("tunnel");

    /** Bytes from one record to the next: whole cache lines. */
    public static final int LENGTH = (LAYOUT.seal() + LINE - 1) & -LINE;

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
    /** Flag: the client has sent payload. */
    public static final int REQUESTED = 32;
    /** Flag: the server has sent payload after the client. */
    public static final int ANSWERED = 64;
    /** Flag: the flow came out of a tunnel. */
    public static final int TUNNELLED = 128;
    /** Flag: the payload of the packet by which nDPI names the flow is kept. */
    public static final int MATCH_WANTED = 256;

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

    private static int pair32(final String name) {
        final int offset = LAYOUT.u32(name + "0");
        LAYOUT.u32(name + "1");
        return offset;
    }

    private static int pair16(final String name) {
        final int offset = LAYOUT.u16(name + "0");
        LAYOUT.u16(name + "1");
        return offset;
    }

    /** Marks the first field of a line: it must stand where the picture above has it. */
    private static int line(final int number, final int offset) {
        if (offset != number * LINE) {
            throw new IllegalStateException(LAYOUT.name() + ": line " + number + " begins at " + offset);
        }
        return offset;
    }

    /** Closes the fields of the low side and leaves room for as many of the high side. */
    private static int sides(final int stride, final int lastOffset) {
        LAYOUT.skipTo((lastOffset / stride + 2) * stride);
        return lastOffset;
    }
}
