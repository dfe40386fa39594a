package io.millrace.launch;

import io.millrace.engine.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Flags about what a run leaves behind. */
@Command(description = "Output")
final class OutputOptions {
    private static final String STANDARD_OUTPUT = "-";

    @Option(names = "--eve", paramLabel = "FILE|-", converter = NameConverter.class,
        description = "Write flow records and alerts as EVE JSON, - to standard output (default: not written).")
    private String eve;

    @Option(names = "--summary-json", paramLabel = "FILE",
        description = "Write totals and latencies as one JSON object at the end (default: not written).")
    private Path summaryJson;

    @Option(names = "--quiet",
        description = "Show neither progress nor the closing summary (default: ${DEFAULT-VALUE}).")
    private boolean quiet;

    /** Path or {@code -}; null where no log is wanted. */
    String eve() {
        return eve;
    }

    boolean eveToStandardOutput() {
        return STANDARD_OUTPUT.equals(eve);
    }

    /** Null where no summary is wanted. */
    Path summaryJson() {
        return summaryJson;
    }

    boolean quiet() {
        return quiet;
    }

    /** Files that are written. */
    List<Path> files() {
        return Stream.of(eve == null || eveToStandardOutput() ? null : Path.of(eve), summaryJson)
            .filter(Objects::nonNull).toList();
    }

    /** Refuses to write over what is read, or two things into one file. */
    void requireDistinctFrom(final List<Path> inputs) {
        final Path log = eve == null || eveToStandardOutput() ? null : Path.of(eve);
        for (final Path input : inputs) {
            refuseSame("--eve", log, input);
            refuseSame("--summary-json", summaryJson, input);
        }
        refuseSame("--summary-json", summaryJson, log);
    }

    private static void refuseSame(final String flag, final Path path, final Path other) {
        if (path == null || other == null) {
            return;
        }
        try {
            final boolean same = Files.exists(path) && Files.exists(other) ? Files.isSameFile(path, other)
                : path.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize());
            if (same && !isDevice(path)) {
                throw new ConfigException(flag + ": would write over " + other + ": give another path");
            }
        } catch (final IOException e) {
            throw new ConfigException(flag + ": cannot be looked at: " + path + ": " + e.getMessage());
        }
    }

    private static boolean isDevice(final Path path) {
        return Files.exists(path) && !Files.isRegularFile(path);
    }
}
