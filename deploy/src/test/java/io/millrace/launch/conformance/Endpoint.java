package io.millrace.launch.conformance;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Comparator;

/**
 * Address and port.
 *
 * @param address in one spelling: IPv6 without its groups of zeros, because {@code ndpiReader} prints some addresses
 *                with two {@code ::}, which tells no longer how many zeros stand where.
 * @param port    0 where the protocol has none.
 */
record Endpoint(String address, int port) implements Comparable<Endpoint> {
    private static final Comparator<Endpoint> ORDER =
        Comparator.comparing(Endpoint::address).thenComparingInt(Endpoint::port);
    private static final String ZEROS = "(?<=:|^)0*(?=:|$)";

    /** An end whose address is a literal in any spelling, with or without brackets. */
    static Endpoint of(final String literal, final int port) {
        if (literal.contains("::") && literal.indexOf("::") != literal.lastIndexOf("::")) {
            return new Endpoint(withoutZeros(literal.replaceAll("[\\[\\]]", "")), port);
        }
        try {
            return new Endpoint(withoutZeros(InetAddress.getByName(literal).getHostAddress()), port);
        } catch (final UnknownHostException e) {
            throw new IllegalArgumentException("not an address: " + literal, e);
        }
    }

    private static String withoutZeros(final String address) {
        return address.contains(":") ? address.replaceAll(ZEROS, "").replaceAll(":+", ":") : address;
    }

    @Override
    public int compareTo(final Endpoint other) {
        return ORDER.compare(this, other);
    }
}
