package io.millrace.launch.conformance;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Flows that Millrace and {@code ndpiReader} do not count or name alike. */
final class FlowDifferences {
    private FlowDifferences() {
    }

    /** One line for each such flow. */
    static List<String> between(final Map<FlowKey, FlowFacts> ours, final Map<FlowKey, FlowFacts> theirs) {
        final TreeSet<FlowKey> keys = new TreeSet<>(Comparator.comparing(FlowKey::toString));
        keys.addAll(ours.keySet());
        keys.addAll(theirs.keySet());
        final List<String> differences = new ArrayList<>();
        for (final FlowKey key : keys) {
            final FlowFacts our = ours.get(key);
            final FlowFacts their = theirs.get(key);
            if (our == null || !our.equals(their)) {
                differences.add(key + ": millrace " + our + ", ndpiReader " + their);
            }
        }
        return differences;
    }
}
