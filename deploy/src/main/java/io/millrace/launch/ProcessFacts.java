package io.millrace.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What the kernel knows of this process. */
final class ProcessFacts {
    private static final String PEAK_RESIDENT = "VmHWM:";
    private static final int START_TIME_FIELD = 22;
    /** The kernel's USER_HZ, 100 on all processors that Millrace runs on. */
    private static final double TICKS_PER_S = 100;

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
        try {
            return ageSeconds(Files.readString(Path.of("/proc/self/stat")), Files.readString(Path.of("/proc/uptime")));
        } catch (final IOException e) {
            return 0;
        }
    }

    /**
     * The same from what the kernel says (proc(5)). Both count from its start: the JDK's time of day of a process's start
     * is off by up to a second, since the kernel tells the time of day of its own start in whole seconds.
     */
    static double ageSeconds(final String stat, final String uptime) {
        final String[] fieldsFromThird = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        final double startedS = Long.parseLong(fieldsFromThird[START_TIME_FIELD - 3]) / TICKS_PER_S;
        return Math.max(0, Double.parseDouble(uptime.substring(0, uptime.indexOf(' '))) - startedS);
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
