package io.millrace.binding.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.binding.link.NativeLinker;
import io.millrace.binding.link.NativeShim;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/**
 * Asks the processor for cache lines before they are needed. Java can only read them, and a read that misses holds up
 * the instructions behind it; this does not. Stateless; any thread.
 */
public final class Prefetch {
    private static final MethodHandle PREFETCH = NativeShim.shim().handle(
        "millrace_prefetch", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT), NativeLinker.LEAF);
    private static final MethodHandle PREFETCH_RANGE = NativeShim.shim().handle(
        "millrace_prefetch_range", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT), NativeLinker.LEAF);
    private static final MethodHandle PREFETCH_RECORDS = NativeShim.shim().handle(
        "millrace_prefetch_records", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT), NativeLinker.LEAF);

    private Prefetch() {
    }

    /**
     * Asks for the lines that hold some addresses, to be written. Costs a few nanoseconds for the call and about one
     * for each line.
     *
     * @param addresses address of the first {@code uint64_t} of the list.
     * @param count     how many; addresses that are not mapped do no harm.
     */
    public static void lines(final long addresses, final int count) {
        try {
            PREFETCH.invokeExact(addresses, count);
        } catch (final Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Asks for every line of {@code lengthBytes} bytes, to be read. */
    public static void range(final long address, final int lengthBytes) {
        try {
            PREFETCH_RANGE.invokeExact(address, lengthBytes);
        } catch (final Throwable t) {
            throw new AssertionError(t);
        }
    }

    /**
     * Asks for the lines of some records, to be written.
     *
     * @param records address of the first {@code uint64_t} of the list: where a record begins, a multiple of 64, plus
     *                bits for the lines that are wanted after the first, bit 0 for the second; 0 for no record.
     * @param count   how many; records that are not mapped do no harm.
     */
    public static void records(final long records, final int count) {
        try {
            PREFETCH_RECORDS.invokeExact(records, count);
        } catch (final Throwable t) {
            throw new AssertionError(t);
        }
    }
}
