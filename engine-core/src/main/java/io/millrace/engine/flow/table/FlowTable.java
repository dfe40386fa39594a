package io.millrace.engine.flow.table;

import static io.millrace.engine.memory.RawMemory.i32;
import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.prefetch;
import static io.millrace.engine.memory.RawMemory.prefetchRecords;
import static io.millrace.engine.memory.RawMemory.putI32;
import static io.millrace.engine.memory.RawMemory.putI64;
import static io.millrace.engine.memory.RawMemory.putU16;
import static io.millrace.engine.memory.RawMemory.u16;
import static io.millrace.engine.memory.RawMemory.zero;

import io.millrace.engine.flow.key.FlowKeys;
import io.millrace.engine.memory.OffHeapBlock;
import io.millrace.engine.parse.IpProtocol;
import io.millrace.engine.parse.PacketEnds;
import io.millrace.engine.parse.ParsedBurst;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Flows of one worker, off-heap. Not thread-safe: only the owning worker calls it.
 *
 * <pre>{@code
 *  index    | hash 4 | record number + 1, 4 | ...   open addressing, linear probing, at most half full
 *  records  | record 0 | record 1 | ...             FlowRecordDescriptor, dense, in the order of first use
 * }</pre>
 *
 * <p>Records never move, so their number stays valid while the flow lives. The index compares hashes before it follows
 * a number, so a probe that misses seldom leaves it.
 */
public final class FlowTable implements AutoCloseable {
    /** No such flow, or no room. */
    public static final int NONE = -1;
    /** Address of the record of a flow that is not there. */
    public static final long NO_RECORD = 0;

    private static final int ENTRY_LENGTH = Long.BYTES;
    private static final int NEIGHBOURHOOD = 16;
    /** Records that are asked for before a sweep comes to them; what is more is found by the processor itself. */
    private static final int AGING_RECORDS = 16;
    private static final int CACHE_LINE = 64;
    private static final int IPV4 = 4;
    /** Marks of the cache lines after the first that a packet needs, in the low bits of its record's address. */
    private static final long MARKS = CACHE_LINE - 1;
    private static final long IPV6_MARK = mark(FlowRecordDescriptor.LOW_ADDRESS_REST);
    private static final long LOW_SIDE_MARK = mark(FlowRecordDescriptor.SIDE_LAST_NS);
    private static final long HIGH_SIDE_MARK =
        mark(FlowRecordDescriptor.SIDE_LAST_NS + FlowRecordDescriptor.SIDE_STRIDE);
    private static final long AGING_MARK = mark(FlowRecordDescriptor.NEXT_PERIODIC_NS);
    private static final long TCP_MARK = mark(FlowRecordDescriptor.NEXT_SEQUENCE);

    private final int capacity;
    private final boolean withStatistics;
    private final int mask;
    private final OffHeapBlock indexBlock;
    private final OffHeapBlock recordBlock;
    private final long index;
    private final long records;
    private final ByteBuffer burstMemory;
    private final long candidates;
    private final long aging;
    private int used;
    private int firstFree = NONE;
    private int size;

    /**
     * An empty table.
     *
     * @param capacity       flows at most.
     * @param burstLimit     frames of a burst at most.
     * @param hugePages      whether to ask for transparent huge pages.
     * @param withStatistics whether packets touch {@link FlowStatistics} too.
     */
    public FlowTable(
        final int capacity, final int burstLimit, final boolean hugePages, final boolean withStatistics) {

        this.capacity = capacity;
        this.withStatistics = withStatistics;
        final int entries = entries(capacity);
        mask = entries - 1;
        indexBlock = new OffHeapBlock((long) entries * ENTRY_LENGTH, hugePages);
        recordBlock = new OffHeapBlock((long) capacity * FlowRecordDescriptor.LENGTH, hugePages);
        index = indexBlock.address();
        records = recordBlock.address();
        burstMemory = ByteBuffer.allocateDirect((burstLimit + AGING_RECORDS) * Long.BYTES + CACHE_LINE)
            .alignedSlice(CACHE_LINE);
        candidates = MemorySegment.ofBuffer(burstMemory).address();
        aging = candidates + (long) burstLimit * Long.BYTES;
    }

    /** Index and records; open until the table is closed. */
    public List<OffHeapBlock> memory() {
        return List.of(indexBlock, recordBlock);
    }

    /** Memory of a table for {@code capacity} flows once it was full, in bytes. */
    public static long memoryBytes(final int capacity) {
        return (long) entries(capacity) * ENTRY_LENGTH
            + (long) capacity * (FlowRecordDescriptor.LENGTH + TunnelDescriptor.LENGTH);
    }

    private static int entries(final int capacity) {
        return Integer.highestOneBit(Math.max(2, capacity) * 2 - 1) * 2;
    }

