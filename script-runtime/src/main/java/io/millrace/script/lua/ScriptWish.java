package io.millrace.script.lua;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What the user says of one script in the settings file.
 *
 * @param enabled whether it should run; absent, as the script says itself.
 * @param values  JSON object with values for its settings; empty where there are none.
 * @param file    the settings file.
 * @param line    where the script is named there.
 * @param lines   where each value is named there, by the value's name.
 */
public record ScriptWish(
    Optional<Boolean> enabled, String values, Path file, int line, Map<String, Integer> lines) {

    /** Nothing is said of the script. */
    static final ScriptWish NONE = new ScriptWish(Optional.empty(), "", Path.of(""), 0, Map.of());

    /** The script is to run, whatever it says itself. */
    static final ScriptWish ON = new ScriptWish(Optional.of(true), "", Path.of(""), 0, Map.of());

    /** A wish with a copy of the given map. */
    public ScriptWish {
        lines = Map.copyOf(lines);
    }

    /** Something found in the settings file: at the value's line, or the script's where the value has none. */
    Finding finding(final Finding.Severity severity, final String value, final String message) {
        return new Finding(severity, file, lines.getOrDefault(value, line), message);
    }
}
