package io.millrace.binding.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.link.NativeLinker;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/** Cores that the calling thread may run on. Source: {@code sched_setaffinity(2)}. */
public final class ThreadAffinity {
    private static final int CPU_SETSIZE = 1024;
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
     * Checks that the calling thread may run on a core.
     *
     * @throws EnvironmentException where there is no such core or the process may not use it.
     */
    public static void require(final int core) {
        if (core < 0 || !current().get(core)) {
            throw refused(core);
        }
    }

    /**
     * Binds the calling thread to one core.
     *
     * @throws EnvironmentException where there is no such core or the process may not use it.
     */
    public static void pin(final int core) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment set = arena.allocate(CPU_SETSIZE / Byte.SIZE);
            final boolean representable = core >= 0 && core < CPU_SETSIZE;
            if (representable) {
                set.set(JAVA_BYTE, core / Byte.SIZE, (byte) (1 << core % Byte.SIZE));
            }
            if (!representable
                || NativeLinker.system("sched_setaffinity", DESCRIPTOR).callInt(0, set.byteSize(), set) != 0) {
                throw refused(core);
            }
        }
    }

    private static EnvironmentException refused(final int core) {
        return new EnvironmentException("cannot run on core " + core + ": this process may use cores " + current());
    }
}
