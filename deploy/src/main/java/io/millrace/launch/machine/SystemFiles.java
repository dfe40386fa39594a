package io.millrace.launch.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Text files and links below a root folder. What is missing or may not be read is empty, never an error. */
public final class SystemFiles {
    private final Path root;

    /**
     * Files below {@code root}.
     *
     * @param root {@code /} for the machine itself.
     */
    public SystemFiles(final Path root) {
        this.root = root;
    }

    /** The files of the machine that this process runs on. */
    public static SystemFiles ofThisMachine() {
        return new SystemFiles(Path.of("/"));
    }

    /** Content without surrounding white space. */
    public Optional<String> text(final String path) {
        try {
            return Optional.of(Files.readString(resolve(path)).strip());
        } catch (final IOException | SecurityException e) {
            return Optional.empty();
        }
    }

    /** Lines of a file; none where it is not there. */
    public List<String> lines(final String path) {
        return text(path).stream().flatMap(String::lines).toList();
    }

    /** A file that holds one decimal number. */
    public OptionalLong number(final String path) {
        final Optional<String> text = text(path);
        return text.isPresent() && text.get().matches("-?\\d{1,18}")
            ? OptionalLong.of(Long.parseLong(text.get())) : OptionalLong.empty();
    }

    /** Number in a line such as {@code MemTotal:  24684012 kB}. */
    public OptionalLong field(final String path, final String name) {
        return lines(path).stream().filter(line -> line.contains(name + ":"))
            .map(line -> line.substring(line.indexOf(name + ":") + name.length() + 1).replaceAll("\\D", ""))
            .filter(digits -> !digits.isEmpty()).mapToLong(Long::parseLong).findFirst();
    }

    /** Names in a folder, sorted. */
    public List<String> names(final String folder) {
        try (Stream<Path> listed = Files.list(resolve(folder))) {
            return listed.map(path -> path.getFileName().toString()).sorted().toList();
        } catch (final IOException | SecurityException e) {
            return List.of();
        }
    }

    /** Where a symbolic link points, as it is written. */
    public Optional<String> target(final String path) {
        try {
            return Optional.of(Files.readSymbolicLink(resolve(path)).toString());
        } catch (final IOException | UnsupportedOperationException | SecurityException e) {
            return Optional.empty();
        }
    }

    /** Last name of where a symbolic link points. */
    public Optional<String> targetName(final String path) {
        return target(path).map(target -> Path.of(target).getFileName().toString());
    }

    /** Whether there is anything of this name, a link that leads nowhere included. */
    public boolean exists(final String path) {
        return Files.exists(resolve(path), LinkOption.NOFOLLOW_LINKS);
    }

    private Path resolve(final String path) {
        return root.resolve(path.startsWith("/") ? path.substring(1) : path);
    }
}
