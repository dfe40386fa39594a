package io.millrace.engine.flow.key;

import static io.millrace.engine.memory.RawMemory.i64;

import io.millrace.engine.parse.PacketEnds;
import io.millrace.engine.parse.ParsedBurst;

/**
 * Keys and hashes of a burst. A key is the five words of {@link PacketEnds}, settled where they lie: the end that is
 * smaller by (address, port) stands first, so both directions of a flow have the same key. It is the low side of the
 * flow, the other one the high side. Slots are not checked. Owned by one worker.
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
            if (facts.outcome(slot) == ParsedBurst.PARSED && !PacketEnds.isSettled(facts.ends(slot))) {
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
        return PacketEnds.hash(parsed.ends(slot));
    }

    /** Whether the packet was sent by the high side of its key. */
    public boolean fromHighSide(final int slot) {
        return PacketEnds.isSourceSecond(parsed.ends(slot));
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
