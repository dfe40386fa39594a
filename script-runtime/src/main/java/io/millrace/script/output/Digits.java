package io.millrace.script.output;

import java.nio.charset.StandardCharsets;

/**
 * Numbers as ASCII digits. Each function writes into room that is there and returns the position behind it. Stateless.
 */
final class Digits {
    private static final byte[] PAIRS = pairs();
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private Digits() {
    }

    /** A number that is not negative. */
    static int decimal(final byte[] out, final int position, final long value) {
        int length = 1;
        for (long rest = value; rest >= 10; rest /= 10) {
            length++;
        }
        final int end = position + length;
        int to = end;
        long rest = value;
        while (rest >= 100) {
            to -= 2;
            pair(out, to, (int) (rest % 100));
            rest /= 100;
        }
        if (rest >= 10) {
            pair(out, to - 2, (int) rest);
        } else {
            out[to - 1] = (byte) ('0' + rest);
        }
        return end;
    }

    /** Two decimal digits of 0 to 99. */
    static int pair(final byte[] out, final int position, final int value) {
        out[position] = PAIRS[value << 1];
        out[position + 1] = PAIRS[(value << 1) + 1];
        return position + 2;
    }

    /** One hexadecimal digit of the lowest four bits. */
    static int hexDigit(final byte[] out, final int position, final int value) {
        out[position] = HEX[value & 0xF];
        return position + 1;
    }

    /** Two hexadecimal digits of the lowest eight bits. */
    static int hexPair(final byte[] out, final int position, final int value) {
        return hexDigit(out, hexDigit(out, position, value >>> 4), value);
    }

    private static byte[] pairs() {
        final byte[] pairs = new byte[200];
        for (int i = 0; i < 100; i++) {
            pairs[2 * i] = (byte) ('0' + i / 10);
            pairs[2 * i + 1] = (byte) ('0' + i % 10);
        }
        return pairs;
    }
}
