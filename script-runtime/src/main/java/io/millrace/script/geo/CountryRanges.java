package io.millrace.script.geo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The country tables that Tor ships: sorted address ranges, one per line, each with a country. {@code geoip} holds
 * {@code first,last,CC} with IPv4 addresses as decimal numbers, {@code geoip6} the same with IPv6 addresses as text;
 * {@code #} starts a comment, {@code ??} is an unknown country. Kept as sorted arrays; a look-up is a binary search.
 */
final class CountryRanges extends PlaceSource {
    private final String description;
    private final Ipv4Ranges ipv4;
    private final Ipv6Ranges ipv6;

    private CountryRanges(final String description, final Ipv4Ranges ipv4, final Ipv6Ranges ipv6) {
        this.description = description;
        this.ipv4 = ipv4;
        this.ipv6 = ipv6;
    }

    static CountryRanges read(final Path ipv4File, final Path ipv6File) {
        final Ipv4Ranges ipv4 = new Ipv4Ranges();
        final Ipv6Ranges ipv6 = new Ipv6Ranges();
        ipv4.read(ipv4File);
        ipv6.read(ipv6File);
        final String description = "geolocation: " + ipv4.count + " IPv4 ranges from " + ipv4File + ", "
            + ipv6.count + " IPv6 ranges from " + ipv6File;
        return new CountryRanges(description, ipv4, ipv6);
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    boolean hasCities() {
        return false;
    }

    @Override
    int placeOfIpv4(final int address, final PlaceTable table) {
        return ipv4.placeOf(address);
    }

    @Override
    int placeOfIpv6(final long high, final long low, final PlaceTable table) {
        return ipv6.placeOf(high, low);
    }

    /** One table: knows the form of a line. */
    private abstract static class Ranges {
        private static final int FEWEST_RANGES = 16;

        private Path file;
        private byte[] text;
        private int position;
        private int line;
        char[] place;
        int count;

        final void read(final Path file) {
            this.file = file;
            if (!Files.exists(file)) {
                return;
            }
            try {
                text = Files.readAllBytes(file);
            } catch (final IOException e) {
                throw new GeoException("geolocation: cannot read " + file + " (" + e.getMessage()
                    + "); check its permissions, or give a MaxMind database with --geoip", e);
            }
            final int ranges = Math.max(FEWEST_RANGES, text.length / typicalLineBytes());
            place = new char[ranges];
            grow(ranges);
            for (position = 0; position < text.length; skipLine()) {
                line++;
                if (text[position] != '#' && text[position] != '\n') {
                    readRange();
                }
            }
            if (count == 0) {
                throw broken("no address range in it");
            }
            text = null;
        }

        abstract void readRange();

        abstract void grow(int capacity);

        /** What most tables of this form are above, so that arrays fit at once. */
        abstract int typicalLineBytes();

        final int nextIndex() {
            if (count == place.length) {
                place = Arrays.copyOf(place, 2 * count);
                grow(2 * count);
            }
            return count++;
        }

        final void readCountry(final int index) {
            if (position + 2 > text.length) {
                throw broken("a line without a country");
            }
            place[index] = (char) PlaceTable.placeOfCountry(text[position], text[position + 1]);
            position += 2;
        }

        final void expect(final char separator) {
            if (position == text.length || text[position] != separator) {
                throw broken("'" + separator + "' expected");
            }
            position++;
        }

        /** The byte at the reading position, without moving; -1 at the end. */
        final int peek() {
            return position == text.length ? -1 : text[position];
        }

        final void advance() {
            position++;
        }

        final GeoException broken(final String what) {
            return new GeoException("geolocation: " + file + " line " + line + " is broken: " + what
                + "; reinstall the package tor-geoipdb, or give a MaxMind database with --geoip");
        }

        private void skipLine() {
            while (position < text.length && text[position] != '\n') {
                position++;
            }
            position++;
        }
    }

    private static final class Ipv4Ranges extends Ranges {
        private static final int TYPICAL_LINE_BYTES = 24;

        private int[] first = {};
        private int[] last = {};

        int placeOf(final int address) {
            int low = 0;
            int high = count - 1;
            while (low <= high) {
                final int middle = (low + high) >>> 1;
                if (Integer.compareUnsigned(address, first[middle]) < 0) {
                    high = middle - 1;
                } else if (Integer.compareUnsigned(address, last[middle]) > 0) {
                    low = middle + 1;
                } else {
                    return place[middle];
                }
            }
            return PlaceTable.UNKNOWN;
        }

        @Override
        void readRange() {
            final int index = nextIndex();
            first[index] = readNumber();
            expect(',');
            last[index] = readNumber();
            expect(',');
            readCountry(index);
            final boolean ordered = Integer.compareUnsigned(first[index], last[index]) <= 0
                && (index == 0 || Integer.compareUnsigned(last[index - 1], first[index]) < 0);
            if (!ordered) {
                throw broken("ranges are not in ascending order");
            }
        }

        @Override
        int typicalLineBytes() {
            return TYPICAL_LINE_BYTES;
        }

        @Override
        void grow(final int capacity) {
            first = Arrays.copyOf(first, capacity);
            last = Arrays.copyOf(last, capacity);
        }

        private int readNumber() {
            long number = 0;
            int digits = 0;
            for (int c = peek(); c >= '0' && c <= '9'; c = peek()) {
                number = number * 10 + (c - '0');
                digits++;
                if (number > 0xFFFF_FFFFL) {
                    throw broken("a number above 4294967295");
                }
                advance();
            }
            if (digits == 0) {
                throw broken("a decimal number expected");
            }
            return (int) number;
        }
    }

    private static final class Ipv6Ranges extends Ranges {
        private static final int GROUPS = 8;

        private static final int TYPICAL_LINE_BYTES = 54;

        private long[] firstHigh = {};
        private long[] firstLow = {};
        private long[] lastHigh = {};
        private long[] lastLow = {};
        private final int[] group = new int[GROUPS];

        int placeOf(final long addressHigh, final long addressLow) {
            int low = 0;
            int high = count - 1;
            while (low <= high) {
                final int middle = (low + high) >>> 1;
                if (compare(addressHigh, addressLow, firstHigh[middle], firstLow[middle]) < 0) {
                    high = middle - 1;
                } else if (compare(addressHigh, addressLow, lastHigh[middle], lastLow[middle]) > 0) {
                    low = middle + 1;
                } else {
                    return place[middle];
                }
            }
            return PlaceTable.UNKNOWN;
        }

        @Override
        void readRange() {
            final int index = nextIndex();
            readGroups();
            firstHigh[index] = half(0);
            firstLow[index] = half(4);
            expect(',');
            readGroups();
            lastHigh[index] = half(0);
            lastLow[index] = half(4);
            expect(',');
            readCountry(index);
            final boolean ordered = compare(firstHigh[index], firstLow[index], lastHigh[index], lastLow[index]) <= 0
                && (index == 0
                    || compare(lastHigh[index - 1], lastLow[index - 1], firstHigh[index], firstLow[index]) < 0);
            if (!ordered) {
                throw broken("ranges are not in ascending order");
            }
        }

        @Override
        int typicalLineBytes() {
            return TYPICAL_LINE_BYTES;
        }

        @Override
        void grow(final int capacity) {
            firstHigh = Arrays.copyOf(firstHigh, capacity);
            firstLow = Arrays.copyOf(firstLow, capacity);
            lastHigh = Arrays.copyOf(lastHigh, capacity);
            lastLow = Arrays.copyOf(lastLow, capacity);
        }

        /** Reads an address in the text form of RFC 4291 section 2.2, forms 1 and 2. */
        private void readGroups() {
            Arrays.fill(group, 0);
            int groups = 0;
            int gap = -1;
            if (peek() == ':') {
                advance();
                expect(':');
                gap = 0;
            }
            while (hexValue(peek()) >= 0) {
                if (groups == GROUPS) {
                    throw broken("more than eight groups in an IPv6 address");
                }
                group[groups++] = readGroup();
                if (peek() != ':') {
                    break;
                }
                advance();
                if (peek() == ':' && gap < 0) {
                    advance();
                    gap = groups;
                }
            }
            if (gap < 0 ? groups != GROUPS : groups == GROUPS) {
                throw broken("an IPv6 address expected");
            }
            if (gap >= 0) {
                final int behind = groups - gap;
                System.arraycopy(group, gap, group, GROUPS - behind, behind);
                Arrays.fill(group, gap, GROUPS - behind, 0);
            }
        }

        private int readGroup() {
            int value = 0;
            for (int digit = hexValue(peek()); digit >= 0; digit = hexValue(peek())) {
                value = value << 4 | digit;
                if (value > 0xFFFF) {
                    throw broken("a group above ffff in an IPv6 address");
                }
                advance();
            }
            return value;
        }

        private long half(final int firstGroup) {
            return (long) group[firstGroup] << 48 | (long) group[firstGroup + 1] << 32
                | (long) group[firstGroup + 2] << 16 | group[firstGroup + 3];
        }

        private static int hexValue(final int c) {
            return c < 0 ? -1 : Character.digit(c, 16);
        }

        private static int compare(final long high, final long low, final long otherHigh, final long otherLow) {
            final int order = Long.compareUnsigned(high, otherHigh);
            return order != 0 ? order : Long.compareUnsigned(low, otherLow);
        }
    }
}
