package io.millrace.script.lua;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Finds users' definitions of statuses and alert types: {@code *.lua} in folders of known names beside the scripts, or
 * where ntopng has them for scripts of its folders; and the English texts of plugins.
 *
 * <pre>{@code
 *  my-scripts/*.lua                        my-scripts/{alert_defs,status_defs,...}/*.lua
 *  scripts/callbacks/interface/flow/*.lua  scripts/callbacks/{alert_defs,status_defs}/*.lua
 *  PLUGIN/user_scripts/flow/*.lua          PLUGIN/{alert_definitions,status_definitions,...}/*.lua
 *                                          PLUGIN/locales/en.lua
 * }</pre>
 */
final class DefinitionFiles {
    private static final String LOCALES = "locales";
    private static final String ENGLISH = "en.lua";
    /** Texts and alert types come first: definitions name them. */
    private static final List<String> FOLDERS = List.of(
        LOCALES, "alert_defs", "alert_definitions", "status_defs", "status_definitions", "flow_status_definitions");
    private static final String PLUGIN_SCRIPTS = "user_scripts/flow";
    private static final String SUFFIX = ".lua";

    /**
     * One definition.
     *
     * @param path         its file.
     * @param folder       name of the folder it lies in, which says what it defines.
     * @param name         the file's name without {@code .lua}.
     * @param scriptFolder folder of the scripts that it belongs to.
     * @param text         its bytes.
     */
    record Definition(Path path, String folder, String name, Path scriptFolder, byte[] text) {
    }

    private DefinitionFiles() {
    }

    /**
     * Reads the definitions that belong to scripts, in the order in which they must be loaded.
     *
     * @param findings takes what could not be read.
     */
    static List<Definition> read(final List<ScriptSource> sources, final Collection<Finding> findings) {
        final Set<Path> scriptFolders = new LinkedHashSet<>();
        for (final ScriptSource source : sources) {
            final Path folder = source.path().toAbsolutePath().normalize().getParent();
            if (folder != null) {
                scriptFolders.add(folder);
            }
        }
        final Set<Path> seen = new LinkedHashSet<>();
        final List<Definition> definitions = new ArrayList<>();
        for (final String name : FOLDERS) {
            for (final Path scriptFolder : scriptFolders) {
                for (final Path home : homes(scriptFolder)) {
                    final Path folder = home.resolve(name);
                    final boolean belongs = !name.equals(LOCALES) || scriptFolder.endsWith(PLUGIN_SCRIPTS);
                    if (belongs && Files.isDirectory(folder) && seen.add(folder)) {
                        readFolder(folder, scriptFolder, definitions, findings);
                    }
                }
            }
        }
        return definitions;
    }

    private static List<Path> homes(final Path scriptFolder) {
        final Path base = scriptFolder.endsWith("alerts") ? scriptFolder.getParent() : scriptFolder;
        if (base.endsWith(PLUGIN_SCRIPTS) || base.endsWith("interface/flow")) {
            return List.of(base, base.getParent().getParent());
        }
        return List.of(base);
    }

    private static void readFolder(
        final Path folder,
        final Path scriptFolder,
        final List<Definition> definitions,
        final Collection<Finding> findings) {

        try (Stream<Path> files = Files.list(folder)) {
            final List<Path> sorted = files
                .filter(file -> file.getFileName().toString().endsWith(SUFFIX) && Files.isRegularFile(file))
                .filter(file -> !file.getFileName().toString().startsWith("."))
                .filter(file -> !folder.endsWith(LOCALES) || file.endsWith(ENGLISH))
                .sorted(Comparator.comparing(file -> file.getFileName().toString()))
                .toList();
            for (final Path file : sorted) {
                final String name = file.getFileName().toString();
                definitions.add(new Definition(file, folder.getFileName().toString(),
                    name.substring(0, name.length() - SUFFIX.length()), scriptFolder, Files.readAllBytes(file)));
            }
        } catch (final IOException e) {
            findings.add(new Finding(Finding.Severity.ERROR, folder, 0, "cannot read the definitions: "
                + e.getMessage()));
        }
    }
}
