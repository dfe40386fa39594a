package io.millrace.engine.flow.table;

import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.u8;

import io.millrace.engine.config.FlowTimeouts;
import io.millrace.engine.flow.key.FlowKeys;
import io.millrace.engine.parse.IpProtocol;

/** Decides from a flow's record how it stands and whether its time is over. Immutable; any thread. */
public final class FlowExpiry {
    private static final int CLOSING_FLAGS = TcpHandshake.FLAG_FIN | TcpHandshake.FLAG_RST;

    private final long shortestNs;
    private final long udpNs;
    private final long icmpNs;
    private final long otherNs;
    private final long[] tcpNs = new long[FlowState.values().length];

    /** Ends flows by these timeouts. */
    public FlowExpiry(final FlowTimeouts timeouts) {
        shortestNs = timeouts.shortestNs();
        udpNs = timeouts.udpNs();
        icmpNs = timeouts.icmpNs();
        otherNs = timeouts.otherNs();
        tcpNs[FlowState.NEW.code] = timeouts.tcpNewNs();
        tcpNs[FlowState.HALF_OPEN.code] = timeouts.tcpHalfOpenNs();
        tcpNs[FlowState.ESTABLISHED.code] = timeouts.tcpEstablishedNs();
        tcpNs[FlowState.CLOSED.code] = timeouts.tcpClosedNs();
        tcpNs[FlowState.RESET.code] = timeouts.tcpClosedNs();
    }

    /** Whether the flow has been silent for too long at {@code nowNs}. */
    public boolean isOver(final long record, final long nowNs) {
        final long silenceNs = nowNs - i64(record + FlowRecordDescriptor.LAST_SEEN_NS);
        return silenceNs >= shortestNs && silenceNs >= timeoutNs(record);
    }

    /** Whether {@link #isOver} is worth asking; never {@code false} where that is {@code true}. */
    public boolean mayBeOver(final long record, final long nowNs) {
        return nowNs - i64(record + FlowRecordDescriptor.LAST_SEEN_NS) >= shortestNs;
    }

    /** Whether a packet with these TCP flags opens a new connection between the ends of one that was closed. */
    public static boolean isReopenedBy(final long record, final int tcpFlags) {
        return (tcpFlags & (TcpHandshake.FLAG_SYN | TcpHandshake.FLAG_ACK)) == TcpHandshake.FLAG_SYN
            && isTcp(record)
            && ((tcpFlags(record, FlowSide.LOW) | tcpFlags(record, FlowSide.HIGH)) & CLOSING_FLAGS) != 0;
    }

    /** How the flow stands. */
    public static FlowState state(final long record) {
        return isTcp(record) ? tcpState(record) : stateByDirections(record);
    }

    private long timeoutNs(final long record) {
        return switch (protocol(record)) {
            case IpProtocol.TCP -> tcpNs[tcpState(record).code];
            case IpProtocol.UDP -> udpNs;
            case IpProtocol.ICMP, IpProtocol.ICMPV6 -> icmpNs;
            default -> otherNs;
        };
    }

    private static FlowState tcpState(final long record) {
        final int low = tcpFlags(record, FlowSide.LOW);
        final int high = tcpFlags(record, FlowSide.HIGH);
        if ((low & high & TcpHandshake.FLAG_FIN) != 0) {
            return FlowState.CLOSED;
        }
        if (((low | high) & CLOSING_FLAGS) != 0) {
            return ((low | high) & TcpHandshake.FLAG_RST) != 0 ? FlowState.RESET : FlowState.CLOSED;
        }
        return switch (u8(record + FlowRecordDescriptor.HANDSHAKE)) {
            case TcpHandshake.SYN -> FlowState.NEW;
            case TcpHandshake.SYN_ACK -> FlowState.HALF_OPEN;
            default -> FlowState.ESTABLISHED;
        };
    }

    private static FlowState stateByDirections(final long record) {
        final boolean bothWays =
            FlowCounters.hasPackets(record, FlowSide.LOW) && FlowCounters.hasPackets(record, FlowSide.HIGH);
        return bothWays ? FlowState.ESTABLISHED : FlowState.NEW;
    }

    private static boolean isTcp(final long record) {
        return protocol(record) == IpProtocol.TCP;
    }

    private static int protocol(final long record) {
        return FlowKeys.l4Protocol(i64(record + FlowRecordDescriptor.ENDS));
    }

    private static int tcpFlags(final long record, final int side) {
        return u8(record + FlowRecordDescriptor.TCP_FLAGS + side);
    }
}
