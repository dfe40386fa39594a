package io.millrace.engine.flow.table;

import static io.millrace.engine.memory.RawMemory.copy;
import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.putI64;
import static io.millrace.engine.memory.RawMemory.putU16;
import static io.millrace.engine.memory.RawMemory.putU8;
import static io.millrace.engine.memory.RawMemory.u16;
import static io.millrace.engine.memory.RawMemory.u8;

import io.millrace.engine.parse.IpProtocol;
import io.millrace.engine.parse.PacketEnds;
import io.millrace.engine.parse.ParsedBurst;

/**
 * Counts a packet in its flow's record and follows what is known of every flow: opening, first answer, ICMP. Stateless;
 * the owning worker calls it.
 */
public final class FlowAccounting {
    private static final int MAC_LENGTH = 6;
    private static final int MAX_COUNT = 65_535;
    private static final int CLIENT_IS_HIGH_SHIFT = Integer.numberOfTrailingZeros(FlowRecordDescriptor.CLIENT_IS_HIGH);
    private static final int REQUESTED_SHIFT = Integer.numberOfTrailingZeros(FlowRecordDescriptor.REQUESTED);
    private static final int ANSWERED_SHIFT = Integer.numberOfTrailingZeros(FlowRecordDescriptor.ANSWERED);

    private FlowAccounting() {
    }

    /** Fills in a new flow's record from its first packet. */
    public static void open(
        final long record,
        final ParsedBurst parsed,
        final int slot,
        final boolean fromHighSide,
        final long flowId,
        final long timeNs) {

        final boolean fromClient = FlowDirection.isFromClient(parsed, slot);
        if (fromHighSide == fromClient) {
            setFlag(record, FlowRecordDescriptor.CLIENT_IS_HIGH);
        }
        putI64(record + FlowRecordDescriptor.FLOW_ID, flowId);
        putI64(record + FlowRecordDescriptor.FIRST_SEEN_NS, timeNs);
        final long mac = parsed.macAddress(slot);
        if (mac != 0) {
            copy(mac, record + FlowRecordDescriptor.SERVER_MAC, MAC_LENGTH);
            copy(mac + MAC_LENGTH, record + FlowRecordDescriptor.CLIENT_MAC, MAC_LENGTH);
            if (!fromClient) {
                FlowDirection.swapMacAddresses(record);
            }
        }
    }

    /**
     * Counts one packet.
     *
     * @param timeNs the packet's own timestamp; latencies are measured with it.
     * @param nowNs  the worker's time; the flow ages by it.
     */
    public static void count(
        final long record,
        final ParsedBurst parsed,
        final int slot,
        final boolean fromHighSide,
        final long timeNs,
        final long nowNs) {

        final int side = FlowSide.of(fromHighSide);
        final int payloadLength = parsed.payloadLength(slot);
        final int protocol = PacketEnds.l4Protocol(parsed.ends(slot));
        final int flags = u16(record + FlowRecordDescriptor.FLAGS);
        FlowCounters.count(record, side, parsed.wireLength(slot), payloadLength);
        putI64(record + FlowRecordDescriptor.LAST_SEEN_NS, nowNs);
        if (protocol != IpProtocol.UDP) {
            countTransport(record, parsed, slot, protocol, fromHighSide, timeNs);
        }
        if (payloadLength > 0 && (flags & FlowRecordDescriptor.ANSWERED) == 0) {
            timeResponse(record, isFromClient(record, fromHighSide), timeNs);
        }
    }

    /**
     * Counts one whole packet where that changes nothing but counters, TCP flags and the time of the last packet: of a
     * flow that was announced, TCP without a SYN after the handshake or UDP, its first answer timed or not yet in
     * question.
     *
     * @return {@code false} for another packet, which is not counted then.
     */
    public static boolean countSettled(
        final long record, final ParsedBurst parsed, final int slot, final boolean fromHighSide, final long nowNs) {

        final int side = FlowSide.of(fromHighSide);
        final int flags = u16(record + FlowRecordDescriptor.FLAGS);
        final int payloadLength = parsed.payloadLength(slot);
        if ((flags & FlowRecordDescriptor.ANNOUNCED) == 0 || payloadLength > 0 && !isResponseTimed(flags, side)) {
            return false;
        }
        final int protocol = PacketEnds.l4Protocol(parsed.ends(slot));
        if (protocol != IpProtocol.UDP) {
            final int tcpFlags = parsed.flagsOrType(slot);
            if (protocol != IpProtocol.TCP || (tcpFlags & TcpHandshake.FLAG_SYN) != 0 || !TcpHandshake.isOver(record)) {
                return false;
            }
            final long seen = record + FlowRecordDescriptor.TCP_FLAGS + side;
            putU8(seen, u8(seen) | tcpFlags);
        }
        FlowCounters.count(record, side, parsed.wireLength(slot), payloadLength);
        putI64(record + FlowRecordDescriptor.LAST_SEEN_NS, nowNs);
        return true;
    }

