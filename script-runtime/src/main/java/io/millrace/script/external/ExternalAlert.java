package io.millrace.script.external;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One alert of another program: a line of JSON as Suricata's EVE output has it.
 *
 * <pre>{@code
 * {"src_ip": "192.0.2.1", "src_port": 40000, "dest_ip": "198.51.100.2", "dest_port": 443, "proto": "TCP", "vlan": [7],
 *  "source": "suricata", "severity_id": 1,
 *  "alert": {"signature": "ET MALWARE something", "category": "A Network Trojan was detected", "severity": 1}}
 * }</pre>
 *
 * @param key  of the flow, as Lua makes it: addresses (16 bytes each, network order, an IPv4 address first and zeros
 *             after it), ports, IP protocol, IP version, VLAN identifier; numbers in machine order.
 * @param text JSON with {@code source}, {@code severity_id} and {@code alert}, as scripts read it.
 */
record ExternalAlert(byte[] key, byte[] text) {
    /** Bytes of a key. */
    static final int KEY_LENGTH = 40;

    private static final JsonFactory JSON = new JsonFactory();
    private static final int ADDRESS_LENGTH = 16;
    private static final int MAX_PORT = 0xFFFF;
    private static final int MAX_VLAN = 0xFFF;
    private static final int MAX_PROTOCOL = 0xFF;
    // Severities of flow scripts: 0 info, 1 warning, 2 error. Suricata's: 1 high, 2 medium, 3 low.
    private static final int ERROR = 2;
    private static final int LOW = 3;
    private static final Map<String, Integer> PROTOCOLS = Map.of(
        "icmp", 1, "igmp", 2, "tcp", 6, "udp", 17, "gre", 47, "esp", 50, "ipv6-icmp", 58, "icmpv6", 58, "sctp", 132);

