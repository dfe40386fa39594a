package io.millrace.script;

import io.millrace.script.lua.Finding;
import io.millrace.script.lua.MachineSettings;
import io.millrace.script.lua.ScriptDescription;
import io.millrace.script.lua.ScriptFolders;
import io.millrace.script.lua.ScriptHost;
import io.millrace.script.lua.ScriptSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The scripts as they lay in their folders at one moment, and one machine per script thread that has them loaded. The
 * first machine is made before the others, so that scripts that do not load cost one machine only.
 *
 * @param settings of the machines, with what the settings file said.
 * @param sources  scripts in the order in which they run.
 * @param hosts    by script thread; only the first until {@link #complete}.
 * @param findings what was found while reading and loading.
 */
record ScriptSet(
    MachineSettings settings, List<ScriptSource> sources, List<ScriptHost> hosts, List<Finding> findings) {

    /** Makes the machine of a script thread. */
    interface Maker {
        ScriptHost make(int thread, MachineSettings settings, List<ScriptSource> sources);
    }

    /**
     * Reads the folders and the settings file, and loads what they hold into the machine of the first thread.
     *
     * @throws IllegalArgumentException where the settings file is not sound.
     */
    static ScriptSet load(final ScriptConfig config, final Maker maker) {
        final MachineSettings settings = config.machineSettings();
        final List<Finding> findings = new ArrayList<>();
        final List<ScriptSource> sources = ScriptFolders.read(config.scriptPaths(), findings);
        findings.addAll(ScriptFolders.unknown(settings.wishes(), sources));
        final List<ScriptHost> hosts = new ArrayList<>();
        hosts.add(maker.make(0, settings, sources));
        findings.addAll(hosts.getFirst().findings());
        return new ScriptSet(settings, List.copyOf(sources), hosts, List.copyOf(findings));
    }

    /** The first error that is the settings file's. */
    Optional<Finding> settingsError(final ScriptConfig config) {
        return findings.stream().filter(finding -> finding.severity() == Finding.Severity.ERROR
            && config.inputs().settingsFile().filter(finding.path()::equals).isPresent()).findFirst();
    }

    /** Makes the machines of the other threads. */
    void complete(final int threads, final Maker maker) {
        while (hosts.size() < threads) {
            hosts.add(maker.make(hosts.size(), settings, sources));
        }
    }

    /** Gives its machines back. */
    void close() {
        hosts.forEach(ScriptHost::close);
    }

    /** Ends machines that never ran: scripts that were set up are torn down. */
    void discard() {
        for (final ScriptHost host : hosts) {
            host.teardown();
            host.close();
        }
    }

    List<ScriptDescription> descriptions() {
        return hosts.getFirst().descriptions();
    }

    List<String> keys() {
        return sources.stream().map(ScriptSource::key).toList();
    }

    /** Errors that this set has and the one before it had not. A file that was broken and is unchanged is none. */
    List<Finding> brokenSince(final ScriptSet before) {
        return findings.stream()
            .filter(finding -> finding.severity() == Finding.Severity.ERROR)
            .filter(finding -> !before.findings.contains(finding) || changed(finding.path(), before))
            .toList();
    }

    private boolean changed(final Path path, final ScriptSet before) {
        return !Arrays.equals(textOf(path), before.textOf(path));
    }

    private byte[] textOf(final Path path) {
        return sources.stream().filter(source -> source.path().equals(path)).findFirst()
            .map(ScriptSource::text).orElse(null);
    }
}
