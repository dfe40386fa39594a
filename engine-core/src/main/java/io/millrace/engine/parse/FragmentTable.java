package io.millrace.engine.parse;

import static io.millrace.engine.memory.RawMemory.i32;
import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.putI32;
import static io.millrace.engine.memory.RawMemory.putI64;
import static io.millrace.engine.memory.RawMemory.putU8;
import static io.millrace.engine.memory.RawMemory.u8;

import io.millrace.engine.burst.Burst;
import io.millrace.engine.memory.OffHeapBlock;
import io.millrace.engine.memory.RawMemory;
import io.millrace.engine.telemetry.EngineCounter;
import io.millrace.engine.telemetry.WorkerCounters;

/**
 * Leads the fragments of a datagram to the flow of its first one. Later fragments get that flow's addresses and ports;
 * those that come before it are held as counts, which the first one claims. Nothing is put together again.
 *
 * <p>Four entries a set. A datagram is known for 30 seconds of packet time; where a set is full, one that is over or
 * whole makes room, else the oldest. What was held and never claimed is counted. Owned by one worker.
 *
 * <p>Source: RFC 1858 (tiny and overlapping fragments).
 */
public final class FragmentTable implements AutoCloseable {
    /** How long a datagram is known, in packet time. */
    public static final long TIMEOUT_NS = 30_000_000_000L;
    /** A fragment that is not the last and carries less fits every link; nobody has to make one. */
    public static final int TINY_BYTES = 48;

    private static final int SETS = 1024;
    private static final int WAYS = 4;
    private static final int EMPTY = 0;
    private static final int OVER = 1;
    private static final int WHOLE = 2;
    private static final int OPEN = 3;
    private static final long MIX = 0x9E37_79B9_7F4A_7C15L;

    private final ParsedBurst parsed;
    private final WorkerCounters counters;
    private final OffHeapBlock block;
    private final long entries;
    private final long seed;
    private final FragmentHeader header = new FragmentHeader();
    private final int[] claimingSlots;
    private final long[] claimedPackets;
    private final long[] claimedBytes;
    private final long[] claimedPayloadBytes;
    private int claims;

    /**
     * An empty table.
     *
     * @param parsed   what the parser finds; fragments get their flow in it.
     * @param limit    frames a burst.
     * @param counters the worker's.
     * @param seed     secret of the hash.
     */
    public FragmentTable(final ParsedBurst parsed, final int limit, final WorkerCounters counters, final long seed) {
        this.parsed = parsed;
        this.counters = counters;
        this.seed = seed;
        block = OffHeapBlock.untouched((long) SETS * WAYS * FragmentDescriptor.LENGTH);
        entries = block.address();
        claimingSlots = new int[limit];
        claimedPackets = new long[limit];
        claimedBytes = new long[limit];
        claimedPayloadBytes = new long[limit];
    }

    /** Forgets the claims of the burst before. */
    public void begin() {
        claims = 0;
    }

    /**
     * Finds the flows of the burst's fragments from slot {@code from} to {@code to}, exclusive; those without one yet
     * become {@link ParsedBurst#HELD}.
     */
    public void resolve(final Burst burst, final int from, final int to) {
        if (parsed.totals.fragments == 0) {
            return;
        }
        for (int slot = from; slot < to; slot++) {
            if (parsed.outcome(slot) == ParsedBurst.PARSED && parsed.fragment(slot)) {
                counters.increment(EngineCounter.FRAGMENTS);
                resolve(slot, burst.timestampNs(slot));
            }
        }
    }

    /** Which claim this first fragment makes on packets that came before it; negative for none. */
    public int claimOf(final int slot) {
        for (int claim = 0; claim < claims; claim++) {
            if (claimingSlots[claim] == slot) {
                return claim;
            }
        }
        return -1;
    }

    /** Packets of a claim. */
    public long claimedPackets(final int claim) {
        return claimedPackets[claim];
    }

    /** Their bytes on the wire. */
    public long claimedBytes(final int claim) {
        return claimedBytes[claim];
    }

    /** Their payload bytes. */
    public long claimedPayloadBytes(final int claim) {
        return claimedPayloadBytes[claim];
    }

    /** Counts what is still held: its first fragments will not come any more. */
    public void finish() {
        for (int i = 0; i < SETS * WAYS; i++) {
            final long entry = entries + (long) i * FragmentDescriptor.LENGTH;
            if (i64(entry + FragmentDescriptor.BEGAN_NS) != 0) {
                drop(entry);
            }
        }
    }

    @Override
    public void close() {
        block.close();
    }

    private void resolve(final int slot, final long timeNs) {
        header.read(
            parsed.fragmentHeader(slot), parsed.fragmentLength(slot), PacketEnds.vlanId(parsed.ends(slot)));
        final long entry = findOrAdd(timeNs);
        if (header.isFirst() && isWhole(entry)) {
            // The identification is used again.
            begin(entry, timeNs);
        }
        if (!header.isLast && header.payloadBytes < TINY_BYTES) {
            counters.increment(EngineCounter.FRAGMENTS_TINY);
        }
        if (cover(entry)) {
            counters.increment(EngineCounter.FRAGMENTS_OVERLAPPING);
        }
        if (header.isFirst()) {
            rememberFlow(entry, slot);
            claim(entry, slot);
        } else if (u8(entry + FragmentDescriptor.HAS_FIRST) != 0) {
            applyFlow(entry, slot);
        } else {
            hold(entry, slot);
        }
    }

