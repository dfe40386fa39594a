package io.millrace.script.output;

import java.util.Map;

/**
 * The counters of a run at one moment.
 *
 * @param timeNs   packet time of the last packet, nanoseconds since the Unix epoch.
 * @param counters value of each counter by its key. In a replay only counters that do not depend on how threads were
 *                 scheduled belong here, or two runs of one file differ.
 */
public record StatsRecord(long timeNs, Map<String, Long> counters) {
}
