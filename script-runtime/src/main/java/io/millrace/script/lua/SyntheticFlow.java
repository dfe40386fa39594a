package io.millrace.script.lua;

import io.millrace.engine.event.ApplicationNames;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowEventKind;
import io.millrace.engine.event.FlowMetadataDescriptor;
import io.millrace.engine.memory.RawMemory;
import io.millrace.script.verdict.VerdictDescriptor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * An invented flow for {@code scripts check}. {@link SyntheticFlows} has one of each kind. One thread.
 *
 * @param name       for people, for example {@code TLS over TCP}.
 * @param l4         IP protocol number.
 * @param ipVersion  4 or 6.
 * @param serverPort port of the server; 0 where the protocol has none.
 * @param protocol   nDPI's name of the application protocol, or of the carrying one and it, {@code TLS.Google}; empty
 *                   unknown.
 * @param answered   whether the server has sent anything.
 * @param details    fills in what the protocol tells.
 */
record SyntheticFlow(
    String name, int l4, int ipVersion, int serverPort, String protocol, boolean answered, Consumer<Writer> details) {

    /** The first of the flow's packets, nanoseconds since the Unix epoch. */
    static final long START_NS = 1_573_776_000_000_000_000L;
    static final long SECOND_NS = 1_000_000_000L;
    /** Number of the place that hosts have of which one is known. */
    static final int KNOWN_PLACE = 1;

    private static final int TCP = 6;
    private static final int ADDRESS_LENGTH = 16;
    private static final int ALERT_KEY_LENGTH = 40;

    /**
     * Writes the event as a worker would, and what is known of the hosts; {@code event} has room for
     * {@link FlowEventDescriptor#MAX_LENGTH} bytes.
     *
     * @return what was written.
     */
    Writer write(
        final long event, final long verdict, final FlowEventKind kind, final long flowId,
        final ApplicationNames names) {

        RawMemory.zero(event, FlowEventDescriptor.MAX_LENGTH);
        final Writer writer = new Writer(event, verdict);
        RawMemory.putI64(event + FlowEventDescriptor.FLOW_ID, flowId);
        RawMemory.putI64(event + FlowEventDescriptor.TIME_NS, START_NS + 30 * SECOND_NS);
        RawMemory.putI64(event + FlowEventDescriptor.FIRST_SEEN_NS, START_NS);
        RawMemory.putI64(event + FlowEventDescriptor.LAST_SEEN_NS, START_NS + 29 * SECOND_NS);
        RawMemory.putI32(event + FlowEventDescriptor.EVENT_LENGTH, FlowEventDescriptor.LENGTH);
        RawMemory.putI32(event + FlowEventDescriptor.FLOW_HASH, 0x1234_5678);
        RawMemory.putU8(event + FlowEventDescriptor.KIND, kind.code);
        RawMemory.putU8(event + FlowEventDescriptor.IP_VERSION, ipVersion);
        RawMemory.putU8(event + FlowEventDescriptor.L4_PROTOCOL, l4);
        RawMemory.putU16(event + FlowEventDescriptor.CLI_PORT, serverPort == 0 ? 0 : 50_000);
        RawMemory.putU16(event + FlowEventDescriptor.SRV_PORT, serverPort);
        address(event + FlowEventDescriptor.CLI_ADDRESS, 1);
        address(event + FlowEventDescriptor.SRV_ADDRESS, 2);
        writer.protocol(protocol, names);
        writer.hosts(VerdictDescriptor.LOCAL, 0).places(0, KNOWN_PLACE);
        writer.u64(FlowEventDescriptor.CLI2SRV_PACKETS, 10).u64(FlowEventDescriptor.CLI2SRV_BYTES, 1_000)
            .u64(FlowEventDescriptor.CLI2SRV_GOODPUT_BYTES, 400);
        if (answered) {
            writer.u64(FlowEventDescriptor.SRV2CLI_PACKETS, 8).u64(FlowEventDescriptor.SRV2CLI_BYTES, 5_000)
                .u64(FlowEventDescriptor.SRV2CLI_GOODPUT_BYTES, 4_500);
        }
        if (l4 == TCP && answered) {
            writer.u8(FlowEventDescriptor.HANDSHAKE_OK, 1).u8(FlowEventDescriptor.HANDSHAKE_OVER, 1)
                .u8(FlowEventDescriptor.CLI2SRV_TCP_FLAGS, 0x1A).u8(FlowEventDescriptor.SRV2CLI_TCP_FLAGS, 0x1A)
                .u64(FlowEventDescriptor.CLI_HANDSHAKE_RTT_NS, 1_000_000)
                .u64(FlowEventDescriptor.SRV_HANDSHAKE_RTT_NS, 20_000_000);
        }
        details.accept(writer);
        return writer;
    }

    /** Whether this is the application's protocol, or the one that carries it. */
    boolean speaks(final String name) {
        return Arrays.stream(protocol.split("\\.")).anyMatch(name::equalsIgnoreCase);
    }

    /** What the flow is, for the end of a message. */
    String on(final FlowEventKind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ') + " on an invented flow: " + name;
    }

    private void address(final long target, final int last) {
        if (ipVersion == 4) {
            RawMemory.putU8(target, last == 1 ? 192 : 8);
            RawMemory.putU8(target + 1, last == 1 ? 168 : 8);
            RawMemory.putU8(target + 2, 8);
            RawMemory.putU8(target + 3, last);
        } else {
            RawMemory.putU8(target, 0x20);
            RawMemory.putU8(target + 1, 0x01);
            RawMemory.putU8(target + 15, last);
        }
    }

    /** Fills in one event, and what is known of the flow's hosts. */
    static final class Writer {
        private final long event;
        private final long verdict;
        private int textEnd;
        private boolean alerted;

        Writer(final long event, final long verdict) {
            this.event = event;
            this.verdict = verdict;
        }

        /** A text of the metadata. */
        Writer text(final int field, final String value) {
            final byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            final long start = metadata();
            RawMemory.putU16(start + field, textEnd);
            RawMemory.putU16(start + field + Short.BYTES, bytes.length);
            for (final byte octet : bytes) {
                RawMemory.putU8(start + textEnd++, octet & 0xFF);
            }
            return seal();
        }

        /** A number of the metadata. */
        Writer read8(final int field, final int value) {
            RawMemory.putU8(metadata() + field, value);
            return seal();
        }

        /** A number of the metadata. */
        Writer read16(final int field, final int value) {
            RawMemory.putU16(metadata() + field, value);
            return seal();
        }

        /** A number of the metadata. */
        Writer read32(final int field, final int value) {
            RawMemory.putI32(metadata() + field, value);
            return seal();
        }

        /** A number of the event. */
        Writer u8(final int field, final int value) {
            RawMemory.putU8(event + field, value);
            return this;
        }

        /** A number of the event. */
        Writer u16(final int field, final int value) {
            RawMemory.putU16(event + field, value);
            return this;
        }

        /** A number of the event. */
        Writer u32(final int field, final int value) {
            RawMemory.putI32(event + field, value);
            return this;
        }

        /** A number of the event. */
        Writer u64(final int field, final long value) {
            RawMemory.putI64(event + field, value);
            return this;
        }

        /** Traits of client and server, see {@link VerdictDescriptor#LOCAL}. */
        Writer hosts(final int client, final int server) {
            RawMemory.putU8(verdict + VerdictDescriptor.CLI_TRAITS, client);
            RawMemory.putU8(verdict + VerdictDescriptor.SRV_TRAITS, server);
            return this;
        }

        /** Places of client and server: 0 unknown, or {@link #KNOWN_PLACE}. */
        Writer places(final int client, final int server) {
            RawMemory.putU16(verdict + VerdictDescriptor.CLI_PLACE, client);
            RawMemory.putU16(verdict + VerdictDescriptor.SRV_PLACE, server);
            return this;
        }

        /** An alert of another program waits for the flow. */
        void alerted() {
            alerted = true;
        }

        /** Key of the alert that waits for the flow, as {@code external_alerts.lua} has it; null where none does. */
        byte[] alertKey() {
            if (!alerted) {
                return null;
            }
            final ByteBuffer key = ByteBuffer.allocate(ALERT_KEY_LENGTH).order(ByteOrder.nativeOrder());
            for (int i = 0; i < 2 * ADDRESS_LENGTH; i++) {
                key.put((byte) RawMemory.u8(event + FlowEventDescriptor.CLI_ADDRESS + i));
            }
            return key.putShort((short) RawMemory.u16(event + FlowEventDescriptor.CLI_PORT))
                .putShort((short) RawMemory.u16(event + FlowEventDescriptor.SRV_PORT))
                .put((byte) RawMemory.u8(event + FlowEventDescriptor.L4_PROTOCOL))
                .put((byte) RawMemory.u8(event + FlowEventDescriptor.IP_VERSION))
                .putShort((short) RawMemory.u16(event + FlowEventDescriptor.VLAN_ID)).array();
        }

        private void protocol(final String name, final ApplicationNames names) {
            final int dot = name.indexOf('.');
            final int app = Math.max(0, names.protocolId(name.substring(dot + 1)));
            u16(FlowEventDescriptor.NDPI_MASTER, dot < 0 ? 0 : Math.max(0, names.protocolId(name.substring(0, dot))));
            u16(FlowEventDescriptor.NDPI_APP, app);
            u16(FlowEventDescriptor.NDPI_CATEGORY, names.protocolCategory()[app]);
            u8(FlowEventDescriptor.NDPI_BREED, names.protocolBreed()[app]);
        }

        private long metadata() {
            if (textEnd == 0) {
                textEnd = FlowMetadataDescriptor.LENGTH;
                RawMemory.putI32(event + FlowEventDescriptor.METADATA_OFFSET, FlowEventDescriptor.LENGTH);
            }
            return event + FlowEventDescriptor.LENGTH;
        }

        private Writer seal() {
            RawMemory.putI32(event + FlowEventDescriptor.LENGTH + FlowMetadataDescriptor.TOTAL_LENGTH, textEnd);
            RawMemory.putI32(event + FlowEventDescriptor.EVENT_LENGTH, FlowEventDescriptor.LENGTH + textEnd);
            return this;
        }
    }
}
