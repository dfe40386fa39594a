package io.millrace.script.geo;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Knows which place an address belongs to. Immutable and shared: any thread may look up, each into its own
 * {@link PlaceTable}.
 */
public abstract sealed class PlaceSource permits CityDatabase, CountryRanges, PlaceSource.Nowhere {
    /** Where Debian's package {@code tor-geoipdb} puts its tables. */
    public static final Path TOR_DIRECTORY = Path.of("/usr/share/tor");

    PlaceSource() {
    }

    /**
     * A MaxMind database, City or Country.
     *
     * @param file a {@code .mmdb} file.
     * @throws GeoException where the file is missing or no such database.
     */
    public static PlaceSource ofDatabase(final Path file) {
        return CityDatabase.open(file);
    }

    /**
     * The tables {@code geoip} and {@code geoip6} of a directory, or a source without any place where neither exists.
     *
     * @param directory usually {@link #TOR_DIRECTORY}.
     * @throws GeoException where a table exists and is broken.
     */
    public static PlaceSource ofTables(final Path directory) {
        final Path ipv4 = directory.resolve("geoip");
        final Path ipv6 = directory.resolve("geoip6");
        return Files.exists(ipv4) || Files.exists(ipv6) ? CountryRanges.read(ipv4, ipv6) : new Nowhere();
    }

    /** A source that knows no place. */
    public static PlaceSource nowhere() {
        return new Nowhere();
    }

    /** One line for the log: what was read; where nothing was, how to mend it. */
    public abstract String description();

    /** Whether this source tells cities and coordinates besides countries. */
    abstract boolean hasCities();

    /** Index in {@code table} of a public IPv4 address, in machine order. */
    abstract int placeOfIpv4(int address, PlaceTable table);

    /** Index in {@code table} of a public IPv6 address, two halves in machine order. */
    abstract int placeOfIpv6(long high, long low, PlaceTable table);

    static final class Nowhere extends PlaceSource {
        @Override
        public String description() {
            return "geolocation: no source, all countries are unknown; install the package tor-geoipdb"
                + " or give a MaxMind database with --geoip FILE";
        }

        @Override
        boolean hasCities() {
            return false;
        }

        @Override
        int placeOfIpv4(final int address, final PlaceTable table) {
            return PlaceTable.UNKNOWN;
        }

        @Override
        int placeOfIpv6(final long high, final long low, final PlaceTable table) {
            return PlaceTable.UNKNOWN;
        }
    }
}
