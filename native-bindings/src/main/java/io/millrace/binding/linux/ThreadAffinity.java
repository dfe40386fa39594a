package io.millrace.binding.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.link.NativeLinker;
import io.millrace.binding.link.NativeShim;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Collection;

/** Cores that threads of this process may run on. Source: {@code sched_setaffinity(2)}. */
public final class ThreadAffinity {
    private static final int CALLING_THREAD = 0;
    private static final int CPU_SETSIZE = 1024;
    private static final Path TASKS = Path.of("/proc/self/task");
    private static final FunctionDescriptor DESCRIPTOR = FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS);

    private ThreadAffinity() {
    }

    /** Cores that the calling thread may run on now. */
    public static BitSet current() {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment set = arena.allocate(CPU_SETSIZE / Byte.SIZE);
            if (NativeLinker.system("sched_getaffinity", DESCRIPTOR).callInt(0, set.byteSize(), set) != 0) {
                throw new EnvironmentException("sched_getaffinity is refused: allow it in the sandbox of the service");
            }
            return BitSet.valueOf(set.toArray(JAVA_BYTE));
        }
    }

    /**
     * Binds the calling thread to one core.
     *
     * @throws EnvironmentException where there is no such core or the process may not use it.
     */
    public static void pin(final int core) {
        final BitSet one = new BitSet();
        if (core >= 0 && core < CPU_SETSIZE) {
            one.set(core);
        }
        if (!place(CALLING_THREAD, one)) {
            throw refused(core);
        }
    }

    /**
     * Lets what the calling thread touches first come from the memory beside a core, while there is any. Does nothing
     * where the kernel knows of one kind of memory only or does not allow it. Source: {@code set_mempolicy(2)}.
     *
     * @return the core's NUMA node; negative where nothing was done.
     */
    public static int preferMemoryOf(final int core) {
        return NativeShim.shim()
            .function("millrace_prefer_memory_of_core", FunctionDescriptor.of(JAVA_INT, JAVA_INT)).callInt(core);
    }

    /**
     * Keeps all threads that this process has now, those of the JVM too, away from some cores. Threads that they start
     * later inherit it; the caller pins those that the cores are meant for. Where no other core is left, nothing
     * changes.
     */
    public static void vacate(final Collection<Integer> cores) {
        final BitSet others = current();
        cores.forEach(others::clear);
        if (!others.isEmpty()) {
            placeAll(others);
        }
    }

    /** Lets every thread that this process has now run on these cores alone. */
    public static void placeAll(final BitSet cores) {
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
            // A thread that has just ended is not there to be moved.
            tasks.forEach(task -> place(Integer.parseInt(task.getFileName().toString()), cores));
        } catch (final IOException e) {
            throw new EnvironmentException("cannot list " + TASKS + ": mount /proc: " + e.getMessage());
        }
    }

    private static boolean place(final int thread, final BitSet cores) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment set = arena.allocate(CPU_SETSIZE / Byte.SIZE);
            final byte[] bits = cores.toByteArray();
            MemorySegment.copy(bits, 0, set, JAVA_BYTE, 0, bits.length);
            return NativeLinker.system("sched_setaffinity", DESCRIPTOR).callInt(thread, set.byteSize(), set) == 0;
        }
    }

    private static EnvironmentException refused(final int core) {
        return new EnvironmentException("cannot run on core " + core + ": this process may use cores " + current());
    }
}
