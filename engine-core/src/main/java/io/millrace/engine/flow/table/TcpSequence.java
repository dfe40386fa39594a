package io.millrace.engine.flow.table;

import static io.millrace.engine.memory.RawMemory.i32;
import static io.millrace.engine.memory.RawMemory.putI32;
import static io.millrace.engine.memory.RawMemory.putU8;
import static io.millrace.engine.memory.RawMemory.u8;

/**
 * Follows the sequence numbers of each side of a TCP flow in its record, modulo 2^32 (RFC 9293 section 3.4): repeated
 * bytes are retransmissions, a jump is a hole and counts as lost until a later segment fills it, which counts as out of
 * order instead. One hole per side is remembered. Stateless; the owning worker calls it.
 */
final class TcpSequence {
    private TcpSequence() {
    }

    /** Takes one packet of {@code side} into account. */
    static void advance(
        final long record, final int side, final int sequence, final int payloadLength, final int tcpFlags) {

        if ((tcpFlags & TcpHandshake.FLAG_RST) != 0) {
            return;
        }
        final int length = payloadLength
            + ((tcpFlags & TcpHandshake.FLAG_SYN) != 0 ? 1 : 0)
            + ((tcpFlags & TcpHandshake.FLAG_FIN) != 0 ? 1 : 0);
        final long known = record + FlowRecordDescriptor.SEQUENCE_KNOWN + side;
        final long next = record + FlowRecordDescriptor.NEXT_SEQUENCE + (long) side * Integer.BYTES;
        if (u8(known) == 0) {
            putU8(known, 1);
            putI32(next, sequence + length);
            return;
        }
        final int ahead = sequence - i32(next);
        if (ahead == 0) {
            putI32(next, sequence + length);
        } else if (ahead == -1 && payloadLength <= 1 && length == payloadLength) {
            increment(record + FlowRecordDescriptor.KEEP_ALIVES, side);
        } else if (length > 0) {
            if (ahead > 0) {
                openHole(record, side, i32(next), sequence);
                putI32(next, sequence + length);
            } else {
                repeatOrFill(record, side, sequence, length);
                if (sequence + length - i32(next) > 0) {
                    putI32(next, sequence + length);
                }
            }
        }
    }

    private static void openHole(final long record, final int side, final int start, final int end) {
        increment(record + FlowRecordDescriptor.LOST, side);
        putI32(record + FlowRecordDescriptor.HOLE_START + (long) side * Integer.BYTES, start);
        putI32(record + FlowRecordDescriptor.HOLE_END + (long) side * Integer.BYTES, end);
    }

    private static void repeatOrFill(final long record, final int side, final int sequence, final int length) {
        final long holeStart = record + FlowRecordDescriptor.HOLE_START + (long) side * Integer.BYTES;
        final long holeEnd = record + FlowRecordDescriptor.HOLE_END + (long) side * Integer.BYTES;
        final int start = i32(holeStart);
        final int end = i32(holeEnd);
        final int segmentEnd = sequence + length;
        final boolean inHole = start != end && sequence - end < 0 && segmentEnd - start > 0;
        if (!inHole) {
            increment(record + FlowRecordDescriptor.RETRANSMISSIONS, side);
            return;
        }
        increment(record + FlowRecordDescriptor.OUT_OF_ORDER, side);
        if (sequence - start > 0 && segmentEnd - end >= 0) {
            putI32(holeEnd, sequence);
        } else if (segmentEnd - end >= 0) {
            putI32(holeStart, end);
            final long lost = record + FlowRecordDescriptor.LOST + (long) side * Integer.BYTES;
            putI32(lost, i32(lost) - 1);
        } else {
            // A piece out of the middle leaves two holes; the later one is remembered.
            putI32(holeStart, segmentEnd);
        }
    }

    private static void increment(final long pair, final int side) {
        final long counter = pair + (long) side * Integer.BYTES;
        putI32(counter, i32(counter) + 1);
    }
}
