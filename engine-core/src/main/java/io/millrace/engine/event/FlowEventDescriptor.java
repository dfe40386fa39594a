package io.millrace.engine.event;

import io.millrace.engine.flow.table.SliceDescriptor;
import io.millrace.engine.flow.table.TunnelDescriptor;
import io.millrace.engine.memory.StructDescriptor;
import org.agrona.concurrent.ringbuffer.RecordDescriptor;

/**
 * A flow event: a snapshot of one flow at the moment when something happened to it.
 *
 * <pre>{@code
 *  0          fixed part           LENGTH                                     event_length
 *  +---------------------------------+-----------------+---------------+--------------+
 *  | who, when, counters, names' ids | flow_metadata_t | flow_tunnel_t | flow_slice_t |   the last three optional
 *  +---------------------------------+-----------------+---------------+--------------+
 * }</pre>
 *
 * <p>{@code cli} is the side that opened the flow, {@code srv} the other one; {@code cli2srv} and {@code srv2cli} name
 * directions. Times are nanoseconds since the Unix epoch in packet time, durations nanoseconds, lengths bytes; byte
 * counters are on-wire frame lengths including the link header. Numbers are in machine order, addresses in network
 * order; IPv4 addresses fill the first four bytes of the sixteen and the rest is zero.
 *
 * <p>In a ring an event starts eight bytes after the start of a cache line, behind the ring's own header. What every
 * batch reads of every event fills the first line; counters and ports are the second, addresses the third, and what
 * only some scripts ask for comes after them, so that it stays in memory until somebody asks.
 *
 * <p>Offsets below are bytes from the start of the event. Java reads through {@link FlowEvent}, Lua through the
 * {@code ffi.cdef} text of {@link #layout()}; both come from this file.
 */
public final class FlowEventDescriptor {
    /** Grows with every change of the layout; the Lua library refuses another version. */
    public static final int VERSION = 6;

    private static final int LINE = 64;
    private static final StructDescriptor LAYOUT = new StructDescriptor("flow_event_t");

    /** {@code uint64_t}: number of the flow, unique within a run, below 2^53. */
    public static final int FLOW_ID = LAYOUT.u64("flow_id");
    /** {@code uint64_t}: packet time at which the event was made. */
    public static final int TIME_NS = LAYOUT.u64("time_ns");
    /**
     * {@code uint64_t}: {@code System.nanoTime()} of the burst that made the event; for latencies, never for output.
     */
    public static final int PRODUCED_NS = LAYOUT.u64("produced_ns");
    /** {@code uint64_t}: last packet. */
    public static final int LAST_SEEN_NS = LAYOUT.u64("last_seen_ns");
    /** {@code uint32_t}: bytes of the whole event, metadata included. */
    public static final int EVENT_LENGTH = LAYOUT.u32("event_length");
    /** {@code uint32_t}: offset of the {@code flow_metadata_t}; 0 where nDPI read nothing worth keeping. */
    public static final int METADATA_OFFSET = LAYOUT.u32("metadata_offset");
    /** {@code uint8_t}: {@link FlowEventKind} code. */
    public static final int KIND = LAYOUT.u8("kind");
    /** {@code uint8_t}: 4 or 6. */
    public static final int IP_VERSION = LAYOUT.u8("ip_version");
    /** {@code uint8_t}: IP protocol number (IANA), that of the last header for IPv6. */
    public static final int L4_PROTOCOL = LAYOUT.u8("l4_protocol");
    /** {@code uint8_t}: {@link io.millrace.engine.flow.table.FlowEndReason} code; 0 while the flow lives. */
    public static final int END_REASON = LAYOUT.u8("end_reason");
    /** {@code uint16_t}: nDPI's master protocol id; 0 unknown. */
    public static final int NDPI_MASTER = LAYOUT.u16("ndpi_master");
    /** {@code uint16_t}: nDPI's application protocol id; 0 unknown. */
    public static final int NDPI_APP = LAYOUT.u16("ndpi_app");
    /** {@code uint32_t}: number of this periodic update of the flow, from 0; 0 for other kinds. */
    public static final int PERIODIC_TICK = LAYOUT.u32("periodic_tick");
    /** {@code uint8_t}: 1 once SYN, SYN-ACK and ACK were seen in this order and undisturbed. */
    public static final int HANDSHAKE_OK = LAYOUT.u8("handshake_ok");
    /** {@code uint8_t}: 1 once the handshake is over, completed or not; always 1 for mid-stream flows. */
    public static final int HANDSHAKE_OVER = LAYOUT.u8("handshake_over");
    /** {@code uint8_t}: {@link io.millrace.engine.flow.table.FlowState} code. */
    public static final int STATE = LAYOUT.u8("state");
    /** {@code uint8_t}: nDPI's breed id of the application. */
    public static final int NDPI_BREED = LAYOUT.u8("ndpi_breed");

