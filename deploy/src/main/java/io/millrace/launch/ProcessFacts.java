package io.millrace.launch;

import io.millrace.engine.telemetry.ProcessStart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** What the kernel knows of this process. */
final class ProcessFacts {
    private static final String PEAK_RESIDENT = "VmHWM:";

    private ProcessFacts() {
    }

    /** Most memory that was resident at once, in bytes; 0 where the kernel does not tell. */
    static long peakResidentBytes() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith(PEAK_RESIDENT))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst().orElse(0);
        } catch (final IOException e) {
            return 0;
        }
    }

    /** Time since the kernel made the process, in seconds, to a hundredth; 0 where the kernel does not tell. */
    static double ageSeconds() {
        final OptionalLong start = ProcessStart.ticks();
        return start.isEmpty() ? 0 : ProcessStart.ageSeconds(start.getAsLong());
    }

    /** Whether standard output (1) or standard error (2) is a terminal. */
    static boolean isTerminal(final int descriptor) {
        try {
            final String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (final IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
