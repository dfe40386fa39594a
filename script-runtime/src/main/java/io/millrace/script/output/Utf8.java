package io.millrace.script.output;

/** Tells valid UTF-8 (RFC 3629) from other bytes. Stateless; any thread. */
final class Utf8 {
    private Utf8() {
    }

    /**
     * Length of the multi-byte sequence at {@code index}: 2 to 4, or 0 where there is no valid one (overlong form,
     * surrogate, above U+10FFFF, cut short by {@code end}, stray continuation byte).
     */
    static int sequenceLength(final byte[] bytes, final int index, final int end) {
        final int lead = bytes[index] & 0xFF;
        if (lead < 0xC2 || lead > 0xF4) {
            return 0;
        }
        final int length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        if (end - index < length) {
            return 0;
        }
        final int second = bytes[index + 1] & 0xFF;
        final int lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        final int highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        if (second < lowest || second > highest) {
            return 0;
        }
        for (int i = 2; i < length; i++) {
            if ((bytes[index + i] & 0xC0) != 0x80) {
                return 0;
            }
        }
        return length;
    }

    /** Whether a stretch of bytes is valid UTF-8 throughout. */
    static boolean isValid(final byte[] bytes, final int offset, final int length) {
        final int end = offset + length;
        int index = offset;
        while (index < end) {
            final int step = bytes[index] >= 0 ? 1 : sequenceLength(bytes, index, end);
            if (step == 0) {
                return false;
            }
            index += step;
        }
        return true;
    }
}
