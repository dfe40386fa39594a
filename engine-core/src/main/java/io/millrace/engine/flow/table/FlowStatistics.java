package io.millrace.engine.flow.table;

import static io.millrace.engine.memory.RawMemory.f64;
import static io.millrace.engine.memory.RawMemory.i32;
import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.putF64;
import static io.millrace.engine.memory.RawMemory.putI32;
import static io.millrace.engine.memory.RawMemory.putI64;
import static io.millrace.engine.memory.RawMemory.putU8;

import io.millrace.engine.parse.IpProtocol;
import io.millrace.engine.parse.PacketEnds;
import io.millrace.engine.parse.ParsedBurst;

/**
 * What scripts may ask about a flow beyond its counters, per side: times between packets, frame lengths, fragments,
 * type of service and the course of TCP's sequence numbers. Sums are kept and divided only when read: a division per
 * packet would cost as much as all the rest. Stateless; the owning worker calls it.
 */
public final class FlowStatistics {
    private FlowStatistics() {
    }

    /**
     * Takes a packet into account that {@link FlowAccounting#count} has counted.
     *
     * @param timeNs the packet's own timestamp.
     */
    public static void count(
        final long record, final ParsedBurst parsed, final int slot, final boolean fromHighSide, final long timeNs) {

        final int side = FlowSide.of(fromHighSide);
        final long statistics = statistics(record, side);
        final boolean first = FlowCounters.isFirst(record, side);
        if (!first) {
            countGap(statistics, timeNs);
        }
        putI64(statistics + FlowRecordDescriptor.SIDE_LAST_NS, timeNs);
        countLength(statistics, first, parsed.wireLength(slot));
        putU8(statistics + FlowRecordDescriptor.TYPE_OF_SERVICE, parsed.typeOfService(slot));
        if (parsed.fragment(slot)) {
            final long fragments = statistics + FlowRecordDescriptor.FRAGMENTS;
            putI32(fragments, i32(fragments) + 1);
        }
        final long ends = parsed.ends(slot);
        if (PacketEnds.l4Protocol(ends) == IpProtocol.TCP && PacketEnds.hasPorts(ends)
            && !parsed.isLaterFragment(slot)) {
            TcpSequence.advance(record, side, parsed, slot, timeNs);
        }
    }

    /** Shortest time between two packets of a side, in nanoseconds; 0 below two packets. */
    public static long gapMinNs(final long record, final int side) {
        return packets(record, side) < 2 ? 0 : i64(statistics(record, side) + FlowRecordDescriptor.GAP_MIN_NS);
    }

    /** Mean time between two packets of a side, in nanoseconds; 0 below two packets. */
    public static double gapMeanNs(final long record, final int side) {
        final long gaps = packets(record, side) - 1;
        return gaps < 1 ? 0 : (double) i64(statistics(record, side) + FlowRecordDescriptor.GAP_SUM_NS) / gaps;
    }

    /** Standard deviation of the times between the packets of a side, in nanoseconds; 0 below two packets. */
    public static double gapDeviationNs(final long record, final int side) {
        final long gaps = packets(record, side) - 1;
        return gaps < 1 ? 0 : deviation(
            f64(statistics(record, side) + FlowRecordDescriptor.GAP_SQUARES), gapMeanNs(record, side), gaps);
    }

    /** Standard deviation of the frame lengths of a side, in bytes; 0 without packets. */
    public static double lengthDeviation(final long record, final int side) {
        final long packets = packets(record, side);
        if (packets == 0) {
            return 0;
        }
        final double mean = (double) FlowCounters.bytes(record, side) / packets;
        return deviation(i64(statistics(record, side) + FlowRecordDescriptor.LENGTH_SQUARES), mean, packets);
    }

    private static void countGap(final long statistics, final long timeNs) {
        final long gapNs = Math.max(0, timeNs - i64(statistics + FlowRecordDescriptor.SIDE_LAST_NS));
        final long sum = statistics + FlowRecordDescriptor.GAP_SUM_NS;
        final long min = statistics + FlowRecordDescriptor.GAP_MIN_NS;
        final long max = statistics + FlowRecordDescriptor.GAP_MAX_NS;
        final long squares = statistics + FlowRecordDescriptor.GAP_SQUARES;
        putI64(sum, i64(sum) + gapNs);
        putI64(min, Math.min(i64(min), gapNs));
        putI64(max, Math.max(i64(max), gapNs));
        putF64(squares, f64(squares) + (double) gapNs * gapNs);
    }

    private static void countLength(final long statistics, final boolean first, final int wireLength) {
        final long min = statistics + FlowRecordDescriptor.LENGTH_MIN;
        final long max = statistics + FlowRecordDescriptor.LENGTH_MAX;
        final long squares = statistics + FlowRecordDescriptor.LENGTH_SQUARES;
        if (first) {
            putI64(statistics + FlowRecordDescriptor.GAP_MIN_NS, Long.MAX_VALUE);
            putI32(min, wireLength);
        }
        putI32(min, Math.min(i32(min), wireLength));
        putI32(max, Math.max(i32(max), wireLength));
        putI64(squares, i64(squares) + (long) wireLength * wireLength);
    }

    private static double deviation(final double squares, final double mean, final long count) {
        // Rounding may leave the difference of two large numbers below zero.
        return Math.sqrt(Math.max(0, squares / count - mean * mean));
    }

    private static long packets(final long record, final int side) {
        return FlowCounters.packets(record, side);
    }

    private static long statistics(final long record, final int side) {
        return FlowSide.field(record, FlowRecordDescriptor.SIDE_STRIDE, side);
    }
}
