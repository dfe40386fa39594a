package io.millrace.engine.parse;

import static io.millrace.engine.memory.RawMemory.i32;
import static io.millrace.engine.memory.RawMemory.i64;
import static io.millrace.engine.memory.RawMemory.putI32;
import static io.millrace.engine.memory.RawMemory.putI64;
import static io.millrace.engine.memory.RawMemory.putU8;
import static io.millrace.engine.memory.RawMemory.u8;

/**
 * The outermost tunnel that a packet came out of. {@code tunnel} is the address that {@link ParsedBurst#tunnel(int)}
 * tells. Stateless; the worker that owns the burst calls it.
 */
public final class PacketTunnel {
    private static final int ID = 0;
    private static final int HEADER = 4;
    private static final int PORTS = 12;
    private static final int L4_PROTOCOL = 16;
    private static final int TYPE = 17;

    private PacketTunnel() {
    }

    /** {@link TunnelType#code}. */
    public static int type(final long tunnel) {
        return u8(tunnel + TYPE);
    }

    /** VNI, TEID, key or session; 0 where the tunnel has none. */
    public static int id(final long tunnel) {
        return i32(tunnel + ID);
    }

    /** Address of the IP header that carries the tunnel. */
    public static long header(final long tunnel) {
        return i64(tunnel + HEADER);
    }

    /** IP protocol number that carries the tunnel. */
    public static int l4Protocol(final long tunnel) {
        return u8(tunnel + L4_PROTOCOL);
    }

    /** Source port of the tunnel; 0 where it has none. */
    public static int sourcePort(final long tunnel) {
        return i32(tunnel + PORTS) >>> 16;
    }

    /** Destination port of the tunnel; 0 where it has none. */
    public static int destinationPort(final long tunnel) {
        return i32(tunnel + PORTS) & 0xFFFF;
    }

    /** Notes a tunnel between {@code ends}. */
    static void set(final long tunnel, final TunnelType type, final int id, final long header, final long ends) {
        putU8(tunnel + TYPE, type.code);
        putI32(tunnel + ID, id);
        putI64(tunnel + HEADER, header);
        putU8(tunnel + L4_PROTOCOL, PacketEnds.l4Protocol(ends));
        putI32(tunnel + PORTS, PacketEnds.sourcePort(ends) << 16 | PacketEnds.destinationPort(ends));
    }
}
