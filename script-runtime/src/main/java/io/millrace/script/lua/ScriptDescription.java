package io.millrace.script.lua;

import java.nio.file.Path;
import java.util.List;

/**
 * What a script says of itself and what became of it.
 *
 * @param path        its file.
 * @param key         its name.
 * @param title       title for people; its key where it has none.
 * @param description one line for people; may be empty.
 * @param hooks       hooks that are called, in the order in which a flow meets them.
 * @param filters     flows that it is called for, as {@code name=value} or {@code name}.
 * @param settings    values that it lets its users set, in the order of their names.
 * @param state       whether it runs.
 * @param reason      why it does not run; empty where it does.
 */
public record ScriptDescription(
    Path path,
    String key,
    String title,
    String description,
    List<String> hooks,
    List<String> filters,
    List<ScriptSetting> settings,
    State state,
    String reason) {

    /** Whether a script runs. */
    public enum State {
        /** Its hooks are called. */
        ENABLED,
        /** It is sound but switched off, by itself or by configuration. */
        DISABLED,
        /** It could not be loaded. */
        FAILED
    }
}
