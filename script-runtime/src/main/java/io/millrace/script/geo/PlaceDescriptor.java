package io.millrace.script.geo;

import io.millrace.engine.memory.StructDescriptor;

/**
 * One place. A {@link PlaceTable} is an array of these; Lua reads it through the {@code ffi.cdef} text of
 * {@link #layout()}. Offsets are bytes from the start of the record.
 */
public final class PlaceDescriptor {
    /** Longest city name in bytes; longer ones are cut at a character's end. */
    public static final int MAX_CITY_LENGTH = 48;

    private static final StructDescriptor LAYOUT = new StructDescriptor("place_t");

    /** {@code uint8_t[2]}: country, two capital letters (ISO 3166-1 alpha-2); zero unknown. */
    public static final int COUNTRY = LAYOUT.u8Array("country", 2);
    /** {@code uint8_t}: bytes of the city's name; 0 unknown. */
    public static final int CITY_LENGTH = LAYOUT.u8("city_length");
    /** {@code uint8_t}: 1 where {@link #LATITUDE} and {@link #LONGITUDE} hold coordinates. */
    public static final int KNOWN = LAYOUT.u8("known");
    /** {@code double}: degrees north, -90 to 90. */
    public static final int LATITUDE = LAYOUT.f64("latitude");
    /** {@code double}: degrees east, -180 to 180. */
    public static final int LONGITUDE = LAYOUT.f64("longitude");
    /** {@code uint8_t[48]}: name of the city in English, UTF-8, not terminated. */
    public static final int CITY = LAYOUT.u8Array("city", MAX_CITY_LENGTH);

    /** Length of the record in bytes. */
    public static final int LENGTH = LAYOUT.seal();

    private PlaceDescriptor() {
    }

    /** The layout with all its fields. */
    public static StructDescriptor layout() {
        return LAYOUT;
    }
}
