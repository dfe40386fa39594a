package io.millrace.engine.memory;

import io.millrace.binding.linux.Prefetch;
import org.agrona.UnsafeApi;

/**
 * Reads and writes native memory by address. Little-endian (the machine's) unless the name ends in {@code BigEndian}
 * (the network's); any alignment. Stateless; any thread.
 *
 * <p>No bounds are checked: the caller has checked them against the length that came with the address.
 */
public final class RawMemory {
    private RawMemory() {
    }

    /** Unsigned byte, 0 to 255. */
    public static int u8(final long address) {
        return UnsafeApi.getByte(address) & 0xFF;
    }

    /** Unsigned 16 bits in machine order, 0 to 65 535. */
    public static int u16(final long address) {
        return UnsafeApi.getShort(address) & 0xFFFF;
    }

    /** Unsigned 16 bits in network order, 0 to 65 535. */
    public static int u16BigEndian(final long address) {
        return Short.reverseBytes(UnsafeApi.getShort(address)) & 0xFFFF;
    }

    /** 32 bits in machine order. */
    public static int i32(final long address) {
        return UnsafeApi.getInt(address);
    }

    /** Unsigned 32 bits in machine order. */
    public static long u32(final long address) {
        return UnsafeApi.getInt(address) & 0xFFFF_FFFFL;
    }

    /** 32 bits in network order. */
    public static int i32BigEndian(final long address) {
        return Integer.reverseBytes(UnsafeApi.getInt(address));
    }

    /** 64 bits in machine order. */
    public static long i64(final long address) {
        return UnsafeApi.getLong(address);
    }

    /** 64 bits in network order. */
    public static long i64BigEndian(final long address) {
        return Long.reverseBytes(UnsafeApi.getLong(address));
    }

    /** IEEE 754 double in machine order. */
    public static double f64(final long address) {
        return UnsafeApi.getDouble(address);
    }

    /** Writes the low 8 bits of {@code value}. */
    public static void putU8(final long address, final int value) {
        UnsafeApi.putByte(address, (byte) value);
    }

    /** Writes the low 16 bits of {@code value} in machine order. */
    public static void putU16(final long address, final int value) {
        UnsafeApi.putShort(address, (short) value);
    }

    /** Writes 32 bits in machine order. */
    public static void putI32(final long address, final int value) {
        UnsafeApi.putInt(address, value);
    }

    /** Writes 64 bits in machine order. */
    public static void putI64(final long address, final long value) {
        UnsafeApi.putLong(address, value);
    }

    /** Writes 64 bits in network order. */
    public static void putI64BigEndian(final long address, final long value) {
        UnsafeApi.putLong(address, Long.reverseBytes(value));
    }

    /** Writes an IEEE 754 double in machine order. */
    public static void putF64(final long address, final double value) {
        UnsafeApi.putDouble(address, value);
    }

    /** Copies {@code lengthBytes} bytes between two places that do not overlap. */
    public static void copy(final long from, final long to, final long lengthBytes) {
        UnsafeApi.copyMemory(from, to, lengthBytes);
    }

    /**
     * Has the processor fetch the cache lines that hold some addresses, without waiting for any.
     *
     * @param addresses address of the first of {@code count} addresses of 8 bytes each.
     */
    public static void prefetch(final long addresses, final int count) {
        Prefetch.lines(addresses, count);
    }

    /** Has the processor fetch every cache line of {@code lengthBytes} bytes, to be read, without waiting for any. */
    public static void prefetchRange(final long address, final int lengthBytes) {
        Prefetch.range(address, lengthBytes);
    }

    /**
     * Has the processor fetch the cache lines of some records, without waiting for any.
     *
     * @param records address of the first of {@code count} addresses of records, 8 bytes each; 0 for none. The first
     *                line of a record is fetched, and line {@code i + 1} where bit {@code i} of its address is set.
     */
    public static void prefetchRecords(final long records, final int count) {
        Prefetch.records(records, count);
    }

    /** Fills {@code lengthBytes} bytes with zero. */
    public static void zero(final long address, final long lengthBytes) {
        UnsafeApi.setMemory(address, lengthBytes, (byte) 0);
    }
}
