package io.millrace.engine.flow.table;

import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.putI64;
import static io.millrace.engine.memory.RawMemory.putU8;
import static io.millrace.engine.memory.RawMemory.u8;

/**
 * Follows a TCP flow's opening (RFC 9293 section 3.5) in its record: SYN, SYN-ACK, ACK in this order and undisturbed is
 * a good handshake; repeated SYNs and SYN-ACKs do no harm; anything else ends the watch. Round trips are measured from
 * the last SYN and the first SYN-ACK behind it. Stateless; the owning worker calls it.
 */
public final class TcpHandshake {
    /** Phase: no packet yet. */
    public static final int NONE = 0;
    /** Phase: SYN seen. */
    public static final int SYN = 1;
    /** Phase: SYN-ACK seen. */
    public static final int SYN_ACK = 2;
    /** Phase: completed. */
    public static final int COMPLETE = 3;
    /** Phase: disturbed, or the flow was picked up later. */
    public static final int MISSED = 4;

    /** Flag FIN. */
    public static final int FLAG_FIN = 0x01;
    /** Flag SYN. */
    public static final int FLAG_SYN = 0x02;
    /** Flag RST. */
    public static final int FLAG_RST = 0x04;
    /** Flag PSH. */
    public static final int FLAG_PSH = 0x08;
    /** Flag ACK. */
    public static final int FLAG_ACK = 0x10;

    private static final long UNANSWERED = -1;
    private static final int OPENING_FLAGS = FLAG_FIN | FLAG_SYN | FLAG_RST | FLAG_ACK;

    private TcpHandshake() {
    }

    /** Whether the opening is behind the flow, well or not: nothing more to watch. */
    static boolean isOver(final long record) {
        return u8(record + FlowRecordDescriptor.HANDSHAKE) >= COMPLETE;
    }

    /** Takes one packet into account. */
    static void advance(final long record, final int tcpFlags, final boolean fromClient, final long timeNs) {
        final int phase = u8(record + FlowRecordDescriptor.HANDSHAKE);
        if (phase >= COMPLETE) {
            return;
        }
        final int opening = tcpFlags & OPENING_FLAGS;
        int next = MISSED;
        if (opening == FLAG_SYN && fromClient) {
            next = Math.max(SYN, phase);
            putI64(record + FlowRecordDescriptor.REQUEST_NS, timeNs);
            putI64(record + FlowRecordDescriptor.SERVER_RTT_NS, UNANSWERED);
        } else if (opening == (FLAG_SYN | FLAG_ACK) && !fromClient && phase >= SYN) {
            next = SYN_ACK;
            if (i64(record + FlowRecordDescriptor.SERVER_RTT_NS) == UNANSWERED) {
                putI64(record + FlowRecordDescriptor.SERVER_RTT_NS,
                    Math.max(0, timeNs - i64(record + FlowRecordDescriptor.REQUEST_NS)));
            }
        } else if (opening == FLAG_ACK && fromClient && phase == SYN_ACK) {
            next = COMPLETE;
            measureClient(record, timeNs);
        }
        putU8(record + FlowRecordDescriptor.HANDSHAKE, next);
    }

    /** From SYN to SYN-ACK in nanoseconds; 0 unknown. */
    public static long serverRttNs(final long record) {
        return Math.max(0, i64(record + FlowRecordDescriptor.SERVER_RTT_NS));
    }

    /**
     * An acknowledgement behind a SYN that was sent again and not answered could belong to either: nothing is known.
     */
    private static void measureClient(final long record, final long timeNs) {
        final long serverRttNs = i64(record + FlowRecordDescriptor.SERVER_RTT_NS);
        if (serverRttNs != UNANSWERED) {
            putI64(record + FlowRecordDescriptor.CLIENT_RTT_NS,
                Math.max(0, timeNs - i64(record + FlowRecordDescriptor.REQUEST_NS) - serverRttNs));
        }
    }
}
