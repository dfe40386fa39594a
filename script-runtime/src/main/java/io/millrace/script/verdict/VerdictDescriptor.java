package io.millrace.script.verdict;

import io.millrace.engine.memory.StructDescriptor;

/**
 * What the scripts have said of one flow so far, and what the runtime looked up for them. Lua reads and writes it in
 * place through the {@code ffi.cdef} text of {@link #layout()}. Offsets are bytes from the start of the record; numbers
 * in machine order. The first cache line holds what scripts said and what is known of the hosts, the second what the
 * flow was at its previous event, which is kept only where a script could ask for it.
 */
public final class VerdictDescriptor {
    private static final StructDescriptor LAYOUT = new StructDescriptor("verdict_t");

    /** {@code uint64_t}: the flow; 0 marks a free slot of the table. */
    public static final int FLOW_ID = LAYOUT.u64("flow_id");
    /** {@code uint64_t}: bit n is set while status n holds; 0 normal. */
    public static final int STATUS_BITMAP = LAYOUT.u64("status_bitmap");
    /** {@code uint64_t}: last packet before the flow's previous event; 0 at its first. */
    public static final int LAST_SEEN_NS = LAYOUT.u64("last_seen_ns");
    /** {@code uint32_t}: flow score; {@link #SCORE_UNSET} until a script sets one. */
    public static final int SCORE = LAYOUT.u32("score");
    /** {@code uint32_t}: score laid on the client; 0 until set. */
    public static final int CLIENT_SCORE = LAYOUT.u32("client_score");
    /** {@code uint32_t}: score laid on the server; 0 until set. */
    public static final int SERVER_SCORE = LAYOUT.u32("server_score");
    /** {@code uint32_t}: alerts raised for the flow. */
    public static final int ALERTS = LAYOUT.u32("alerts");
    /** {@code uint32_t}: client's autonomous system (RFC 6793); 0 unknown. */
    public static final int CLI_ASN = LAYOUT.u32("cli_asn");
    /** {@code uint32_t}: server's autonomous system; 0 unknown. */
    public static final int SRV_ASN = LAYOUT.u32("srv_asn");
    /** {@code uint16_t}: client's place, an index into the geolocation table; 0 unknown. */
    public static final int CLI_PLACE = LAYOUT.u16("cli_place");
    /** {@code uint16_t}: server's place, an index into the geolocation table; 0 unknown. */
    public static final int SRV_PLACE = LAYOUT.u16("srv_place");
    /** {@code uint16_t}: entry of the local networks that holds the client's address, from 1; 0 none. */
    public static final int CLI_NETWORK = LAYOUT.u16("cli_network");
    /** {@code uint16_t}: the same of the server. */
    public static final int SRV_NETWORK = LAYOUT.u16("srv_network");
    /** {@code uint16_t}: status that speaks for the flow; 0 normal. */
    public static final int PREDOMINANT_STATUS = LAYOUT.u16("predominant_status");
    /** {@code uint16_t}: status of the last alert; 0 none. */
    public static final int ALERTED_STATUS = LAYOUT.u16("alerted_status");
    /** {@code uint16_t}: score of the last alert. */
    public static final int ALERTED_SCORE = LAYOUT.u16("alerted_score");
    /** {@code uint8_t}: bits {@code LOCAL}, {@code BLACKLISTED}, {@code BROADCAST_OR_MULTICAST} of the client. */
    public static final int CLI_TRAITS = LAYOUT.u8("cli_traits");
    /** {@code uint8_t}: the same bits of the server. */
    public static final int SRV_TRAITS = LAYOUT.u8("srv_traits");

    /** {@code uint64_t}: packets of the flow at its previous event. */
    public static final int LAST_PACKETS = LAYOUT.u64("last_packets");
    /** {@code uint64_t}: frame bytes of the flow at its previous event. */
    public static final int LAST_BYTES = LAYOUT.u64("last_bytes");
    /** {@code uint64_t}: L4 payload bytes of the flow at its previous event. */
    public static final int LAST_GOODPUT_BYTES = LAYOUT.u64("last_goodput_bytes");
    /** {@code uint64_t}: frame bytes from the client at the flow's previous event. */
    public static final int LAST_CLI2SRV_BYTES = LAYOUT.u64("last_cli2srv_bytes");
    /** {@code uint64_t}: packets from the client at the flow's previous event. */
    public static final int LAST_CLI2SRV_PACKETS = LAYOUT.u64("last_cli2srv_packets");
    /** {@code uint64_t}: statuses that scripts for one-way flows set; they go with the first answer. */
    public static final int ONE_WAY_STATUSES = LAYOUT.u64("one_way_statuses");
    /** {@code double}: most frame bytes per second between two events of the flow, the last a periodic update. */
    public static final int TOP_BYTES_PER_S = LAYOUT.f64("top_bytes_per_s");
    /** {@code double}: the same of packets. */
    public static final int TOP_PACKETS_PER_S = LAYOUT.f64("top_packets_per_s");

    /** Length of the record in bytes. */
    public static final int LENGTH = LAYOUT.seal();

    /** Value of {@link #SCORE} before any script set one. */
    public static final int SCORE_UNSET = 0xFFFF;

    /** Trait: the address lies in one of the local networks. */
    public static final int LOCAL = 1;
    /** Trait: the address is on the blacklist. */
    public static final int BLACKLISTED = 2;
    /** Trait: the address is broadcast, multicast or unspecified. */
    public static final int BROADCAST_OR_MULTICAST = 4;

    private VerdictDescriptor() {
    }

    /** The layout with all its fields. */
    public static StructDescriptor layout() {
        return LAYOUT;
    }
}
