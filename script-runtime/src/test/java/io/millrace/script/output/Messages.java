package io.millrace.script.output;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.millrace.engine.event.ApplicationNames;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowEventKind;
import io.millrace.engine.event.FlowMetadataDescriptor;
import io.millrace.engine.flow.table.SliceDescriptor;
import io.millrace.script.geo.PlaceSource;
import io.millrace.script.geo.PlaceTable;
import io.millrace.script.verdict.AlertDescriptor;
import io.millrace.script.verdict.VerdictDescriptor;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;

/** Builds output messages field by field, as script threads lay them out. Times are those of a fixed night. */
final class Messages {
    static final long START_NS = 1_577_836_799_123_456_789L;
    static final ApplicationNames NAMES = new ApplicationNames(
        new String[] {"Unknown", "FTP_CONTROL", "POP3", "SMTP", "IMAP", "DNS", "IPP", "HTTP", "TLS", "YouTube", "ICMP"},
        new int[11],
        new int[11],
        new String[] {"Unspecified", "Media", "VPN", "Email", "Web"},
        new String[] {"Unknown", "Safe", "Acceptable", "Fun"},
        new String[] {"No Risk", "XSS Attack", "SQL Injection", "Self-signed \"Cert\""},
        new String[] {"Unknown", "Match by port", "DPI (cache)", "DPI"});
    static final VerdictNames VERDICT_NAMES = new VerdictNames() {
        @Override
        public String status(final int id) {
            return id < 3 ? new String[] {"normal", "suspicious_country", "blacklisted"}[id] : null;
        }

        @Override
        public String script(final int index) {
            return index == 0 ? "suspicious_countries" : null;
        }
    };
    static final int EVENT_OFFSET = BitUtil.align(VerdictDescriptor.LENGTH, 8);

    private final UnsafeBuffer verdict = new UnsafeBuffer(new byte[EVENT_OFFSET]);
    private final UnsafeBuffer event = new UnsafeBuffer(new byte[FlowEventDescriptor.MAX_LENGTH]);
    private int textEnd;

    Messages() {
        verdict.putInt(VerdictDescriptor.SCORE, VerdictDescriptor.SCORE_UNSET, LITTLE_ENDIAN);
        u32(FlowEventDescriptor.EVENT_LENGTH, FlowEventDescriptor.LENGTH);
        u8(FlowEventDescriptor.KIND, FlowEventKind.FLOW_END.code);
        u64(FlowEventDescriptor.FLOW_ID, 1);
        u64(FlowEventDescriptor.TIME_NS, START_NS + 90_000_000_000L);
        u64(FlowEventDescriptor.FIRST_SEEN_NS, START_NS);
        u64(FlowEventDescriptor.LAST_SEEN_NS, START_NS + 1_000_000_000L);
        u8(FlowEventDescriptor.IP_VERSION, 4);
        u8(FlowEventDescriptor.END_REASON, 1);
    }

    static PlaceTable noPlaces() {
        return new PlaceTable(PlaceSource.nowhere());
    }

    /** Index of a country in every place table: 1 for AA to 676 for ZZ. */
    static int place(final String country) {
        return 1 + (country.charAt(0) - 'A') * 26 + country.charAt(1) - 'A';
    }

    Messages between(
        final int protocol, final String client, final int clientPort, final String server, final int serverPort) {
        u8(FlowEventDescriptor.L4_PROTOCOL, protocol);
        u16(FlowEventDescriptor.CLI_PORT, clientPort);
        u16(FlowEventDescriptor.SRV_PORT, serverPort);
        address(FlowEventDescriptor.CLI_ADDRESS, client);
        address(FlowEventDescriptor.SRV_ADDRESS, server);
        return this;
    }

    Messages traffic(
        final long sentPackets, final long sentBytes, final long receivedPackets, final long receivedBytes) {
        u64(FlowEventDescriptor.CLI2SRV_PACKETS, sentPackets);
        u64(FlowEventDescriptor.CLI2SRV_BYTES, sentBytes);
        u64(FlowEventDescriptor.SRV2CLI_PACKETS, receivedPackets);
        return u64(FlowEventDescriptor.SRV2CLI_BYTES, receivedBytes);
    }

