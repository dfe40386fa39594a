package io.millrace.launch;

/** Addresses for people: IPv4 with dots, IPv6 in the canonical form of RFC 5952. */
final class AddressText {
    private static final int GROUPS = 8;

    private AddressText() {
    }

    /** {@code 192.0.2.1:80}, {@code [2001:db8::1]:80}; without the port where it is 0. */
    static String endpoint(final byte[] address, final int port, final int ipVersion) {
        final String text = ipVersion == 4 ? ipv4(address) : ipv6(address);
        if (port == 0) {
            return text;
        }
        return (ipVersion == 4 ? text : "[" + text + "]") + ":" + port;
    }

    private static String ipv4(final byte[] address) {
        return (address[0] & 0xFF) + "." + (address[1] & 0xFF) + "." + (address[2] & 0xFF) + "." + (address[3] & 0xFF);
    }

    private static String ipv6(final byte[] address) {
        int longest = -1;
        int longestLength = 1;
        for (int i = 0; i < GROUPS; i++) {
            int length = 0;
            while (i + length < GROUPS && group(address, i + length) == 0) {
                length++;
            }
            if (length > longestLength) {
                longest = i;
                longestLength = length;
            }
        }
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (i == longest) {
                text.append("::");
                i += longestLength - 1;
            } else {
                if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                    text.append(':');
                }
                text.append(Integer.toHexString(group(address, i)));
            }
        }
        return text.toString();
    }

    private static int group(final byte[] address, final int index) {
        return (address[2 * index] & 0xFF) << 8 | address[2 * index + 1] & 0xFF;
    }
}
