package io.millrace.engine.event;

import static io.millrace.engine.memory.RawMemory.copy;
import static io.millrace.engine.memory.RawMemory.i32;
import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.putF64;
import static io.millrace.engine.memory.RawMemory.putI32;
import static io.millrace.engine.memory.RawMemory.putI64;
import static io.millrace.engine.memory.RawMemory.putI64BigEndian;
import static io.millrace.engine.memory.RawMemory.putU16;
import static io.millrace.engine.memory.RawMemory.putU8;
import static io.millrace.engine.memory.RawMemory.u16;
import static io.millrace.engine.memory.RawMemory.u8;

import io.millrace.engine.flow.key.FlowKeys;
import io.millrace.engine.flow.table.FlowAccounting;
import io.millrace.engine.flow.table.FlowCounters;
import io.millrace.engine.flow.table.FlowEndReason;
import io.millrace.engine.flow.table.FlowExpiry;
import io.millrace.engine.flow.table.FlowRecordDescriptor;
import io.millrace.engine.flow.table.FlowSide;
import io.millrace.engine.flow.table.FlowStatistics;
import io.millrace.engine.flow.table.TcpHandshake;

/**
 * Copies a flow's record into the fixed part of an event: what the record keeps by the sides of the key, the event
 * tells of client and server. Stateless; the owning worker calls it.
 */
final class FlowEventSnapshot {
    private static final int MAC_LENGTH = 6;

    private FlowEventSnapshot() {
    }

    /**
     * Writes all of the fixed part that the record knows.
     *
     * @param event  address of the event.
     * @param record address of the flow's record.
     * @param timeNs packet time.
     */
    static void write(
        final long event,
        final long record,
        final FlowEventKind kind,
        final FlowEndReason reason,
        final long timeNs,
        final int flowHash) {

        writeIdentity(event, record, kind, reason, timeNs, flowHash);
        writeCounters(event, record);
        writeStatistics(event, record);
        writeTransport(event, record);
        writeDetection(event, record);
    }

    private static void writeIdentity(
        final long event,
        final long record,
        final FlowEventKind kind,
        final FlowEndReason reason,
        final long timeNs,
        final int flowHash) {

        final long word4 = i64(record + FlowRecordDescriptor.ENDS);
        final boolean clientIsHigh = FlowAccounting.hasFlag(record, FlowRecordDescriptor.CLIENT_IS_HIGH);
        putI64(event + FlowEventDescriptor.FLOW_ID, i64(record + FlowRecordDescriptor.FLOW_ID));
        putI64(event + FlowEventDescriptor.TIME_NS, timeNs);
        putI64(event + FlowEventDescriptor.FIRST_SEEN_NS, i64(record + FlowRecordDescriptor.FIRST_SEEN_NS));
        // Time may have jumped back in between; a flow does not end before it began.
        putI64(event + FlowEventDescriptor.LAST_SEEN_NS, Math.max(
            i64(record + FlowRecordDescriptor.FIRST_SEEN_NS), i64(record + FlowRecordDescriptor.LAST_SEEN_NS)));
        putI32(event + FlowEventDescriptor.PERIODIC_TICK,
            kind == FlowEventKind.PERIODIC_UPDATE ? i32(record + FlowRecordDescriptor.PERIODIC_TICK) : 0);
        putI32(event + FlowEventDescriptor.FLOW_HASH, flowHash);
        putU8(event + FlowEventDescriptor.KIND, kind.code);
        putU8(event + FlowEventDescriptor.IP_VERSION, FlowKeys.ipVersion(word4));
        putU8(event + FlowEventDescriptor.L4_PROTOCOL, FlowKeys.l4Protocol(word4));
        putU8(event + FlowEventDescriptor.END_REASON, reason.code);
        putU16(event + FlowEventDescriptor.VLAN_ID, FlowKeys.vlanId(word4));
        putU16(event + FlowEventDescriptor.CLI_PORT,
            clientIsHigh ? FlowKeys.highPort(word4) : FlowKeys.lowPort(word4));
        putU16(event + FlowEventDescriptor.SRV_PORT,
            clientIsHigh ? FlowKeys.lowPort(word4) : FlowKeys.highPort(word4));
        writeAddresses(event, record, clientIsHigh ? FlowEventDescriptor.SRV_ADDRESS : FlowEventDescriptor.CLI_ADDRESS,
            clientIsHigh ? FlowEventDescriptor.CLI_ADDRESS : FlowEventDescriptor.SRV_ADDRESS);
        copy(record + FlowRecordDescriptor.CLIENT_MAC, event + FlowEventDescriptor.CLI_MAC, MAC_LENGTH);
        copy(record + FlowRecordDescriptor.SERVER_MAC, event + FlowEventDescriptor.SRV_MAC, MAC_LENGTH);
    }

    private static void writeAddresses(final long event, final long record, final int low, final int high) {
        putI64BigEndian(event + low, i64(record + FlowRecordDescriptor.LOW_ADDRESS));
        putI64BigEndian(event + low + Long.BYTES, i64(record + FlowRecordDescriptor.LOW_ADDRESS_REST));
        putI64BigEndian(event + high, i64(record + FlowRecordDescriptor.HIGH_ADDRESS));
        putI64BigEndian(event + high + Long.BYTES, i64(record + FlowRecordDescriptor.HIGH_ADDRESS_REST));
    }