    private long findOrAdd(final long timeNs) {
        long hash = seed;
        for (final long word : header.key) {
            hash = (hash ^ word) * MIX;
            hash ^= hash >>> 29;
        }
        final long set = entries + (hash >>> 32 & SETS - 1) * WAYS * FragmentDescriptor.LENGTH;
        long victim = 0;
        int victimRank = Integer.MAX_VALUE;
        for (int way = 0; way < WAYS; way++) {
            final long entry = set + (long) way * FragmentDescriptor.LENGTH;
            final int rank = rank(entry, timeNs);
            if (rank > EMPTY && isSame(entry)) {
                if (rank == OVER) {
                    begin(entry, timeNs);
                }
                return entry;
            }
            final boolean older = rank == victimRank && i64(entry + FragmentDescriptor.BEGAN_NS)
                < i64(victim + FragmentDescriptor.BEGAN_NS);
            if (rank < victimRank || older) {
                victim = entry;
                victimRank = rank;
            }
        }
        begin(victim, timeNs);
        for (int i = 0; i < FragmentDescriptor.KEY_WORDS; i++) {
            putI64(victim + FragmentDescriptor.KEY + (long) i * Long.BYTES, header.key[i]);
        }
        return victim;
    }

    private static int rank(final long entry, final long timeNs) {
        final long beganNs = i64(entry + FragmentDescriptor.BEGAN_NS);
        if (beganNs == 0) {
            return EMPTY;
        }
        if (Math.abs(timeNs - beganNs) > TIMEOUT_NS) {
            return OVER;
        }
        return isWhole(entry) ? WHOLE : OPEN;
    }

    private boolean isSame(final long entry) {
        for (int i = 0; i < FragmentDescriptor.KEY_WORDS; i++) {
            if (i64(entry + FragmentDescriptor.KEY + (long) i * Long.BYTES) != header.key[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean isWhole(final long entry) {
        final int total = i32(entry + FragmentDescriptor.TOTAL_UNITS);
        return total != 0 && i32(entry + FragmentDescriptor.UNITS) >= total
            && u8(entry + FragmentDescriptor.HAS_FIRST) != 0;
    }

    private void begin(final long entry, final long timeNs) {
        drop(entry);
        RawMemory.zero(entry + FragmentDescriptor.BEGAN_NS, FragmentDescriptor.LENGTH - FragmentDescriptor.BEGAN_NS);
        putI64(entry + FragmentDescriptor.BEGAN_NS, timeNs == 0 ? 1 : timeNs);
    }

    private void drop(final long entry) {
        counters.add(EngineCounter.FRAGMENTS_UNCLAIMED, i32(entry + FragmentDescriptor.HELD_PACKETS));
        putI32(entry + FragmentDescriptor.HELD_PACKETS, 0);
        putI64(entry + FragmentDescriptor.BEGAN_NS, 0);
    }

    /** Marks what the fragment brings; returns whether some of it was there already. */
    private boolean cover(final long entry) {
        final int units = header.payloadBytes + 7 >> FragmentHeader.UNIT_SHIFT;
        final int end = Math.min(header.offsetUnits + units, FragmentDescriptor.MAX_UNITS);
        int fresh = 0;
        for (int unit = header.offsetUnits; unit < end; unit++) {
            final long address = entry + FragmentDescriptor.BITMAP + (unit >> 3);
            final int bit = 1 << (unit & 7);
            final int bits = u8(address);
            if ((bits & bit) == 0) {
                putU8(address, bits | bit);
                fresh++;
            }
        }
        putI32(entry + FragmentDescriptor.UNITS, i32(entry + FragmentDescriptor.UNITS) + fresh);
        if (header.isLast) {
            putI32(entry + FragmentDescriptor.TOTAL_UNITS, end);
        }
        return fresh < end - header.offsetUnits;
    }

    private void rememberFlow(final long entry, final int slot) {
        PacketEnds.copy(parsed.ends(slot), entry + FragmentDescriptor.ENDS);
        putU8(entry + FragmentDescriptor.HAS_FIRST, 1);
    }

    /** The packet's own headers stay where they are; it is its flow that changes, and nDPI has no use for it. */
    private void applyFlow(final long entry, final int slot) {
        PacketEnds.copy(entry + FragmentDescriptor.ENDS, parsed.ends(slot));
        parsed.l3Length(slot, 0);
    }

    private void hold(final long entry, final int slot) {
        counters.increment(EngineCounter.FRAGMENTS_HELD);
        putI32(entry + FragmentDescriptor.HELD_PACKETS, i32(entry + FragmentDescriptor.HELD_PACKETS) + 1);
        add(entry + FragmentDescriptor.HELD_BYTES, parsed.wireLength(slot));
        add(entry + FragmentDescriptor.HELD_PAYLOAD_BYTES, parsed.payloadLength(slot));
        parsed.outcome(slot, ParsedBurst.HELD);
    }

    private void claim(final long entry, final int slot) {
        final int packets = i32(entry + FragmentDescriptor.HELD_PACKETS);
        if (packets == 0) {
            return;
        }
        claimingSlots[claims] = slot;
        claimedPackets[claims] = packets;
        claimedBytes[claims] = i64(entry + FragmentDescriptor.HELD_BYTES);
        claimedPayloadBytes[claims] = i64(entry + FragmentDescriptor.HELD_PAYLOAD_BYTES);
        claims++;
        putI32(entry + FragmentDescriptor.HELD_PACKETS, 0);
        putI64(entry + FragmentDescriptor.HELD_BYTES, 0);
        putI64(entry + FragmentDescriptor.HELD_PAYLOAD_BYTES, 0);
    }

    private static void add(final long address, final long value) {
        putI64(address, i64(address) + value);
    }
}
