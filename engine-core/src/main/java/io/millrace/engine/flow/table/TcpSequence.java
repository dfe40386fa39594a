package io.millrace.engine.flow.table;

import static io.millrace.engine.memory.RawMemory.i32;
import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.putI32;
import static io.millrace.engine.memory.RawMemory.putU16;
import static io.millrace.engine.memory.RawMemory.putU8;
import static io.millrace.engine.memory.RawMemory.u16;
import static io.millrace.engine.memory.RawMemory.u8;

import io.millrace.engine.parse.ParsedBurst;

/**
 * Follows the sequence numbers of each side of a TCP flow in its record, modulo 2^32 (RFC 9293 section 3.4).
 *
 * <p>A jump ahead is a hole and counts as lost. A segment into the hole counts as out of order where it comes within
 * one round trip of the newest byte (3 ms where the handshake was not seen) and nothing shows that it was sent again;
 * the hole is not a loss then. A later one, one that the other side had asked for by repeating an acknowledgement, and
 * every segment whose bytes were there already is a retransmission. One hole per side is remembered; where it was
 * forgotten for a newer one, the time alone decides. Selective acknowledgements play no part: what was sent is seen
 * here.
 *
 * <p>Keep-alives (RFC 9293 section 3.8.4) and probes of a closed window (section 3.8.6.1) are neither. Stateless; the
 * owning worker calls it.
 */
final class TcpSequence {
    private static final int KNOWN = 1;
    private static final int HOLES_FORGOTTEN = 2;
    private static final int NO_DATA_FLAGS = TcpHandshake.FLAG_SYN | TcpHandshake.FLAG_FIN;
    private static final int TICK_SHIFT = 10;
    private static final long REORDERING_NS = 3_000_000;
    private static final int REPETITIONS_THAT_ASK = 2;
    private static final int MAX_REPETITIONS = 255;
    private static final int MAX_COUNT = 65_535;

    private TcpSequence() {
    }

    /**
     * Takes one packet into account.
     *
     * @param side   the {@link FlowSide} that has sent it.
     * @param timeNs the packet's own timestamp.
     */
    static void advance(
        final long record, final int side, final ParsedBurst parsed, final int slot, final long timeNs) {

        final int tcpFlags = parsed.flagsOrType(slot);
        if ((tcpFlags & TcpHandshake.FLAG_RST) != 0) {
            return;
        }
        final long own = FlowSide.field(record, FlowRecordDescriptor.TCP_STRIDE, side);
        final long other = FlowSide.field(record, FlowRecordDescriptor.TCP_STRIDE, FlowSide.other(side));
        final int sequence = parsed.tcpSequence(slot);
        final int payloadLength = parsed.payloadLength(slot);
        final int length = payloadLength
            + ((tcpFlags & TcpHandshake.FLAG_SYN) != 0 ? 1 : 0)
            + ((tcpFlags & TcpHandshake.FLAG_FIN) != 0 ? 1 : 0);
        final int ticks = (int) (timeNs >>> TICK_SHIFT);
        final boolean isData = (tcpFlags & NO_DATA_FLAGS) == 0;
        boolean probe = false;
        if ((u8(own + FlowRecordDescriptor.SEQUENCE_STATE) & KNOWN) == 0) {
            putU8(own + FlowRecordDescriptor.SEQUENCE_STATE, KNOWN);
            moveTo(own, sequence + length, ticks);
        } else {
            probe = payloadLength == 1 && sequence == i32(own + FlowRecordDescriptor.NEXT_SEQUENCE)
                && isWindowClosed(other);
            if (!probe) {
                place(record, side, sequence, length, payloadLength, ticks);
            }
        }
        final int window = parsed.tcpWindow(slot);
        if (window == 0 && isData && !probe) {
            count(FlowSide.field(record + FlowRecordDescriptor.ZERO_WINDOWS, Short.BYTES, side));
        }
        final int acknowledgement = (tcpFlags & TcpHandshake.FLAG_ACK) != 0 ? parsed.tcpAcknowledgement(slot) : 0;
        noteAcknowledgement(own, sequence, acknowledgement, window, payloadLength == 0 && isData);
    }

    private static void place(
        final long record,
        final int side,
        final int sequence,
        final int length,
        final int payloadLength,
        final int ticks) {

        final long own = FlowSide.field(record, FlowRecordDescriptor.TCP_STRIDE, side);
        final int next = i32(own + FlowRecordDescriptor.NEXT_SEQUENCE);
        final int ahead = sequence - next;
        if (ahead == 0) {
            if (length > 0) {
                moveTo(own, sequence + length, ticks);
            }
        } else if (ahead > 0) {
            openHole(own, next, sequence);
            increment(FlowSide.field(record + FlowRecordDescriptor.LOST, Integer.BYTES, side));
            moveTo(own, sequence + length, ticks);
        } else if (ahead == -1 && payloadLength <= 1 && length == payloadLength) {
            count(FlowSide.field(record + FlowRecordDescriptor.KEEP_ALIVES, Short.BYTES, side));
        } else if (length > 0) {
            // Behind a probe or a keep-alive that carried one byte comes the rest.
            if (ahead != -1 || payloadLength <= 1) {
                repeatOrFill(record, side, sequence, length, payloadLength, ticks);
            }
            if (sequence + length - next > 0) {
                moveTo(own, sequence + length, ticks);
            }
        }
    }

