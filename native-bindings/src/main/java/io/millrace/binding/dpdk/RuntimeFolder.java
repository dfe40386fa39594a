package io.millrace.binding.dpdk;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The folder that DPDK makes for each process and leaves behind, whatever it is told to put there. Ours are named after
 * their process, stay empty, and go at once. Source: {@code eal_create_runtime_dir}, {@code rte_eal_get_runtime_dir}.
 */
final class RuntimeFolder {
    private static final String FLAG = "--file-prefix";
    private static final String PREFIX = "millrace-";
    private static final Pattern OURS = Pattern.compile(PREFIX + "(\\d{1,18})");

    private RuntimeFolder() {
    }

    /** What names the folder of this process; nothing where {@code arguments} name one of their own. */
    static List<String> arguments(final List<String> arguments) {
        final boolean named = arguments.stream()
            .anyMatch(argument -> argument.equals(FLAG) || argument.startsWith(FLAG + "="));
        return named ? List.of() : List.of(FLAG, PREFIX + ProcessHandle.current().pid());
    }

    /**
     * Removes a folder of ours, and those beside it whose process ended before it could do so. What holds anything
     * stays: it was put there by somebody else.
     *
     * @param folder of this process; one that is not named as ours stays, with all beside it.
     */
    static void remove(final Path folder) {
        if (!OURS.matcher(folder.getFileName().toString()).matches()) {
            return;
        }
        removeIfEmpty(folder);
        try (DirectoryStream<Path> others = Files.newDirectoryStream(folder.getParent(), PREFIX + "*")) {
            for (final Path other : others) {
                final Matcher name = OURS.matcher(other.getFileName().toString());
                if (name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty()) {
                    removeIfEmpty(other);
                }
            }
        } catch (final IOException e) {
            // Empty folders that cannot be listed harm nobody.
        }
    }

    private static void removeIfEmpty(final Path folder) {
        if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            try {
                Files.deleteIfExists(folder);
            } catch (final IOException e) {
                // It holds something, or is another user's.
            }
        }
    }
}