    /** {@code uint64_t}: packets from the client. */
    public static final int CLI2SRV_PACKETS = LAYOUT.u64("cli2srv_packets");
    /** {@code uint64_t}: packets from the server. */
    public static final int SRV2CLI_PACKETS = LAYOUT.u64("srv2cli_packets");
    /** {@code uint64_t}: frame bytes from the client. */
    public static final int CLI2SRV_BYTES = LAYOUT.u64("cli2srv_bytes");
    /** {@code uint64_t}: frame bytes from the server. */
    public static final int SRV2CLI_BYTES = LAYOUT.u64("srv2cli_bytes");
    /** {@code uint64_t}: L4 payload bytes from the client. */
    public static final int CLI2SRV_GOODPUT_BYTES = LAYOUT.u64("cli2srv_goodput_bytes");
    /** {@code uint64_t}: L4 payload bytes from the server. */
    public static final int SRV2CLI_GOODPUT_BYTES = LAYOUT.u64("srv2cli_goodput_bytes");
    /** {@code uint64_t}: first packet. */
    public static final int FIRST_SEEN_NS = LAYOUT.u64("first_seen_ns");
    /** {@code uint16_t}: client's port; 0 where the protocol has none. */
    public static final int CLI_PORT = LAYOUT.u16("cli_port");
    /** {@code uint16_t}: server's port; 0 where the protocol has none. */
    public static final int SRV_PORT = LAYOUT.u16("srv_port");
    /** {@code uint16_t}: VLAN identifier of the innermost tag; 0 untagged. */
    public static final int VLAN_ID = LAYOUT.u16("vlan_id");
    /** {@code uint16_t}: index of the worker that owns the flow. */
    public static final int WORKER = LAYOUT.u16("worker");

    /** {@code uint8_t[16]}: client's address. */
    public static final int CLI_ADDRESS = LAYOUT.u8Array("cli_address", 16);
    /** {@code uint8_t[16]}: server's address. */
    public static final int SRV_ADDRESS = LAYOUT.u8Array("srv_address", 16);
    /** {@code uint64_t}: nDPI's risks, bit n is risk id n. */
    public static final int NDPI_RISK = LAYOUT.u64("ndpi_risk");
    /** {@code uint8_t[6]}: source MAC address of the client's first packet; zero where the link has none. */
    public static final int CLI_MAC = LAYOUT.u8Array("cli_mac", 6);
    /** {@code uint8_t[6]}: destination MAC address of the client's first packet. */
    public static final int SRV_MAC = LAYOUT.u8Array("srv_mac", 6);
    /** {@code uint32_t}: hash of addresses, ports and protocol, the same for both directions; not seeded. */
    public static final int FLOW_HASH = LAYOUT.u32("flow_hash");
    /** {@code uint16_t}: nDPI's category id. */
    public static final int NDPI_CATEGORY = LAYOUT.u16("ndpi_category");
    /** {@code uint8_t}: nDPI's {@code ndpi_confidence_t}. */
    public static final int NDPI_CONFIDENCE = LAYOUT.u8("ndpi_confidence");
    /** {@code uint8_t}: all TCP flags of the client's packets, OR-ed (RFC 9293 section 3.1, low 8 bits). */
    public static final int CLI2SRV_TCP_FLAGS = LAYOUT.u8("cli2srv_tcp_flags");
    /** {@code uint8_t}: all TCP flags of the server's packets, OR-ed. */
    public static final int SRV2CLI_TCP_FLAGS = LAYOUT.u8("srv2cli_tcp_flags");
    /** {@code uint8_t}: 1 where ICMP or ICMPv6 types and codes are known. */
    public static final int ICMP_PRESENT = LAYOUT.u8("icmp_present");
    /** {@code uint16_t}: offset of the {@code flow_tunnel_t}; 0 where the flow came out of no tunnel. */
    public static final int TUNNEL_OFFSET = LAYOUT.u16("tunnel_offset");

