package io.millrace.launch;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The captures that wide tests run on: all files named like captures in the folders that {@code MILLRACE_CORPUS} names,
 * by default {@code shared/corpus} beside the checkout. Several folders are set apart as in {@code PATH}.
 */
public final class Corpus {
    private static final String VARIABLE = "MILLRACE_CORPUS";
    private static final Pattern CAPTURE = Pattern.compile(".*\\.(pcap|pcapng|cap)(\\.gz|\\.zst)?");

    private Corpus() {
    }

    /** All captures by name within their folder; skips the test where there is no folder. */
    public static List<Path> captures() throws IOException {
        final List<Path> folders = folders().stream().filter(Files::isDirectory).toList();
        assumeTrue(!folders.isEmpty(), "no corpus of captures: set " + VARIABLE + " to a folder of them");
        final List<Path> captures = new ArrayList<>();
        for (final Path folder : folders) {
            try (Stream<Path> files = Files.list(folder)) {
                files.filter(file -> CAPTURE.matcher(file.getFileName().toString()).matches()).sorted()
                    .forEach(captures::add);
            }
        }
        return captures;
    }

    private static List<Path> folders() {
        final String named = System.getenv(VARIABLE);
        return named == null ? List.of(InProcess.root().resolveSibling("shared").resolve("corpus"))
            : Arrays.stream(named.split(File.pathSeparator)).map(Path::of).toList();
    }
}
