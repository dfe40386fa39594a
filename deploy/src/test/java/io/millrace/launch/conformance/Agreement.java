package io.millrace.launch.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How far Millrace and {@code ndpiReader} agree on a capture.
 *
 * @param capture     name of the file.
 * @param flows       flows that {@code ndpiReader} prints.
 * @param differing   flows that the two do not count and name alike.
 * @param reasons     why they do not.
 * @param unexplained those of them for which no reason was found, one line each.
 */
record Agreement(String capture, int flows, int differing, List<String> reasons, List<String> unexplained) {
    /** A capture of a link type that Millrace refuses; {@code ndpiReader} must have no flow in it either. */
    static Agreement notRead(final String capture, final Map<FlowKey, FlowFacts> theirs) {
        return new Agreement(capture, theirs.size(), theirs.size(), List.of("link type not supported"),
            theirs.keySet().stream().map(key -> capture + ": not read: " + key).toList());
    }

    /** A line for each capture, and a last line with the sums. */
    static List<String> report(final List<Agreement> agreements) {
        final List<String> lines = new ArrayList<>(List.of(
            "| capture | flows | differ | why (packets) |", "|---|---|---|---|"));
        int flows = 0;
        int differing = 0;
        int alike = 0;
        for (final Agreement agreement : agreements) {
            flows += agreement.flows;
            differing += agreement.differing;
            if (agreement.differing == 0 && agreement.reasons.isEmpty()) {
                alike++;
            }
            lines.add("| `%s` | %d | %d | %s |".formatted(
                agreement.capture, agreement.flows, agreement.differing, String.join("; ", agreement.reasons)));
            agreement.unexplained.forEach(line -> lines.add("  unexplained: " + line));
        }
        lines.add("%d captures, %d alike in all flows; %d flows, %d differ".formatted(
            agreements.size(), alike, flows, differing));
        return lines;
    }
}
