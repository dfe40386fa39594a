package io.millrace.binding.dpdk;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.link.NativeShim;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;

/**
 * A bounded queue of mbufs from one thread to one other. Made and freed by the main thread; written through
 * {@link FrameLanes}, read through {@link #burst}. Source: {@code rte_ring.h}.
 */
public final class PacketRing implements AutoCloseable {
    private MemorySegment ring;

    private PacketRing(final MemorySegment ring) {
        this.ring = ring;
    }

    /**
     * Makes a ring.
     *
     * @param name  unique in the process.
     * @param slots frames and marks that it holds.
     * @throws EnvironmentException where DPDK has not enough memory.
     */
    public static PacketRing create(final String name, final int slots) {
        Eal.clearLog();
        final NativeShim shim = NativeShim.shim();
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment ring = shim
                .function("millrace_ring_create", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT))
                .callPointer(arena.allocateFrom(name), slots);
            if (ring.address() == 0) {
                final int error = shim.function("millrace_errno", FunctionDescriptor.of(JAVA_INT)).callInt();
                throw new EnvironmentException("no memory for a ring of " + slots + " frames: " + Eal.reason(error)
                    + ": lower --workers");
            }
            return new PacketRing(ring);
        }
    }

    /**
     * The reading end; the worker that polls it owns it.
     *
     * @param limit     frames per burst at most, 1 to {@link RxBurst#MAX_FRAMES}.
     * @param delimited whether bursts end where the writer set a mark, and not where the ring happens to be empty.
     */
    public RxBurst burst(final int limit, final boolean delimited) {
        final long burst = NativeShim.shim()
            .function("millrace_burst_of_ring", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT, JAVA_INT))
            .callPointer(ring, limit, delimited ? 1 : 0).address();
        if (burst == 0) {
            throw new EnvironmentException(
                "no memory for a burst of " + limit + " frames: --burst takes 1 to " + RxBurst.MAX_FRAMES);
        }
        return new RxBurst(burst);
    }

    @Override
    public void close() {
        if (ring != null) {
            NativeShim.shim().function("rte_ring_free", FunctionDescriptor.ofVoid(ADDRESS)).call(ring);
            ring = null;
        }
    }

    MemorySegment segment() {
        return ring;
    }
}
