package io.millrace.script.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files of settings, which are read whole: a device that never ends, or a file of something else, is refused. */
public final class BoundedFile {
    /** Longest file that is read. */
    public static final int MAX_BYTES = 64 << 20;

    private BoundedFile() {
    }

    /**
     * The content of the file.
     *
     * @throws IOException where it cannot be read or is longer than {@link #MAX_BYTES}.
     */
    public static byte[] read(final Path file) throws IOException {
        try (InputStream stream = Files.newInputStream(file)) {
            final byte[] content = stream.readNBytes(MAX_BYTES);
            if (stream.read() >= 0) {
                throw new IOException("more than " + (MAX_BYTES >> 20) + " MiB: give another file");
            }
            return content;
        }
    }
}
