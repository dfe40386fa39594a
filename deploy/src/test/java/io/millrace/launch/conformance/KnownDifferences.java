package io.millrace.launch.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Captures in which something differs for a reason that no rule tells, from a resource beside this class: name of the
 * file, how many differ, reason, a tab between them. Captures that are not there do not matter.
 */
final class KnownDifferences {
    private final Map<String, String[]> captures = new HashMap<>();

    private KnownDifferences() {
    }

    static KnownDifferences load(final String resource) throws IOException {
        final KnownDifferences known = new KnownDifferences();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
            KnownDifferences.class.getResourceAsStream(resource), StandardCharsets.UTF_8))) {
            lines.lines().map(line -> line.split("\t", -1)).forEach(fields -> known.captures.put(fields[0], fields));
        }
        return known;
    }

    /** How many differ in this capture. */
    int count(final String capture) {
        return captures.containsKey(capture) ? Integer.parseInt(captures.get(capture)[1]) : 0;
    }

    /** Why. */
    String reason(final String capture) {
        return captures.get(capture)[2];
    }
}
