package io.millrace.engine.telemetry;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;

/**
 * Frames without IP by what they carry instead, one number a kind. A fixed number of kinds is told apart, the rest is
 * counted together. Counted by one worker without allocation; read by any thread, which may see a count late.
 */
public final class NonIpCounts {
    /** Kind under which those beyond the fixed number are counted. */
    public static final int OTHERS = -1;

    private static final int SLOTS = 1024;
    private static final int MAX_KINDS = 512;
    private static final int FACTOR = 0x9E37_79B1;

    private final int[] kinds = new int[SLOTS];
    private final long[] counts = new long[SLOTS];
    private int used;
    private long others;

    /** Counts one frame; {@code kind} is not negative. */
    public void increment(final int kind) {
        int slot = kind * FACTOR >>> 22;
        while (counts[slot] != 0 && kinds[slot] != kind) {
            slot = slot + 1 & SLOTS - 1;
        }
        if (counts[slot] == 0) {
            if (used == MAX_KINDS) {
                others++;
                return;
            }
            used++;
            kinds[slot] = kind;
        }
        counts[slot]++;
    }

    /** Adds all counts to {@code sums}, under the name of their kind. */
    void addTo(final Map<String, Long> sums, final IntFunction<String> names) {
        for (int slot = 0; slot < SLOTS; slot++) {
            if (counts[slot] != 0) {
                sums.merge(names.apply(kinds[slot]), counts[slot], Long::sum);
            }
        }
        if (others != 0) {
            sums.merge(names.apply(OTHERS), others, Long::sum);
        }
    }

    /** An empty sum, in the order of the names. */
    static Map<String, Long> emptySum() {
        return new TreeMap<>();
    }
}
