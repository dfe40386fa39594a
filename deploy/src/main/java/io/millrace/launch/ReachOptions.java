package io.millrace.launch;

import io.millrace.engine.config.ConfigException;
import io.millrace.script.HostReach;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** The flag about what scripts may reach of the host. */
final class ReachOptions {
    @Option(names = "--allow-script", paramLabel = "LIST", split = ",",
        description = "What scripts may reach of the host: os (processes, environment), io (all files) or"
            + " io=FOLDER:FOLDER (what lies in these folders); separated by commas (default: none).")
    private Set<String> allowed = Set.of();

    /** As it was given. */
    Set<String> given() {
        return allowed;
    }

    /** As {@link HostReach} has it. */
    Set<String> parsed() {
        try {
            return allowed.stream().map(HostReach::parse).collect(Collectors.toUnmodifiableSet());
        } catch (final IllegalArgumentException e) {
            throw new ConfigException(e.getMessage());
        }
    }
}
