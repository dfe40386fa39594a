package io.millrace.engine.event;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.millrace.engine.flow.table.FlowEndReason;
import io.millrace.engine.flow.table.FlowState;
import io.millrace.engine.flow.table.SliceDescriptor;
import io.millrace.engine.flow.table.TunnelDescriptor;
import io.millrace.engine.parse.TunnelType;
import org.agrona.DirectBuffer;

/**
 * Reads a flow event where it lies. Layout: {@link FlowEventDescriptor}. A flyweight: wrap it round each event in
 * turn; what it returns is valid as long as the bytes under it are. Owned by the thread that wraps it.
 */
public final class FlowEvent {
    private DirectBuffer buffer;
    private int offset;

    /** Moves to the event at {@code offset} of {@code buffer}; returns itself. */
    public FlowEvent wrap(final DirectBuffer buffer, final int offset) {
        this.buffer = buffer;
        this.offset = offset;
        return this;
    }

    /** Buffer that holds the event. */
    public DirectBuffer buffer() {
        return buffer;
    }

    /** Offset of the event in its buffer. */
    public int offset() {
        return offset;
    }

    /** Unsigned byte at one of {@link FlowEventDescriptor}'s offsets. */
    public int u8(final int field) {
        return buffer.getByte(offset + field) & 0xFF;
    }

    /** Unsigned 16-bit number at one of {@link FlowEventDescriptor}'s offsets. */
    public int u16(final int field) {
        return buffer.getShort(offset + field, LITTLE_ENDIAN) & 0xFFFF;
    }

    /** Unsigned 32-bit number at one of {@link FlowEventDescriptor}'s offsets. */
    public long u32(final int field) {
        return buffer.getInt(offset + field, LITTLE_ENDIAN) & 0xFFFF_FFFFL;
    }

    /** 64-bit number at one of {@link FlowEventDescriptor}'s offsets. */
    public long u64(final int field) {
        return buffer.getLong(offset + field, LITTLE_ENDIAN);
    }

    /** Double at one of {@link FlowEventDescriptor}'s offsets. */
    public double f64(final int field) {
        return buffer.getDouble(offset + field, LITTLE_ENDIAN);
    }

    /** Copies {@code length} bytes from one of {@link FlowEventDescriptor}'s array fields to {@code destination}. */
    public void bytes(final int field, final byte[] destination, final int length) {
        buffer.getBytes(offset + field, destination, 0, length);
    }

    /** Length of the whole event in bytes. */
    public int eventLength() {
        return (int) u32(FlowEventDescriptor.EVENT_LENGTH);
    }

    /** {@link FlowEventKind#code}. */
    public int kind() {
        return u8(FlowEventDescriptor.KIND);
    }

    /** Number of the flow within the run. */
    public long flowId() {
        return u64(FlowEventDescriptor.FLOW_ID);
    }

    /** {@code new}, {@code half-open}, {@code established}, {@code closed} or {@code reset}. */
    public String stateLabel() {
        return FlowState.of(u8(FlowEventDescriptor.STATE)).label;
    }

    /** {@code timeout}, {@code forced} or {@code shutdown}; {@code none} while the flow lives. */
    public String endReasonLabel() {
        return FlowEndReason.of(u8(FlowEventDescriptor.END_REASON)).label;
    }

    /** Whether nDPI's findings follow the fixed part. */
    public boolean hasMetadata() {
        return u32(FlowEventDescriptor.METADATA_OFFSET) != 0;
    }

    /** Whether the event reports a part of a long flow. */
    public boolean isSlice() {
        return sliceOffset() != 0;
    }

    /** Slices of the flow before this one; like all about slices only where {@link #isSlice()}. */
    public long sliceNumber() {
        return u32(sliceOffset() + SliceDescriptor.NUMBER);
    }

    /** When the slice began; the first one begins with the flow. */
    public long sliceStartNs() {
        final long startNs = u64(sliceOffset() + SliceDescriptor.START_NS);
        return startNs == 0 ? u64(FlowEventDescriptor.FIRST_SEEN_NS) : startNs;
    }

