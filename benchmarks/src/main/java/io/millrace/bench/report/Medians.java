package io.millrace.bench.report;

import java.util.List;

/** The middle of several measurements. Stateless. */
public final class Medians {
    private Medians() {
    }

    /** The middle value, or the mean of the two in the middle. */
    public static double of(final List<Double> values) {
        final List<Double> sorted = values.stream().sorted().toList();
        final int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
