package io.millrace.engine.flow.table;

import static io.millrace.engine.memory.RawMemory.i32;
import static io.millrace.engine.memory.RawMemory.putI32;
import static io.millrace.engine.memory.RawMemory.putI64;
import static io.millrace.engine.memory.RawMemory.putU16;
import static io.millrace.engine.memory.RawMemory.u16;
import static io.millrace.engine.memory.RawMemory.u8;

import io.millrace.engine.parse.IpProtocol;
import io.millrace.engine.parse.PacketEnds;
import io.millrace.engine.parse.ParsedBurst;

/**
 * Decides which side of a flow is the client: the sender of a SYN, else the receiver of a SYN-ACK, else the side that
 * talks to a service's port, else the sender of the first packet. Of ICMP it is the side that asks for an echo. A SYN
 * or SYN-ACK that comes later corrects a guess, as long as nobody was told of the flow. Stateless; the owning worker
 * calls it.
 */
final class FlowDirection {
    private static final int OPENING_FLAGS = TcpHandshake.FLAG_SYN | TcpHandshake.FLAG_ACK;
    private static final int ICMP_ECHO_REPLY = 0;
    private static final int ICMPV6_ECHO_REPLY = 129;

    private FlowDirection() {
    }

    /** Whether the sender of a flow's first packet is its client. */
    static boolean isFromClient(final ParsedBurst parsed, final int slot) {
        return switch (PacketEnds.l4Protocol(parsed.ends(slot))) {
            case IpProtocol.TCP -> {
                final int flags = parsed.flagsOrType(slot);
                yield (flags & TcpHandshake.FLAG_SYN) != 0
                    ? (flags & OPENING_FLAGS) != OPENING_FLAGS : isTowardsService(parsed.ends(slot));
            }
            case IpProtocol.UDP, IpProtocol.SCTP -> isTowardsService(parsed.ends(slot));
            case IpProtocol.ICMP -> parsed.flagsOrType(slot) >> 8 != ICMP_ECHO_REPLY || parsed.isLaterFragment(slot);
            case IpProtocol.ICMPV6 -> parsed.flagsOrType(slot) >> 8 != ICMPV6_ECHO_REPLY;
            default -> true;
        };
    }

    /** Takes a TCP packet with SYN into account, before its flags are added to those of the flow. */
    static void correct(final long record, final int tcpFlags, final boolean fromHighSide) {
        final long flags = record + FlowRecordDescriptor.TCP_FLAGS;
        final int seen = u8(flags + FlowSide.LOW) | u8(flags + FlowSide.HIGH);
        if ((seen & TcpHandshake.FLAG_SYN) != 0 || FlowAccounting.hasFlag(record, FlowRecordDescriptor.ANNOUNCED)) {
            return;
        }
        final boolean fromClient = (tcpFlags & OPENING_FLAGS) != OPENING_FLAGS;
        final boolean clientIsHigh = fromHighSide == fromClient;
        if (clientIsHigh != FlowAccounting.hasFlag(record, FlowRecordDescriptor.CLIENT_IS_HIGH)) {
            turnRound(record, clientIsHigh);
        }
    }

    /** All else in a record is kept by the sides of the key, not by their part. */
    private static void turnRound(final long record, final boolean clientIsHigh) {
        if (clientIsHigh) {
            FlowAccounting.setFlag(record, FlowRecordDescriptor.CLIENT_IS_HIGH);
        } else {
            FlowAccounting.clearFlag(record, FlowRecordDescriptor.CLIENT_IS_HIGH);
        }
        FlowAccounting.clearFlag(record, FlowRecordDescriptor.REQUESTED | FlowRecordDescriptor.ANSWERED);
        putI64(record + FlowRecordDescriptor.APPLICATION_LATENCY_NS, 0);
        swapMacAddresses(record);
    }

    static void swapMacAddresses(final long record) {
        final long client = record + FlowRecordDescriptor.CLIENT_MAC;
        final long server = record + FlowRecordDescriptor.SERVER_MAC;
        final int first = i32(client);
        final int last = u16(client + Integer.BYTES);
        putI32(client, i32(server));
        putU16(client + Integer.BYTES, u16(server + Integer.BYTES));
        putI32(server, first);
        putU16(server + Integer.BYTES, last);
    }

    private static boolean isTowardsService(final long ends) {
        return !ServicePorts.contains(PacketEnds.sourcePort(ends))
            || ServicePorts.contains(PacketEnds.destinationPort(ends));
    }
}
