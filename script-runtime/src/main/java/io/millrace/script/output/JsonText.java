package io.millrace.script.output;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.agrona.DirectBuffer;

/**
 * JSON under construction: a growing array of bytes and a position. Writes the few forms that records need, straight as
 * bytes, without intermediate objects. Not thread-safe.
 *
 * <p>Texts may hold any bytes. Valid UTF-8 stays as it is; a byte that is not part of valid UTF-8 is taken for Latin-1
 * and written as an escape, so that the result is valid JSON whatever came off the wire.
 */
final class JsonText {
    private static final byte[] ZONE = "+0000".getBytes(StandardCharsets.US_ASCII);
    private static final int LONGEST_ESCAPE = 6;
    private static final int LONGEST_SCALAR = 64;
    private static final long NS_PER_S = 1_000_000_000L;

    private final TimeDigits times = new TimeDigits();
    private byte[] bytes;
    private int position;
    private byte[] scratch = new byte[4096];

    JsonText(final int initialBytes) {
        bytes = new byte[initialBytes];
    }

    /** A field name with its colon, to be given to {@link #field}. */
    static byte[] name(final String name) {
        return ("\"" + name + "\":").getBytes(StandardCharsets.US_ASCII);
    }

    /** A whole quoted text, to be given to {@link #raw}. */
    static byte[] quoted(final String text) {
        final JsonText json = new JsonText(LONGEST_SCALAR);
        json.text(text);
        return Arrays.copyOf(json.bytes, json.position);
    }

    byte[] bytes() {
        return bytes;
    }

    int position() {
        return position;
    }

    /** Moves back to an earlier position, or to 0. */
    void position(final int position) {
        this.position = position;
    }

    /** Starts a member of an object: a comma where one is due, then the name. */
    JsonText field(final byte[] name) {
        ensure(name.length + 1);
        comma();
        System.arraycopy(name, 0, bytes, position, name.length);
        position += name.length;
        return this;
    }

    /** Starts an element of an array: a comma where one is due. */
    JsonText element() {
        ensure(1);
        comma();
        return this;
    }

    JsonText openObject() {
        return put('{');
    }

    JsonText closeObject() {
        return put('}');
    }

    JsonText openArray() {
        return put('[');
    }

    JsonText closeArray() {
        return put(']');
    }

    JsonText endLine() {
        return put('\n');
    }

    /** Finished JSON. */
    JsonText raw(final byte[] json) {
        return raw(json, 0, json.length);
    }

    /** Finished JSON. */
    JsonText raw(final byte[] json, final int offset, final int length) {
        ensure(length);
        System.arraycopy(json, offset, bytes, position, length);
        position += length;
        return this;
    }

    JsonText bool(final boolean value) {
        return value ? put('t').put('r').put('u').put('e') : put('f').put('a').put('l').put('s').put('e');
    }

    JsonText number(final long value) {
        ensure(LONGEST_SCALAR);
        if (value < 0) {
            return raw(Long.toString(value).getBytes(StandardCharsets.US_ASCII));
        }
        position = Digits.decimal(bytes, position, value);
        return this;
    }

    JsonText text(final String text) {
        final byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return text(utf8, 0, utf8.length);
    }

    /** Quoted text from bytes that may be anything. */
    JsonText text(final DirectBuffer buffer, final int offset, final int length) {
        if (scratch.length < length) {
            scratch = new byte[2 * length];
        }
        buffer.getBytes(offset, scratch, 0, length);
        return text(scratch, 0, length);
    }

    /** Quoted text from bytes that may be anything. */
    JsonText text(final byte[] source, final int offset, final int length) {
        ensure(LONGEST_ESCAPE * length + 2);
        final byte[] out = bytes;
        int to = position;
        out[to++] = '"';
        final int end = offset + length;
        int from = offset;
        while (from < end) {
            final byte b = source[from];
            if (b >= ' ' && b != '"' && b != '\\') {
                out[to++] = b;
                from++;
            } else if (b >= 0) {
                to = escape(out, to, b);
                from++;
            } else {
                final int sequence = Utf8.sequenceLength(source, from, end);
                if (sequence == 0) {
                    to = escape(out, to, b);
                    from++;
                } else {
                    System.arraycopy(source, from, out, to, sequence);
                    to += sequence;
                    from += sequence;
                }
            }
        }
        out[to++] = '"';
        position = to;
        return this;
    }

    /** {@code "0a"}: two quoted hexadecimal digits. */
    JsonText hexByte(final int value) {
        ensure(LONGEST_SCALAR);
        put('"');
        position = Digits.hexPair(bytes, position, value);
        return put('"');
    }

    /** {@code "aa:bb:cc"}: quoted hexadecimal bytes. */
    JsonText hexBytes(final DirectBuffer buffer, final int offset, final int length) {
        ensure(3 * length + 2);
        bytes[position++] = '"';
        for (int i = 0; i < length; i++) {
            if (i > 0) {
                bytes[position++] = ':';
            }
            position = Digits.hexPair(bytes, position, buffer.getByte(offset + i));
        }
        bytes[position++] = '"';
        return this;
    }

    /** Quoted address: dotted decimal, or the canonical form of RFC 5952. */
    JsonText address(final DirectBuffer buffer, final int offset, final int ipVersion) {
        ensure(LONGEST_SCALAR);
        bytes[position++] = '"';
        position = AddressDigits.write(bytes, position, buffer, offset, ipVersion);
        bytes[position++] = '"';
        return this;
    }

    /** Quoted time with microseconds, {@code "2026-01-31T23:59:59.123456+0000"}. */
    JsonText timestamp(final long timeNs) {
        ensure(LONGEST_SCALAR);
        final long seconds = Math.floorDiv(timeNs, NS_PER_S);
        final int micros = (int) (Math.floorMod(timeNs, NS_PER_S) / 1000);
        bytes[position++] = '"';
        position = times.write(bytes, position, seconds);
        bytes[position++] = '.';
        position = Digits.pair(bytes, position, micros / 10_000);
        position = Digits.pair(bytes, position, micros / 100 % 100);
        position = Digits.pair(bytes, position, micros % 100);
        raw(ZONE);
        bytes[position++] = '"';
        return this;
    }

    /** Quoted time in seconds without a zone, {@code "2026-01-31T23:59:59"}. */
    JsonText timeOfCertificate(final long seconds) {
        ensure(LONGEST_SCALAR);
        bytes[position++] = '"';
        position = times.write(bytes, position, seconds);
        bytes[position++] = '"';
        return this;
    }

    private JsonText put(final char c) {
        ensure(1);
        bytes[position++] = (byte) c;
        return this;
    }

    private void comma() {
        if (position > 0) {
            final byte last = bytes[position - 1];
            if (last != '{' && last != '[') {
                bytes[position++] = ',';
            }
        }
    }

    private void ensure(final int more) {
        // One byte extra: a comma may come before the piece.
        if (bytes.length - position <= more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, position + more + 1));
        }
    }

    private static int escape(final byte[] out, final int position, final byte b) {
        int to = position;
        out[to++] = '\\';
        switch (b) {
            case '"', '\\' -> out[to++] = b;
            case '\n' -> out[to++] = 'n';
            case '\r' -> out[to++] = 'r';
            case '\t' -> out[to++] = 't';
            default -> {
                out[to++] = 'u';
                out[to++] = '0';
                out[to++] = '0';
                to = Digits.hexPair(out, to, b);
            }
        }
        return to;
    }
}