    Messages ndpi(final int master, final int app, final int category, final int breed, final int confidence) {
        u16(FlowEventDescriptor.NDPI_MASTER, master);
        u16(FlowEventDescriptor.NDPI_APP, app);
        u16(FlowEventDescriptor.NDPI_CATEGORY, category);
        u8(FlowEventDescriptor.NDPI_BREED, breed);
        return u8(FlowEventDescriptor.NDPI_CONFIDENCE, confidence);
    }

    Messages u8(final int field, final int value) {
        event.putByte(field, (byte) value);
        return this;
    }

    Messages u16(final int field, final int value) {
        event.putShort(field, (short) value, LITTLE_ENDIAN);
        return this;
    }

    Messages u32(final int field, final long value) {
        event.putInt(field, (int) value, LITTLE_ENDIAN);
        return this;
    }

    Messages u64(final int field, final long value) {
        event.putLong(field, value, LITTLE_ENDIAN);
        return this;
    }

    Messages metadataU8(final int field, final int value) {
        event.putByte(metadata() + field, (byte) value);
        return this;
    }

    Messages metadataU16(final int field, final int value) {
        event.putShort(metadata() + field, (short) value, LITTLE_ENDIAN);
        return this;
    }

    Messages metadataU32(final int field, final long value) {
        event.putInt(metadata() + field, (int) value, LITTLE_ENDIAN);
        return this;
    }

    Messages metadataBytes(final int field, final byte[] value) {
        event.putBytes(metadata() + field, value);
        return this;
    }

    Messages text(final int text, final String value) {
        return text(text, value.getBytes(StandardCharsets.UTF_8));
    }

    Messages text(final int text, final byte[] value) {
        final int metadata = metadata();
        metadataU16(text, textEnd);
        metadataU16(text + Short.BYTES, value.length);
        event.putBytes(metadata + textEnd, value);
        textEnd += value.length;
        u32(FlowEventDescriptor.EVENT_LENGTH, metadata + textEnd);
        return this;
    }

    Messages verdict(final int field, final long value) {
        if (field == VerdictDescriptor.STATUS_BITMAP) {
            verdict.putLong(field, value, LITTLE_ENDIAN);
        } else if (field == VerdictDescriptor.CLI_PLACE || field == VerdictDescriptor.SRV_PLACE) {
            verdict.putShort(field, (short) value, LITTLE_ENDIAN);
        } else {
            verdict.putInt(field, (int) value, LITTLE_ENDIAN);
        }
        return this;
    }

    /** The event reports a slice: its number, its start and the packets and bytes of both sides before it. */
    Messages slice(
        final int number, final long startNs, final long clientPackets, final long serverPackets,
        final long clientBytes, final long serverBytes) {

        final int slice = BitUtil.align(event.getInt(FlowEventDescriptor.EVENT_LENGTH, LITTLE_ENDIAN), Long.BYTES);
        u16(FlowEventDescriptor.SLICE_OFFSET, slice);
        u64(slice + SliceDescriptor.START_NS, startNs);
        u64(slice + SliceDescriptor.PACKETS, clientPackets);
        u64(slice + SliceDescriptor.PACKETS + Long.BYTES, serverPackets);
        u64(slice + SliceDescriptor.BYTES, clientBytes);
        u64(slice + SliceDescriptor.BYTES + Long.BYTES, serverBytes);
        u32(slice + SliceDescriptor.NUMBER, number);
        u32(FlowEventDescriptor.EVENT_LENGTH, slice + SliceDescriptor.LENGTH);
        return this;
    }

    /** Message of type FLOW. */
    byte[] flow() {
        final int length = event.getInt(FlowEventDescriptor.EVENT_LENGTH, LITTLE_ENDIAN);
        final byte[] message = new byte[EVENT_OFFSET + length];
        verdict.getBytes(0, message, 0, EVENT_OFFSET);
        event.getBytes(0, message, EVENT_OFFSET, length);
        return message;
    }

