package io.millrace.script.output;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
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
    private static final byte[] DIGIT_PAIRS = digitPairs();
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ZONE = "+0000".getBytes(StandardCharsets.US_ASCII);
    private static final int LONGEST_ESCAPE = 6;
    private static final int LONGEST_SCALAR = 64;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final int SECONDS_PER_DAY = 86_400;

    private final byte[] date = new byte[10];
    private final int[] groups = new int[8];
    private long dateDay = Long.MIN_VALUE;
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
        digits(value);
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
        hexDigits(value);
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
            hexDigits(buffer.getByte(offset + i));
        }
        bytes[position++] = '"';
        return this;
    }

    /** Quoted address: dotted decimal, or the canonical form of RFC 5952. */
    JsonText address(final DirectBuffer buffer, final int offset, final int ipVersion) {
        ensure(LONGEST_SCALAR);
        bytes[position++] = '"';
        if (ipVersion == 4) {
            dottedDecimal(buffer, offset);
        } else {
            ipv6(buffer, offset);
        }
        bytes[position++] = '"';
        return this;
    }

    /** Quoted time with microseconds, {@code "2026-01-31T23:59:59.123456+0000"}. */
    JsonText timestamp(final long timeNs) {
        ensure(LONGEST_SCALAR);
        final long seconds = Math.floorDiv(timeNs, NANOS_PER_SECOND);
        final int micros = (int) (Math.floorMod(timeNs, NANOS_PER_SECOND) / 1000);
        bytes[position++] = '"';
        dateAndTime(seconds);
        bytes[position++] = '.';
        pair(micros / 10_000);
        pair(micros / 100 % 100);
        pair(micros % 100);
        raw(ZONE);
        bytes[position++] = '"';
        return this;
    }

    /** Quoted time in seconds without a zone, {@code "2026-01-31T23:59:59"}. */
    JsonText timeOfCertificate(final long seconds) {
        ensure(LONGEST_SCALAR);
        bytes[position++] = '"';
        dateAndTime(seconds);
        bytes[position++] = '"';
        return this;
    }

    private void dateAndTime(final long seconds) {
        final long day = Math.floorDiv(seconds, SECONDS_PER_DAY);
        final int second = (int) Math.floorMod(seconds, (long) SECONDS_PER_DAY);
        if (day != dateDay) {
            rememberDate(day);
        }
        System.arraycopy(date, 0, bytes, position, date.length);
        position += date.length;
        bytes[position++] = 'T';
        pair(second / 3600);
        bytes[position++] = ':';
        pair(second / 60 % 60);
        bytes[position++] = ':';
        pair(second % 60);
    }

    private void rememberDate(final long day) {
        final LocalDate local = LocalDate.ofEpochDay(day);
        final int year = local.getYear();
        date[0] = (byte) ('0' + year / 1000);
        date[1] = (byte) ('0' + year / 100 % 10);
        date[2] = (byte) ('0' + year / 10 % 10);
        date[3] = (byte) ('0' + year % 10);
        date[4] = '-';
        date[5] = (byte) ('0' + local.getMonthValue() / 10);
        date[6] = (byte) ('0' + local.getMonthValue() % 10);
        date[7] = '-';
        date[8] = (byte) ('0' + local.getDayOfMonth() / 10);
        date[9] = (byte) ('0' + local.getDayOfMonth() % 10);
        dateDay = day;
    }

    private void dottedDecimal(final DirectBuffer buffer, final int offset) {
        for (int i = 0; i < 4; i++) {
            if (i > 0) {
                bytes[position++] = '.';
            }
            digits(buffer.getByte(offset + i) & 0xFF);
        }
    }

    private void ipv6(final DirectBuffer buffer, final int offset) {
        int longestStart = -1;
        int longest = 1;
        int zeros = 0;
        for (int i = 0; i < groups.length; i++) {
            groups[i] = (buffer.getByte(offset + 2 * i) & 0xFF) << 8 | buffer.getByte(offset + 2 * i + 1) & 0xFF;
            zeros = groups[i] == 0 ? zeros + 1 : 0;
            if (zeros > longest) {
                longest = zeros;
                longestStart = i - zeros + 1;
            }
        }
        final boolean mapped = longestStart == 0 && longest == 5 && groups[5] == 0xFFFF;
        final int hexGroups = mapped ? 6 : groups.length;
        for (int i = 0; i < hexGroups; i++) {
            if (i == longestStart) {
                bytes[position++] = ':';
                bytes[position++] = ':';
                i += longest - 1;
            } else {
                if (i > 0 && i != longestStart + longest) {
                    bytes[position++] = ':';
                }
                hexGroup(groups[i]);
            }
        }
        if (mapped) {
            bytes[position++] = ':';
            dottedDecimal(buffer, offset + 12);
        }
    }

    private void hexGroup(final int group) {
        boolean significant = false;
        for (int shift = 12; shift >= 0; shift -= 4) {
            final int digit = group >>> shift & 0xF;
            significant |= digit != 0 || shift == 0;
            if (significant) {
                bytes[position++] = HEX[digit];
            }
        }
    }

    private void digits(final long value) {
        int length = 1;
        for (long rest = value; rest >= 10; rest /= 10) {
            length++;
        }
        int to = position + length;
        position = to;
        long rest = value;
        while (rest >= 100) {
            final int two = (int) (rest % 100) << 1;
            rest /= 100;
            bytes[--to] = DIGIT_PAIRS[two + 1];
            bytes[--to] = DIGIT_PAIRS[two];
        }
        if (rest >= 10) {
            bytes[--to] = DIGIT_PAIRS[((int) rest << 1) + 1];
            bytes[--to] = DIGIT_PAIRS[(int) rest << 1];
        } else {
            bytes[--to] = (byte) ('0' + rest);
        }
    }

    private void pair(final int twoDigits) {
        bytes[position++] = DIGIT_PAIRS[twoDigits << 1];
        bytes[position++] = DIGIT_PAIRS[(twoDigits << 1) + 1];
    }

    private void hexDigits(final int value) {
        bytes[position++] = HEX[value >>> 4 & 0xF];
        bytes[position++] = HEX[value & 0xF];
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
                out[to++] = HEX[b >>> 4 & 0xF];
                out[to++] = HEX[b & 0xF];
            }
        }
        return to;
    }

    private static byte[] digitPairs() {
        final byte[] pairs = new byte[200];
        for (int i = 0; i < 100; i++) {
            pairs[2 * i] = (byte) ('0' + i / 10);
            pairs[2 * i + 1] = (byte) ('0' + i % 10);
        }
        return pairs;
    }
}
