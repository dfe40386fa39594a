package io.millrace.script.geo;

/**
 * Tells addresses of the public internet from those that lie nowhere: private, loopback, link-local, documentation,
 * multicast and reserved ranges (IANA special-purpose address registries, RFC 6890). Stateless; any thread.
 */
final class PublicAddress {
    private PublicAddress() {
    }

    /** Whether an IPv4 address, as a number in machine order, can have a place. */
    static boolean isPublic(final int address) {
        final int first = address >>> 24;
        if (first == 0 || first == 10 || first == 127 || first >= 224) {
            return false;
        }
        return switch (first) {
            case 100 -> (address & 0xFFC0_0000) != 0x6440_0000;
            case 169 -> (address & 0xFFFF_0000) != 0xA9FE_0000;
            case 172 -> (address & 0xFFF0_0000) != 0xAC10_0000;
            case 192 -> (address & 0xFFFF_0000) != 0xC0A8_0000
                && (address & 0xFFFF_FF00) != 0xC000_0000
                && (address & 0xFFFF_FF00) != 0xC000_0200;
            case 198 -> (address & 0xFFFE_0000) != 0xC612_0000 && (address & 0xFFFF_FF00) != 0xC633_6400;
            case 203 -> (address & 0xFFFF_FF00) != 0xCB00_7100;
            default -> true;
        };
    }

    /** Whether an IPv6 address, as two numbers in machine order, lies in global unicast space (2000::/3). */
    static boolean isPublic(final long high, final long low) {
        if (high >>> 61 != 1) {
            return false;
        }
        final boolean documentation = high >>> 32 == 0x2001_0DB8L || high >>> 44 == 0x3_FFF0L;
        return !documentation;
    }

    /** Whether an IPv6 address carries an IPv4 address in its last four bytes (::ffff:0:0/96, 64:ff9b::/96). */
    static boolean embedsIpv4(final long high, final long low) {
        return high == 0 && low >>> 32 == 0xFFFFL || high == 0x0064_FF9B_0000_0000L && low >>> 32 == 0;
    }
}