    /** The bare event, as a worker puts it on a ring. */
    byte[] bareEvent() {
        final byte[] message = new byte[event.getInt(FlowEventDescriptor.EVENT_LENGTH, LITTLE_ENDIAN)];
        event.getBytes(0, message);
        return message;
    }

    /** Message of type ALERT. */
    byte[] alert(
        final int statusId, final int severity, final String key, final String signature, final byte[] info) {
        final byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
        final byte[] signatureBytes = signature.getBytes(StandardCharsets.UTF_8);
        final byte[] category = "alert_suspicious_activity".getBytes(StandardCharsets.UTF_8);
        final int total = AlertDescriptor.LENGTH + keyBytes.length + signatureBytes.length + category.length
            + info.length;
        final byte[] flow = flow();
        final byte[] message = new byte[BitUtil.align(total, 8) + flow.length];
        final UnsafeBuffer alert = new UnsafeBuffer(message);
        alert.putInt(AlertDescriptor.TOTAL_LENGTH, total, LITTLE_ENDIAN);
        alert.putShort(AlertDescriptor.STATUS_ID, (short) statusId, LITTLE_ENDIAN);
        alert.putByte(AlertDescriptor.SEVERITY, (byte) severity);
        alert.putShort(AlertDescriptor.STATUS_KEY_LENGTH, (short) keyBytes.length, LITTLE_ENDIAN);
        alert.putShort(AlertDescriptor.SIGNATURE_LENGTH, (short) signatureBytes.length, LITTLE_ENDIAN);
        alert.putShort(AlertDescriptor.CATEGORY_LENGTH, (short) category.length, LITTLE_ENDIAN);
        alert.putInt(AlertDescriptor.INFO_LENGTH, info.length, LITTLE_ENDIAN);
        int offset = AlertDescriptor.LENGTH;
        for (final byte[] text : new byte[][] {keyBytes, signatureBytes, category, info}) {
            alert.putBytes(offset, text);
            offset += text.length;
        }
        alert.putBytes(BitUtil.align(total, 8), flow);
        return message;
    }

    /** The line that the encoder makes of a FLOW message. */
    static String flowLine(final byte[] message) {
        final JsonText out = new JsonText(16);
        final FlowRecord record = new FlowRecord().wrap(new UnsafeBuffer(message), 0, EVENT_OFFSET, noPlaces());
        new EveEncoder(NAMES, VERDICT_NAMES).flow(record, out);
        return new String(out.bytes(), 0, out.position(), StandardCharsets.UTF_8);
    }

    /** The line that the encoder makes of an ALERT message. */
    static String alertLine(final byte[] message) {
        final JsonText out = new JsonText(16);
        final AlertRecord alert = new AlertRecord().wrap(new UnsafeBuffer(message), 0, noPlaces());
        new EveEncoder(NAMES, VERDICT_NAMES).alert(alert, out);
        return new String(out.bytes(), 0, out.position(), StandardCharsets.UTF_8);
    }

    private void address(final int field, final String address) {
        try {
            final byte[] bytes = InetAddress.getByName(address).getAddress();
            event.putBytes(field, bytes);
            u8(FlowEventDescriptor.IP_VERSION, bytes.length == 4 ? 4 : 6);
        } catch (final UnknownHostException e) {
            throw new IllegalArgumentException(address, e);
        }
    }

    private int metadata() {
        if (textEnd == 0) {
            textEnd = FlowMetadataDescriptor.LENGTH;
            u32(FlowEventDescriptor.METADATA_OFFSET, FlowEventDescriptor.LENGTH);
            u32(FlowEventDescriptor.EVENT_LENGTH, FlowEventDescriptor.LENGTH + FlowMetadataDescriptor.LENGTH);
        }
        return FlowEventDescriptor.LENGTH;
    }
}
