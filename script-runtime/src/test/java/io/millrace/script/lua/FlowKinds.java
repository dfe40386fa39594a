package io.millrace.script.lua;

import static io.millrace.engine.event.FlowEventKind.FLOW_END;
import static io.millrace.engine.event.FlowEventKind.PERIODIC_UPDATE;
import static io.millrace.engine.event.FlowEventKind.PROTOCOL_DETECTED;
import static io.millrace.script.lua.EventBuilder.event;

import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowMetadataDescriptor;
import java.util.LinkedHashMap;
import java.util.Map;

/** One flow of each kind that scripts meet. */
final class FlowKinds {
    private FlowKinds() {
    }

    /** By name, each with a flow id of its own. */
    static Map<String, EventBuilder> all() {
        final Map<String, EventBuilder> kinds = new LinkedHashMap<>();
        kinds.put("TCP with TLS", tls(event(PROTOCOL_DETECTED, 1)));
        kinds.put("UDP with DNS", dns(event(PERIODIC_UPDATE, 2)));
        kinds.put("HTTP", http(event(FLOW_END, 3)));
        kinds.put("SSH", ssh(event(PROTOCOL_DETECTED, 4)));
        kinds.put("ICMP", icmp(event(PROTOCOL_DETECTED, 5)));
        kinds.put("ICMPv6", icmp(event(PROTOCOL_DETECTED, 6)).between("2001:db8::1", "ff02::1")
            .u8(FlowEventDescriptor.L4_PROTOCOL, 58));
        kinds.put("unknown protocol", event(FLOW_END, 7).u8(FlowEventDescriptor.L4_PROTOCOL, 200)
            .u16(FlowEventDescriptor.NDPI_APP, 0));
        kinds.put("names beyond the tables", event(FLOW_END, 8).u16(FlowEventDescriptor.NDPI_APP, 65535)
            .u16(FlowEventDescriptor.NDPI_MASTER, 65534).u16(FlowEventDescriptor.NDPI_CATEGORY, 999)
            .u8(FlowEventDescriptor.NDPI_BREED, 99).u64(FlowEventDescriptor.NDPI_RISK, -1));
        return kinds;
    }

    static EventBuilder tls(final EventBuilder flow) {
        return flow.metadataU16(FlowMetadataDescriptor.TLS_VERSION, 771)
            .metadataU32(FlowMetadataDescriptor.TLS_NOT_BEFORE, 1500000000)
            .metadataU32(FlowMetadataDescriptor.TLS_NOT_AFTER, 1600000000)
            .metadataU16(FlowMetadataDescriptor.TLS_SERVER_CIPHER, 0x1301)
            .metadataU8(FlowMetadataDescriptor.TLS_CIPHER_WEAKNESS, 1)
            .text(FlowMetadataDescriptor.HOST_NAME, "www.example.org")
            .text(FlowMetadataDescriptor.TLS_SERVER_NAMES, "example.org,*.example.org")
            .text(FlowMetadataDescriptor.TLS_ISSUER, "CN=Some CA")
            .text(FlowMetadataDescriptor.TLS_SUBJECT, "CN=*.example.org, O=Example")
            .text(FlowMetadataDescriptor.TLS_JA3_CLIENT, "0123456789abcdef0123456789abcdef")
            .text(FlowMetadataDescriptor.TLS_JA3_SERVER, "fedcba9876543210fedcba9876543210")
            .text(FlowMetadataDescriptor.TLS_JA4, "t13d1516h2_8daaf6152771_e5627efa2ab1");
    }

    static EventBuilder dns(final EventBuilder flow) {
        return flow.u8(FlowEventDescriptor.L4_PROTOCOL, 17).u16(FlowEventDescriptor.NDPI_APP, 5)
            .u16(FlowEventDescriptor.SRV_PORT, 53)
            .metadataU8(FlowMetadataDescriptor.DNS_PRESENT, 1).metadataU16(FlowMetadataDescriptor.DNS_QUERY_TYPE, 28)
            .metadataU8(FlowMetadataDescriptor.DNS_REPLY_CODE, 3)
            .text(FlowMetadataDescriptor.HOST_NAME, "a\u0001b.example.org");
    }

    static EventBuilder http(final EventBuilder flow) {
        return flow.u16(FlowEventDescriptor.NDPI_APP, 7).metadataU16(FlowMetadataDescriptor.HTTP_STATUS, 404)
            .text(FlowMetadataDescriptor.HOST_NAME, "example.org")
            .text(FlowMetadataDescriptor.HTTP_METHOD, "GET")
            .text(FlowMetadataDescriptor.HTTP_URL, "example.org/index.html")
            .text(FlowMetadataDescriptor.HTTP_USER_AGENT, "curl/7");
    }

    static EventBuilder ssh(final EventBuilder flow) {
        return flow.u16(FlowEventDescriptor.NDPI_APP, 92)
            .text(FlowMetadataDescriptor.SSH_CLIENT_SIGNATURE, "SSH-2.0-OpenSSH_9")
            .text(FlowMetadataDescriptor.SSH_HASSH_CLIENT, "00112233445566778899aabbccddeeff");
    }

    static EventBuilder icmp(final EventBuilder flow) {
        return flow.u8(FlowEventDescriptor.L4_PROTOCOL, 1).u16(FlowEventDescriptor.NDPI_APP, 81)
            .u16(FlowEventDescriptor.CLI_PORT, 0).u16(FlowEventDescriptor.SRV_PORT, 0)
            .u8(FlowEventDescriptor.ICMP_PRESENT, 1).u8(FlowEventDescriptor.CLI2SRV_ICMP_TYPE, 8)
            .u16(FlowEventDescriptor.ICMP_MAX_PAYLOAD_BYTES, 56);
    }
}