    /** The line is no alert that can be matched to a flow. */
    static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedException(final String reason) {
            super(reason);
        }
    }

    private static final class Fields {
        String eventType = "alert";
        String source = "external";
        InetAddress from;
        InetAddress to;
        int fromPort;
        int toPort;
        int protocol = -1;
        int vlan;
        int severity = -1;
        int alertSeverity = 1;
        byte[] alert;
    }

    /**
     * Reads a line.
     *
     * @return the alert; empty where the line is an event of another kind.
     * @throws MalformedException saying what is missing or wrong.
     */
    static Optional<ExternalAlert> parse(final byte[] line, final int length) throws MalformedException {
        final Fields fields = new Fields();
        try (JsonParser parser = JSON.createParser(line, 0, length)) {
            require(parser.nextToken() == JsonToken.START_OBJECT, "no JSON object");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                final String name = parser.currentName();
                parser.nextToken();
                read(parser, name, fields);
            }
            require(parser.currentToken() == JsonToken.END_OBJECT, "the JSON object does not end");
        } catch (final IOException e) {
            throw new MalformedException("no valid JSON");
        }
        if (!fields.eventType.equals("alert")) {
            return Optional.empty();
        }
        require(fields.from != null, "src_ip is missing");
        require(fields.to != null, "dest_ip is missing");
        require(fields.from.getAddress().length == fields.to.getAddress().length, "src_ip and dest_ip differ in kind");
        require(fields.protocol >= 0, "proto is missing");
        require(fields.alert != null, "alert is missing");
        return Optional.of(new ExternalAlert(key(fields), text(fields)));
    }

    private static void read(final JsonParser parser, final String name, final Fields fields)
        throws IOException, MalformedException {

        switch (name) {
            case "event_type" -> fields.eventType = text(parser, name);
            case "source" -> fields.source = text(parser, name);
            case "src_ip" -> fields.from = address(parser, name);
            case "dest_ip" -> fields.to = address(parser, name);
            case "src_port" -> fields.fromPort = number(parser, name, MAX_PORT);
            case "dest_port" -> fields.toPort = number(parser, name, MAX_PORT);
            case "severity_id" -> fields.severity = number(parser, name, MAX_PROTOCOL);
            case "proto" -> fields.protocol = protocol(parser, name);
            case "vlan" -> {
                // The innermost tag comes last.
                if (parser.currentToken() == JsonToken.START_ARRAY) {
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        fields.vlan = number(parser, name, MAX_VLAN);
                    }
                } else {
                    fields.vlan = number(parser, name, MAX_VLAN);
                }
            }
            case "alert" -> {
                require(parser.currentToken() == JsonToken.START_OBJECT, "alert must be an object");
                fields.alert = copy(parser, fields);
            }
            default -> parser.skipChildren();
        }
    }

    private static byte[] copy(final JsonParser parser, final Fields fields) throws IOException {
        final ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (JsonGenerator copy = JSON.createGenerator(text)) {
            int depth = 1;
            copy.copyCurrentEvent(parser);
            while (depth > 0) {
                final JsonToken token = parser.nextToken();
                if (token == null) {
                    throw new IOException("the alert does not end");
                }
                if (depth == 1 && token == JsonToken.VALUE_NUMBER_INT && "severity".equals(parser.currentName())) {
                    fields.alertSeverity = ERROR + 1 - Math.clamp(parser.getLongValue(), 1, LOW);
                }
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                copy.copyCurrentEvent(parser);
            }
        }
        return text.toByteArray();
    }

    private static byte[] key(final Fields fields) {
        final byte[] from = fields.from.getAddress();
        final byte[] to = fields.to.getAddress();
        final ByteBuffer key = ByteBuffer.allocate(KEY_LENGTH).order(ByteOrder.nativeOrder());
        key.put(0, from).put(ADDRESS_LENGTH, to).position(2 * ADDRESS_LENGTH);
        key.putShort((short) fields.fromPort).putShort((short) fields.toPort);
        key.put((byte) fields.protocol).put((byte) (from.length == ADDRESS_LENGTH ? 6 : 4));
        key.putShort((short) fields.vlan);
        return key.array();
    }

    private static byte[] text(final Fields fields) {
        final ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("source", fields.source);
            json.writeNumberField("severity_id", fields.severity < 0 ? fields.alertSeverity : fields.severity);
            json.writeFieldName("alert");
            json.writeRawValue(new String(fields.alert, UTF_8));
            json.writeEndObject();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toByteArray();
    }

    private static String text(final JsonParser parser, final String name) throws IOException, MalformedException {
        require(parser.currentToken() == JsonToken.VALUE_STRING, name + " must be a text");
        return parser.getText();
    }

    private static InetAddress address(final JsonParser parser, final String name)
        throws IOException, MalformedException {

        final String text = text(parser, name);
        try {
            return InetAddress.ofLiteral(text);
        } catch (final IllegalArgumentException e) {
            throw new MalformedException(name + " is no address");
        }
    }

    private static int number(final JsonParser parser, final String name, final int limit)
        throws IOException, MalformedException {

        require(parser.currentToken() == JsonToken.VALUE_NUMBER_INT, name + " must be a number");
        final long value = parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER ? -1 : parser.getLongValue();
        require(value >= 0 && value <= limit, name + " must be from 0 to " + limit);
        return (int) value;
    }

    private static int protocol(final JsonParser parser, final String name) throws IOException, MalformedException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            return number(parser, name, MAX_PROTOCOL);
        }
        final String text = parser.getText().toLowerCase(Locale.ROOT);
        final Integer known = PROTOCOLS.get(text);
        if (known != null) {
            return known;
        }
        require(text.length() <= 3 && !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')
            && Integer.parseInt(text) <= MAX_PROTOCOL, "proto is not known: use its number");
        return Integer.parseInt(text);
    }

    private static void require(final boolean condition, final String reason) throws MalformedException {
        if (!condition) {
            throw new MalformedException(reason);
        }
    }
}
