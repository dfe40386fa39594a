package io.millrace.binding.dpdk;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.link.NativeShim;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;

/** A pool of mbufs. Made and freed by the main thread; taken from by one queue. Source: {@code rte_mempool.h}. */
public final class Mempool implements AutoCloseable {
    /** Any NUMA node. */
    public static final int ANY_SOCKET = -1;

    private MemorySegment pool;

    private Mempool(final MemorySegment pool) {
        this.pool = pool;
    }

    /**
     * Makes a pool.
     *
     * @param name      unique in the process.
     * @param mbufs     how many.
     * @param cache     mbufs kept per thread, 0 to 512.
     * @param dataBytes room for frame bytes in each; longer frames take several mbufs.
     * @param socket    NUMA node, or {@link #ANY_SOCKET}.
     * @throws EnvironmentException where DPDK has not enough memory.
     */
    public static Mempool create(
        final String name, final int mbufs, final int cache, final int dataBytes, final int socket) {
        final NativeShim shim = NativeShim.shim();
        Eal.clearLog();
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment pool = shim
                .function("millrace_pool_create",
                    FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT))
                .callPointer(arena.allocateFrom(name), mbufs, cache, dataBytes, socket);
            if (pool.address() == 0) {
                final int error = shim.function("millrace_errno", FunctionDescriptor.of(JAVA_INT)).callInt();
                throw new EnvironmentException("no memory for " + mbufs + " mbufs of " + dataBytes + " bytes: "
                    + Eal.reason(error) + ": lower --mempool or --mbuf-size");
            }
            return new Mempool(pool);
        }
    }

    /** Mbufs that nobody holds. */
    public int available() {
        return NativeShim.shim()
            .function("rte_mempool_avail_count", FunctionDescriptor.of(JAVA_INT, ADDRESS)).callInt(pool);
    }

    @Override
    public void close() {
        if (pool != null) {
            NativeShim.shim().function("rte_mempool_free", FunctionDescriptor.ofVoid(ADDRESS)).call(pool);
            pool = null;
        }
    }

    MemorySegment segment() {
        return pool;
    }
}
