package io.millrace.engine.flow.table;

import io.millrace.engine.memory.StructDescriptor;

/**
 * The outermost tunnel round a flow, as its first packet had it; kept beside the flow's record and copied behind its
 * events. Addresses are in network order, those of IPv4 in the first four bytes. {@code cli} is the end that sent the
 * client's packets.
 */
public final class TunnelDescriptor {
    private static final StructDescriptor LAYOUT = new StructDescriptor("flow_tunnel_t");

    /** {@code uint8_t[16]}: address of the end on the client's side. */
    public static final int CLI_ADDRESS = LAYOUT.u8Array("cli_address", 16);
    /** {@code uint8_t[16]}: address of the end on the server's side. */
    public static final int SRV_ADDRESS = LAYOUT.u8Array("srv_address", 16);
    /** {@code uint32_t}: VNI, TEID, key or session; 0 where the tunnel has none. */
    public static final int ID = LAYOUT.u32("id");
    /** {@code uint16_t}: port on the client's side; 0 where the tunnel has none. */
    public static final int CLI_PORT = LAYOUT.u16("cli_port");
    /** {@code uint16_t}: port on the server's side. */
    public static final int SRV_PORT = LAYOUT.u16("srv_port");
    /** {@code uint8_t}: {@link io.millrace.engine.parse.TunnelType} code. */
    public static final int TYPE = LAYOUT.u8("type");
    /** {@code uint8_t}: tunnels in each other, this one included. */
    public static final int DEPTH = LAYOUT.u8("depth");
    /** {@code uint8_t}: 4 or 6. */
    public static final int IP_VERSION = LAYOUT.u8("ip_version");
    /** {@code uint8_t}: IP protocol number that carries the tunnel. */
    public static final int L4_PROTOCOL = LAYOUT.u8("l4_protocol");
    /** {@code uint8_t}: 1 where the packet that is told of came from the high side of the flow's key. */
    public static final int FROM_HIGH = LAYOUT.u8("from_high");

    /** Bytes of the whole; a multiple of 8. */
    public static final int LENGTH = LAYOUT.seal() + 7 & -8;

    private TunnelDescriptor() {
    }

    /** The layout with all its fields. */
    public static StructDescriptor layout() {
        return LAYOUT;
    }
}