    /** {@code uint64_t}: shortest gap between two packets of the client. */
    public static final int CLI2SRV_IAT_MIN_NS = LAYOUT.u64("cli2srv_iat_min_ns");
    /** {@code uint64_t}: longest gap between two packets of the client. */
    public static final int CLI2SRV_IAT_MAX_NS = LAYOUT.u64("cli2srv_iat_max_ns");
    /** {@code double}: mean gap between packets of the client. */
    public static final int CLI2SRV_IAT_AVG_NS = LAYOUT.f64("cli2srv_iat_avg_ns");
    /** {@code double}: population standard deviation of the client's gaps. */
    public static final int CLI2SRV_IAT_STDDEV_NS = LAYOUT.f64("cli2srv_iat_stddev_ns");
    /** {@code uint64_t}: shortest gap between two packets of the server. */
    public static final int SRV2CLI_IAT_MIN_NS = LAYOUT.u64("srv2cli_iat_min_ns");
    /** {@code uint64_t}: longest gap between two packets of the server. */
    public static final int SRV2CLI_IAT_MAX_NS = LAYOUT.u64("srv2cli_iat_max_ns");
    /** {@code double}: mean gap between packets of the server. */
    public static final int SRV2CLI_IAT_AVG_NS = LAYOUT.f64("srv2cli_iat_avg_ns");
    /** {@code double}: population standard deviation of the server's gaps. */
    public static final int SRV2CLI_IAT_STDDEV_NS = LAYOUT.f64("srv2cli_iat_stddev_ns");
    /** {@code double}: population standard deviation of the client's frame lengths. */
    public static final int CLI2SRV_LENGTH_STDDEV = LAYOUT.f64("cli2srv_length_stddev");
    /** {@code double}: population standard deviation of the server's frame lengths. */
    public static final int SRV2CLI_LENGTH_STDDEV = LAYOUT.f64("srv2cli_length_stddev");
    /** {@code uint32_t}: shortest frame of the client. */
    public static final int CLI2SRV_LENGTH_MIN = LAYOUT.u32("cli2srv_length_min");
    /** {@code uint32_t}: longest frame of the client. */
    public static final int CLI2SRV_LENGTH_MAX = LAYOUT.u32("cli2srv_length_max");
    /** {@code uint32_t}: shortest frame of the server. */
    public static final int SRV2CLI_LENGTH_MIN = LAYOUT.u32("srv2cli_length_min");
    /** {@code uint32_t}: longest frame of the server. */
    public static final int SRV2CLI_LENGTH_MAX = LAYOUT.u32("srv2cli_length_max");
    /** {@code uint32_t}: IP fragments from the client. */
    public static final int CLI2SRV_FRAGMENTS = LAYOUT.u32("cli2srv_fragments");
    /** {@code uint32_t}: IP fragments from the server. */
    public static final int SRV2CLI_FRAGMENTS = LAYOUT.u32("srv2cli_fragments");
    /** {@code uint32_t}: client's TCP segments that repeat bytes already seen. */
    public static final int CLI2SRV_RETRANSMISSIONS = LAYOUT.u32("cli2srv_retransmissions");
    /** {@code uint32_t}: server's TCP segments that repeat bytes already seen. */
    public static final int SRV2CLI_RETRANSMISSIONS = LAYOUT.u32("srv2cli_retransmissions");
    /** {@code uint32_t}: client's TCP segments that fill a hole seen earlier. */
    public static final int CLI2SRV_OUT_OF_ORDER = LAYOUT.u32("cli2srv_out_of_order");
    /** {@code uint32_t}: server's TCP segments that fill a hole seen earlier. */
    public static final int SRV2CLI_OUT_OF_ORDER = LAYOUT.u32("srv2cli_out_of_order");
    /** {@code uint32_t}: holes in the client's sequence numbers. */
    public static final int CLI2SRV_LOST = LAYOUT.u32("cli2srv_lost");
    /** {@code uint32_t}: holes in the server's sequence numbers. */
    public static final int SRV2CLI_LOST = LAYOUT.u32("srv2cli_lost");
    /** {@code uint32_t}: client's keep-alive probes (RFC 9293 section 3.8.4). */
    public static final int CLI2SRV_KEEP_ALIVES = LAYOUT.u32("cli2srv_keep_alives");
    /** {@code uint32_t}: server's keep-alive probes. */
    public static final int SRV2CLI_KEEP_ALIVES = LAYOUT.u32("srv2cli_keep_alives");
    /** {@code uint32_t}: client's segments that close its window; 65535 at most. */
    public static final int CLI2SRV_ZERO_WINDOWS = LAYOUT.u32("cli2srv_zero_windows");
    /** {@code uint32_t}: server's segments that close its window; 65535 at most. */
    public static final int SRV2CLI_ZERO_WINDOWS = LAYOUT.u32("srv2cli_zero_windows");
    /** {@code uint64_t}: SYN-ACK to ACK as seen here, the round trip on the client's side; 0 unknown. */
    public static final int CLI_HANDSHAKE_RTT_NS = LAYOUT.u64("cli_handshake_rtt_ns");
    /** {@code uint64_t}: SYN to SYN-ACK as seen here, the round trip on the server's side; 0 unknown. */
    public static final int SRV_HANDSHAKE_RTT_NS = LAYOUT.u64("srv_handshake_rtt_ns");
    /** {@code uint64_t}: first request byte to first response byte; 0 unknown. */
    public static final int APPLICATION_LATENCY_NS = LAYOUT.u64("application_latency_ns");
    /** {@code uint8_t}: type of the client's last ICMP message. */
    public static final int CLI2SRV_ICMP_TYPE = LAYOUT.u8("cli2srv_icmp_type");
    /** {@code uint8_t}: code of the client's last ICMP message. */
    public static final int CLI2SRV_ICMP_CODE = LAYOUT.u8("cli2srv_icmp_code");
    /** {@code uint8_t}: type of the server's last ICMP message. */
    public static final int SRV2CLI_ICMP_TYPE = LAYOUT.u8("srv2cli_icmp_type");
    /** {@code uint8_t}: code of the server's last ICMP message. */
    public static final int SRV2CLI_ICMP_CODE = LAYOUT.u8("srv2cli_icmp_code");
    /** {@code uint16_t}: longest ICMP payload. */
    public static final int ICMP_MAX_PAYLOAD_BYTES = LAYOUT.u16("icmp_max_payload_bytes");
    /** {@code uint16_t}: ICMP errors that quote a packet of the client; 65535 at most. */
    public static final int CLI2SRV_ICMP_ERRORS = LAYOUT.u16("cli2srv_icmp_errors");
    /** {@code uint16_t}: ICMP errors that quote a packet of the server; 65535 at most. */
    public static final int SRV2CLI_ICMP_ERRORS = LAYOUT.u16("srv2cli_icmp_errors");
    /** {@code uint8_t}: type of the last of them. */
    public static final int ICMP_ERROR_TYPE = LAYOUT.u8("icmp_error_type");
    /** {@code uint8_t}: its code. */
    public static final int ICMP_ERROR_CODE = LAYOUT.u8("icmp_error_code");
    /** {@code uint8_t}: IPv4 type of service or IPv6 traffic class (RFC 2474, RFC 3168) of the client's last packet. */
    public static final int CLI2SRV_TOS = LAYOUT.u8("cli2srv_tos");
    /** {@code uint8_t}: the same of the server. */
    public static final int SRV2CLI_TOS = LAYOUT.u8("srv2cli_tos");

    /** {@code uint16_t}: offset of the {@code flow_slice_t}; 0 where the event is about the whole flow. */
    public static final int SLICE_OFFSET = LAYOUT.u16("slice_offset");

    /** Length of the fixed part in bytes; with the header that a ring puts before it, whole cache lines. */
    public static final int LENGTH = sealAtLineEnd();

    /** Longest event in bytes. */
    public static final int MAX_LENGTH =
        LENGTH + FlowMetadataDescriptor.MAX_LENGTH + TunnelDescriptor.LENGTH + SliceDescriptor.LENGTH;

    private FlowEventDescriptor() {
    }

    private static int sealAtLineEnd() {
        LAYOUT.skipTo((LAYOUT.endOffset() + RecordDescriptor.HEADER_LENGTH + LINE - 1 & -LINE)
            - RecordDescriptor.HEADER_LENGTH);
        return LAYOUT.seal();
    }

    /** The layout of the fixed part. */
    public static StructDescriptor layout() {
        return LAYOUT;
    }
}
