package io.millrace.script.output;

import io.millrace.engine.event.FlowEvent;
import java.util.HashMap;
import java.util.Map;

/** The object {@code tunnel}: the outermost tunnel that a flow came out of. Owned by the writer thread. */
final class EveTunnel {
    private static final byte[] TUNNEL = JsonText.name("tunnel");
    private static final byte[] SRC_IP = JsonText.name("src_ip");
    private static final byte[] SRC_PORT = JsonText.name("src_port");
    private static final byte[] DEST_IP = JsonText.name("dest_ip");
    private static final byte[] DEST_PORT = JsonText.name("dest_port");
    private static final byte[] PROTO = JsonText.name("proto");
    private static final byte[] DEPTH = JsonText.name("depth");
    private static final byte[] TYPE = JsonText.name("type");
    private static final byte[] ID = JsonText.name("id");

    private final Map<String, byte[]> labels = new HashMap<>();

    /** Writes it where there is one. Members of Suricata's come first, in its order. */
    void write(final FlowEvent event, final JsonText out) {
        if (event.tunnelOffset() == 0) {
            return;
        }
        final int ipVersion = event.tunnelIpVersion();
        final boolean hasPorts = event.tunnelClientPort() != 0 || event.tunnelServerPort() != 0;
        out.field(TUNNEL).openObject();
        out.field(SRC_IP).address(event.buffer(), event.offset() + event.tunnelClientAddressOffset(), ipVersion);
        if (hasPorts) {
            out.field(SRC_PORT).number(event.tunnelClientPort());
        }
        out.field(DEST_IP).address(event.buffer(), event.offset() + event.tunnelServerAddressOffset(), ipVersion);
        if (hasPorts) {
            out.field(DEST_PORT).number(event.tunnelServerPort());
        }
        out.field(PROTO).raw(EveNames.protocol(event.tunnelProtocol()));
        out.field(DEPTH).number(event.tunnelDepth());
        out.field(TYPE).raw(labels.computeIfAbsent(event.tunnelLabel(), JsonText::quoted));
        if (event.tunnelId() != 0) {
            out.field(ID).number(event.tunnelId());
        }
        out.closeObject();
    }
}
