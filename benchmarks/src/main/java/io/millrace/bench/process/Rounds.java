package io.millrace.bench.process;

import picocli.CommandLine.Option;

/** How often a benchmark measures each of its kinds. Mixed into a command. */
public final class Rounds {
    @Option(names = "--rounds", defaultValue = "3", paramLabel = "N",
        description = "Measurements of each kind, alternating; medians are reported (default: ${DEFAULT-VALUE}).")
    private int count;

    /** Measurements of each kind. */
    public int count() {
        return count;
    }
}
