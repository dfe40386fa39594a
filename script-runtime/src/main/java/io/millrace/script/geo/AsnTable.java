package io.millrace.script.geo;

import static java.nio.ByteOrder.BIG_ENDIAN;

import java.util.Optional;
import org.agrona.DirectBuffer;

/**
 * The autonomous systems of the addresses that one script thread has met. A look-up in the database allocates; what it
 * told is kept until another address takes its place. Owned by one script thread.
 */
public final class AsnTable {
    private static final int SLOTS = 1 << 15;

    private final AsnDatabase database;
    private final long[] keptHigh;
    private final long[] keptLow;
    private final int[] keptNumber;
    private final byte[] ipv4 = new byte[4];
    private final byte[] ipv6 = new byte[16];

    /** A table over a database; without one every number is {@link AsnDatabase#UNKNOWN}. */
    public AsnTable(final Optional<AsnDatabase> database) {
        this.database = database.orElse(null);
        final int slots = database.isPresent() ? SLOTS : 0;
        keptHigh = new long[slots];
        keptLow = new long[slots];
        keptNumber = new int[slots];
    }

    /**
     * Number of the autonomous system that an address belongs to, as an unsigned int; 0 unknown.
     *
     * @param offset    of sixteen address bytes in network order; IPv4 in the first four.
     * @param ipVersion 4 or 6.
     */
    public int numberOf(final DirectBuffer buffer, final int offset, final int ipVersion) {
        if (database == null) {
            return AsnDatabase.UNKNOWN;
        }
        final boolean isIpv4 = ipVersion == 4;
        final long high = isIpv4 ? 0 : buffer.getLong(offset, BIG_ENDIAN);
        final long low = isIpv4 ? buffer.getInt(offset, BIG_ENDIAN) & 0xFFFF_FFFFL
            : buffer.getLong(offset + Long.BYTES, BIG_ENDIAN);
        if (isIpv4 ? !PublicAddress.isPublic((int) low) : !PublicAddress.isPublic(high, low)) {
            return AsnDatabase.UNKNOWN;
        }
        // 64-bit golden ratio; the upper bits of the product mix all bits of both halves.
        final int slot = (int) ((high * 31 + low) * 0x9E37_79B9_7F4A_7C15L >>> 32) & SLOTS - 1;
        if (keptHigh[slot] != high || keptLow[slot] != low) {
            final byte[] address = isIpv4 ? ipv4 : ipv6;
            buffer.getBytes(offset, address);
            keptNumber[slot] = database.numberOf(address);
            keptHigh[slot] = high;
            keptLow[slot] = low;
        }
        return keptNumber[slot];
    }
}
