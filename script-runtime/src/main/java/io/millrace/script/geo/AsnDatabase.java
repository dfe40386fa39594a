package io.millrace.script.geo;

import com.maxmind.db.Reader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A MaxMind database of autonomous systems, memory-mapped. Understands MaxMind's own layout
 * ({@code autonomous_system_number}) and flat ones with {@code asn} as a number or as {@code AS64496}. Any thread may
 * look up.
 */
public final class AsnDatabase {
    /** The autonomous system of an address that none is known for. */
    public static final int UNKNOWN = 0;

    private final Reader reader;

    private AsnDatabase(final Reader reader) {
        this.reader = reader;
    }

    /**
     * Opens a {@code .mmdb} file.
     *
     * @throws GeoException where the file is missing or no such database.
     */
    public static AsnDatabase open(final Path file) {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new GeoException("autonomous systems: " + file + " is not a readable file; give the path of a MaxMind"
                + " database (.mmdb) with --geoip-asn, or leave the flag out");
        }
        try {
            return new AsnDatabase(new Reader(file.toFile(), Reader.FileMode.MEMORY_MAPPED));
        } catch (final IOException | RuntimeException e) {
            throw new GeoException("autonomous systems: " + file + " is not a MaxMind database ("
                + String.valueOf(e.getMessage()).replace('\n', ' ') + "); download it again, and unpack it if it is an"
                + " archive", e);
        }
    }

    /** Number of the autonomous system (RFC 6793) of 4 or 16 address bytes, as an unsigned int. */
    int numberOf(final byte[] address) {
        // An IPv4-only tree has no branch for a 128-bit address; the reader would throw.
        if (address.length == 16 && reader.getMetadata().ipVersion() == 4) {
            return UNKNOWN;
        }
        final Map<?, ?> record;
        try {
            record = reader.get(InetAddress.getByAddress(address), Map.class);
        } catch (final UnknownHostException e) {
            throw new UncheckedIOException(e);
        } catch (final IOException | RuntimeException e) {
            return UNKNOWN;
        }
        if (record == null) {
            return UNKNOWN;
        }
        final Object number = record.containsKey("autonomous_system_number")
            ? record.get("autonomous_system_number") : record.get("asn");
        if (number instanceof final Number known) {
            return (int) known.longValue();
        }
        final String text = number instanceof final String known ? known.replaceFirst("^AS", "") : "";
        return text.matches("\\d{1,10}") ? (int) Long.parseLong(text) : UNKNOWN;
    }
}
