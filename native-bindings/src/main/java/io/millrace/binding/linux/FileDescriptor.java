package io.millrace.binding.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.link.NativeLinker;
import io.millrace.binding.link.NativeShim;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.nio.file.Path;

/**
 * A file open for reading, known to native code by a path that holds nothing but digits: drivers that take file
 * names among comma-separated arguments cannot take every name. Source: {@code open(2)}, {@code proc(5)}.
 */
public final class FileDescriptor implements AutoCloseable {
    private static final int O_RDONLY = 0;
    private static final int O_CLOEXEC = 0x80000;

    private final int descriptor;

    private FileDescriptor(final int descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * Opens {@code file}.
     *
     * @throws EnvironmentException where it cannot be read.
     */
    public static FileDescriptor open(final Path file) {
        final Linker.Option variadic = Linker.Option.firstVariadicArg(2);
        try (Arena arena = Arena.ofConfined()) {
            final int descriptor = NativeLinker
                .system("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), variadic)
                .callInt(arena.allocateFrom(file.toString()), O_RDONLY | O_CLOEXEC);
            if (descriptor < 0) {
                throw new EnvironmentException("cannot open " + file + ": check that it exists and may be read");
            }
            return new FileDescriptor(descriptor);
        }
    }

    /**
     * A file that lies in memory and has no name in any folder, so that nothing is left of it however the process ends.
     * Source: {@code memfd_create(2)}.
     *
     * @param name  shown by {@code ls -l /proc/PID/fd}.
     * @throws EnvironmentException where there is no memory for it.
     */
    public static FileDescriptor inMemory(final String name, final byte[] content) {
        try (Arena arena = Arena.ofConfined()) {
            final int descriptor = NativeShim.shim()
                .function("millrace_memory_file", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG))
                .callInt(arena.allocateFrom(name), arena.allocateFrom(JAVA_BYTE, content), (long) content.length);
            if (descriptor < 0) {
                throw new EnvironmentException("no memory for a file of " + content.length + " bytes (errno "
                    + -descriptor + "): free some");
            }
            return new FileDescriptor(descriptor);
        }
    }

    /** A path to the open file, valid in this process until it is closed. */
    public String path() {
        return "/proc/self/fd/" + descriptor;
    }

    @Override
    public void close() {
        NativeLinker.system("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT)).call(descriptor);
    }
}
