package io.millrace.script.intake;

import io.millrace.script.file.BoundedFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.LongStream;
import org.agrona.DirectBuffer;

/**
 * A set of IPv4 and IPv6 networks, asked by address. Networks are either nested or apart, so the outermost ones, sorted
 * by their first address, answer by binary search. Immutable; any thread; no allocation when asked.
 */
public final class NetworkSet {
    private final List<Network> networks;
    private final int outermost;
    private final long[] ipv4Edges;
    private final long[] ipv4First;
    private final long[] ipv4Last;
    private final long[] ipv6FirstHigh;
    private final long[] ipv6FirstLow;
    private final long[] ipv6LastHigh;
    private final long[] ipv6LastLow;
    private final int[] ipv4Entries;
    private final int[] ipv6Entries;

    private record Network(
        boolean ipv6, long firstHigh, long firstLow, long lastHigh, long lastLow, int prefix, int entry) {

        Network ofEntry(final int number) {
            return new Network(ipv6, firstHigh, firstLow, lastHigh, lastLow, prefix, number);
        }

        // A network of one or two addresses has neither a number nor a broadcast address of its own (RFC 3021).
        boolean hasEdges() {
            return !ipv6 && prefix < 31;
        }

        boolean contains(final Network other) {
            return ipv6 == other.ipv6
                && lessOrEqual(firstHigh, firstLow, other.firstHigh, other.firstLow)
                && lessOrEqual(other.lastHigh, other.lastLow, lastHigh, lastLow);
        }
    }

    private NetworkSet(final List<Network> networks) {
        final List<Network> sorted = new ArrayList<>(networks);
        sorted.sort(Comparator.comparing(Network::ipv6)
            .thenComparing(Network::firstHigh, Long::compareUnsigned)
            .thenComparing(Network::firstLow, Long::compareUnsigned)
            .thenComparing(Network::prefix));
        final List<Network> kept = new ArrayList<>();
        for (final Network network : sorted) {
            if (kept.isEmpty() || !kept.getLast().contains(network)) {
                kept.add(network);
            }
        }
        this.networks = List.copyOf(sorted);
        outermost = kept.size();
        ipv4Edges = sorted.stream().filter(Network::hasEdges)
            .flatMapToLong(network -> LongStream.of(network.firstLow, network.lastLow)).sorted().distinct().toArray();
        ipv4First = kept.stream().filter(n -> !n.ipv6).mapToLong(Network::firstLow).toArray();
        ipv4Last = kept.stream().filter(n -> !n.ipv6).mapToLong(Network::lastLow).toArray();
        ipv6FirstHigh = kept.stream().filter(Network::ipv6).mapToLong(Network::firstHigh).toArray();
        ipv6FirstLow = kept.stream().filter(Network::ipv6).mapToLong(Network::firstLow).toArray();
        ipv6LastHigh = kept.stream().filter(Network::ipv6).mapToLong(Network::lastHigh).toArray();
        ipv6LastLow = kept.stream().filter(Network::ipv6).mapToLong(Network::lastLow).toArray();
        ipv4Entries = kept.stream().filter(n -> !n.ipv6).mapToInt(Network::entry).toArray();
        ipv6Entries = kept.stream().filter(Network::ipv6).mapToInt(Network::entry).toArray();
    }

    /**
     * The networks of a list such as {@code 10.0.0.0/8}, {@code fe80::/10}, {@code 192.0.2.1}.
     *
     * @throws IllegalArgumentException naming the first entry that is none.
     */
    public static NetworkSet of(final List<String> networks) {
        final List<Network> parsed = new ArrayList<>();
        for (final String network : networks) {
            parsed.add(parse(network.strip()));
        }
        return new NetworkSet(parsed);
    }

    /** The same networks as what one entry of a longer list stands for; its number counts from 0. */
    NetworkSet ofEntry(final int number) {
        return new NetworkSet(networks.stream().map(network -> network.ofEntry(number)).toList());
    }

