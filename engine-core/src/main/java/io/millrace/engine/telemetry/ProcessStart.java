package io.millrace.engine.telemetry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * When the kernel made a process (proc(5)), counted from the kernel's own start: together with its number that names a
 * process for good. The time of day of a start names nothing: it moves with the wall clock whenever that is set, and is
 * off by up to a second, since the kernel tells the time of day of its own start in whole seconds.
 */
public final class ProcessStart {
    private static final int START_TIME_FIELD = 22;
    /** The kernel's USER_HZ, 100 on all processors that Millrace runs on. */
    private static final double TICKS_PER_S = 100;

    private ProcessStart() {
    }

    /** Start of a process in hundredths of a second; empty where there is none, or the kernel does not tell. */
    public static OptionalLong ticks(final long pid) {
        try {
            return OptionalLong.of(ticks(Files.readString(Path.of("/proc/" + pid + "/stat"))));
        } catch (final IOException e) {
            return OptionalLong.empty();
        }
    }

    /** The same of this process. */
    public static OptionalLong ticks() {
        return ticks(ProcessHandle.current().pid());
    }

    /** Time since such a start in seconds, to a hundredth; 0 where the kernel does not tell. */
    public static double ageSeconds(final long ticks) {
        try {
            return ageSeconds(ticks, Files.readString(Path.of("/proc/uptime")));
        } catch (final IOException e) {
            return 0;
        }
    }

    static long ticks(final String stat) {
        final String[] fieldsFromThird = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fieldsFromThird[START_TIME_FIELD - 3]);
    }

    static double ageSeconds(final long ticks, final String uptime) {
        final double seconds = Double.parseDouble(uptime.substring(0, uptime.indexOf(' '))) - ticks / TICKS_PER_S;
        return Math.max(0, Math.round(seconds * TICKS_PER_S) / TICKS_PER_S);
    }
}