    /** Counts packets that came before the one that told their flow. */
    public static void add(
        final long record, final boolean fromHighSide, final long packets, final long bytes, final long payloadBytes) {

        FlowCounters.add(record, FlowSide.of(fromHighSide), packets, bytes, payloadBytes);
    }

    /**
     * Notes an ICMP error about a packet of the flow; the error itself is a packet of its own flow.
     *
     * @param quotedHighSide whether the high side had sent the packet that the error quotes.
     * @param typeAndCode    {@code type << 8 | code}.
     */
    public static void noteIcmpError(final long record, final boolean quotedHighSide, final int typeAndCode) {
        final long errors =
            FlowSide.field(record + FlowRecordDescriptor.ICMP_ERRORS, Short.BYTES, FlowSide.of(quotedHighSide));
        putU16(errors, Math.min(MAX_COUNT, u16(errors) + 1));
        putU8(record + FlowRecordDescriptor.ICMP_ERROR_TYPE, typeAndCode >> 8);
        putU8(record + FlowRecordDescriptor.ICMP_ERROR_CODE, typeAndCode);
    }

    /** Whether any of the bits of {@code flag} is set in a record's flags. */
    public static boolean hasFlag(final long record, final int flag) {
        return (u16(record + FlowRecordDescriptor.FLAGS) & flag) != 0;
    }

    /** Sets a flag of a record. */
    public static void setFlag(final long record, final int flag) {
        putU16(record + FlowRecordDescriptor.FLAGS, u16(record + FlowRecordDescriptor.FLAGS) | flag);
    }

    /** Clears a flag of a record. */
    public static void clearFlag(final long record, final int flag) {
        putU16(record + FlowRecordDescriptor.FLAGS, u16(record + FlowRecordDescriptor.FLAGS) & ~flag);
    }

    /**
     * Whether payload of this side tells nothing about the first answer: it was given, or the client repeats its
     * request. How flows stand is as good as random from packet to packet: bits instead of branches that would be
     * mispredicted.
     */
    private static boolean isResponseTimed(final int flags, final int side) {
        final int fromServer = flags >> CLIENT_IS_HIGH_SHIFT ^ side;
        return ((flags >> ANSWERED_SHIFT | flags >> REQUESTED_SHIFT & ~fromServer) & 1) != 0;
    }

    private static boolean isFromClient(final long record, final boolean fromHighSide) {
        return fromHighSide == hasFlag(record, FlowRecordDescriptor.CLIENT_IS_HIGH);
    }

    private static void countTransport(
        final long record,
        final ParsedBurst parsed,
        final int slot,
        final int protocol,
        final boolean fromHighSide,
        final long timeNs) {

        if (parsed.isLaterFragment(slot)) {
            return;
        }
        switch (protocol) {
            case IpProtocol.TCP -> countTcp(record, parsed, slot, fromHighSide, timeNs);
            case IpProtocol.ICMP, IpProtocol.ICMPV6 -> countIcmp(record, parsed, slot, FlowSide.of(fromHighSide));
            default -> {
            }
        }
    }

    private static void countTcp(
        final long record, final ParsedBurst parsed, final int slot, final boolean fromHighSide, final long timeNs) {

        final int tcpFlags = parsed.flagsOrType(slot);
        if ((tcpFlags & TcpHandshake.FLAG_SYN) != 0) {
            FlowDirection.correct(record, tcpFlags, fromHighSide);
        }
        final long flags = record + FlowRecordDescriptor.TCP_FLAGS + FlowSide.of(fromHighSide);
        putU8(flags, u8(flags) | tcpFlags);
        if (!TcpHandshake.isOver(record)) {
            TcpHandshake.advance(record, tcpFlags, isFromClient(record, fromHighSide), timeNs);
        }
    }

    private static void countIcmp(final long record, final ParsedBurst parsed, final int slot, final int side) {
        final int typeAndCode = parsed.flagsOrType(slot);
        setFlag(record, FlowRecordDescriptor.ICMP_SEEN);
        putU8(record + FlowRecordDescriptor.ICMP_TYPE + side, typeAndCode >> 8);
        putU8(record + FlowRecordDescriptor.ICMP_CODE + side, typeAndCode);
        final long longest = record + FlowRecordDescriptor.ICMP_MAX_PAYLOAD;
        putU16(longest, Math.max(u16(longest), Math.min(0xFFFF, parsed.payloadLength(slot))));
    }

    private static void timeResponse(final long record, final boolean fromClient, final long timeNs) {
        if (fromClient) {
            if (!hasFlag(record, FlowRecordDescriptor.REQUESTED)) {
                setFlag(record, FlowRecordDescriptor.REQUESTED);
                putI64(record + FlowRecordDescriptor.REQUEST_NS, timeNs);
            }
        } else if (hasFlag(record, FlowRecordDescriptor.REQUESTED) && !hasFlag(record, FlowRecordDescriptor.ANSWERED)) {
            setFlag(record, FlowRecordDescriptor.ANSWERED);
            putI64(record + FlowRecordDescriptor.APPLICATION_LATENCY_NS,
                Math.max(0, timeNs - i64(record + FlowRecordDescriptor.REQUEST_NS)));
        }
    }
}
