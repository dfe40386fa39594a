package io.millrace.launch.conformance;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Comparator;

/**
 * Address and port.
 *
 * @param address in Java's spelling, so that two spellings of one IPv6 address are equal.
 * @param port    0 where the protocol has none.
 */
record Endpoint(String address, int port) implements Comparable<Endpoint> {
    private static final Comparator<Endpoint> ORDER =
        Comparator.comparing(Endpoint::address).thenComparingInt(Endpoint::port);

    /** An end whose address is a literal in any spelling, with or without brackets. */
    static Endpoint of(final String literal, final int port) {
        try {
            return new Endpoint(InetAddress.getByName(literal).getHostAddress(), port);
        } catch (final UnknownHostException e) {
            throw new IllegalArgumentException("not an address: " + literal, e);
        }
    }

    @Override
    public int compareTo(final Endpoint other) {
        return ORDER.compare(this, other);
    }
}
