package io.millrace.script.lua;

import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowEventKind;
import io.millrace.engine.event.FlowMetadataDescriptor;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/** Writes flow events as a worker would: a TCP flow of TLS by default. */
public final class EventBuilder {
    public static final long START_NS = 1_573_776_000_000_000_000L; // 2019-11-15 00:00:00 UTC

    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(FlowEventDescriptor.MAX_LENGTH + 8));
    private int textEnd;

    private EventBuilder() {
    }

    public static EventBuilder event(final FlowEventKind kind, final long flowId) {
        return new EventBuilder()
            .u64(FlowEventDescriptor.FLOW_ID, flowId)
            .u64(FlowEventDescriptor.TIME_NS, START_NS + 5_000_000_000L)
            .u64(FlowEventDescriptor.FIRST_SEEN_NS, START_NS)
            .u64(FlowEventDescriptor.LAST_SEEN_NS, START_NS + 5_000_000_000L)
            .u32(FlowEventDescriptor.EVENT_LENGTH, FlowEventDescriptor.LENGTH)
            .u8(FlowEventDescriptor.KIND, kind.code)
            .u8(FlowEventDescriptor.L4_PROTOCOL, 6)
            .u16(FlowEventDescriptor.CLI_PORT, 40000)
            .u16(FlowEventDescriptor.SRV_PORT, 443)
            .u16(FlowEventDescriptor.NDPI_APP, 91)
            .u16(FlowEventDescriptor.NDPI_CATEGORY, 5)
            .u64(FlowEventDescriptor.CLI2SRV_PACKETS, 10)
            .u64(FlowEventDescriptor.SRV2CLI_PACKETS, 8)
            .u64(FlowEventDescriptor.CLI2SRV_BYTES, 1000)
            .u64(FlowEventDescriptor.SRV2CLI_BYTES, 5000)
            .u64(FlowEventDescriptor.CLI2SRV_GOODPUT_BYTES, 400)
            .u64(FlowEventDescriptor.SRV2CLI_GOODPUT_BYTES, 4500)
            .u8(FlowEventDescriptor.HANDSHAKE_OK, 1)
            .u8(FlowEventDescriptor.HANDSHAKE_OVER, 1)
            .between("192.168.1.10", "8.8.8.8");
    }

    public EventBuilder u8(final int field, final int value) {
        buffer.putByte(field, (byte) value);
        return this;
    }

    public EventBuilder u16(final int field, final int value) {
        buffer.putShort(field, (short) value);
        return this;
    }

    public EventBuilder u32(final int field, final int value) {
        buffer.putInt(field, value);
        return this;
    }

    public EventBuilder u64(final int field, final long value) {
        buffer.putLong(field, value);
        return this;
    }

    public EventBuilder between(final String client, final String server) {
        try {
            final byte[] clientBytes = InetAddress.getByName(client).getAddress();
            final byte[] serverBytes = InetAddress.getByName(server).getAddress();
            buffer.setMemory(FlowEventDescriptor.CLI_ADDRESS, 32, (byte) 0);
            buffer.putBytes(FlowEventDescriptor.CLI_ADDRESS, clientBytes);
            buffer.putBytes(FlowEventDescriptor.SRV_ADDRESS, serverBytes);
            return u8(FlowEventDescriptor.IP_VERSION, clientBytes.length == 4 ? 4 : 6);
        } catch (final UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    public EventBuilder text(final int field, final String value) {
        final byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
        final int start = metadata();
        buffer.putShort(start + field, (short) textEnd);
        buffer.putShort(start + field + Short.BYTES, (short) bytes.length);
        buffer.putBytes(start + textEnd, bytes);
        textEnd += bytes.length;
        return seal();
    }

    public EventBuilder metadataU16(final int field, final int value) {
        buffer.putShort(metadata() + field, (short) value);
        return seal();
    }

    public EventBuilder metadataU8(final int field, final int value) {
        buffer.putByte(metadata() + field, (byte) value);
        return seal();
    }

    public EventBuilder metadataU32(final int field, final int value) {
        buffer.putInt(metadata() + field, value);
        return seal();
    }

    public UnsafeBuffer buffer() {
        return buffer;
    }

    public int length() {
        return buffer.getInt(FlowEventDescriptor.EVENT_LENGTH);
    }

    public long address() {
        return buffer.addressOffset();
    }

    private int metadata() {
        if (textEnd == 0) {
            textEnd = FlowMetadataDescriptor.LENGTH;
            buffer.putInt(FlowEventDescriptor.METADATA_OFFSET, FlowEventDescriptor.LENGTH);
        }
        return FlowEventDescriptor.LENGTH;
    }

    private EventBuilder seal() {
        buffer.putInt(FlowEventDescriptor.LENGTH + FlowMetadataDescriptor.TOTAL_LENGTH, textEnd);
        return u32(FlowEventDescriptor.EVENT_LENGTH, FlowEventDescriptor.LENGTH + textEnd);
    }
}