    private static void repeatOrFill(
        final long record,
        final int side,
        final int sequence,
        final int length,
        final int payloadLength,
        final int ticks) {

        final long own = FlowSide.field(record, FlowRecordDescriptor.TCP_STRIDE, side);
        final int start = i32(own + FlowRecordDescriptor.HOLE_START);
        final int end = i32(own + FlowRecordDescriptor.HOLE_END);
        final int segmentEnd = sequence + length;
        final boolean inHole = start != end && sequence - end < 0 && segmentEnd - start > 0;
        final boolean mayBeNew = inHole
            || (u8(own + FlowRecordDescriptor.SEQUENCE_STATE) & HOLES_FORGOTTEN) != 0
            && segmentEnd != i32(own + FlowRecordDescriptor.NEXT_SEQUENCE);
        final boolean late = mayBeNew && isRecent(record, own, ticks)
            && !isSentAgain(record, side, sequence, sequence + payloadLength);
        increment(own + (late ? FlowRecordDescriptor.OUT_OF_ORDER : FlowRecordDescriptor.RETRANSMISSIONS));
        if (inHole && fill(own, start, end, sequence, segmentEnd) && late) {
            final long lost = FlowSide.field(record + FlowRecordDescriptor.LOST, Integer.BYTES, side);
            putI32(lost, i32(lost) - 1);
        }
    }

    /** Whether the other side has acknowledged these bytes, or asked for them (RFC 5681 section 3.2). */
    private static boolean isSentAgain(
        final long record, final int side, final int sequence, final int payloadEnd) {

        final long other = FlowSide.field(record, FlowRecordDescriptor.TCP_STRIDE, FlowSide.other(side));
        final int acknowledged = i32(other + FlowRecordDescriptor.LAST_ACKNOWLEDGEMENT);
        if (acknowledged == 0) {
            return false;
        }
        return payloadEnd != sequence && payloadEnd - acknowledged <= 0
            || sequence == acknowledged
            && u8(other + FlowRecordDescriptor.REPEATED_ACKNOWLEDGEMENTS) >= REPETITIONS_THAT_ASK;
    }

    private static boolean isRecent(final long record, final long own, final int ticks) {
        final long roundTripNs = i64(record + FlowRecordDescriptor.CLIENT_RTT_NS)
            + TcpHandshake.serverRttNs(record);
        final boolean measured =
            u8(record + FlowRecordDescriptor.HANDSHAKE) == TcpHandshake.COMPLETE && roundTripNs > 0;
        final long elapsedTicks =
            Integer.toUnsignedLong(ticks - i32(own + FlowRecordDescriptor.ADVANCED_TICKS));
        return elapsedTicks < (measured ? roundTripNs : REORDERING_NS) >>> TICK_SHIFT;
    }

    private static void openHole(final long own, final int start, final int end) {
        if (i32(own + FlowRecordDescriptor.HOLE_START) != i32(own + FlowRecordDescriptor.HOLE_END)) {
            putU8(own + FlowRecordDescriptor.SEQUENCE_STATE, KNOWN | HOLES_FORGOTTEN);
        }
        putI32(own + FlowRecordDescriptor.HOLE_START, start);
        putI32(own + FlowRecordDescriptor.HOLE_END, end);
    }

    /** Takes a segment out of the hole; returns whether nothing is left of it. */
    private static boolean fill(
        final long own, final int start, final int end, final int sequence, final int segmentEnd) {

        final boolean reachesStart = sequence - start <= 0;
        final boolean reachesEnd = segmentEnd - end >= 0;
        if (reachesEnd && !reachesStart) {
            putI32(own + FlowRecordDescriptor.HOLE_END, sequence);
        } else {
            // A piece out of the middle leaves two holes; the later one is remembered.
            putI32(own + FlowRecordDescriptor.HOLE_START, reachesEnd ? end : segmentEnd);
        }
        return reachesStart && reachesEnd;
    }

    private static void noteAcknowledgement(
        final long own, final int sequence, final int acknowledgement, final int window, final boolean isBare) {

        final long last = own + FlowRecordDescriptor.LAST_ACKNOWLEDGEMENT;
        final long lastWindow = own + FlowRecordDescriptor.WINDOW;
        final long repeated = own + FlowRecordDescriptor.REPEATED_ACKNOWLEDGEMENTS;
        if (acknowledgement != i32(last)) {
            putI32(last, acknowledgement);
            putU8(repeated, 0);
        } else if (isBare && window != 0 && window == u16(lastWindow)
            && sequence == i32(own + FlowRecordDescriptor.NEXT_SEQUENCE)) {
            putU8(repeated, Math.min(MAX_REPETITIONS, u8(repeated) + 1));
        }
        putU16(lastWindow, window);
    }

    private static boolean isWindowClosed(final long side) {
        return u16(side + FlowRecordDescriptor.WINDOW) == 0
            && (u8(side + FlowRecordDescriptor.SEQUENCE_STATE) & KNOWN) != 0;
    }

    private static void moveTo(final long own, final int nextSequence, final int ticks) {
        putI32(own + FlowRecordDescriptor.NEXT_SEQUENCE, nextSequence);
        putI32(own + FlowRecordDescriptor.ADVANCED_TICKS, ticks);
    }

    private static void increment(final long counter) {
        putI32(counter, i32(counter) + 1);
    }

    private static void count(final long counter) {
        putU16(counter, Math.min(MAX_COUNT, u16(counter) + 1));
    }
}