    private static void writeCounters(final long event, final long record) {
        final int client = FlowSide.client(record);
        final int server = FlowSide.other(client);
        putI64(event + FlowEventDescriptor.CLI2SRV_PACKETS, FlowCounters.packets(record, client));
        putI64(event + FlowEventDescriptor.SRV2CLI_PACKETS, FlowCounters.packets(record, server));
        putI64(event + FlowEventDescriptor.CLI2SRV_BYTES, FlowCounters.bytes(record, client));
        putI64(event + FlowEventDescriptor.SRV2CLI_BYTES, FlowCounters.bytes(record, server));
        putI64(event + FlowEventDescriptor.CLI2SRV_GOODPUT_BYTES, FlowCounters.payloadBytes(record, client));
        putI64(event + FlowEventDescriptor.SRV2CLI_GOODPUT_BYTES, FlowCounters.payloadBytes(record, server));
    }

    private static void writeStatistics(final long event, final long record) {
        final int client = FlowSide.client(record);
        final int server = FlowSide.other(client);
        final int stride = FlowRecordDescriptor.SIDE_STRIDE;
        putI64(event + FlowEventDescriptor.CLI2SRV_IAT_MIN_NS, FlowStatistics.gapMinNs(record, client));
        putI64(event + FlowEventDescriptor.SRV2CLI_IAT_MIN_NS, FlowStatistics.gapMinNs(record, server));
        putI64(event + FlowEventDescriptor.CLI2SRV_IAT_MAX_NS,
            i64(FlowSide.field(record + FlowRecordDescriptor.GAP_MAX_NS, stride, client)));
        putI64(event + FlowEventDescriptor.SRV2CLI_IAT_MAX_NS,
            i64(FlowSide.field(record + FlowRecordDescriptor.GAP_MAX_NS, stride, server)));
        putF64(event + FlowEventDescriptor.CLI2SRV_IAT_AVG_NS, FlowStatistics.gapMeanNs(record, client));
        putF64(event + FlowEventDescriptor.SRV2CLI_IAT_AVG_NS, FlowStatistics.gapMeanNs(record, server));
        putF64(event + FlowEventDescriptor.CLI2SRV_IAT_STDDEV_NS, FlowStatistics.gapDeviationNs(record, client));
        putF64(event + FlowEventDescriptor.SRV2CLI_IAT_STDDEV_NS, FlowStatistics.gapDeviationNs(record, server));
        pairOfInts(event, FlowEventDescriptor.CLI2SRV_LENGTH_MIN, FlowEventDescriptor.SRV2CLI_LENGTH_MIN,
            record + FlowRecordDescriptor.LENGTH_MIN, stride, client);
        pairOfInts(event, FlowEventDescriptor.CLI2SRV_LENGTH_MAX, FlowEventDescriptor.SRV2CLI_LENGTH_MAX,
            record + FlowRecordDescriptor.LENGTH_MAX, stride, client);
        pairOfInts(event, FlowEventDescriptor.CLI2SRV_FRAGMENTS, FlowEventDescriptor.SRV2CLI_FRAGMENTS,
            record + FlowRecordDescriptor.FRAGMENTS, stride, client);
        putU8(event + FlowEventDescriptor.CLI2SRV_TOS,
            u8(FlowSide.field(record + FlowRecordDescriptor.TYPE_OF_SERVICE, stride, client)));
        putU8(event + FlowEventDescriptor.SRV2CLI_TOS,
            u8(FlowSide.field(record + FlowRecordDescriptor.TYPE_OF_SERVICE, stride, server)));
        putF64(event + FlowEventDescriptor.CLI2SRV_LENGTH_STDDEV, FlowStatistics.lengthDeviation(record, client));
        putF64(event + FlowEventDescriptor.SRV2CLI_LENGTH_STDDEV, FlowStatistics.lengthDeviation(record, server));
    }

