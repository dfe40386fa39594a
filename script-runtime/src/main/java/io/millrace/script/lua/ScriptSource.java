package io.millrace.script.lua;

import java.nio.file.Path;

/**
 * A script as it was read from disk.
 *
 * @param path     its file.
 * @param key      its name: the file's without {@code .lua}.
 * @param inAlerts whether it lies in an {@code alerts} folder.
 * @param text     its bytes.
 */
public record ScriptSource(Path path, String key, boolean inAlerts, byte[] text) {
}
