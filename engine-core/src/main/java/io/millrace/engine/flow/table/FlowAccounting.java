package io.millrace.engine.flow.table;

import static io.millrace.engine.memory.RawMemory.copy;
import static io.millrace.engine.memory.RawMemory.f64;
import static io.millrace.engine.memory.RawMemory.i32;
import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.putF64;
import static io.millrace.engine.memory.RawMemory.putI32;
import static io.millrace.engine.memory.RawMemory.putI64;
import static io.millrace.engine.memory.RawMemory.putU16;
import static io.millrace.engine.memory.RawMemory.putU8;
import static io.millrace.engine.memory.RawMemory.u16;
import static io.millrace.engine.memory.RawMemory.u8;

import io.millrace.engine.parse.IpProtocol;
import io.millrace.engine.parse.ParsedBurst;

/** Writes what a packet changes in its flow's record. Stateless; the owning worker calls it. */
public final class FlowAccounting {
    private static final int LOW = 0;
    private static final int HIGH = 1;
    private static final int MAC_LENGTH = 6;

    private FlowAccounting() {
    }

    /** Fills in a new flow's record from its first packet, whose sender is the client. */
    public static void open(
        final long record,
        final ParsedBurst parsed,
        final int slot,
        final boolean fromHighSide,
        final long flowId,
        final long timeNs) {

        if (fromHighSide) {
            setFlag(record, FlowRecordDescriptor.CLIENT_IS_HIGH);
        }
        putI64(record + FlowRecordDescriptor.FLOW_ID, flowId);
        putI64(record + FlowRecordDescriptor.FIRST_SEEN_NS, timeNs);
        final long mac = parsed.macAddress[slot];
        if (mac != 0) {
            copy(mac, record + FlowRecordDescriptor.SERVER_MAC, MAC_LENGTH);
            copy(mac + MAC_LENGTH, record + FlowRecordDescriptor.CLIENT_MAC, MAC_LENGTH);
        }
    }

    /**
     * Counts one packet.
     *
     * @param timeNs the packet's own timestamp; gaps and latencies are measured with it.
     * @param nowNs  the worker's time; the flow ages by it.
     */
    public static void count(
        final long record,
        final ParsedBurst parsed,
        final int slot,
        final boolean fromHighSide,
        final long timeNs,
        final long nowNs) {

        final int side = fromHighSide ? HIGH : LOW;
        final long sideLong = (long) side * Long.BYTES;
        final int wireLength = parsed.wireLength[slot];
        final int payloadLength = parsed.payloadLength[slot];
        final long packets = record + FlowRecordDescriptor.PACKETS + sideLong;
        final long packetsBefore = i64(packets);
        putI64(packets, packetsBefore + 1);
        addI64(record + FlowRecordDescriptor.BYTES + sideLong, wireLength);
        addI64(record + FlowRecordDescriptor.PAYLOAD_BYTES + sideLong, payloadLength);
        putI64(record + FlowRecordDescriptor.LAST_SEEN_NS, nowNs);

        countGap(record, sideLong, packetsBefore, timeNs);
        countLength(record, side, packetsBefore, wireLength);
        if (parsed.fragment[slot]) {
            final long fragments = record + FlowRecordDescriptor.FRAGMENTS + (long) side * Integer.BYTES;
            putI32(fragments, i32(fragments) + 1);
        }
        final boolean fromClient = fromHighSide == hasFlag(record, FlowRecordDescriptor.CLIENT_IS_HIGH);
        switch (parsed.l4Protocol[slot]) {
            case IpProtocol.TCP -> countTcp(record, parsed, slot, side, fromClient, timeNs);
            case IpProtocol.ICMP, IpProtocol.ICMPV6 -> countIcmp(record, parsed, slot, side);
            default -> {
            }
        }
        if (payloadLength > 0) {
            timeResponse(record, fromClient, timeNs);
        }
    }

    /** Whether any of the bits of {@code flag} is set in a record's flags. */
    public static boolean hasFlag(final long record, final int flag) {
        return (u8(record + FlowRecordDescriptor.FLAGS) & flag) != 0;
    }

