package io.millrace.engine.flow.key;

import static io.millrace.engine.memory.RawMemory.i64;

import io.millrace.engine.parse.ParsedBurst;

/**
 * Keys and hashes of a burst. A key is five words; the endpoint that is smaller by (address, port) stands first, so
 * both directions of a flow have the same key.
 *
 * <pre>{@code
 *  word 0, 1   address of the low side, network order (IPv4 in the upper half of word 0)
 *  word 2, 3   address of the high side
 *  word 4      low port 16 | high port 16 | VLAN 12, unused 4 | protocol 8 | IP version 8
 * }</pre>
 *
 * <p>A key is what {@link ParsedBurst} tells of both ends, put in order where it lies. Slots are not checked. Owned by one
 * worker.
 */
public final class FlowKeys {
    /** Words of a key. */
    public static final int WORDS = 5;

    private final ParsedBurst parsed;

    /** Keys of the packets of {@code parsed}. */
    public FlowKeys(final ParsedBurst parsed) {
        this.parsed = parsed;
    }

    /** Makes the keys of all parsed frames among the first {@code count}. */
    public void compute(final int count) {
        compute(0, count);
    }

    /** Makes the keys of all parsed frames from slot {@code from} to {@code to}, exclusive. */
    public void compute(final int from, final int to) {
        final ParsedBurst facts = parsed;
        if (!facts.hasUnsettled()) {
            return;
        }
        for (int slot = from; slot < to; slot++) {
            if (facts.outcome(slot) == ParsedBurst.PARSED && !facts.isSettled(slot)) {
                facts.settle(slot);
            }
        }
    }

    /** Makes the key of one slot. */
    public void computeOne(final int slot) {
        parsed.settle(slot);
    }

    /** Address of the five words of the key of {@code slot}. */
    public long address(final int slot) {
        return parsed.ends(slot);
    }

    /** Word {@code index} of the key of {@code slot}. */
    public long word(final int slot, final int index) {
        return i64(address(slot) + (long) index * Long.BYTES);
    }

    /** Hash of the key of {@code slot}. */
    public int hash(final int slot) {
        return parsed.hash(slot);
    }

    /** Whether the packet was sent by the high side of its key. */
    public boolean fromHighSide(final int slot) {
        return parsed.isSourceSecond(slot);
    }

    /** Port of the low side in word 4. */
    public static int lowPort(final long word4) {
        return (int) (word4 >>> 48);
    }

    /** Port of the high side in word 4. */
    public static int highPort(final long word4) {
        return (int) (word4 >>> 32) & 0xFFFF;
    }

    /** VLAN identifier in word 4. */
    public static int vlanId(final long word4) {
        return (int) (word4 >>> 16) & 0x0FFF;
    }

    /** IP protocol number in word 4. */
    public static int l4Protocol(final long word4) {
        return (int) (word4 >>> 8) & 0xFF;
    }

    /** IP version in word 4. */
    public static int ipVersion(final long word4) {
        return (int) word4 & 0xFF;
    }
}
