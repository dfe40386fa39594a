package io.millrace.script;

import io.millrace.script.lua.Finding;
import io.millrace.script.lua.ScriptDescription;
import java.util.List;

/**
 * What became of a wish to load the scripts anew.
 *
 * @param swapped  whether the scripts that run now are the new ones; where not, nothing has changed.
 * @param message  one line for people: what runs now, or what is in the way.
 * @param scripts  what was found in the folders this time; empty where it did not come to loading.
 * @param findings what was found in them and not in those before.
 */
public record ReloadResult(
    boolean swapped, String message, List<ScriptDescription> scripts, List<Finding> findings) {

    static ReloadResult done(final ScriptSet set, final ScriptSet before) {
        long running = 0;
        for (final ScriptDescription script : set.descriptions()) {
            running += script.state() == ScriptDescription.State.ENABLED ? 1 : 0;
        }
        return new ReloadResult(true, "scripts reloaded: " + running + " of " + set.descriptions().size() + " run",
            set.descriptions(), newFindings(set, before));
    }

    static ReloadResult refused(final String reason) {
        return new ReloadResult(
            false, "scripts not reloaded, those that run go on: " + reason, List.of(), List.of());
    }

    static ReloadResult refused(final ScriptSet set, final ScriptSet before, final List<Finding> broken) {
        return new ReloadResult(false, "scripts not reloaded, those that run go on: " + broken.getFirst()
            + (broken.size() > 1 ? " (and " + (broken.size() - 1) + " more)" : ""), set.descriptions(),
            newFindings(set, before));
    }

    private static List<Finding> newFindings(final ScriptSet set, final ScriptSet before) {
        return set.findings().stream().filter(finding -> !before.findings().contains(finding)).toList();
    }
}
