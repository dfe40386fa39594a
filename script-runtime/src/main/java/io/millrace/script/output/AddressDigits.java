package io.millrace.script.output;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/** Addresses as text: dotted decimal, or the canonical form of RFC 5952. Stateless. */
public final class AddressDigits {
    /** Most bytes of an address. */
    public static final int LONGEST = 45;

    private static final int GROUPS = 8;
    private static final int GROUPS_BEFORE_MAPPED = 6;

    private AddressDigits() {
    }

    /**
     * Writes an address into room that is there.
     *
     * @param source bytes of the address in network order, 4 or 16.
     * @return the position behind it.
     */
    public static int write(
        final byte[] out, final int position, final DirectBuffer source, final int offset, final int ipVersion) {

        return ipVersion == 4 ? dottedDecimal(out, position, source, offset) : ipv6(out, position, source, offset);
    }

    private static int dottedDecimal(
        final byte[] out, final int position, final DirectBuffer source, final int offset) {

        int to = position;
        for (int i = 0; i < 4; i++) {
            if (i > 0) {
                out[to++] = '.';
            }
            to = Digits.decimal(out, to, source.getByte(offset + i) & 0xFF);
        }
        return to;
    }

    private static int ipv6(final byte[] out, final int position, final DirectBuffer source, final int offset) {
        int longestStart = -1;
        int longest = 1;
        int zeros = 0;
        for (int i = 0; i < GROUPS; i++) {
            zeros = group(source, offset, i) == 0 ? zeros + 1 : 0;
            if (zeros > longest) {
                longest = zeros;
                longestStart = i - zeros + 1;
            }
        }
        final boolean mapped = longestStart == 0 && longest == 5 && group(source, offset, 5) == 0xFFFF;
        final int hexGroups = mapped ? GROUPS_BEFORE_MAPPED : GROUPS;
        int to = position;
        for (int i = 0; i < hexGroups; i++) {
            if (i == longestStart) {
                out[to++] = ':';
                out[to++] = ':';
                i += longest - 1;
            } else {
                if (i > 0 && i != longestStart + longest) {
                    out[to++] = ':';
                }
                to = hexGroup(out, to, group(source, offset, i));
            }
        }
        if (mapped) {
            out[to++] = ':';
            to = dottedDecimal(out, to, source, offset + 2 * GROUPS_BEFORE_MAPPED);
        }
        return to;
    }

    private static int group(final DirectBuffer source, final int offset, final int index) {
        return source.getShort(offset + 2 * index, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    /** Without leading zeros. */
    private static int hexGroup(final byte[] out, final int position, final int group) {
        int to = position;
        boolean significant = false;
        for (int shift = 12; shift >= 0; shift -= 4) {
            final int digit = group >>> shift & 0xF;
            significant |= digit != 0 || shift == 0;
            if (significant) {
                to = Digits.hexDigit(out, to, digit);
            }
        }
        return to;
    }
}
