package io.millrace.launch;

import io.millrace.script.lua.ScriptDescription;
import io.millrace.script.output.VerdictNames;
import java.util.List;

/** Names of the scripts of a run. Set once by the main thread, before the first event; then read by any. */
final class LoadedNames implements VerdictNames {
    private volatile List<ScriptDescription> scripts = List.of();

    /** The scripts are loaded. */
    void loaded(final List<ScriptDescription> descriptions) {
        scripts = descriptions;
    }

    @Override
    public String status(final int id) {
        return null;
    }

    @Override
    public String script(final int index) {
        final List<ScriptDescription> all = scripts;
        return index < all.size() ? all.get(index).key() : null;
    }
}
