package io.millrace.launch;

import io.millrace.script.output.AddressDigits;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/** Addresses for people: IPv4 with dots, IPv6 in the canonical form of RFC 5952. */
final class AddressText {
    private AddressText() {
    }

    /** {@code 192.0.2.1:80}, {@code [2001:db8::1]:80}; without the port where it is 0. */
    static String endpoint(final byte[] address, final int port, final int ipVersion) {
        final byte[] digits = new byte[AddressDigits.LONGEST];
        final int length = AddressDigits.write(digits, 0, new UnsafeBuffer(address), 0, ipVersion);
        final String text = new String(digits, 0, length, StandardCharsets.US_ASCII);
        if (port == 0) {
            return text;
        }
        return (ipVersion == 4 ? text : "[" + text + "]") + ":" + port;
    }
}
