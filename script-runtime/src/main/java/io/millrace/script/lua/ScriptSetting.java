package io.millrace.script.lua;

/**
 * One value that a script lets its users set: a member of its {@code default_value}.
 *
 * @param name         its name.
 * @param value        what the script is given, as JSON.
 * @param defaultValue what the script declares, as JSON.
 * @param description  what the script's {@code gui.settings} says of it; may be empty.
 */
public record ScriptSetting(String name, String value, String defaultValue, String description) {
    /** Whether the settings file says something else than the script. */
    public boolean changed() {
        return !value.equals(defaultValue);
    }
}
