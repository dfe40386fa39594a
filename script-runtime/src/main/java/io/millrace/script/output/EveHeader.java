package io.millrace.script.output;

import io.millrace.engine.event.FlowEvent;
import io.millrace.engine.event.FlowEventDescriptor;

/**
 * What the lines of a flow have in common: when, which flow, from where to where. Members are in Suricata's order.
 * Owned by the writer thread.
 */
final class EveHeader {
    private static final byte[] TIMESTAMP = JsonText.name("timestamp");
    private static final byte[] FLOW_ID = JsonText.name("flow_id");
    private static final byte[] EVENT_TYPE = JsonText.name("event_type");
    private static final byte[] VLAN = JsonText.name("vlan");
    private static final byte[] SRC_IP = JsonText.name("src_ip");
    private static final byte[] SRC_PORT = JsonText.name("src_port");
    private static final byte[] DEST_IP = JsonText.name("dest_ip");
    private static final byte[] DEST_PORT = JsonText.name("dest_port");
    private static final byte[] PROTO = JsonText.name("proto");
    private static final byte[] ICMP_TYPE = JsonText.name("icmp_type");
    private static final byte[] ICMP_CODE = JsonText.name("icmp_code");
    private static final byte[] RESPONSE_ICMP_TYPE = JsonText.name("response_icmp_type");
    private static final byte[] RESPONSE_ICMP_CODE = JsonText.name("response_icmp_code");
    private static final byte[] COMMUNITY_ID = JsonText.name("community_id");
    private static final byte[] SRC_GEO = JsonText.name("src_geo");
    private static final byte[] DEST_GEO = JsonText.name("dest_geo");
    private static final byte[] COUNTRY = JsonText.name("country");

    private static final int ICMP_NUMBER = 1;
    private static final int TCP_NUMBER = 6;
    private static final int UDP_NUMBER = 17;
    private static final int ICMPV6_NUMBER = 58;
    private static final int SCTP_NUMBER = 132;

    private final CommunityId communityId = new CommunityId();
    private final EveTunnel tunnel = new EveTunnel();
    private final byte[] letters = new byte[2];

    /** Opens the line and writes its common part. */
    void open(final FlowRecord record, final byte[] eventType, final JsonText out) {
        final FlowEvent event = record.event();
        final int ipVersion = event.u8(FlowEventDescriptor.IP_VERSION);
        final int protocol = event.u8(FlowEventDescriptor.L4_PROTOCOL);
        final boolean hasPorts = protocol == TCP_NUMBER || protocol == UDP_NUMBER || protocol == SCTP_NUMBER;
        out.openObject();
        out.field(TIMESTAMP).timestamp(event.u64(FlowEventDescriptor.TIME_NS));
        out.field(FLOW_ID).number(event.flowId());
        out.field(EVENT_TYPE).raw(eventType);
        if (event.u16(FlowEventDescriptor.VLAN_ID) != 0) {
            out.field(VLAN).openArray().number(event.u16(FlowEventDescriptor.VLAN_ID)).closeArray();
        }
        out.field(SRC_IP).address(event.buffer(), event.offset() + FlowEventDescriptor.CLI_ADDRESS, ipVersion);
        if (hasPorts) {
            out.field(SRC_PORT).number(event.u16(FlowEventDescriptor.CLI_PORT));
        }
        out.field(DEST_IP).address(event.buffer(), event.offset() + FlowEventDescriptor.SRV_ADDRESS, ipVersion);
        if (hasPorts) {
            out.field(DEST_PORT).number(event.u16(FlowEventDescriptor.SRV_PORT));
        }
        out.field(PROTO).raw(EveNames.protocol(protocol));
        if ((protocol == ICMP_NUMBER || protocol == ICMPV6_NUMBER)
            && event.u8(FlowEventDescriptor.ICMP_PRESENT) != 0) {
            icmp(event, out);
        }
        tunnel.write(event, out);
        out.field(COMMUNITY_ID).raw(communityId.quotedOf(event));
        country(SRC_GEO, record.clientCountry(), out);
        country(DEST_GEO, record.serverCountry(), out);
    }

    private static void icmp(final FlowEvent event, final JsonText out) {
        out.field(ICMP_TYPE).number(event.u8(FlowEventDescriptor.CLI2SRV_ICMP_TYPE));
        out.field(ICMP_CODE).number(event.u8(FlowEventDescriptor.CLI2SRV_ICMP_CODE));
        if (event.u64(FlowEventDescriptor.SRV2CLI_PACKETS) != 0) {
            out.field(RESPONSE_ICMP_TYPE).number(event.u8(FlowEventDescriptor.SRV2CLI_ICMP_TYPE));
            out.field(RESPONSE_ICMP_CODE).number(event.u8(FlowEventDescriptor.SRV2CLI_ICMP_CODE));
        }
    }

    private void country(final byte[] field, final int code, final JsonText out) {
        if (code != 0) {
            letters[0] = (byte) (code >>> 8);
            letters[1] = (byte) code;
            out.field(field).openObject().field(COUNTRY).text(letters, 0, 2).closeObject();
        }
    }
}
