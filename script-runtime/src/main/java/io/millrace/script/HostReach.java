package io.millrace.script;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code --allow-script} may say: {@code os} (processes, environment, removing files), {@code io} (all files that
 * the user may reach who started the program), or {@code io=FOLDER:FOLDER} (what lies in these folders). Stateless.
 */
public final class HostReach {
    private HostReach() {
    }

    /**
     * The entry with its folders made absolute and links resolved, so that what is compared later is where a path
     * really leads. What it returned is an entry too, and stays as it is.
     *
     * @throws IllegalArgumentException where it names no group, or a folder that is not there.
     */
    public static String parse(final String entry) {
        if (entry.equals("os") || entry.equals("io")) {
            return entry;
        }
        if (!entry.startsWith("io=") || entry.length() == 3) {
            throw new IllegalArgumentException("--allow-script " + entry
                + ": there are os, io and io=FOLDER, several folders separated by colons");
        }
        final List<String> folders = new ArrayList<>();
        for (final String folder : entry.substring(3).split(":")) {
            final Path path = Path.of(folder);
            if (!Files.isDirectory(path)) {
                throw new IllegalArgumentException("--allow-script io=" + folder + ": no such folder: create it first");
            }
            try {
                folders.add(path.toRealPath().toString());
            } catch (final IOException e) {
                throw new IllegalArgumentException("--allow-script io=" + folder + ": cannot be read: "
                    + e.getMessage() + ": change its permissions", e);
            }
        }
        return "io=" + String.join(":", folders);
    }
}