    /**
     * First step towards the flows of the slots from {@code from} to {@code to}, exclusive: has the processor fetch
     * their places in the index while the worker does something else.
     */
    public void touchIndex(final FlowKeys keys, final int from, final int to) {
        for (int slot = from; slot < to; slot++) {
            putI64(candidate(slot), entry(keys.hash(slot) & mask));
        }
        prefetch(candidate(from), to - from);
    }

    /**
     * Second step: reads the index and has the processor fetch the lines that packets need of the records with the
     * right hash.
     */
    public void touchRecords(final FlowKeys keys, final ParsedBurst parsed, final int from, final int to) {
        if (withStatistics) {
            for (int slot = from; slot < to; slot++) {
                final long side = keys.fromHighSide(slot) ? HIGH_SIDE_MARK : LOW_SIDE_MARK;
                propose(slot, keys.hash(slot), ipMark(parsed, slot)
                    | (PacketEnds.l4Protocol(parsed.ends(slot)) == IpProtocol.TCP ? side | TCP_MARK : side));
            }
        } else {
            for (int slot = from; slot < to; slot++) {
                propose(slot, keys.hash(slot), ipMark(parsed, slot));
            }
        }
        prefetchRecords(candidate(from), to - from);
    }

    /**
     * Third step: address of the record of the flow with the key of {@code slot}, or {@link #NO_RECORD}; right, though
     * slower, without the steps before.
     */
    public long record(final FlowKeys keys, final int slot) {
        final long candidate = candidate(keys, slot);
        return candidate != NO_RECORD ? candidate : probe(keys, slot);
    }

    /** The same where the second step has found it already; {@link #NO_RECORD} for flows that it has not. */
    public long candidate(final FlowKeys keys, final int slot) {
        final long candidate = i64(candidate(slot)) & ~MARKS;
        // What was there when the burst was touched may be another flow by now: the key tells.
        return candidate != NO_RECORD && matches(candidate, keys.address(slot)) ? candidate : NO_RECORD;
    }

    /**
     * Has the processor fetch what decides over the end of the records from number {@code from} on, some of
     * {@code count}.
     */
    public void touchAging(final int from, final int count) {
        final int number = Math.min(Math.min(count, AGING_RECORDS), used - from);
        for (int i = 0; i < number; i++) {
            putI64(aging + (long) i * Long.BYTES, record(from + i) | AGING_MARK);
        }
        if (number > 0) {
            prefetchRecords(aging, number);
        }
    }

    /** Number of the flow with the key of {@code slot}, or {@link #NONE}. */
    public int find(final FlowKeys keys, final int slot) {
        final long record = record(keys, slot);
        return record == NO_RECORD ? NONE : number(record);
    }

    /**
     * Adds a flow with the key of {@code slot}, which must not be in the table. The rest of its record is zero.
     *
     * @return its number, or {@link #NONE} where the table is full.
     */
    public int add(final FlowKeys keys, final int slot) {
        final int number = takeRecord();
        if (number == NONE) {
            return NONE;
        }
        final long record = record(number);
        putI64(record + FlowRecordDescriptor.LOW_ADDRESS, keys.word(slot, 0));
        putI64(record + FlowRecordDescriptor.LOW_ADDRESS_REST, keys.word(slot, 1));
        putI64(record + FlowRecordDescriptor.HIGH_ADDRESS, keys.word(slot, 2));
        putI64(record + FlowRecordDescriptor.HIGH_ADDRESS_REST, keys.word(slot, 3));
        putI64(record + FlowRecordDescriptor.ENDS, keys.word(slot, 4));
        final int hash = keys.hash(slot);
        putI32(record + FlowRecordDescriptor.HASH, hash);
        putU16(record + FlowRecordDescriptor.FLAGS, FlowRecordDescriptor.LIVE);
        int position = hash & mask;
        while (i64(entry(position)) != 0) {
            position = position + 1 & mask;
        }
        putI64(entry(position), (long) hash << 32 | number + 1);
        size++;
        return number;
    }

    /** Removes a flow; its number may be given to another. */
    public void remove(final int number) {
        final long record = record(number);
        int hole = positionOf(number, i32(record + FlowRecordDescriptor.HASH));
        // Closing the gap keeps every probe sequence whole without marks that would pile up.
        int next = hole + 1 & mask;
        long entry = i64(entry(next));
        while (entry != 0) {
            final int home = (int) (entry >>> 32) & mask;
            if ((next - home & mask) >= (next - hole & mask)) {
                putI64(entry(hole), entry);
                hole = next;
            }
            next = next + 1 & mask;
            entry = i64(entry(next));
        }
        putI64(entry(hole), 0);
        zero(record, FlowRecordDescriptor.LENGTH);
        putI32(record + FlowRecordDescriptor.NEXT_FREE, firstFree);
        firstFree = number;
        size--;
    }

