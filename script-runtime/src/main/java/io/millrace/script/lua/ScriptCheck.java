package io.millrace.script.lua;

import io.millrace.engine.event.ApplicationNames;
import io.millrace.script.geo.PlaceDescriptor;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
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

    /** Whether nothing worse than a warning was found. */
    public boolean sound() {
        return findings.stream().noneMatch(finding -> finding.severity() == Finding.Severity.ERROR);
    }
}
