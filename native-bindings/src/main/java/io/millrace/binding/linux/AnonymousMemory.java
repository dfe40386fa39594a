package io.millrace.binding.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.link.NativeLinker;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;

/**
 * Memory from the kernel: zeroed, page-aligned, given a page at a time when it is first touched, so that room for a
 * million flows costs nothing until the flows come. Source: {@code mmap(2)}, {@code madvise(2)}.
 */
public final class AnonymousMemory implements AutoCloseable {
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x02 | 0x20 | 0x4000;
    private static final int MADV_HUGEPAGE = 14;
    private static final int MADV_POPULATE_WRITE = 23;
    private static final long MAP_FAILED = -1L;

    private final long lengthBytes;
    private long address;

    private AnonymousMemory(final long address, final long lengthBytes) {
        this.address = address;
        this.lengthBytes = lengthBytes;
    }

    /**
     * Maps {@code lengthBytes}.
     *
     * @param hugePages whether to ask for transparent huge pages: fewer TLB misses, but memory comes 2 MiB at a time.
     * @throws EnvironmentException where the address space or a limit does not allow it.
     */
    public static AnonymousMemory map(final long lengthBytes, final boolean hugePages) {
        final MemorySegment mapped = NativeLinker
            .system("mmap",
                FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG))
            .callPointer(MemorySegment.NULL, lengthBytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS_NORESERVE, -1, 0L);
        if (mapped.address() == MAP_FAILED) {
            throw new EnvironmentException("no address space for " + lengthBytes
                + " bytes: lower --flow-capacity or raise the limit (ulimit -v)");
        }
        if (hugePages) {
            advise(mapped.address(), lengthBytes, MADV_HUGEPAGE);
        }
        return new AnonymousMemory(mapped.address(), lengthBytes);
    }

    /** First byte; 0 after {@link #close()}. */
    public long address() {
        return address;
    }

    /**
     * Takes pages from the kernel now instead of when they are first touched, which can cost milliseconds in a virtual
     * machine; what is in them already stays. Any thread, while the memory is mapped. Kernels before 5.14 do not know
     * how; there it does nothing.
     *
     * @param fromBytes offset of the first, a multiple of a page.
     * @param bytes     how much; what lies behind the end is left out.
     */
    public void populate(final long fromBytes, final long bytes) {
        advise(address + fromBytes, Math.min(bytes, lengthBytes - fromBytes), MADV_POPULATE_WRITE);
    }

    /** A refusal costs speed, not correctness. */
    private static void advise(final long address, final long lengthBytes, final int advice) {
        NativeLinker.system("madvise", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT))
            .call(MemorySegment.ofAddress(address), lengthBytes, advice);
    }

    @Override
    public void close() {
        if (address != 0) {
            NativeLinker.system("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG))
                .call(MemorySegment.ofAddress(address), lengthBytes);
            address = 0;
        }
    }
}
