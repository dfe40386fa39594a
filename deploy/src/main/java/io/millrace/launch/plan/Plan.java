package io.millrace.launch.plan;

import java.util.List;
import java.util.stream.Stream;

/**
 * What a run will do.
 *
 * @param command name of the command.
 * @param entries in the order of their sections.
 * @param notes   what keeps the run from starting or from being fast, one line each with what mends it.
 */
public record Plan(String command, List<PlanEntry> entries, List<String> notes) {
    /** A plan that nobody can change. */
    public Plan {
        entries = List.copyOf(entries);
        notes = List.copyOf(notes);
    }

    /** The same with one more note. */
    public Plan with(final String note) {
        return new Plan(command, entries, Stream.concat(notes.stream(), Stream.of(note)).toList());
    }
}
