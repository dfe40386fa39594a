package io.millrace.binding.dpdk;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.link.NativeShim;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;

/**
 * One receive queue on a network interface of the kernel: a packet socket with a ring that the kernel fills. It lets
 * nothing in until its gate is opened. Opened, counted and closed by the main thread; polled through {@link #burst}.
 * Source: {@code packet(7)}, {@code linux/if_packet.h}.
 */
public final class PacketSocket implements AutoCloseable {
    /** Bytes of one block of the ring. */
    public static final int BLOCK_BYTES = NativeShim.shim().layout("MILLRACE_SOCKET_BLOCK_BYTES");
    /** A group that is yet to be made, for {@link #share}. */
    public static final int NEW_GROUP = -1;

    private static final int VALUES = 6;

    private final String interfaceName;
    private final MemorySegment socket;
    private final MemorySegment values = Arena.ofAuto().allocate(JAVA_LONG, VALUES);
    private boolean closed;

    /**
     * Counters since the gate was opened first.
     *
     * @param offered frames that came.
     * @param missed  those of them that found the ring full.
     * @param taken   frames handed over.
     * @param bytes   their bytes on the wire.
     * @param joined  frames longer than the interface's own: the kernel or the sender's card joined several.
     * @param cut     frames that were too long to be handed over whole.
     */
    public record Stats(long offered, long missed, long taken, long bytes, long joined, long cut) {
    }

    private PacketSocket(final String interfaceName, final MemorySegment socket) {
        this.interfaceName = interfaceName;
        this.socket = socket;
    }

    /**
     * Opens a socket on an interface of this network namespace.
     *
     * @param blocks      of the ring, {@link #BLOCK_BYTES} each.
     * @param promiscuous whether frames for any address are taken, for as long as the socket lives.
     * @throws EnvironmentException where the interface is missing or may not be read, or the ring finds no memory.
     */
    public static PacketSocket open(final String interfaceName, final int blocks, final boolean promiscuous) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment opened = arena.allocate(ADDRESS);
            final int result = NativeShim.shim()
                .function("millrace_packet_socket_open",
                    FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS))
                .callInt(arena.allocateFrom(interfaceName), blocks, promiscuous ? 1 : 0, opened);
            require(result, interfaceName, "cannot watch interface " + interfaceName);
            return new PacketSocket(interfaceName, opened.get(ADDRESS, 0));
        }
    }

    /**
     * Shares the interface's frames out with other sockets so that both directions of a flow meet.
     *
     * @param group {@link #NEW_GROUP} for the first of them, then what that returned.
     * @return the group.
     */
    public int share(final int group) {
        final int result = NativeShim.shim()
            .function("millrace_packet_socket_share", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT))
            .callInt(socket, group);
        require(Math.min(0, result), interfaceName, "cannot share out the frames of interface " + interfaceName);
        return result;
    }

    /** Lets frames in, or none from now on: what comes then is not counted either. */
    public void gate(final boolean open) {
        final FunctionDescriptor gate = FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT);
        require(
            NativeShim.shim().function("millrace_packet_socket_gate", gate).callInt(socket, open ? 1 : 0),
            interfaceName, "cannot " + (open ? "begin" : "end") + " to watch interface " + interfaceName);
    }

    /** Counters now. */
    public Stats stats() {
        final NativeShim shim = NativeShim.shim();
        require(
            shim.function("millrace_packet_socket_count", FunctionDescriptor.of(JAVA_INT, ADDRESS)).callInt(socket),
            interfaceName, "cannot read the counters of interface " + interfaceName);
        shim.function("millrace_packet_socket_values", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS))
            .call(socket, values);
        return new Stats(
            values.getAtIndex(JAVA_LONG, 0), values.getAtIndex(JAVA_LONG, 1), values.getAtIndex(JAVA_LONG, 2),
            values.getAtIndex(JAVA_LONG, 3), values.getAtIndex(JAVA_LONG, 4), values.getAtIndex(JAVA_LONG, 5));
    }

    /** The kernel's number for the interface's link layer, {@code ARPHRD_*} of {@code linux/if_arp.h}. */
    public int hardwareType() {
        return NativeShim.shim()
            .function("millrace_packet_socket_hardware_type", FunctionDescriptor.of(JAVA_INT, ADDRESS)).callInt(socket);
    }

    /**
     * A burst over the queue; the thread that polls it owns it. Call it once.
     *
     * @param pool  frames are copied into its mbufs.
     * @param limit frames per burst at most, 1 to {@link RxBurst#MAX_FRAMES}.
     */
    public RxBurst burst(final Mempool pool, final int limit) {
        final NativeShim shim = NativeShim.shim();
        shim.function("millrace_packet_socket_pool", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS))
            .call(socket, pool.segment());
        final long burst = shim
            .function("millrace_burst_of_socket", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT))
            .callPointer(socket, limit).address();
        if (burst == 0) {
            throw new EnvironmentException(
                "no memory for a burst of " + limit + " frames: --burst takes 1 to " + RxBurst.MAX_FRAMES);
        }
        return new RxBurst(burst);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            NativeShim.shim().function("millrace_packet_socket_close", FunctionDescriptor.ofVoid(ADDRESS)).call(socket);
        }
    }

    private static void require(final int result, final String interfaceName, final String what) {
        if (result == 0) {
            return;
        }
        final String reason = NativeShim.shim()
            .function("rte_strerror", FunctionDescriptor.of(ADDRESS, JAVA_INT)).callText(-result);
        throw new EnvironmentException(what + ": " + reason + ": " + switch (-result) {
            case 1, 13 -> "run as root, or grant CAP_NET_RAW";
            case 6, 19 -> "ip link lists what there is";
            case 12 -> "lower --rx-descriptors";
            case 22 -> "ip link set " + interfaceName + " up, or leave out --rx-queues";
            default -> "ip link show dev " + interfaceName + " tells its state";
        });
    }
}
