package io.millrace.script.geo;

import static java.nio.ByteOrder.BIG_ENDIAN;

import io.millrace.engine.memory.RawMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.agrona.DirectBuffer;

/**
 * The places one script thread has met, in memory that Lua reads, and the way from an address to one of them.
 *
 * <pre>{@code
 *  0         1 .. 676                677 .. capacity
 *  +---------+-----------------------+-------------------------------+
 *  | unknown | AA, AB .. ZZ: country | country, city and coordinates |
 *  +---------+-----------------------+-------------------------------+
 * }</pre>
 *
 * <p>Countries have fixed indices, the same in every table; cities are entered as they are met. Once the table is full,
 * further cities are known by their country alone. Only the owning thread looks up. Another thread may read a place
 * whose index it got from the owner through a ring: a place is written before its index is handed out and never
 * changes.
 */
public final class PlaceTable {
    /** Index of the place of which nothing is known. */
    public static final int UNKNOWN = 0;
    /** Most places a table can hold, so that an index fits 16 bits. */
    public static final int MAX_PLACES = 1 << 16;

    private static final int LETTERS = 26;
    private static final int FIRST_COUNTRY = 1;
    private static final int FIRST_CITY = FIRST_COUNTRY + LETTERS * LETTERS;
    private static final int CACHE_SLOTS = 1 << 15;

    private final PlaceSource source;
    private final MemorySegment places;
    private final long address;
    private final int capacity;
    private final Map<City, Integer> cities = new HashMap<>();
    private final long[] cachedHigh;
    private final long[] cachedLow;
    private final char[] cachedPlace;
    private int placeCount = FIRST_CITY;

    private record City(int country, String name, double latitude, double longitude) {
    }

    /** A table for one script thread. Its memory lives as long as the table is reachable. */
    public PlaceTable(final PlaceSource source) {
        this(source, MAX_PLACES);
    }

    /**
     * A table of another size.
     *
     * @param capacity places, 677 to {@link #MAX_PLACES}; used only where the source knows cities.
     */
    PlaceTable(final PlaceSource source, final int capacity) {
        if (capacity < FIRST_CITY || capacity > MAX_PLACES) {
            throw new IllegalArgumentException("a place table holds " + FIRST_CITY + " to " + MAX_PLACES
                + " places: capacity=" + capacity);
        }
        this.source = source;
        this.capacity = source.hasCities() ? capacity : FIRST_CITY;
        places = Arena.ofAuto().allocate((long) this.capacity * PlaceDescriptor.LENGTH, Double.BYTES);
        address = places.address();
        final int slots = source.hasCities() ? CACHE_SLOTS : 0;
        cachedHigh = new long[slots];
        cachedLow = new long[slots];
        cachedPlace = new char[slots];
        for (int country = 0; country < LETTERS * LETTERS; country++) {
            final long code = placeAddress(FIRST_COUNTRY + country) + PlaceDescriptor.COUNTRY;
            RawMemory.putU8(code, 'A' + country / LETTERS);
            RawMemory.putU8(code + 1, 'A' + country % LETTERS);
        }
    }

    /** Address of the first place; the array does not move. */
    public long address() {
        return address;
    }

    /** Places in use, the unknown one and all countries included. */
    public int placeCount() {
        return placeCount;
    }

    /**
     * Index of the place of an address; {@link #UNKNOWN} for addresses that are not public or that the source does not
     * know. Allocates nothing where the source is a country table; a city database allocates on the first look-up of an
     * address and again after other addresses have pushed it out of the cache.
     *
     * @param buffer    holds sixteen address bytes in network order; IPv4 in the first four.
     * @param offset    of the first address byte.
     * @param ipVersion 4 or 6.
     */
    public int placeOf(final DirectBuffer buffer, final int offset, final int ipVersion) {
        if (ipVersion == 4) {
            return placeOfIpv4(buffer.getInt(offset, BIG_ENDIAN));
        }
        final long high = buffer.getLong(offset, BIG_ENDIAN);
        final long low = buffer.getLong(offset + Long.BYTES, BIG_ENDIAN);
        if (PublicAddress.embedsIpv4(high, low)) {
            return placeOfIpv4((int) low);
        }
        if (!PublicAddress.isPublic(high, low)) {
            return UNKNOWN;
        }
        if (cachedPlace.length == 0) {
            return source.placeOfIpv6(high, low, this);
        }
        final int slot = cacheSlot(high, low);
        if (cachedHigh[slot] != high || cachedLow[slot] != low) {
            remember(slot, high, low, source.placeOfIpv6(high, low, this));
        }
        return cachedPlace[slot];
    }

    /** Country as {@code first letter << 8 | second letter} in ASCII; 0 unknown. */
    public int countryCode(final int place) {
        final long code = placeAddress(place) + PlaceDescriptor.COUNTRY;
        return RawMemory.u8(code) << 8 | RawMemory.u8(code + 1);
    }

