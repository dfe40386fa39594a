package io.millrace.engine.flow.table;

import static io.millrace.engine.memory.RawMemory.i32;
import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.putI32;
import static io.millrace.engine.memory.RawMemory.putI64;
import static io.millrace.engine.memory.RawMemory.u32;

/**
 * Packets and bytes of a flow per {@link FlowSide}. What a packet adds to lies in the record's first line, too narrow
 * for a long flow: the highest bit of each number is carried into the second line whenever it is set, once in millions
 * of packets.
 *
 * <pre>{@code
 *  packets and bytes   bytes 40 | packets 24      carries count 2^39 bytes, 2^23 packets
 *  payload bytes       32                         carries count 2^31 bytes
 * }</pre>
 *
 * <p>Stateless; the owning worker calls it.
 */
public final class FlowCounters {
    private static final int BYTES_SHIFT = 24;
    private static final int PACKET_CARRY_SHIFT = 23;
    private static final int BYTE_CARRY_SHIFT = 39;
    private static final int PAYLOAD_CARRY_SHIFT = 31;
    private static final long PACKETS_MASK = (1L << BYTES_SHIFT) - 1;
    private static final long PACKET_CARRY = 1L << PACKET_CARRY_SHIFT;
    private static final long BYTE_CARRY = 1L << BYTE_CARRY_SHIFT + BYTES_SHIFT;
    private static final long PAYLOAD_CARRY = 1L << PAYLOAD_CARRY_SHIFT;

    private FlowCounters() {
    }

    /** Packets of a side. */
    public static long packets(final long record, final int side) {
        return (i64(packetsAndBytes(record, side)) & PACKETS_MASK)
            + (u32(pair(record, FlowRecordDescriptor.PACKET_CARRIES, side)) << PACKET_CARRY_SHIFT);
    }

    /** Frame bytes of a side. */
    public static long bytes(final long record, final int side) {
        return (i64(packetsAndBytes(record, side)) >>> BYTES_SHIFT)
            + (u32(pair(record, FlowRecordDescriptor.BYTE_CARRIES, side)) << BYTE_CARRY_SHIFT);
    }

    /** Bytes of a side after the transport header. */
    public static long payloadBytes(final long record, final int side) {
        return u32(pair(record, FlowRecordDescriptor.PAYLOAD_BYTES, side))
            + (u32(pair(record, FlowRecordDescriptor.PAYLOAD_CARRIES, side)) << PAYLOAD_CARRY_SHIFT);
    }

    /** Whether a side has sent a packet. */
    static boolean hasPackets(final long record, final int side) {
        return i64(packetsAndBytes(record, side)) != 0
            || i32(pair(record, FlowRecordDescriptor.PACKET_CARRIES, side)) != 0;
    }

    /** Whether a side has sent one packet, no more and no less. */
    static boolean isFirst(final long record, final int side) {
        return (i64(packetsAndBytes(record, side)) & PACKETS_MASK) == 1
            && i32(pair(record, FlowRecordDescriptor.PACKET_CARRIES, side)) == 0;
    }

    /** Counts one packet of at most 2^31 bytes. */
    static void count(final long record, final int side, final int wireLength, final int payloadLength) {
        add(record, side, 1, wireLength, payloadLength);
    }

    /**
     * Adds to the counters of a side.
     *
     * @param packets      at most 2^22.
     * @param bytes        less than 2^38.
     * @param payloadBytes less than 2^31.
     */
    static void add(
        final long record, final int side, final long packets, final long bytes, final long payloadBytes) {

        final long packetsAndBytes = packetsAndBytes(record, side);
        final long payload = pair(record, FlowRecordDescriptor.PAYLOAD_BYTES, side);
        final long sum = i64(packetsAndBytes) + (bytes << BYTES_SHIFT | packets);
        final long payloadSum = u32(payload) + payloadBytes;
        putI64(packetsAndBytes, sum);
        putI32(payload, (int) payloadSum);
        if ((sum & (BYTE_CARRY | PACKET_CARRY) | payloadSum & PAYLOAD_CARRY) != 0) {
            carry(record, side, sum, payloadSum);
        }
    }

    private static void carry(final long record, final int side, final long sum, final long payloadSum) {
        carryOne(pair(record, FlowRecordDescriptor.PACKET_CARRIES, side), sum & PACKET_CARRY);
        carryOne(pair(record, FlowRecordDescriptor.BYTE_CARRIES, side), sum & BYTE_CARRY);
        carryOne(pair(record, FlowRecordDescriptor.PAYLOAD_CARRIES, side), payloadSum & PAYLOAD_CARRY);
        putI64(packetsAndBytes(record, side), sum & ~(BYTE_CARRY | PACKET_CARRY));
        putI32(pair(record, FlowRecordDescriptor.PAYLOAD_BYTES, side), (int) (payloadSum & ~PAYLOAD_CARRY));
    }

    private static void carryOne(final long carries, final long bit) {
        if (bit != 0) {
            putI32(carries, i32(carries) + 1);
        }
    }

    private static long packetsAndBytes(final long record, final int side) {
        return FlowSide.field(record + FlowRecordDescriptor.PACKETS_AND_BYTES, Long.BYTES, side);
    }

    private static long pair(final long record, final int offset, final int side) {
        return FlowSide.field(record + offset, Integer.BYTES, side);
    }
}
