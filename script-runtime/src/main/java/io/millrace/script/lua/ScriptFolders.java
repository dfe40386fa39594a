package io.millrace.script.lua;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds scripts: files as given; in a folder each {@code *.lua}, then those of its subfolder {@code alerts}; then,
 * however deep below it, those of the folders in which ntopng's generations keep flow scripts, so that a whole
 * installation or a set of plugins may be named.
 *
 * <pre>{@code
 *  callbacks/interface/flow/*.lua, .../alerts/*.lua      2019
 *  plugins/NAME/user_scripts/flow/*.lua                  4.0, 4.2; plugins may lie in groups
 *  callbacks/checks/flows/custom_flow_*_script.lua       today
 * }</pre>
 */
public final class ScriptFolders {
    private static final String SUFFIX = ".lua";
    private static final String ALERTS = "alerts";
    private static final List<String> NESTED = List.of("callbacks/interface/flow", "user_scripts/flow");
    private static final String CHECKS = "callbacks/checks/flows";
    private static final int MAX_DEPTH = 10;
    private static final long MAX_BYTES = 16L << 20;

    private final List<ScriptSource> sources = new ArrayList<>();
    private final Set<Path> seen = new HashSet<>();
    private final List<Finding> findings;

    private ScriptFolders(final List<Finding> findings) {
        this.findings = findings;
    }

    /**
     * Reads all scripts, folder by folder, by file name within one, so that they run in the same order everywhere. A
     * file that is reached twice is read once. Names that start with a dot are passed over.
     *
     * @param paths    script files and folders.
     * @param findings takes what could not be read.
     */
    public static List<ScriptSource> read(final List<Path> paths, final List<Finding> findings) {
        final ScriptFolders folders = new ScriptFolders(findings);
        for (final Path path : paths) {
            if (Files.isDirectory(path)) {
                folders.readFolder(path);
                folders.readNested(path);
            } else {
                final Path parent = path.toAbsolutePath().getParent();
                folders.readFile(path, parent != null && parent.endsWith(ALERTS));
            }
        }
        return folders.sources;
    }

    /** A warning for each wish that no script answers to. */
    public static List<Finding> unknown(final Map<String, ScriptWish> wishes, final List<ScriptSource> sources) {
        final Set<String> known =
            sources.stream().map(ScriptSource::key).collect(Collectors.toCollection(TreeSet::new));
        return wishes.entrySet().stream().filter(wish -> !known.contains(wish.getKey()))
            .map(wish -> wish.getValue().finding(Finding.Severity.WARNING, "",
                "no script is named '" + wish.getKey() + "': there are " + String.join(", ", known)))
            .toList();
    }

    private void readFolder(final Path folder) {
        readFiles(folder, false, ScriptFolders::isScript);
        final Path alerts = folder.resolve(ALERTS);
        if (Files.isDirectory(alerts)) {
            readFiles(alerts, true, ScriptFolders::isScript);
        }
    }

    private void readNested(final Path top) {
        final List<Path> found = new ArrayList<>();
        try {
            Files.walkFileTree(top, Set.of(), MAX_DEPTH, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(final Path each, final BasicFileAttributes attributes) {
                    if (each.equals(top)) {
                        return FileVisitResult.CONTINUE;
                    } else if (each.getFileName().toString().startsWith(".")) {
                        return FileVisitResult.SKIP_SUBTREE;
                    }
                    found.add(each);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(final Path file, final IOException cause) {
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (final IOException e) {
            findings.add(unreadable(top, "cannot list the folder", e));
        }
        found.sort(Comparator.comparing(Path::toString));
        for (final Path folder : found) {
            final Path whole = folder.toAbsolutePath().normalize();
            if (NESTED.stream().anyMatch(whole::endsWith)) {
                readFolder(folder);
            } else if (whole.endsWith(CHECKS)) {
                readFiles(folder, false,
                    name -> isScript(name) && name.startsWith("custom_flow_") && name.endsWith("_script" + SUFFIX));
            }
        }
    }

    private void readFiles(final Path folder, final boolean inAlerts, final Predicate<String> wanted) {
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(file -> wanted.test(file.getFileName().toString()))
                .sorted(Comparator.comparing(file -> file.getFileName().toString()))
                .forEach(file -> readListed(file, inAlerts));
        } catch (final IOException e) {
            findings.add(unreadable(folder, "cannot list the folder", e));
        }
    }

    private void readListed(final Path file, final boolean inAlerts) {
        if (Files.isRegularFile(file)) {
            readFile(file, inAlerts);
        } else {
            findings.add(new Finding(Finding.Severity.WARNING, file, 0, Files.isDirectory(file)
                ? "passed over: a folder, though it is named like a script"
                : Files.exists(file) ? "passed over: no file with text" : "passed over: the link leads nowhere"));
        }
    }

    private void readFile(final Path file, final boolean inAlerts) {
        final String name = file.getFileName().toString();
        if (!seen.add(file.toAbsolutePath().normalize())) {
            return;
        }
        try {
            if (Files.size(file) > MAX_BYTES) {
                findings.add(new Finding(Finding.Severity.ERROR, file, 0, "cannot read the script: it is "
                    + (Files.size(file) >> 20) + " MiB long, a script has " + (MAX_BYTES >> 20) + " at most: keep data"
                    + " in files of their own, or in the shared store"));
                return;
            }
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
