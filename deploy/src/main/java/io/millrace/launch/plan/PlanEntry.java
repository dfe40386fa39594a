package io.millrace.launch.plan;

/**
 * One line of a plan.
 *
 * @param section heading that it stands under.
 * @param name    of the value.
 * @param value   a number, or words.
 * @param unit    what a number counts.
 * @param origin  where it comes from.
 */
public record PlanEntry(Section section, String name, Object value, Unit unit, Origin origin) {
    /** Headings, in their order. */
    public enum Section {
        /** Files or ports and their queues. */
        PACKETS,
        /** Threads and their cores. */
        CORES,
        /** Memory by owner. */
        MEMORY,
        /** Scripts and what they may take. */
        SCRIPTS,
        /** What is written. */
        OUTPUT,
        /** All other settings. */
        SETTINGS
    }

    /** What a number counts. */
    public enum Unit {
        /** Nothing: words. */
        NONE,
        /** Things. */
        COUNT,
        /** Bytes. */
        BYTES
    }
}
