package io.millrace.bench.process;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Packets that a replay is warmed up with before its first. Mixed into a command. */
public final class ReplayWarmUp {
    @Option(names = "--warm-up", defaultValue = "150K", paramLabel = "N",
        description = "Passed on to millrace replay (default: ${DEFAULT-VALUE}).")
    private String packets;

    /** Flags of {@code millrace replay}, and this one; a list that may grow. */
    public List<String> flags(final String... others) {
        final List<String> flags = new ArrayList<>(List.of(others));
        flags.addAll(List.of("--warm-up", packets));
        return flags;
    }
}
