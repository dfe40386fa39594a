package io.millrace.engine.telemetry;

/**
 * Counters of the engine, one set per worker. They obey
 * <pre>{@code
 *   RECEIVED      = PARSED + NOT_IP + MALFORMED + UNSUPPORTED_LINK
 *   FLOWS_CREATED = FLOWS_ENDED + FLOWS_LIVE
 *   FLOWS_ENDED + FLOW_SLICES = flow records due
 *   EVENTS_PRODUCED = events delivered + events skipped (counted by the script threads)
 * }</pre>
 */
public enum EngineCounter implements CounterDescriptor {
    /** Frames taken from the RX queue. */
    RECEIVED(100, "frames received"),
    /** Bytes of all received frames as they were on the wire. */
    RECEIVED_BYTES(101, "bytes received"),
    /** Frames that became packets of a flow. */
    PARSED(102, "frames parsed"),
    /** Frames that carry no IP. */
    NOT_IP(103, "frames without IP"),
    /** Frames cut short, with lengths that lie, or with a header chain past the frame's end. */
    MALFORMED(104, "frames malformed"),
    /** Frames of a link type that is not understood. */
    UNSUPPORTED_LINK(105, "frames of an unsupported link type"),
    /** Flows entered into the table. */
    FLOWS_CREATED(110, "flows created"),
    /** Flows that left the table, for whatever reason. */
    FLOWS_ENDED(111, "flows ended"),
    /** Flows in the table now. */
    FLOWS_LIVE(112, "flows live"),
    /** Records of long flows that lived on (active timeout). */
    FLOW_SLICES(114, "slices of long flows reported"),
    /** Flows ended before their time because the table was full. */
    FLOWS_EVICTED(113, "flows evicted, table full"),
    /** Packets shown to nDPI. */
    PACKETS_INSPECTED(120, "packets shown to nDPI"),
    /** Flows whose application nDPI named from their packets. */
    FLOWS_DETECTED(121, "flows named by nDPI"),
    /** Flows named by port or address, or left unknown, after nDPI gave up. */
    FLOWS_GIVEN_UP(122, "flows given up by nDPI"),
    /** Flows that got no nDPI state because too many were undecided at once; named by port. */
    DETECTION_REFUSED(123, "flows not inspected, detection memory full"),
    /** Flows whose names and addresses read by nDPI could not be kept. */
    METADATA_DROPPED(124, "flows without metadata, metadata memory full"),
    /** Events that fell due, by kind and in sum. */
    EVENTS_PRODUCED(130, "events produced"),
    /** Events skipped because the ring to the script thread was full. */
    EVENTS_SKIPPED(131, "events skipped, ring full"),
    /** Records of flows whose last event was skipped, handed to the output directly. */
    RECORDS_BYPASSED(133, "flow records past the scripts, ring full"),
    /** Records of flows whose last event was skipped and for which the output had no room either. */
    RECORDS_LOST(134, "flow records lost, output full"),
    /** Times that a worker waited for room in an event ring; replay only. */
    RING_WAITS(132, "waits for room in an event ring"),
    /** Frames that the port dropped because the worker came too late. */
    RX_MISSED(140, "frames missed by the port"),
    /** Frames that the port dropped for want of mbufs. */
    RX_NO_MBUF(141, "frames dropped for want of mbufs"),
    /** Frames that the port received with an error. */
    RX_ERRORS(142, "frames received with errors"),
    /** Packets whose TCP, UDP, SCTP or ICMP header does not fit their IP packet; in a flow all the same. */
    BROKEN_TRANSPORT(150, "packets with a broken transport header"),
    /** Packets in more tunnels than are opened; in the flow of the innermost that is. */
    TUNNELS_TOO_DEEP(151, "packets in too many tunnels"),
    /** IP fragments, first and later. */
    FRAGMENTS(152, "fragments"),
    /** Fragments that came before the first of their datagram, held until it comes. */
    FRAGMENTS_HELD(153, "fragments before the first of their datagram"),
    /** Held fragments whose first never came: parsed, but counted in no flow. */
    FRAGMENTS_UNCLAIMED(154, "fragments without the first of their datagram"),
    /** Fragments that bring bytes that were there already. */
    FRAGMENTS_OVERLAPPING(155, "fragments overlapping"),
    /** Fragments, not the last of their datagram, that are shorter than any link makes necessary. */
    FRAGMENTS_TINY(156, "fragments tiny"),
    /** ICMP errors that quote a packet of a flow in the table; noted there, counted as packets of their own flow. */
    ICMP_ERRORS_ATTACHED(157, "ICMP errors about a flow"),
    /** ICMP errors that quote a packet of no flow here, or nothing that could be read. */
    ICMP_ERRORS_UNMATCHED(158, "ICMP errors about no flow");

    private final int typeId;
    private final String label;

    EngineCounter(final int typeId, final String label) {
        this.typeId = typeId;
        this.label = label;
    }

    @Override
    public int typeId() {
        return typeId;
    }

    @Override
    public String label() {
        return label;
    }
}