    /**
     * Of the flows near a place of the index, the one that has been silent longest; {@link #NONE} where there are none.
     */
    public int longestIdleNear(final int hash) {
        int position = hash & mask;
        int oldest = NONE;
        long oldestNs = Long.MAX_VALUE;
        for (int seen = 0; seen < Math.min(NEIGHBOURHOOD, size); position = position + 1 & mask) {
            final long entry = i64(entry(position));
            if (entry != 0) {
                seen++;
                final int number = (int) entry - 1;
                final long lastSeenNs = i64(record(number) + FlowRecordDescriptor.LAST_SEEN_NS);
                if (lastSeenNs < oldestNs) {
                    oldestNs = lastSeenNs;
                    oldest = number;
                }
            }
        }
        return oldest;
    }

    /** Address of a record; valid while its flow lives. */
    public long record(final int number) {
        return records + (long) number * FlowRecordDescriptor.LENGTH;
    }

    /** Number of the flow whose record is there. */
    public int number(final long record) {
        return (int) ((record - records) / FlowRecordDescriptor.LENGTH);
    }

    /** Whether a number below {@link #used()} is that of a flow. */
    public boolean isLive(final int number) {
        return (u16(record(number) + FlowRecordDescriptor.FLAGS) & FlowRecordDescriptor.LIVE) != 0;
    }

    /** Numbers from 0 to here, exclusive, have ever been in use. */
    public int used() {
        return used;
    }

    /** Flows in the table. */
    public int size() {
        return size;
    }

    /** Flows at most. */
    public int capacity() {
        return capacity;
    }

    @Override
    public void close() {
        indexBlock.close();
        recordBlock.close();
    }

    /** The same as {@link #record(FlowKeys, int)} for a packet that was not touched, and may stand beside the burst. */
    public long probe(final FlowKeys keys, final int slot) {
        final int hash = keys.hash(slot);
        int position = hash & mask;
        long entry = i64(entry(position));
        while (entry != 0) {
            if ((int) (entry >>> 32) == hash) {
                final long record = record((int) entry - 1);
                if (matches(record, keys.address(slot))) {
                    return record;
                }
            }
            position = position + 1 & mask;
            entry = i64(entry(position));
        }
        return NO_RECORD;
    }

    /**
     * Notes the first record with this hash, which is most likely that of the packet. A slot that holds no packet has
     * the hash of an earlier one, and asks for lines in vain.
     */
    private void propose(final int slot, final int hash, final long marks) {
        int position = hash & mask;
        long entry = i64(entry(position));
        while (entry != 0 && (int) (entry >>> 32) != hash) {
            position = position + 1 & mask;
            entry = i64(entry(position));
        }
        putI64(candidate(slot), entry == 0 ? NO_RECORD : record((int) entry - 1) | marks);
    }

    private static long mark(final int offset) {
        return 1L << offset / CACHE_LINE - 1;
    }

    private static boolean matches(final long record, final long key) {
        final long ends = i64(key + 4 * Long.BYTES);
        return (i64(record + FlowRecordDescriptor.LOW_ADDRESS) ^ i64(key)
            | i64(record + FlowRecordDescriptor.HIGH_ADDRESS) ^ i64(key + 2 * Long.BYTES)
            | i64(record + FlowRecordDescriptor.ENDS) ^ ends) == 0
            && (FlowKeys.ipVersion(ends) == IPV4 || matchesRest(record, key));
    }

    private static boolean matchesRest(final long record, final long key) {
        return (i64(record + FlowRecordDescriptor.LOW_ADDRESS_REST) ^ i64(key + Long.BYTES)
            | i64(record + FlowRecordDescriptor.HIGH_ADDRESS_REST) ^ i64(key + 3 * Long.BYTES)) == 0;
    }

    private static long ipMark(final ParsedBurst parsed, final int slot) {
        return PacketEnds.ipVersion(parsed.ends(slot)) == IPV4 ? 0 : IPV6_MARK;
    }

    private int takeRecord() {
        if (firstFree != NONE) {
            final int number = firstFree;
            firstFree = i32(record(number) + FlowRecordDescriptor.NEXT_FREE);
            putI32(record(number) + FlowRecordDescriptor.NEXT_FREE, 0);
            return number;
        }
        return used < capacity ? used++ : NONE;
    }

    private int positionOf(final int number, final int hash) {
        int position = hash & mask;
        while ((int) i64(entry(position)) - 1 != number) {
            position = position + 1 & mask;
        }
        return position;
    }

    private long candidate(final int slot) {
        return candidates + (long) slot * Long.BYTES;
    }

    private long entry(final int position) {
        return index + (long) position * ENTRY_LENGTH;
    }
}
