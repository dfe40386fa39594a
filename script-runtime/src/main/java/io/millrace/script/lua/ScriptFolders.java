package io.millrace.script.lua;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds scripts: files as given; in folders each {@code *.lua}, then those of the subfolder {@code alerts}. */
public final class ScriptFolders {
    private static final String SUFFIX = ".lua";
    private static final String ALERTS = "alerts";

    private ScriptFolders() {
    }

    /**
     * Reads all scripts, folder by folder, by file name within one, so that they run in the same order everywhere.
     * Names that start with a dot are passed over.
     *
     * @param paths    script files and folders.
     * @param findings takes what could not be read.
     */
    public static List<ScriptSource> read(final List<Path> paths, final List<Finding> findings) {
        final List<ScriptSource> sources = new ArrayList<>();
        for (final Path path : paths) {
            if (Files.isDirectory(path)) {
                readFolder(path, false, sources, findings);
                final Path alerts = path.resolve(ALERTS);
                if (Files.isDirectory(alerts)) {
                    readFolder(alerts, true, sources, findings);
                }
            } else {
                final Path parent = path.toAbsolutePath().getParent();
                readFile(path, parent != null && parent.endsWith(ALERTS), sources, findings);
            }
        }
        return sources;
    }

    /** A warning for each wish that no script answers to. */
    public static List<Finding> unknown(final Map<String, ScriptWish> wishes, final List<ScriptSource> sources) {
        final Set<String> known = sources.stream().map(ScriptSource::key).collect(Collectors.toCollection(TreeSet::new));
        return wishes.entrySet().stream().filter(wish -> !known.contains(wish.getKey()))
            .map(wish -> wish.getValue().finding(Finding.Severity.WARNING, "",
                "no script is named '" + wish.getKey() + "': there are " + String.join(", ", known)))
            .toList();
    }

    private static void readFolder(
        final Path folder,
        final boolean inAlerts,
        final List<ScriptSource> sources,
        final List<Finding> findings) {

        try (Stream<Path> files = Files.list(folder)) {
            files.filter(file -> isScript(file.getFileName().toString()) && Files.isRegularFile(file))
                .sorted(Comparator.comparing(file -> file.getFileName().toString()))
                .forEach(file -> readFile(file, inAlerts, sources, findings));
        } catch (final IOException e) {
            findings.add(unreadable(folder, "cannot list the folder", e));
        }
    }

    private static void readFile(
        final Path file,
        final boolean inAlerts,
        final List<ScriptSource> sources,
        final List<Finding> findings) {

        final String name = file.getFileName().toString();
        try {
            final String key = name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
            sources.add(new ScriptSource(file, key, inAlerts, Files.readAllBytes(file)));
        } catch (final IOException e) {
            findings.add(unreadable(file, "cannot read the script", e));
        }
    }

    private static boolean isScript(final String name) {
        return name.endsWith(SUFFIX) && !name.startsWith(".");
    }

    private static Finding unreadable(final Path path, final String what, final IOException cause) {
        final String reason = switch (cause) {
            case java.nio.file.NoSuchFileException _ -> "no such file or folder";
            case java.nio.file.AccessDeniedException _ -> "no permission";
            default -> String.valueOf(cause.getMessage());
        };
        return new Finding(Finding.Severity.ERROR, path, 0, what + ": " + reason);
    }
}