    /** Country as two capital letters; empty where unknown. */
    public String country(final int place) {
        final int code = countryCode(place);
        return code == 0 ? "" : "" + (char) (code >>> 8) + (char) (code & 0xFF);
    }

    /** Name of the city in English; empty where unknown. */
    public String city(final int place) {
        final byte[] name = new byte[RawMemory.u8(placeAddress(place) + PlaceDescriptor.CITY_LENGTH)];
        for (int i = 0; i < name.length; i++) {
            name[i] = (byte) RawMemory.u8(placeAddress(place) + PlaceDescriptor.CITY + i);
        }
        return new String(name, StandardCharsets.UTF_8);
    }

    /** Whether {@link #latitude} and {@link #longitude} are known. */
    public boolean hasCoordinates(final int place) {
        return RawMemory.u8(placeAddress(place) + PlaceDescriptor.KNOWN) != 0;
    }

    /** Degrees north; 0 where unknown. */
    public double latitude(final int place) {
        return RawMemory.f64(placeAddress(place) + PlaceDescriptor.LATITUDE);
    }

    /** Degrees east; 0 where unknown. */
    public double longitude(final int place) {
        return RawMemory.f64(placeAddress(place) + PlaceDescriptor.LONGITUDE);
    }

    /** Index of a country given by its two letters; {@link #UNKNOWN} where they are not two capital letters. */
    static int placeOfCountry(final int first, final int second) {
        final int high = first - 'A';
        final int low = second - 'A';
        final boolean letters = high >= 0 && high < LETTERS && low >= 0 && low < LETTERS;
        return letters ? FIRST_COUNTRY + high * LETTERS + low : UNKNOWN;
    }

    /**
     * Index of a city, entered if it is new; its country's index where the table is full.
     *
     * @param countryPlace from {@link #placeOfCountry}.
     * @param name         city, may be empty.
     * @param latitude     degrees, NaN unknown.
     * @param longitude    degrees, NaN unknown.
     */
    int placeOfCity(final int countryPlace, final String name, final double latitude, final double longitude) {
        final boolean coordinates = !Double.isNaN(latitude) && !Double.isNaN(longitude);
        if (name.isEmpty() && !coordinates) {
            return countryPlace;
        }
        final City city = new City(countryPlace, name, latitude, longitude);
        final Integer known = cities.get(city);
        if (known != null) {
            return known;
        }
        if (placeCount == capacity) {
            return countryPlace;
        }
        final int place = placeCount++;
        final long record = placeAddress(place);
        final int code = countryCode(countryPlace);
        RawMemory.putU8(record + PlaceDescriptor.COUNTRY, code >>> 8);
        RawMemory.putU8(record + PlaceDescriptor.COUNTRY + 1, code);
        final byte[] text = name.getBytes(StandardCharsets.UTF_8);
        final int length = lengthOfWholeCharacters(text, PlaceDescriptor.MAX_CITY_LENGTH);
        for (int i = 0; i < length; i++) {
            RawMemory.putU8(record + PlaceDescriptor.CITY + i, text[i]);
        }
        RawMemory.putU8(record + PlaceDescriptor.CITY_LENGTH, length);
        if (coordinates) {
            RawMemory.putF64(record + PlaceDescriptor.LATITUDE, latitude);
            RawMemory.putF64(record + PlaceDescriptor.LONGITUDE, longitude);
            RawMemory.putU8(record + PlaceDescriptor.KNOWN, 1);
        }
        cities.put(city, place);
        return place;
    }

    private int placeOfIpv4(final int ipv4) {
        if (!PublicAddress.isPublic(ipv4)) {
            return UNKNOWN;
        }
        if (cachedPlace.length == 0) {
            return source.placeOfIpv4(ipv4, this);
        }
        final long low = ipv4 & 0xFFFF_FFFFL;
        final int slot = cacheSlot(0, low);
        if (cachedHigh[slot] != 0 || cachedLow[slot] != low) {
            remember(slot, 0, low, source.placeOfIpv4(ipv4, this));
        }
        return cachedPlace[slot];
    }

    private void remember(final int slot, final long high, final long low, final int place) {
        cachedHigh[slot] = high;
        cachedLow[slot] = low;
        cachedPlace[slot] = (char) place;
    }

    private long placeAddress(final int place) {
        return address + (long) Integer.min(place, capacity - 1) * PlaceDescriptor.LENGTH;
    }

    private static int cacheSlot(final long high, final long low) {
        // 64-bit golden ratio; the upper bits of the product mix all bits of both halves.
        final long mixed = (high * 31 + low) * 0x9E37_79B9_7F4A_7C15L;
        return (int) (mixed >>> 32) & CACHE_SLOTS - 1;
    }

    private static int lengthOfWholeCharacters(final byte[] utf8, final int limit) {
        if (utf8.length <= limit) {
            return utf8.length;
        }
        int length = limit;
        while (length > 0 && (utf8[length] & 0xC0) == 0x80) {
            length--;
        }
        return length;
    }
}
