package io.millrace.engine.flow.table;

import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.u8;

import io.millrace.engine.flow.key.FlowKeys;
import io.millrace.engine.parse.IpProtocol;

/** Decides from a flow's record how it stands and whether its time is over. Immutable; any thread. */
public final class FlowExpiry {
    private final long idleTimeoutNs;
    private final long tcpClosedTimeoutNs;

    /**
     * Timeouts.
     *
     * @param idleTimeoutNs      silence after which any flow ends.
     * @param tcpClosedTimeoutNs silence after which a TCP flow ends once FIN or RST was seen or while its handshake is
     *                           unfinished; such a flow lives at least that long.
     */
    public FlowExpiry(final long idleTimeoutNs, final long tcpClosedTimeoutNs) {
        this.idleTimeoutNs = idleTimeoutNs;
        this.tcpClosedTimeoutNs = tcpClosedTimeoutNs;
    }

    /** Whether the flow has been silent for too long at {@code nowNs}. */
    public boolean isOver(final long record, final long nowNs) {
        final long silenceNs = nowNs - i64(record + FlowRecordDescriptor.LAST_SEEN_NS);
        if (silenceNs >= idleTimeoutNs) {
            return true;
        }
        return silenceNs >= tcpClosedTimeoutNs && isTcp(record) && (isClosed(record) || isOpening(record))
            && nowNs - i64(record + FlowRecordDescriptor.FIRST_SEEN_NS) >= tcpClosedTimeoutNs;
    }

    /** Whether a packet with these TCP flags opens a new connection between the ends of one that was closed. */
    public static boolean isReopenedBy(final long record, final int tcpFlags) {
        return (tcpFlags & (TcpHandshake.FLAG_SYN | TcpHandshake.FLAG_ACK)) == TcpHandshake.FLAG_SYN
            && isTcp(record) && isClosed(record);
    }

    /** How the flow stands. */
    public static FlowState state(final long record) {
        if (isTcp(record)) {
            if (isClosed(record)) {
                return FlowState.CLOSED;
            }
            return isOpening(record) ? FlowState.NEW : FlowState.ESTABLISHED;
        }
        final boolean bothWays = i64(record + FlowRecordDescriptor.PACKETS) > 0
            && i64(record + FlowRecordDescriptor.PACKETS + Long.BYTES) > 0;
        return bothWays ? FlowState.ESTABLISHED : FlowState.NEW;
    }

    private static boolean isTcp(final long record) {
        return FlowKeys.l4Protocol(i64(record + FlowRecordDescriptor.KEY + 4L * Long.BYTES)) == IpProtocol.TCP;
    }

    private static boolean isClosed(final long record) {
        final int flags = u8(record + FlowRecordDescriptor.TCP_FLAGS) | u8(record + FlowRecordDescriptor.TCP_FLAGS + 1);
        return (flags & (TcpHandshake.FLAG_FIN | TcpHandshake.FLAG_RST)) != 0;
    }

    private static boolean isOpening(final long record) {
        final int phase = u8(record + FlowRecordDescriptor.HANDSHAKE);
        return phase == TcpHandshake.SYN || phase == TcpHandshake.SYN_ACK;
    }
}
