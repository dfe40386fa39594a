package io.millrace.engine.flow.table;

import static io.millrace.engine.memory.RawMemory.copy;
import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.putI32;
import static io.millrace.engine.memory.RawMemory.putI64;
import static io.millrace.engine.memory.RawMemory.putU16;
import static io.millrace.engine.memory.RawMemory.putU8;
import static io.millrace.engine.memory.RawMemory.u8;
import static io.millrace.engine.memory.RawMemory.zero;

import io.millrace.engine.memory.OffHeapBlock;
import io.millrace.engine.parse.PacketTunnel;
import io.millrace.engine.parse.ParsedBurst;

/**
 * The tunnels of one worker's flows, beside their records: flows without a tunnel pay a bit. Room for every flow of the
 * table; pages that no flow needs are never touched. Owned by the worker.
 */
public final class TunnelStore implements AutoCloseable {
    private static final int SOURCE_OFFSET_4 = 12;
    private static final int SOURCE_OFFSET_6 = 8;

    private final OffHeapBlock block;
    private long next;
    private long free;

    /** Room for {@code flows} tunnels. */
    public TunnelStore(final int flows) {
        block = OffHeapBlock.untouched((long) flows * TunnelDescriptor.LENGTH);
        next = block.address();
    }

    /** Keeps the tunnel of the packet that opened a flow. */
    public void open(final long record, final ParsedBurst parsed, final int slot, final boolean fromHighSide) {
        final long tunnel = allocate();
        final long found = parsed.tunnel(slot);
        final long header = PacketTunnel.header(found);
        final int version = u8(header) >> 4;
        final int length = version == 4 ? 4 : 16;
        final long source = header + (version == 4 ? SOURCE_OFFSET_4 : SOURCE_OFFSET_6);
        zero(tunnel, TunnelDescriptor.LENGTH);
        copy(source, tunnel + TunnelDescriptor.CLI_ADDRESS, length);
        copy(source + length, tunnel + TunnelDescriptor.SRV_ADDRESS, length);
        putI32(tunnel + TunnelDescriptor.ID, PacketTunnel.id(found));
        putU16(tunnel + TunnelDescriptor.CLI_PORT, PacketTunnel.sourcePort(found));
        putU16(tunnel + TunnelDescriptor.SRV_PORT, PacketTunnel.destinationPort(found));
        putU8(tunnel + TunnelDescriptor.TYPE, PacketTunnel.type(found));
        putU8(tunnel + TunnelDescriptor.DEPTH, parsed.tunnelDepth(slot));
        putU8(tunnel + TunnelDescriptor.IP_VERSION, version);
        putU8(tunnel + TunnelDescriptor.L4_PROTOCOL, PacketTunnel.l4Protocol(found));
        putU8(tunnel + TunnelDescriptor.FROM_HIGH, fromHighSide ? 1 : 0);
        putI64(record + FlowRecordDescriptor.TUNNEL, tunnel);
        FlowAccounting.setFlag(record, FlowRecordDescriptor.TUNNELLED);
    }

    /** Forgets the tunnel of a flow that leaves the table, if it has one. */
    public void release(final long record) {
        if (FlowAccounting.hasFlag(record, FlowRecordDescriptor.TUNNELLED)) {
            final long tunnel = i64(record + FlowRecordDescriptor.TUNNEL);
            putI64(tunnel, free);
            free = tunnel;
            FlowAccounting.clearFlag(record, FlowRecordDescriptor.TUNNELLED);
        }
    }

    @Override
    public void close() {
        block.close();
    }

    /** A record holds one tunnel at most, so there is always room. */
    private long allocate() {
        if (free != 0) {
            final long tunnel = free;
            free = i64(tunnel);
            return tunnel;
        }
        final long tunnel = next;
        next += TunnelDescriptor.LENGTH;
        return tunnel;
    }
}
