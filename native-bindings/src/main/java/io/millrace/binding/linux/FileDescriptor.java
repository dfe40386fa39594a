package io.millrace.binding.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.link.NativeLinker;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.nio.file.Path;

/**
 * A file opened for reading, known to native code by a path that holds nothing but digits: drivers that take file
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

    /** A path to the open file, valid in this process until it is closed. */
    public String path() {
        return "/proc/self/fd/" + descriptor;
    }

    @Override
    public void close() {
        NativeLinker.system("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT)).call(descriptor);
    }
}