    /**
     * The networks of a file: one address or network a line; {@code #} starts a comment.
     *
     * @throws IllegalArgumentException naming file and line where a line is neither.
     */
    public static NetworkSet read(final Path file) {
        final List<String> lines;
        try {
            lines = new String(BoundedFile.read(file), StandardCharsets.UTF_8).lines().toList();
        } catch (final NoSuchFileException e) {
            throw new IllegalArgumentException(file + ": no such file: give a file with one address or network a line",
                e);
        } catch (final IOException e) {
            throw new IllegalArgumentException(file + ": cannot be read: " + e.getMessage(), e);
        }
        final List<Network> parsed = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            final String line = lines.get(i).replaceFirst("#.*", "").strip();
            if (!line.isEmpty()) {
                try {
                    parsed.add(parse(line));
                } catch (final IllegalArgumentException e) {
                    throw new IllegalArgumentException(file + ":" + (i + 1) + ": " + e.getMessage(), e);
                }
            }
        }
        return new NetworkSet(parsed);
    }

    /** All networks of these sets. */
    static NetworkSet union(final List<NetworkSet> sets) {
        return new NetworkSet(sets.stream().flatMap(set -> set.networks.stream()).toList());
    }

    /**
     * Whether one of the networks holds the address.
     *
     * @param offset    of sixteen address bytes in network order; IPv4 in the first four.
     * @param ipVersion 4 or 6.
     */
    public boolean contains(final DirectBuffer buffer, final int offset, final int ipVersion) {
        return entryOf(buffer, offset, ipVersion) >= 0;
    }

    /**
     * Number of the list's entry, from 0, whose network holds the address; the outermost one where networks are nested,
     * -1 where there is none. Arguments as of {@link #contains}.
     */
    int entryOf(final DirectBuffer buffer, final int offset, final int ipVersion) {
        if (ipVersion == 4) {
            final long address = buffer.getInt(offset, ByteOrder.BIG_ENDIAN) & 0xFFFF_FFFFL;
            final int i = lastNotAbove(ipv4First, address);
            return i >= 0 && address <= ipv4Last[i] ? ipv4Entries[i] : -1;
        }
        final long high = buffer.getLong(offset, ByteOrder.BIG_ENDIAN);
        final long low = buffer.getLong(offset + Long.BYTES, ByteOrder.BIG_ENDIAN);
        final int i = lastNotAbove(high, low);
        return i >= 0 && lessOrEqual(high, low, ipv6LastHigh[i], ipv6LastLow[i]) ? ipv6Entries[i] : -1;
    }

    /** Whether an IPv4 address is the first or last one of a network, or nested one, of at least four addresses. */
    public boolean isEdgeOfNetwork(final DirectBuffer buffer, final int offset) {
        return Arrays.binarySearch(ipv4Edges, buffer.getInt(offset, ByteOrder.BIG_ENDIAN) & 0xFFFF_FFFFL) >= 0;
    }

    /** Networks that are not part of another one of the set. */
    public int size() {
        return outermost;
    }

    private static Network parse(final String text) {
        final int slash = text.indexOf('/');
        final String host = slash < 0 ? text : text.substring(0, slash);
        final boolean ipv6 = host.indexOf(':') >= 0;
        if (!(ipv6 ? host.matches("[0-9a-fA-F:.]+") : host.matches("\\d{1,3}(\\.\\d{1,3}){3}"))) {
            throw new IllegalArgumentException("'" + text + "' is no address or network such as 10.0.0.0/8");
        }
        final int width = ipv6 ? 128 : 32;
        final int prefix;
        final byte[] address;
        try {
            prefix = slash < 0 ? width : Integer.parseInt(text.substring(slash + 1));
            address = InetAddress.getByName(host).getAddress();
        } catch (final NumberFormatException | UnknownHostException e) {
            throw new IllegalArgumentException("'" + text + "' is no address or network such as 10.0.0.0/8", e);
        }
        if (prefix < 0 || prefix > width) {
            throw new IllegalArgumentException("'" + text + "': the prefix length must be from 0 to " + width);
        }
        if (!ipv6) {
            final long mask = prefix == 0 ? 0 : 0xFFFF_FFFFL << 32 - prefix & 0xFFFF_FFFFL;
            final long first = word(address, 0, 4) & mask;
            return new Network(false, 0, first, 0, first | ~mask & 0xFFFF_FFFFL, prefix, 0);
        }
        if (address.length == 4) {
            throw new IllegalArgumentException("'" + text + "': write an IPv4-mapped address as IPv4");
        }
        final long maskHigh = prefix == 0 ? 0 : -1L << 64 - Math.min(prefix, 64);
        final long maskLow = prefix <= 64 ? 0 : -1L << 128 - prefix;
        final long high = word(address, 0, 8) & maskHigh;
        final long low = word(address, 8, 16) & maskLow;
        return new Network(true, high, low, high | ~maskHigh, low | ~maskLow, prefix, 0);
    }

    private static long word(final byte[] bytes, final int from, final int to) {
        long value = 0;
        for (int i = from; i < to; i++) {
            value = value << 8 | bytes[i] & 0xFF;
        }
        return value;
    }

    private static int lastNotAbove(final long[] firsts, final long address) {
        int low = 0;
        int high = firsts.length - 1;
        while (low <= high) {
            final int middle = low + high >>> 1;
            if (firsts[middle] <= address) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    private int lastNotAbove(final long addressHigh, final long addressLow) {
        int low = 0;
        int high = ipv6FirstHigh.length - 1;
        while (low <= high) {
            final int middle = low + high >>> 1;
            if (lessOrEqual(ipv6FirstHigh[middle], ipv6FirstLow[middle], addressHigh, addressLow)) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    private static boolean lessOrEqual(final long aHigh, final long aLow, final long bHigh, final long bLow) {
        final int order = Long.compareUnsigned(aHigh, bHigh);
        return order < 0 || order == 0 && Long.compareUnsigned(aLow, bLow) <= 0;
    }
}
