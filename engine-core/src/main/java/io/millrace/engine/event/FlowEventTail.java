package io.millrace.engine.event;

import static io.millrace.engine.memory.RawMemory.copy;
import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.putI32;
import static io.millrace.engine.memory.RawMemory.putI64;
import static io.millrace.engine.memory.RawMemory.putU16;
import static io.millrace.engine.memory.RawMemory.u16;
import static io.millrace.engine.memory.RawMemory.u32;
import static io.millrace.engine.memory.RawMemory.u8;

import io.millrace.engine.flow.table.FlowAccounting;
import io.millrace.engine.flow.table.FlowRecordDescriptor;
import io.millrace.engine.flow.table.FlowSide;
import io.millrace.engine.flow.table.FlowSlices;
import io.millrace.engine.flow.table.SliceDescriptor;
import io.millrace.engine.flow.table.TunnelDescriptor;

/**
 * What follows the fixed part of an event: metadata, tunnel and slice, each where the flow has it, at multiples of
 * eight bytes. Stateless; the owning worker calls it.
 */
final class FlowEventTail {
    private FlowEventTail() {
    }

    /** Bytes of a flow's whole event; {@code slice} is {@link FlowSlices#NONE} in one of the whole flow. */
    static int eventLength(final long record, final long slice) {
        final int metadataLength = metadataLength(i64(record + FlowRecordDescriptor.METADATA));
        final int length = isTunnelled(record)
            ? tunnelOffset(metadataLength) + TunnelDescriptor.LENGTH : FlowEventDescriptor.LENGTH + metadataLength;
        return slice == FlowSlices.NONE ? length : align(length) + SliceDescriptor.LENGTH;
    }

    /** Writes the parts and where they lie; {@code eventLength} is what {@link #eventLength} said. */
    static void write(final long event, final int eventLength, final long record, final long slice) {
        final long metadata = i64(record + FlowRecordDescriptor.METADATA);
        final int metadataLength = metadataLength(metadata);
        putI32(event + FlowEventDescriptor.METADATA_OFFSET, metadataLength == 0 ? 0 : FlowEventDescriptor.LENGTH);
        if (metadataLength != 0) {
            copy(metadata, event + FlowEventDescriptor.LENGTH, metadataLength);
        }
        putU16(event + FlowEventDescriptor.TUNNEL_OFFSET, 0);
        if (isTunnelled(record)) {
            writeTunnel(event, tunnelOffset(metadataLength), record);
        }
        putU16(event + FlowEventDescriptor.SLICE_OFFSET, 0);
        if (slice != FlowSlices.NONE) {
            writeSlice(event, eventLength - SliceDescriptor.LENGTH, record, slice);
        }
    }

    private static int metadataLength(final long metadata) {
        return metadata == 0 ? 0 : (int) u32(metadata);
    }

    private static boolean isTunnelled(final long record) {
        return FlowAccounting.hasFlag(record, FlowRecordDescriptor.TUNNELLED);
    }

    private static int tunnelOffset(final int metadataLength) {
        return align(FlowEventDescriptor.LENGTH + metadataLength);
    }

    private static int align(final int offset) {
        return offset + 7 & -8;
    }

    /** Turned round where the packet that told the tunnel was not the client's. */
    private static void writeTunnel(final long event, final int offset, final long record) {
        final long from = i64(record + FlowRecordDescriptor.TUNNEL);
        final long to = event + offset;
        putU16(event + FlowEventDescriptor.TUNNEL_OFFSET, offset);
        copy(from, to, TunnelDescriptor.LENGTH);
        final boolean fromHigh = u8(from + TunnelDescriptor.FROM_HIGH) != 0;
        if (fromHigh != FlowAccounting.hasFlag(record, FlowRecordDescriptor.CLIENT_IS_HIGH)) {
            final int addressLength = TunnelDescriptor.SRV_ADDRESS - TunnelDescriptor.CLI_ADDRESS;
            copy(from + TunnelDescriptor.CLI_ADDRESS, to + TunnelDescriptor.SRV_ADDRESS, addressLength);
            copy(from + TunnelDescriptor.SRV_ADDRESS, to + TunnelDescriptor.CLI_ADDRESS, addressLength);
            putU16(to + TunnelDescriptor.CLI_PORT, u16(from + TunnelDescriptor.SRV_PORT));
            putU16(to + TunnelDescriptor.SRV_PORT, u16(from + TunnelDescriptor.CLI_PORT));
        }
    }

    private static void writeSlice(final long event, final int offset, final long record, final long slice) {
        final long to = event + offset;
        final int client = FlowSide.client(record);
        putU16(event + FlowEventDescriptor.SLICE_OFFSET, offset);
        copy(slice, to, SliceDescriptor.LENGTH);
        pairOfLongs(to, SliceDescriptor.PACKETS, SliceDescriptor.PACKETS + Long.BYTES,
            slice + SliceDescriptor.PACKETS, client);
        pairOfLongs(to, SliceDescriptor.BYTES, SliceDescriptor.BYTES + Long.BYTES,
            slice + SliceDescriptor.BYTES, client);
    }

    private static void pairOfLongs(
        final long event, final int fromClient, final int fromServer, final long pair, final int client) {
        putI64(event + fromClient, i64(FlowSide.field(pair, Long.BYTES, client)));
        putI64(event + fromServer, i64(FlowSide.field(pair, Long.BYTES, FlowSide.other(client))));
    }
}
