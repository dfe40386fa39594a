package io.millrace.launch.plan;

import io.millrace.launch.plan.PlanEntry.Section;
import io.millrace.launch.plan.PlanEntry.Unit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Collects the entries and notes of a plan. Owned by the thread that plans. */
public final class PlanBuilder {
    private final String command;
    private final Function<String, Origin> origins;
    private final List<PlanEntry> entries = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final Set<String> explained = new HashSet<>();

    /**
     * An empty plan.
     *
     * @param origins where the value of a flag comes from; never {@link Origin.Kind#DERIVED}.
     */
    public PlanBuilder(final String command, final Function<String, Origin> origins) {
        this.command = command;
        this.origins = origins;
    }

    /** Where the value of a flag comes from. */
    public Origin origin(final String flag) {
        explained.add(flag);
        return origins.apply(flag);
    }

    /** Whether somebody gave this flag. */
    boolean isGiven(final String flag) {
        return origins.apply(flag).isGiven();
    }

    /** Where a value comes from that is chosen if its flag does not give it. */
    Origin origin(final String flag, final String reason) {
        final Origin given = origin(flag);
        return given.isGiven() ? given : Origin.derived(reason);
    }

    /** A value in words. */
    public void words(final Section section, final String name, final String value, final Origin origin) {
        entries.add(new PlanEntry(section, name, value, Unit.NONE, origin));
    }

    /** A number of things. */
    public void count(final Section section, final String name, final long value, final Origin origin) {
        entries.add(new PlanEntry(section, name, value, Unit.COUNT, origin));
    }

    /** A number of bytes. */
    public void bytes(final Section section, final String name, final long value, final Origin origin) {
        entries.add(new PlanEntry(section, name, value, Unit.BYTES, origin));
    }

    /** Something that is to be mended. */
    public void note(final String line) {
        notes.add(line);
    }

    /** Whether an entry tells of this flag already. */
    public boolean explains(final String flag) {
        return explained.contains(flag);
    }

    /** What was collected. */
    public Plan build() {
        return new Plan(command,
            entries.stream().sorted(Comparator.comparing(PlanEntry::section)).toList(), notes);
    }
}
