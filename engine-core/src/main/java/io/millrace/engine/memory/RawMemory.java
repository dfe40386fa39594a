package io.millrace.engine.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.millrace.binding.link.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Reads and writes native memory by address. Little-endian (the machine's) unless the name ends in {@code BigEndian}
 * (the network's); any alignment. Stateless; any thread.
 *
 * <p>No bounds are checked: the caller has checked them against the length that came with the address.
 */
public final class RawMemory {
    private static final MemorySegment ALL = NativeMemory.ALL;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;
    private static final ValueLayout.OfShort SHORT_BIG_ENDIAN = SHORT.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT_BIG_ENDIAN = INT.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG_BIG_ENDIAN = LONG.withOrder(ByteOrder.BIG_ENDIAN);

    private RawMemory() {
    }

    /** Unsigned byte, 0 to 255. */
    public static int u8(final long address) {
        return ALL.get(JAVA_BYTE, address) & 0xFF;
    }

    /** Unsigned 16 bits in machine order, 0 to 65 535. */
    public static int u16(final long address) {
        return ALL.get(SHORT, address) & 0xFFFF;
    }

    /** Unsigned 16 bits in network order, 0 to 65 535. */
    public static int u16BigEndian(final long address) {
        return ALL.get(SHORT_BIG_ENDIAN, address) & 0xFFFF;
    }

    /** 32 bits in machine order. */
    public static int i32(final long address) {
        return ALL.get(INT, address);
    }

    /** Unsigned 32 bits in machine order. */
    public static long u32(final long address) {
        return ALL.get(INT, address) & 0xFFFF_FFFFL;
    }

    /** 32 bits in network order. */
    public static int i32BigEndian(final long address) {
        return ALL.get(INT_BIG_ENDIAN, address);
    }

    /** 64 bits in machine order. */
    public static long i64(final long address) {
        return ALL.get(LONG, address);
    }

    /** 64 bits in network order. */
    public static long i64BigEndian(final long address) {
        return ALL.get(LONG_BIG_ENDIAN, address);
    }

    /** IEEE 754 double in machine order. */
    public static double f64(final long address) {
        return ALL.get(DOUBLE, address);
    }

    /** Writes the low 8 bits of {@code value}. */
    public static void putU8(final long address, final int value) {
        ALL.set(JAVA_BYTE, address, (byte) value);
    }

    /** Writes the low 16 bits of {@code value} in machine order. */
    public static void putU16(final long address, final int value) {
        ALL.set(SHORT, address, (short) value);
    }

    /** Writes 32 bits in machine order. */
    public static void putI32(final long address, final int value) {
        ALL.set(INT, address, value);
    }

    /** Writes 64 bits in machine order. */
    public static void putI64(final long address, final long value) {
        ALL.set(LONG, address, value);
    }

    /** Writes 64 bits in network order. */
    public static void putI64BigEndian(final long address, final long value) {
        ALL.set(LONG_BIG_ENDIAN, address, value);
    }

    /** Writes an IEEE 754 double in machine order. */
    public static void putF64(final long address, final double value) {
        ALL.set(DOUBLE, address, value);
    }

    /** Copies {@code lengthBytes} bytes between two places that do not overlap. */
    public static void copy(final long from, final long to, final long lengthBytes) {
        MemorySegment.copy(ALL, from, ALL, to, lengthBytes);
    }

    /** Fills {@code lengthBytes} bytes with zero. */
    public static void zero(final long address, final long lengthBytes) {
        ALL.asSlice(address, lengthBytes).fill((byte) 0);
    }
}