    /** Sets a flag of a record. */
    public static void setFlag(final long record, final int flag) {
        putU8(record + FlowRecordDescriptor.FLAGS, u8(record + FlowRecordDescriptor.FLAGS) | flag);
    }

    /** Clears a flag of a record. */
    public static void clearFlag(final long record, final int flag) {
        putU8(record + FlowRecordDescriptor.FLAGS, u8(record + FlowRecordDescriptor.FLAGS) & ~flag);
    }

    private static void countGap(
        final long record, final long sideLong, final long packetsBefore, final long timeNs) {

        final long last = record + FlowRecordDescriptor.SIDE_LAST_NS + sideLong;
        if (packetsBefore > 0) {
            final long gapNs = Math.max(0, timeNs - i64(last));
            final long min = record + FlowRecordDescriptor.GAP_MIN_NS + sideLong;
            final long max = record + FlowRecordDescriptor.GAP_MAX_NS + sideLong;
            final long mean = record + FlowRecordDescriptor.GAP_MEAN_NS + sideLong;
            final long squares = record + FlowRecordDescriptor.GAP_M2 + sideLong;
            if (packetsBefore == 1 || gapNs < i64(min)) {
                putI64(min, gapNs);
            }
            if (gapNs > i64(max)) {
                putI64(max, gapNs);
            }
            final double difference = gapNs - f64(mean);
            final double newMean = f64(mean) + difference / packetsBefore;
            putF64(mean, newMean);
            putF64(squares, f64(squares) + difference * (gapNs - newMean));
        }
        putI64(last, timeNs);
    }

    private static void countLength(
        final long record, final int side, final long packetsBefore, final int wireLength) {

        final long sideInt = (long) side * Integer.BYTES;
        final long min = record + FlowRecordDescriptor.LENGTH_MIN + sideInt;
        final long max = record + FlowRecordDescriptor.LENGTH_MAX + sideInt;
        final long squares = record + FlowRecordDescriptor.LENGTH_SQUARES + (long) side * Double.BYTES;
        if (packetsBefore == 0 || wireLength < i32(min)) {
            putI32(min, wireLength);
        }
        if (wireLength > i32(max)) {
            putI32(max, wireLength);
        }
        putF64(squares, f64(squares) + (double) wireLength * wireLength);
    }

    private static void countTcp(
        final long record,
        final ParsedBurst parsed,
        final int slot,
        final int side,
        final boolean fromClient,
        final long timeNs) {

        final int tcpFlags = parsed.flagsOrType[slot];
        final long flags = record + FlowRecordDescriptor.TCP_FLAGS + side;
        putU8(flags, u8(flags) | tcpFlags);
        TcpHandshake.advance(record, tcpFlags, fromClient, timeNs);
        TcpSequence.advance(record, side, parsed.tcpSequence[slot], parsed.payloadLength[slot], tcpFlags);
    }

    private static void countIcmp(final long record, final ParsedBurst parsed, final int slot, final int side) {
        final int typeAndCode = parsed.flagsOrType[slot];
        setFlag(record, FlowRecordDescriptor.ICMP_SEEN);
        putU8(record + FlowRecordDescriptor.ICMP_TYPE + side, typeAndCode >> 8);
        putU8(record + FlowRecordDescriptor.ICMP_CODE + side, typeAndCode);
        final long longest = record + FlowRecordDescriptor.ICMP_MAX_PAYLOAD;
        putU16(longest, Math.max(u16(longest), Math.min(0xFFFF, parsed.payloadLength[slot])));
    }

    private static void timeResponse(final long record, final boolean fromClient, final long timeNs) {
        final long requestNs = i64(record + FlowRecordDescriptor.REQUEST_NS);
        if (fromClient) {
            if (requestNs == 0) {
                putI64(record + FlowRecordDescriptor.REQUEST_NS, timeNs);
            }
        } else if (requestNs != 0 && i64(record + FlowRecordDescriptor.APPLICATION_LATENCY_NS) == 0) {
            putI64(record + FlowRecordDescriptor.APPLICATION_LATENCY_NS, Math.max(0, timeNs - requestNs));
        }
    }

    private static void addI64(final long address, final long value) {
        putI64(address, i64(address) + value);
    }
}
