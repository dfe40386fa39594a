package io.millrace.binding.link;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A native function for setting things up: arguments are boxed on the way, so it has no place on the path of a packet,
 * where {@code invokeExact} on the handle itself belongs. Stateless; any thread that the C function allows.
 */
public final class NativeFunction {
    private final MethodHandle handle;

    NativeFunction(final MethodHandle handle) {
        this.handle = handle;
    }

    /** Calls a function that returns nothing, or whose result does not matter. */
    public void call(final Object... arguments) {
        invoke(arguments);
    }

    /** Calls a function that returns {@code int}. */
    public int callInt(final Object... arguments) {
        return (int) invoke(arguments);
    }

    /** Calls a function that returns {@code int16_t}. */
    public short callShort(final Object... arguments) {
        return (short) invoke(arguments);
    }

    /** Calls a function that returns {@code int64_t}. */
    public long callLong(final Object... arguments) {
        return (long) invoke(arguments);
    }

    /** Calls a function that returns a pointer. */
    public MemorySegment callPointer(final Object... arguments) {
        return (MemorySegment) invoke(arguments);
    }

    /** Calls a function that returns a NUL-terminated text; empty for a null pointer. */
    public String callText(final Object... arguments) {
        final long address = callPointer(arguments).address();
        return address == 0 ? "" : NativeMemory.ALL.getString(address);
    }

    private Object invoke(final Object... arguments) {
        try {
            return handle.invokeWithArguments(arguments);
        } catch (final Throwable t) {
            throw new AssertionError(t);
        }
    }
}
