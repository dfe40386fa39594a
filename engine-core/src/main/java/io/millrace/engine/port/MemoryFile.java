package io.millrace.engine.port;

import io.millrace.binding.linux.FileDescriptor;
import java.nio.file.Path;

/** A file in memory that is in no folder, so that nothing is left of it however the process ends. */
public final class MemoryFile implements AutoCloseable {
    private final FileDescriptor descriptor;

    private MemoryFile(final FileDescriptor descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * A file with this content.
     *
     * @param name for those who look into the process.
     */
    public static MemoryFile of(final String name, final byte[] content) {
        return new MemoryFile(FileDescriptor.inMemory(name, content));
    }

    /** Where it can be opened until it is closed; in this process only. */
    public Path path() {
        return Path.of(descriptor.path());
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
