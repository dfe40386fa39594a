package io.millrace.binding.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.link.NativeLinker;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;

/**
 * A pipe from Java to native code that opens files by name. The reading end is known by a path, the writing end is a
 * stream; each side keeps its end after {@link #close()}. Source: {@code pipe(7)}, {@code proc(5)}.
 */
public final class Pipe implements AutoCloseable {
    private static final int O_CLOEXEC = 0x80000;
    private static final int F_SETPIPE_SZ = 1031;
    private static final int CAPACITY_BYTES = 1 << 20;

    private final int readEnd;
    private final int writeEnd;

    private Pipe(final int readEnd, final int writeEnd) {
        this.readEnd = readEnd;
        this.writeEnd = writeEnd;
    }

    /**
     * Makes a pipe.
     *
     * @throws EnvironmentException where the process may open no more files.
     */
    public static Pipe create() {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment ends = arena.allocate(JAVA_INT, 2);
            final int result = NativeLinker.system("pipe2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT))
                .callInt(ends, O_CLOEXEC);
            if (result != 0) {
                throw new EnvironmentException("cannot make a pipe: raise the limit of open files: ulimit -n");
            }
            final int writeEnd = ends.getAtIndex(JAVA_INT, 1);
            // As large as users may have it; where it stays smaller it works all the same.
            NativeLinker.system("fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
                Linker.Option.firstVariadicArg(2)).call(writeEnd, F_SETPIPE_SZ, CAPACITY_BYTES);
            return new Pipe(ends.getAtIndex(JAVA_INT, 0), writeEnd);
        }
    }

    /** Path to the reading end, valid in this process until {@link #close()}. */
    public String readPath() {
        return "/proc/self/fd/" + readEnd;
    }

    /** Opens the writing end; valid until {@link #close()}, what it returns until it is closed itself. */
    public OutputStream openWriter() throws IOException {
        return new FileOutputStream("/proc/self/fd/" + writeEnd);
    }

    @Override
    public void close() {
        NativeLinker.system("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT)).call(readEnd);
        NativeLinker.system("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT)).call(writeEnd);
    }
}