    /** The client's packets before the slice. */
    public long clientPacketsBefore() {
        return u64(sliceOffset() + SliceDescriptor.PACKETS);
    }

    /** The server's packets before the slice. */
    public long serverPacketsBefore() {
        return u64(sliceOffset() + SliceDescriptor.PACKETS + Long.BYTES);
    }

    /** The client's frame bytes before the slice. */
    public long clientBytesBefore() {
        return u64(sliceOffset() + SliceDescriptor.BYTES);
    }

    /** The server's frame bytes before the slice. */
    public long serverBytesBefore() {
        return u64(sliceOffset() + SliceDescriptor.BYTES + Long.BYTES);
    }

    /** Offset of the flow's tunnel in the event; 0 where it came out of none. */
    public int tunnelOffset() {
        return u16(FlowEventDescriptor.TUNNEL_OFFSET);
    }

    /** Type of the tunnel, for example {@code gtp-u}; like all below only where {@link #tunnelOffset()} is not 0. */
    public String tunnelLabel() {
        return TunnelType.of(u8(tunnelOffset() + TunnelDescriptor.TYPE)).label;
    }

    /** 4 or 6. */
    public int tunnelIpVersion() {
        return u8(tunnelOffset() + TunnelDescriptor.IP_VERSION);
    }

    /** IP protocol number that carries the tunnel. */
    public int tunnelProtocol() {
        return u8(tunnelOffset() + TunnelDescriptor.L4_PROTOCOL);
    }

    /** Tunnels in each other round the flow. */
    public int tunnelDepth() {
        return u8(tunnelOffset() + TunnelDescriptor.DEPTH);
    }

    /** VNI, TEID, key or session; 0 where the tunnel has none. */
    public long tunnelId() {
        return u32(tunnelOffset() + TunnelDescriptor.ID);
    }

    /** Offset in the event of the 4 or 16 bytes of the address on the client's side. */
    public int tunnelClientAddressOffset() {
        return tunnelOffset() + TunnelDescriptor.CLI_ADDRESS;
    }

    /** Offset in the event of the 4 or 16 bytes of the address on the server's side. */
    public int tunnelServerAddressOffset() {
        return tunnelOffset() + TunnelDescriptor.SRV_ADDRESS;
    }

    /** Port on the client's side; 0 where the tunnel has none. */
    public int tunnelClientPort() {
        return u16(tunnelOffset() + TunnelDescriptor.CLI_PORT);
    }

    /** Port on the server's side; 0 where the tunnel has none. */
    public int tunnelServerPort() {
        return u16(tunnelOffset() + TunnelDescriptor.SRV_PORT);
    }

    /** Unsigned byte at one of {@link FlowMetadataDescriptor}'s offsets; only where {@link #hasMetadata()}. */
    public int metadataU8(final int field) {
        return u8(metadataOffset() + field);
    }

    /** Unsigned 16-bit number at one of {@link FlowMetadataDescriptor}'s offsets; only where {@link #hasMetadata()}. */
    public int metadataU16(final int field) {
        return u16(metadataOffset() + field);
    }

    /** Unsigned 32-bit number at one of {@link FlowMetadataDescriptor}'s offsets; only where {@link #hasMetadata()}. */
    public long metadataU32(final int field) {
        return u32(metadataOffset() + field);
    }

    /**
     * Length in bytes of one of {@link FlowMetadataDescriptor}'s texts; 0 absent. Only where {@link #hasMetadata()}.
     */
    public int textLength(final int text) {
        return u16(metadataOffset() + text + Short.BYTES);
    }

    /** Copies one of {@link FlowMetadataDescriptor}'s texts to {@code destination}; returns its length in bytes. */
    public int text(final int text, final byte[] destination) {
        final int metadata = metadataOffset();
        final int length = textLength(text);
        buffer.getBytes(offset + metadata + u16(metadata + text), destination, 0, length);
        return length;
    }

    private int metadataOffset() {
        return (int) u32(FlowEventDescriptor.METADATA_OFFSET);
    }

    private int sliceOffset() {
        return u16(FlowEventDescriptor.SLICE_OFFSET);
    }
}