    private static void writeTransport(final long event, final long record) {
        final int client = FlowSide.client(record);
        final int server = FlowSide.other(client);
        pairOfInts(event, FlowEventDescriptor.CLI2SRV_RETRANSMISSIONS, FlowEventDescriptor.SRV2CLI_RETRANSMISSIONS,
            record + FlowRecordDescriptor.RETRANSMISSIONS, FlowRecordDescriptor.TCP_STRIDE, client);
        pairOfInts(event, FlowEventDescriptor.CLI2SRV_OUT_OF_ORDER, FlowEventDescriptor.SRV2CLI_OUT_OF_ORDER,
            record + FlowRecordDescriptor.OUT_OF_ORDER, FlowRecordDescriptor.TCP_STRIDE, client);
        pairOfInts(event, FlowEventDescriptor.CLI2SRV_LOST, FlowEventDescriptor.SRV2CLI_LOST,
            record + FlowRecordDescriptor.LOST, Integer.BYTES, client);
        countsAsInts(event, FlowEventDescriptor.CLI2SRV_KEEP_ALIVES, FlowEventDescriptor.SRV2CLI_KEEP_ALIVES,
            record + FlowRecordDescriptor.KEEP_ALIVES, client);
        countsAsInts(event, FlowEventDescriptor.CLI2SRV_ZERO_WINDOWS, FlowEventDescriptor.SRV2CLI_ZERO_WINDOWS,
            record + FlowRecordDescriptor.ZERO_WINDOWS, client);
        final long errors = record + FlowRecordDescriptor.ICMP_ERRORS;
        putU16(event + FlowEventDescriptor.CLI2SRV_ICMP_ERRORS, u16(FlowSide.field(errors, Short.BYTES, client)));
        putU16(event + FlowEventDescriptor.SRV2CLI_ICMP_ERRORS, u16(FlowSide.field(errors, Short.BYTES, server)));
        putU8(event + FlowEventDescriptor.ICMP_ERROR_TYPE, u8(record + FlowRecordDescriptor.ICMP_ERROR_TYPE));
        putU8(event + FlowEventDescriptor.ICMP_ERROR_CODE, u8(record + FlowRecordDescriptor.ICMP_ERROR_CODE));
        putI64(event + FlowEventDescriptor.CLI_HANDSHAKE_RTT_NS, i64(record + FlowRecordDescriptor.CLIENT_RTT_NS));
        putI64(event + FlowEventDescriptor.SRV_HANDSHAKE_RTT_NS, TcpHandshake.serverRttNs(record));
        putI64(event + FlowEventDescriptor.APPLICATION_LATENCY_NS,
            i64(record + FlowRecordDescriptor.APPLICATION_LATENCY_NS));
        pairOfBytes(event, FlowEventDescriptor.CLI2SRV_TCP_FLAGS, FlowEventDescriptor.SRV2CLI_TCP_FLAGS,
            record + FlowRecordDescriptor.TCP_FLAGS, client);
        pairOfBytes(event, FlowEventDescriptor.CLI2SRV_ICMP_TYPE, FlowEventDescriptor.SRV2CLI_ICMP_TYPE,
            record + FlowRecordDescriptor.ICMP_TYPE, client);
        pairOfBytes(event, FlowEventDescriptor.CLI2SRV_ICMP_CODE, FlowEventDescriptor.SRV2CLI_ICMP_CODE,
            record + FlowRecordDescriptor.ICMP_CODE, client);
        putU16(event + FlowEventDescriptor.ICMP_MAX_PAYLOAD_BYTES, u16(record + FlowRecordDescriptor.ICMP_MAX_PAYLOAD));
        putU8(event + FlowEventDescriptor.ICMP_PRESENT,
            FlowAccounting.hasFlag(record, FlowRecordDescriptor.ICMP_SEEN) ? 1 : 0);
        putU8(event + FlowEventDescriptor.STATE, FlowExpiry.state(record).code);
        final int handshake = u8(record + FlowRecordDescriptor.HANDSHAKE);
        putU8(event + FlowEventDescriptor.HANDSHAKE_OK, handshake == TcpHandshake.COMPLETE ? 1 : 0);
        putU8(event + FlowEventDescriptor.HANDSHAKE_OVER, handshake >= TcpHandshake.COMPLETE ? 1 : 0);
    }

    private static void writeDetection(final long event, final long record) {
        putU16(event + FlowEventDescriptor.NDPI_MASTER, u16(record + FlowRecordDescriptor.NDPI_MASTER));
        putU16(event + FlowEventDescriptor.NDPI_APP, u16(record + FlowRecordDescriptor.NDPI_APP));
        putU16(event + FlowEventDescriptor.NDPI_CATEGORY, u16(record + FlowRecordDescriptor.NDPI_CATEGORY));
        putU8(event + FlowEventDescriptor.NDPI_BREED, u8(record + FlowRecordDescriptor.NDPI_BREED));
        putU8(event + FlowEventDescriptor.NDPI_CONFIDENCE, u8(record + FlowRecordDescriptor.NDPI_CONFIDENCE));
        putI64(event + FlowEventDescriptor.NDPI_RISK, i64(record + FlowRecordDescriptor.NDPI_RISK));
    }

    private static void pairOfInts(
        final long event, final int fromClient, final int fromServer, final long pair, final int stride,
        final int client) {

        putI32(event + fromClient, i32(FlowSide.field(pair, stride, client)));
        putI32(event + fromServer, i32(FlowSide.field(pair, stride, FlowSide.other(client))));
    }

    private static void countsAsInts(
        final long event, final int fromClient, final int fromServer, final long pair, final int client) {
        putI32(event + fromClient, u16(FlowSide.field(pair, Short.BYTES, client)));
        putI32(event + fromServer, u16(FlowSide.field(pair, Short.BYTES, FlowSide.other(client))));
    }

    private static void pairOfBytes(
        final long event, final int fromClient, final int fromServer, final long pair, final int client) {
        putU8(event + fromClient, u8(pair + client));
        putU8(event + fromServer, u8(pair + FlowSide.other(client)));
    }
}
