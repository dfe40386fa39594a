package io.millrace.script.lua;

import java.nio.file.Path;

/**
 * One thing found in or said of a script: where, what, how to mend it.
 *
 * @param severity whether the script still runs.
 * @param path     the script's file, or the folder that could not be read.
 * @param line     line number, from 1; 0 where there is none.
 * @param message  one line.
 */
public record Finding(Severity severity, Path path, int line, String message) {
    /** How bad it is. */
    public enum Severity {
        /** The script, or this hook of it, does not run. */
        ERROR,
        /** The script runs, but not as its author will have meant. */
        WARNING
    }

    /** {@code path:line: severity: message}, as compilers print it. */
    @Override
    public String toString() {
        return path + (line > 0 ? ":" + line : "") + ": " + severity.name().toLowerCase(java.util.Locale.ROOT) + ": "
            + message;
    }
}
