package io.millrace.script.lua;

import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowEventKind;
import io.millrace.engine.event.FlowMetadataDescriptor;
import io.millrace.engine.memory.RawMemory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * An invented flow for {@code scripts check}: enough of each kind that every getter has something to read. One thread.
 *
 * @param name       for people, for example {@code TLS over TCP}.
 * @param l4         IP protocol number.
 * @param ipVersion  4 or 6.
 * @param serverPort port of the server; 0 where the protocol has none.
 * @param protocol   nDPI's name of the application protocol; empty unknown.
 * @param answered   whether the server has sent anything.
 * @param details    fills in what the protocol tells.
 */
record SyntheticFlow(
    String name, int l4, int ipVersion, int serverPort, String protocol, boolean answered, Consumer<Writer> details) {

    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final long START_NS = 1_573_776_000_000_000_000L;
    private static final long SECOND_NS = 1_000_000_000L;

    /** One of each kind. */
    static List<SyntheticFlow> all() {
        return List.of(
            new SyntheticFlow("TLS over TCP", TCP, 4, 443, "TLS", true, writer -> writer
                .text(FlowMetadataDescriptor.HOST_NAME, "www.example.com")
                .text(FlowMetadataDescriptor.TLS_SERVER_NAMES, "www.example.com,example.com")
                .text(FlowMetadataDescriptor.TLS_ALPN, "h2,http/1.1")
                .text(FlowMetadataDescriptor.TLS_SUPPORTED_VERSIONS, "TLSv1.3,TLSv1.2")
                .text(FlowMetadataDescriptor.TLS_ISSUER, "C=US, O=Example, CN=Example CA")
                .text(FlowMetadataDescriptor.TLS_SUBJECT, "CN=www.example.com")
                .text(FlowMetadataDescriptor.TLS_JA3_CLIENT, "e7d705a3286e19ea42f587b344ee6865")
                .text(FlowMetadataDescriptor.TLS_JA3_SERVER, "ae4edc6faf64d08308082ad26be60767")
                .text(FlowMetadataDescriptor.TLS_JA4, "t13d1516h2_8daaf6152771_e5627efa2ab1")
                .u16(FlowMetadataDescriptor.TLS_VERSION, 0x0303)
                .u16(FlowMetadataDescriptor.TLS_SERVER_CIPHER, 0xC02F)
                .u32(FlowMetadataDescriptor.TLS_NOT_BEFORE, 1_546_300_800)
                .u32(FlowMetadataDescriptor.TLS_NOT_AFTER, 1_609_459_200)),
            new SyntheticFlow("HTTP over TCP", TCP, 4, 80, "HTTP", true, writer -> writer
                .text(FlowMetadataDescriptor.HOST_NAME, "www.example.com")
                .text(FlowMetadataDescriptor.HTTP_METHOD, "GET")
                .text(FlowMetadataDescriptor.HTTP_URL, "www.example.com/index.html")
                .text(FlowMetadataDescriptor.HTTP_USER_AGENT, "curl/8.0")
                .text(FlowMetadataDescriptor.HTTP_CONTENT_TYPE, "text/html")
                .u16(FlowMetadataDescriptor.HTTP_STATUS, 200)),
            new SyntheticFlow("SSH over TCP", TCP, 6, 22, "SSH", true, writer -> writer
                .text(FlowMetadataDescriptor.SSH_CLIENT_SIGNATURE, "SSH-2.0-OpenSSH_9.2")
                .text(FlowMetadataDescriptor.SSH_SERVER_SIGNATURE, "SSH-2.0-OpenSSH_8.4")
                .text(FlowMetadataDescriptor.SSH_HASSH_CLIENT, "ec7378c1a92f5a8dde7e8b7a1ddf33d1")
                .text(FlowMetadataDescriptor.SSH_HASSH_SERVER, "b12d2871a1189eff20364cf5333619ee")),
            new SyntheticFlow("DNS over UDP", UDP, 4, 53, "DNS", true, writer -> writer
                .text(FlowMetadataDescriptor.HOST_NAME, "www.example.com")
                .u8(FlowMetadataDescriptor.DNS_PRESENT, 1)
                .u16(FlowMetadataDescriptor.DNS_QUERY_TYPE, 1)
                .u16(FlowMetadataDescriptor.DNS_ANSWER_TYPE, 1)),
            // What a capture that begins late or cuts packets short has of them.
            new SyntheticFlow("TLS over TCP without names and certificate", TCP, 4, 443, "TLS", true, writer -> writer
                .u16(FlowMetadataDescriptor.TLS_VERSION, 0x0304)),
            new SyntheticFlow("HTTP over TCP without request", TCP, 4, 80, "HTTP", true, writer -> writer
                .u16(FlowMetadataDescriptor.HTTP_STATUS, 404)),
            new SyntheticFlow("SSH over TCP without signatures", TCP, 4, 22, "SSH", true, writer -> { }),
            new SyntheticFlow("DNS over UDP without name", UDP, 6, 53, "DNS", false, writer -> writer
                .u8(FlowMetadataDescriptor.DNS_PRESENT, 1)),
            new SyntheticFlow("BitTorrent over UDP", UDP, 4, 6881, "BitTorrent", true, writer -> writer
                .text(FlowMetadataDescriptor.BITTORRENT_HASH, "0123456789abcdef0123456789abcdef01234567")),
            new SyntheticFlow("QUIC over UDP", UDP, 6, 443, "QUIC", true, writer -> writer
                .text(FlowMetadataDescriptor.HOST_NAME, "www.example.com")),
            new SyntheticFlow("ICMP", 1, 4, 0, "ICMP", true, Writer::icmp),
            new SyntheticFlow("ICMPv6", 58, 6, 0, "ICMPV6", true, Writer::icmp),
            new SyntheticFlow("unanswered ICMP", 1, 4, 0, "ICMP", false, Writer::icmp),
            new SyntheticFlow("unknown protocol over TCP", TCP, 4, 40001, "", true, writer -> { }),
            new SyntheticFlow("unanswered, unknown protocol over UDP", UDP, 4, 40001, "", false, writer -> { }),
            new SyntheticFlow(
                "unanswered, unknown protocol over UDP and IPv6", UDP, 6, 40001, "", false, writer -> { }),
            new SyntheticFlow("unanswered TCP", TCP, 6, 40001, "", false, writer -> { }),
            new SyntheticFlow("GRE", 47, 4, 0, "", true, writer -> { }),
            new SyntheticFlow("SCTP", 132, 6, 3868, "", true, writer -> { }));
    }

    /** A flow of an application protocol without details of its own, over TCP or UDP. */
    static SyntheticFlow plain(final String protocol, final boolean tcp) {
        return new SyntheticFlow(protocol + (tcp ? " over TCP" : " over UDP"), tcp ? TCP : UDP, 4, 40001, protocol,
            true, writer -> { });
    }

    /** Writes the event as a worker would; {@code event} has room for {@link FlowEventDescriptor#MAX_LENGTH} bytes. */
    void write(
        final long event, final FlowEventKind kind, final long flowId, final int protocolId, final int categoryId) {

        RawMemory.zero(event, FlowEventDescriptor.MAX_LENGTH);
        final Writer writer = new Writer(event);
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
        RawMemory.putU16(event + FlowEventDescriptor.NDPI_APP, protocolId);
        RawMemory.putU16(event + FlowEventDescriptor.NDPI_CATEGORY, categoryId);
        RawMemory.putI64(event + FlowEventDescriptor.CLI2SRV_PACKETS, 10);
        RawMemory.putI64(event + FlowEventDescriptor.CLI2SRV_BYTES, 1_000);
        RawMemory.putI64(event + FlowEventDescriptor.CLI2SRV_GOODPUT_BYTES, 400);
        if (answered) {
            RawMemory.putI64(event + FlowEventDescriptor.SRV2CLI_PACKETS, 8);
            RawMemory.putI64(event + FlowEventDescriptor.SRV2CLI_BYTES, 5_000);
            RawMemory.putI64(event + FlowEventDescriptor.SRV2CLI_GOODPUT_BYTES, 4_500);
        }
        if (l4 == TCP && answered) {
            RawMemory.putU8(event + FlowEventDescriptor.HANDSHAKE_OK, 1);
            RawMemory.putU8(event + FlowEventDescriptor.HANDSHAKE_OVER, 1);
            RawMemory.putU8(event + FlowEventDescriptor.CLI2SRV_TCP_FLAGS, 0x1A);
            RawMemory.putU8(event + FlowEventDescriptor.SRV2CLI_TCP_FLAGS, 0x1A);
            RawMemory.putI64(event + FlowEventDescriptor.CLI_HANDSHAKE_RTT_NS, 1_000_000);
            RawMemory.putI64(event + FlowEventDescriptor.SRV_HANDSHAKE_RTT_NS, 20_000_000);
        }
        details.accept(writer);
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

    /** Fills in one event. */
    static final class Writer {
        private final long event;
        private int textEnd;

        Writer(final long event) {
            this.event = event;
        }

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

        Writer u8(final int field, final int value) {
            RawMemory.putU8(metadata() + field, value);
            return seal();
        }

        Writer u16(final int field, final int value) {
            RawMemory.putU16(metadata() + field, value);
            return seal();
        }

        Writer u32(final int field, final int value) {
            RawMemory.putI32(metadata() + field, value);
            return seal();
        }

        void icmp() {
            RawMemory.putU8(event + FlowEventDescriptor.ICMP_PRESENT, 1);
            RawMemory.putU8(event + FlowEventDescriptor.CLI2SRV_ICMP_TYPE, 8);
            RawMemory.putU16(event + FlowEventDescriptor.ICMP_MAX_PAYLOAD_BYTES, 56);
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
