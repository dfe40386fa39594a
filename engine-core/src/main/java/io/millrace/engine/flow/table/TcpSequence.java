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

    /**
     * Takes one packet into account.
     *
     * @param numbers address of the record plus side times {@link FlowRecordDescriptor#TCP_STRIDE}.
     */
    static void advance(final long numbers, final int sequence, final int payloadLength, final int tcpFlags) {
        if ((tcpFlags & TcpHandshake.FLAG_RST) != 0) {
            return;
        }
        final int length = payloadLength
            + ((tcpFlags & TcpHandshake.FLAG_SYN) != 0 ? 1 : 0)
            + ((tcpFlags & TcpHandshake.FLAG_FIN) != 0 ? 1 : 0);
        final long known = numbers + FlowRecordDescriptor.SEQUENCE_KNOWN;
        final long next = numbers + FlowRecordDescriptor.NEXT_SEQUENCE;
        if (u8(known) == 0) {
            putU8(known, 1);
            putI32(next, sequence + length);
            return;
        }
        final int ahead = sequence - i32(next);
        if (ahead == 0) {
            putI32(next, sequence + length);
        } else if (ahead == -1 && payloadLength <= 1 && length == payloadLength) {
            increment(numbers + FlowRecordDescriptor.KEEP_ALIVES);
        } else if (length > 0) {
            if (ahead > 0) {
                openHole(numbers, i32(next), sequence);
                putI32(next, sequence + length);
            } else {
                repeatOrFill(numbers, sequence, length);
                if (sequence + length - i32(next) > 0) {
                    putI32(next, sequence + length);
                }
            }
        }
    }

    private static void openHole(final long numbers, final int start, final int end) {
        increment(numbers + FlowRecordDescriptor.LOST);
        putI32(numbers + FlowRecordDescriptor.HOLE_START, start);
        putI32(numbers + FlowRecordDescriptor.HOLE_END, end);
    }

    private static void repeatOrFill(final long numbers, final int sequence, final int length) {
        final long holeStart = numbers + FlowRecordDescriptor.HOLE_START;
        final long holeEnd = numbers + FlowRecordDescriptor.HOLE_END;
        final int start = i32(holeStart);
        final int end = i32(holeEnd);
        final int segmentEnd = sequence + length;
        final boolean inHole = start != end && sequence - end < 0 && segmentEnd - start > 0;
        if (!inHole) {
            increment(numbers + FlowRecordDescriptor.RETRANSMISSIONS);
            return;
        }
        increment(numbers + FlowRecordDescriptor.OUT_OF_ORDER);
        if (sequence - start > 0 && segmentEnd - end >= 0) {
            putI32(holeEnd, sequence);
        } else if (segmentEnd - end >= 0) {
            putI32(holeStart, end);
            final long lost = numbers + FlowRecordDescriptor.LOST;
            putI32(lost, i32(lost) - 1);
        } else {
            // A piece out of the middle leaves two holes; the later one is remembered.
            putI32(holeStart, segmentEnd);
        }
    }

    private static void increment(final long counter) {
        putI32(counter, i32(counter) + 1);
    }
}
