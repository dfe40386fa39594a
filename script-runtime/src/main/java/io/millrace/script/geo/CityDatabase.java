package io.millrace.script.geo;

import com.maxmind.db.Metadata;
import com.maxmind.db.Reader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A MaxMind database of cities or countries, memory-mapped. Understands MaxMind's own layout
 * ({@code country.iso_code}, {@code city.names.en}, {@code location}) and flat ones with a {@code country} or
 * {@code country_code} text. Any thread may look up.
 */
final class CityDatabase extends PlaceSource {
    private final Path file;
    private final Reader reader;
    private final AtomicLong brokenRecords = new AtomicLong();

    private CityDatabase(final Path file, final Reader reader) {
        this.file = file;
        this.reader = reader;
    }

    static CityDatabase open(final Path file) {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new GeoException("geolocation: " + file + " is not a readable file; give the path of a MaxMind"
                + " database (.mmdb) with --geoip, or leave the flag out to use the tor-geoipdb tables");
        }
        try {
            return new CityDatabase(file, new Reader(file.toFile(), Reader.FileMode.MEMORY_MAPPED));
        } catch (final IOException | RuntimeException e) {
            throw new GeoException("geolocation: " + file + " is not a MaxMind database (" + oneLine(e)
                + "); download it again, and unpack it if it is an archive", e);
        }
    }

    @Override
    public String description() {
        final Metadata metadata = reader.getMetadata();
        final long broken = brokenRecords.get();
        return "geolocation: " + metadata.databaseType() + " of " + metadata.buildTime() + " from " + file
            + (broken == 0 ? "" : "; " + broken + " look-ups met broken records: download the database again");
    }

    @Override
    boolean hasCities() {
        return true;
    }

    @Override
    int placeOfIpv4(final int address, final PlaceTable table) {
        return placeOf(ByteBuffer.allocate(4).putInt(address).array(), table);
    }

    @Override
    int placeOfIpv6(final long high, final long low, final PlaceTable table) {
        // An IPv4-only tree has no branch for a 128-bit address; the reader would throw.
        if (reader.getMetadata().ipVersion() == 4) {
            return PlaceTable.UNKNOWN;
        }
        return placeOf(ByteBuffer.allocate(16).putLong(high).putLong(low).array(), table);
    }

    private int placeOf(final byte[] address, final PlaceTable table) {
        final Map<?, ?> record;
        try {
            record = reader.get(InetAddress.getByAddress(address), Map.class);
        } catch (final UnknownHostException e) {
            throw new UncheckedIOException(e);
        } catch (final IOException | RuntimeException e) {
            brokenRecords.incrementAndGet();
            return PlaceTable.UNKNOWN;
        }
        if (record == null) {
            return PlaceTable.UNKNOWN;
        }
        final int country = countryOf(record);
        final Map<?, ?> location = child(record, "location");
        return table.placeOfCity(
            country, cityOf(record), degrees(location.get("latitude")), degrees(location.get("longitude")));
    }

    private static int countryOf(final Map<?, ?> record) {
        Object code = record.get("country") instanceof final Map<?, ?> country ? country.get("iso_code") : null;
        if (code == null) {
            code = child(record, "registered_country").get("iso_code");
        }
        if (code == null) {
            code = record.get("country_code");
        }
        if (code == null) {
            code = record.get("country");
        }
        final String letters = code instanceof final String text && text.length() == 2 ? text : "??";
        return PlaceTable.placeOfCountry(letters.charAt(0), letters.charAt(1));
    }

    private static String cityOf(final Map<?, ?> record) {
        final Object name = record.get("city") instanceof final Map<?, ?> city
            ? child(city, "names").get("en") : record.get("city");
        return name instanceof final String text ? text : "";
    }

    private static Map<?, ?> child(final Map<?, ?> record, final String key) {
        return record.get(key) instanceof final Map<?, ?> child ? child : Map.of();
    }

    private static double degrees(final Object value) {
        return value instanceof final Number number ? number.doubleValue() : Double.NaN;
    }

    private static String oneLine(final Exception e) {
        final String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return message.replace('\n', ' ');
    }
}
