package io.millrace.script.lua;

import io.millrace.engine.event.ApplicationNames;
import io.millrace.script.geo.PlaceDescriptor;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Loads scripts as a run would, without any flow, and says what it thinks of them. What {@code millrace scripts check}
 * and {@code millrace scripts list} show.
 *
 * @param scripts  each script found, in load order.
 * @param findings what is wrong, in the same order.
 */
public record ScriptCheck(List<ScriptDescription> scripts, List<Finding> findings) {
    /**
     * Checks files and folders.
     *
     * @param paths    scripts, or folders that hold them.
     * @param names    what nDPI's numbers mean, for {@code l7_proto}.
     * @param settings as of the run that is meant; {@link MachineSettings#forCheck()} for none.
     */
    public static ScriptCheck check(
        final List<Path> paths, final ApplicationNames names, final MachineSettings settings) {

        final List<Finding> findings = new ArrayList<>();
        final List<ScriptSource> sources = ScriptFolders.read(paths, findings);
        findings.addAll(ScriptFolders.unknown(settings.wishes(), sources));
        try (Arena arena = Arena.ofConfined(); Watchdog watchdog = new Watchdog(settings.deadlineNs());
            ScriptStores stores = ScriptStores.small()) {
            final long places = arena.allocate(PlaceDescriptor.LENGTH, Double.BYTES).address();
            try (ScriptHost host = new ScriptHost(settings, names, sources, places, 1, watchdog, stores,
                findings::add)) {
                findings.addAll(host.findings());
                return new ScriptCheck(host.descriptions(), List.copyOf(findings));
            }
        }
    }

    /**
     * Checks files and folders as {@link #check} does, then reads the sources for names that nobody knows, and calls
     * each hook on invented flows of every kind, also those of scripts that are off by themselves.
     */
    public static ScriptCheck examine(
        final List<Path> paths, final ApplicationNames names, final MachineSettings settings) {

        final List<Finding> findings = new ArrayList<>();
        final List<ScriptSource> sources = ScriptFolders.read(paths, findings);
        final List<ScriptDescription> scripts;
        try (Arena arena = Arena.ofConfined(); Watchdog watchdog = new Watchdog(settings.deadlineNs());
            ScriptStores stores = ScriptStores.small()) {
            final long places = arena.allocate(PlaceDescriptor.LENGTH, Double.BYTES).address();
            try (ScriptHost host = new ScriptHost(settings, names, sources, places, 1, watchdog, stores,
                findings::add)) {
                scripts = host.descriptions();
                findings.addAll(host.findings());
                sources.forEach(source -> findings.addAll(host.lint(source)));
            }
        }
        for (final Finding problem : new Rehearsal(names).run(sources, settings)) {
            // What the source shows needs no second word from the run.
            if (!findings.contains(problem) && findings.stream().noneMatch(known -> known.path().equals(problem.path())
                && known.line() == problem.line() && known.severity() == problem.severity() && known.line() > 0)) {
                findings.add(milder(problem, scripts));
            }
        }
        findings.sort(Comparator.comparing((Finding finding) -> finding.path()).thenComparingInt(Finding::line));
        return new ScriptCheck(scripts, List.copyOf(findings));
    }

    // Who switches a script on that is off by itself can open what it needs as well.
    private static Finding milder(final Finding problem, final List<ScriptDescription> scripts) {
        final boolean isOff = scripts.stream().anyMatch(script -> script.path().equals(problem.path())
            && script.state() == ScriptDescription.State.DISABLED);
        return isOff && problem.message().contains("to allow it, start with --allow-script")
            ? new Finding(Finding.Severity.WARNING, problem.path(), problem.line(), problem.message()) : problem;
    }

    /** Whether nothing worse than a warning was found. */
    public boolean sound() {
        return findings.stream().noneMatch(finding -> finding.severity() == Finding.Severity.ERROR);
    }
}
