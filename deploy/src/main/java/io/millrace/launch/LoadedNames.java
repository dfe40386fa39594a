package io.millrace.launch;

import io.millrace.script.output.VerdictNames;

/**
 * Names of statuses and scripts for sinks that are opened before the scripts are loaded. Set once by the main thread,
 * before the first event; then read by any.
 */
final class LoadedNames implements VerdictNames {
    private volatile VerdictNames names;

    /** The scripts are loaded. */
    void loaded(final VerdictNames verdictNames) {
        names = verdictNames;
    }

    @Override
    public String status(final int id) {
        final VerdictNames loaded = names;
        return loaded == null ? null : loaded.status(id);
    }

    @Override
    public String script(final int index) {
        final VerdictNames loaded = names;
        return loaded == null ? null : loaded.script(index);
    }
}
