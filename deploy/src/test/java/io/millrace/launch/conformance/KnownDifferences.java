package io.millrace.launch.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Captures in which flows differ for a reason that no rule about single packets tells, from
 * {@code known_differences.txt}: name, number of flows, reason, a tab between them. Captures that are not there do not
 * matter.
 */
final class KnownDifferences {
    private final Map<String, String[]> captures = new HashMap<>();

    private KnownDifferences() {
    }

    static KnownDifferences load() throws IOException {
        final KnownDifferences known = new KnownDifferences();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
            KnownDifferences.class.getResourceAsStream("known_differences.txt"), StandardCharsets.UTF_8))) {
            lines.lines().map(line -> line.split("\t", -1)).forEach(fields -> known.captures.put(fields[0], fields));
        }
        return known;
    }

    /** Flows of this capture that may differ, and do. */
    int flows(final String capture) {
        return captures.containsKey(capture) ? Integer.parseInt(captures.get(capture)[1]) : 0;
    }

    /** Why. */
    String reason(final String capture) {
        return captures.get(capture)[2];
    }
}
