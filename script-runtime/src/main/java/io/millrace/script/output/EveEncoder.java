package io.millrace.script.output;

import io.millrace.engine.event.ApplicationNames;
import io.millrace.engine.event.FlowEvent;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowMetadataDescriptor;
import io.millrace.script.verdict.VerdictDescriptor;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * Turns records into lines of EVE JSON, Suricata's log format: its names and spellings where Suricata has the field,
 * objects {@code ndpi} and {@code millrace} for the rest. The source is the client and the destination the server in
 * every line. Members that are not known are left out.
 *
 * <p>JSON is written by hand, straight from the record's bytes; names that repeat are encoded once and kept. The line of
 * a DNS flow (640 bytes) takes 0.55 microseconds that way and 1.0 with Jackson's generator fed from the same bytes (JDK
 * 25, EPYC). A flow record allocates nothing but rare numbers that have no name. Owned by the writer thread.
 */
final class EveEncoder {
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
    private static final byte[] FLOW = JsonText.name("flow");
    private static final byte[] PKTS_TOSERVER = JsonText.name("pkts_toserver");
    private static final byte[] PKTS_TOCLIENT = JsonText.name("pkts_toclient");
    private static final byte[] BYTES_TOSERVER = JsonText.name("bytes_toserver");
    private static final byte[] BYTES_TOCLIENT = JsonText.name("bytes_toclient");
    private static final byte[] START = JsonText.name("start");
    private static final byte[] END = JsonText.name("end");
    private static final byte[] AGE = JsonText.name("age");
    private static final byte[] STATE = JsonText.name("state");
    private static final byte[] REASON = JsonText.name("reason");
    private static final byte[] ALERTED = JsonText.name("alerted");
    private static final byte[] TCP = JsonText.name("tcp");
    private static final byte[] TCP_FLAGS = JsonText.name("tcp_flags");
    private static final byte[] TCP_FLAGS_TS = JsonText.name("tcp_flags_ts");
    private static final byte[] TCP_FLAGS_TC = JsonText.name("tcp_flags_tc");
    private static final byte[] TLS = JsonText.name("tls");
    private static final byte[] SNI = JsonText.name("sni");
    private static final byte[] VERSION = JsonText.name("version");
    private static final byte[] SUBJECT = JsonText.name("subject");
    private static final byte[] ISSUERDN = JsonText.name("issuerdn");
    private static final byte[] FINGERPRINT = JsonText.name("fingerprint");
    private static final byte[] NOTBEFORE = JsonText.name("notbefore");
    private static final byte[] NOTAFTER = JsonText.name("notafter");
    private static final byte[] JA3 = JsonText.name("ja3");
    private static final byte[] JA3S = JsonText.name("ja3s");
    private static final byte[] HASH = JsonText.name("hash");
    private static final byte[] HTTP = JsonText.name("http");
    private static final byte[] HOSTNAME = JsonText.name("hostname");
    private static final byte[] URL = JsonText.name("url");
    private static final byte[] HTTP_METHOD = JsonText.name("http_method");
    private static final byte[] STATUS = JsonText.name("status");
    private static final byte[] HTTP_USER_AGENT = JsonText.name("http_user_agent");
    private static final byte[] HTTP_CONTENT_TYPE = JsonText.name("http_content_type");
    private static final byte[] DNS = JsonText.name("dns");
    private static final byte[] RRNAME = JsonText.name("rrname");
    private static final byte[] RRTYPE = JsonText.name("rrtype");
    private static final byte[] RCODE = JsonText.name("rcode");
    private static final byte[] SSH = JsonText.name("ssh");
    private static final byte[] CLIENT = JsonText.name("client");
    private static final byte[] SERVER = JsonText.name("server");
    private static final byte[] PROTO_VERSION = JsonText.name("proto_version");
    private static final byte[] SOFTWARE_VERSION = JsonText.name("software_version");
    private static final byte[] HASSH = JsonText.name("hassh");
    private static final byte[] NDPI = JsonText.name("ndpi");
    private static final byte[] MASTER = JsonText.name("master");
    private static final byte[] APP = JsonText.name("app");
    private static final byte[] CATEGORY = JsonText.name("category");
    private static final byte[] BREED = JsonText.name("breed");
    private static final byte[] CONFIDENCE = JsonText.name("confidence");
    private static final byte[] RISKS = JsonText.name("risks");
    private static final byte[] ALERT = JsonText.name("alert");
    private static final byte[] ACTION = JsonText.name("action");
    private static final byte[] SIGNATURE_ID = JsonText.name("signature_id");
    private static final byte[] SIGNATURE = JsonText.name("signature");
    private static final byte[] SEVERITY = JsonText.name("severity");
    private static final byte[] MILLRACE = JsonText.name("millrace");
    private static final byte[] SCORE = JsonText.name("score");
    private static final byte[] CLIENT_SCORE = JsonText.name("client_score");
    private static final byte[] SERVER_SCORE = JsonText.name("server_score");
    private static final byte[] SCRIPT = JsonText.name("script");
    private static final byte[] STATUS_KEY = JsonText.name("status_key");
    private static final byte[] MESSAGE = JsonText.name("message");
    private static final byte[] INFO = JsonText.name("info");
    private static final byte[] STATS = JsonText.name("stats");

    private static final byte[] FLOW_EVENT = JsonText.quoted("flow");
    private static final byte[] ALERT_EVENT = JsonText.quoted("alert");
    private static final byte[] STATS_EVENT = JsonText.quoted("stats");
    private static final byte[] ALLOWED = JsonText.quoted("allowed");
    private static final byte[] TCP_NONE = JsonText.quoted("none");
    private static final byte[] TCP_SYN_SENT = JsonText.quoted("syn_sent");
    private static final byte[] TCP_SYN_RECV = JsonText.quoted("syn_recv");
    private static final byte[] TCP_ESTABLISHED = JsonText.quoted("established");
    private static final byte[] TCP_FIN_WAIT1 = JsonText.quoted("fin_wait1");
    private static final byte[] TCP_CLOSE_WAIT = JsonText.quoted("close_wait");
    private static final byte[] TCP_CLOSED = JsonText.quoted("closed");
    private static final byte[][] FLAG_FIELDS = names("syn", "fin", "rst", "psh", "ack", "urg", "ecn", "cwr");
    private static final int[] FLAG_BITS = {0x02, 0x01, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80};

    private static final int FIN = 0x01;
    private static final int SYN = 0x02;
    private static final int RST = 0x04;
    private static final int ICMP_NUMBER = 1;
    private static final int TCP_NUMBER = 6;
    private static final int UDP_NUMBER = 17;
    private static final int ICMPV6_NUMBER = 58;
    private static final int SCTP_NUMBER = 132;
    private static final int HIGHEST_SCRIPT_SEVERITY = 2;
    private static final int LEAST_SUSPICIOUS = 3;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final ApplicationNames names;
    private final VerdictNames verdictNames;
    private final byte[][] protocols;
    private final byte[][] categories;
    private final byte[][] breeds;
    private final byte[][] risks;
    private final byte[][] confidences;
    private final byte[][] statuses = new byte[Long.SIZE][];
    private final Int2ObjectHashMap<byte[]> applications = new Int2ObjectHashMap<>();
    private final Int2ObjectHashMap<byte[]> scripts = new Int2ObjectHashMap<>();
    private final Map<String, byte[]> labels = new HashMap<>();
    private final CommunityId communityId = new CommunityId();
    private final InfoJson infoJson = new InfoJson();
    private final byte[] text = new byte[FlowMetadataDescriptor.MAX_LENGTH];
    private final byte[] host = new byte[FlowMetadataDescriptor.MAX_LENGTH];
    private byte[] info = new byte[FlowMetadataDescriptor.MAX_LENGTH];

    EveEncoder(final ApplicationNames names, final VerdictNames verdictNames) {
        this.names = names;
        this.verdictNames = verdictNames;
        protocols = quoted(names.protocols());
        categories = quoted(names.categories());
        breeds = quoted(names.breeds());
        risks = quoted(names.risks());
        confidences = quoted(names.confidences());
    }

    /** Appends the final record of a flow as one line. */
    void flow(final FlowRecord record, final JsonText out) {
        final FlowEvent event = record.event();
        head(record, FLOW_EVENT, out);
        final long firstSeenNs = event.u64(FlowEventDescriptor.FIRST_SEEN_NS);
        final long lastSeenNs = event.u64(FlowEventDescriptor.LAST_SEEN_NS);
        counters(event, out);
        out.field(END).timestamp(lastSeenNs);
        out.field(AGE).number(lastSeenNs / NANOS_PER_SECOND - firstSeenNs / NANOS_PER_SECOND);
        out.field(STATE).raw(label(event.stateLabel()));
        out.field(REASON).raw(label(event.endReasonLabel()));
        out.field(ALERTED).bool(record.alerts() > 0);
        out.closeObject();
        if (event.u8(FlowEventDescriptor.L4_PROTOCOL) == TCP_NUMBER) {
            tcp(event, out);
        }
        applicationLayer(event, out);
        if ((record.statusBitmap() & ~1L) != 0 || record.score() != VerdictDescriptor.SCORE_UNSET
            || record.clientScore() != 0 || record.serverScore() != 0) {
            out.field(MILLRACE).openObject();
            verdict(record, record.score(), out);
            out.closeObject();
        }
        out.closeObject().endLine();
    }

    /** Appends an alert as one line. */
    void alert(final AlertRecord alert, final JsonText out) {
        final FlowRecord record = alert.flow();
        head(record, ALERT_EVENT, out);
        counters(record.event(), out);
        out.closeObject();
        out.field(ALERT).openObject();
        out.field(ACTION).raw(ALLOWED);
        out.field(SIGNATURE_ID).number(alert.statusId());
        out.field(SIGNATURE).text(alert.buffer(), alert.signatureOffset(), alert.signatureLength());
        out.field(CATEGORY).text(alert.buffer(), alert.categoryOffset(), alert.categoryLength());
        out.field(SEVERITY).number(LEAST_SUSPICIOUS - Math.min(alert.severity(), HIGHEST_SCRIPT_SEVERITY));
        out.closeObject();
        applicationLayer(record.event(), out);
        out.field(MILLRACE).openObject();
        verdict(record, alert.score() != 0 ? alert.score() : record.score(), out);
        out.field(SCRIPT).raw(script(alert.script()));
        if (alert.statusKeyLength() > 0) {
            out.field(STATUS_KEY).text(alert.buffer(), alert.statusKeyOffset(), alert.statusKeyLength());
        }
        info(alert, out);
        out.closeObject();
        out.closeObject().endLine();
    }

    /** Appends the counters of the run as one line, in the order of their keys. */
    void stats(final StatsRecord stats, final JsonText out) {
        out.openObject();
        out.field(TIMESTAMP).timestamp(stats.timeNs());
        out.field(EVENT_TYPE).raw(STATS_EVENT);
        out.field(STATS).openObject();
        new TreeMap<>(stats.counters()).forEach((key, value) -> out.field(JsonText.name(key)).number(value));
        out.closeObject();
        out.closeObject().endLine();
    }

    private void head(final FlowRecord record, final byte[] eventType, final JsonText out) {
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
            text[0] = (byte) (code >>> 8);
            text[1] = (byte) code;
            out.field(field).openObject().field(COUNTRY).text(text, 0, 2).closeObject();
        }
    }

    /** Opens the object {@code flow} with what alerts and records have in common. */
    private static void counters(final FlowEvent event, final JsonText out) {
        out.field(FLOW).openObject();
        out.field(PKTS_TOSERVER).number(event.u64(FlowEventDescriptor.CLI2SRV_PACKETS));
        out.field(PKTS_TOCLIENT).number(event.u64(FlowEventDescriptor.SRV2CLI_PACKETS));
        out.field(BYTES_TOSERVER).number(event.u64(FlowEventDescriptor.CLI2SRV_BYTES));
        out.field(BYTES_TOCLIENT).number(event.u64(FlowEventDescriptor.SRV2CLI_BYTES));
        out.field(START).timestamp(event.u64(FlowEventDescriptor.FIRST_SEEN_NS));
    }

    private static void tcp(final FlowEvent event, final JsonText out) {
        final int client = event.u8(FlowEventDescriptor.CLI2SRV_TCP_FLAGS);
        final int server = event.u8(FlowEventDescriptor.SRV2CLI_TCP_FLAGS);
        out.field(TCP).openObject();
        out.field(TCP_FLAGS).hexByte(client | server);
        out.field(TCP_FLAGS_TS).hexByte(client);
        out.field(TCP_FLAGS_TC).hexByte(server);
        for (int i = 0; i < FLAG_FIELDS.length; i++) {
            if (((client | server) & FLAG_BITS[i]) != 0) {
                out.field(FLAG_FIELDS[i]).bool(true);
            }
        }
        out.field(STATE).raw(tcpState(event.stateLabel(), client, server));
        out.closeObject();
    }

    private static byte[] tcpState(final String state, final int client, final int server) {
        if (state.equals("closed")) {
            final boolean oneSided = ((client | server) & RST) == 0 && ((client ^ server) & FIN) != 0;
            if (!oneSided) {
                return TCP_CLOSED;
            }
            return (client & FIN) != 0 ? TCP_CLOSE_WAIT : TCP_FIN_WAIT1;
        }
        if (state.equals("established")) {
            return TCP_ESTABLISHED;
        }
        if ((server & SYN) != 0) {
            return TCP_SYN_RECV;
        }
        return (client & SYN) != 0 ? TCP_SYN_SENT : TCP_NONE;
    }

    /** What nDPI read and concluded. A host name that belongs to no object of Suricata's goes to {@code ndpi}. */
    private void applicationLayer(final FlowEvent event, final JsonText out) {
        boolean hostIsTold = true;
        if (event.hasMetadata()) {
            hostIsTold = false;
            if (isTls(event)) {
                tls(event, out);
                hostIsTold = true;
            }
            if (isHttp(event)) {
                http(event, out);
                hostIsTold = true;
            }
            if (event.metadataU8(FlowMetadataDescriptor.DNS_PRESENT) != 0) {
                dns(event, out);
                hostIsTold = true;
            }
            ssh(event, out);
        }
        ndpi(event, !hostIsTold, out);
    }

    private static boolean isTls(final FlowEvent event) {
        return event.metadataU16(FlowMetadataDescriptor.TLS_VERSION) != 0
            || event.metadataU8(FlowMetadataDescriptor.TLS_SHA1_PRESENT) != 0
            || event.textLength(FlowMetadataDescriptor.TLS_SUBJECT) > 0
            || event.textLength(FlowMetadataDescriptor.TLS_ISSUER) > 0
            || event.textLength(FlowMetadataDescriptor.TLS_JA3_CLIENT) > 0
            || event.textLength(FlowMetadataDescriptor.TLS_JA3_SERVER) > 0;
    }

    private static boolean isHttp(final FlowEvent event) {
        return event.metadataU16(FlowMetadataDescriptor.HTTP_STATUS) != 0
            || event.textLength(FlowMetadataDescriptor.HTTP_METHOD) > 0
            || event.textLength(FlowMetadataDescriptor.HTTP_URL) > 0
            || event.textLength(FlowMetadataDescriptor.HTTP_USER_AGENT) > 0
            || event.textLength(FlowMetadataDescriptor.HTTP_CONTENT_TYPE) > 0;
    }

    private void tls(final FlowEvent event, final JsonText out) {
        out.field(TLS).openObject();
        text(SNI, event, FlowMetadataDescriptor.HOST_NAME, out);
        final int version = event.metadataU16(FlowMetadataDescriptor.TLS_VERSION);
        if (version != 0) {
            out.field(VERSION).raw(EveNames.tlsVersion(version));
        }
        text(SUBJECT, event, FlowMetadataDescriptor.TLS_SUBJECT, out);
        text(ISSUERDN, event, FlowMetadataDescriptor.TLS_ISSUER, out);
        if (event.metadataU8(FlowMetadataDescriptor.TLS_SHA1_PRESENT) != 0) {
            final int metadata = event.offset() + (int) event.u32(FlowEventDescriptor.METADATA_OFFSET);
            out.field(FINGERPRINT).hexBytes(event.buffer(), metadata + FlowMetadataDescriptor.TLS_SHA1, 20);
        }
        final long notBefore = event.metadataU32(FlowMetadataDescriptor.TLS_NOT_BEFORE);
        if (notBefore != 0) {
            out.field(NOTBEFORE).timeOfCertificate(notBefore);
        }
        final long notAfter = event.metadataU32(FlowMetadataDescriptor.TLS_NOT_AFTER);
        if (notAfter != 0) {
            out.field(NOTAFTER).timeOfCertificate(notAfter);
        }
        hash(JA3, event, FlowMetadataDescriptor.TLS_JA3_CLIENT, out);
        hash(JA3S, event, FlowMetadataDescriptor.TLS_JA3_SERVER, out);
        out.closeObject();
    }

    private void http(final FlowEvent event, final JsonText out) {
        out.field(HTTP).openObject();
        text(HOSTNAME, event, FlowMetadataDescriptor.HOST_NAME, out);
        if (event.textLength(FlowMetadataDescriptor.HTTP_URL) > 0) {
            final int length = event.text(FlowMetadataDescriptor.HTTP_URL, text);
            final int path = startOfPath(event, length);
            out.field(URL).text(text, path, length - path);
        }
        text(HTTP_METHOD, event, FlowMetadataDescriptor.HTTP_METHOD, out);
        final int status = event.metadataU16(FlowMetadataDescriptor.HTTP_STATUS);
        if (status != 0) {
            out.field(STATUS).number(status);
        }
        text(HTTP_USER_AGENT, event, FlowMetadataDescriptor.HTTP_USER_AGENT, out);
        text(HTTP_CONTENT_TYPE, event, FlowMetadataDescriptor.HTTP_CONTENT_TYPE, out);
        out.closeObject();
    }

    /** nDPI joins host and path; Suricata's {@code url} is the path alone. 0 where the two are not joined. */
    private int startOfPath(final FlowEvent event, final int urlLength) {
        final int hostLength = event.text(FlowMetadataDescriptor.HOST_NAME, host);
        if (hostLength == 0 || hostLength > urlLength) {
            return 0;
        }
        for (int i = 0; i < hostLength; i++) {
            if (text[i] != host[i]) {
                return 0;
            }
        }
        int path = hostLength;
        if (path < urlLength && text[path] == ':') {
            path++;
            while (path < urlLength && text[path] >= '0' && text[path] <= '9') {
                path++;
            }
        }
        return path < urlLength && text[path] == '/' ? path : 0;
    }

    private void dns(final FlowEvent event, final JsonText out) {
        out.field(DNS).openObject();
        text(RRNAME, event, FlowMetadataDescriptor.HOST_NAME, out);
        final int type = event.metadataU16(FlowMetadataDescriptor.DNS_QUERY_TYPE);
        if (type != 0) {
            out.field(RRTYPE).raw(EveNames.dnsType(type));
        }
        if (event.u64(FlowEventDescriptor.SRV2CLI_PACKETS) != 0) {
            out.field(RCODE).raw(EveNames.dnsResponseCode(event.metadataU8(FlowMetadataDescriptor.DNS_REPLY_CODE)));
        }
        out.closeObject();
    }

    private void ssh(final FlowEvent event, final JsonText out) {
        final boolean client = event.textLength(FlowMetadataDescriptor.SSH_CLIENT_SIGNATURE) > 0
            || event.textLength(FlowMetadataDescriptor.SSH_HASSH_CLIENT) > 0;
        final boolean server = event.textLength(FlowMetadataDescriptor.SSH_SERVER_SIGNATURE) > 0
            || event.textLength(FlowMetadataDescriptor.SSH_HASSH_SERVER) > 0;
        if (!client && !server) {
            return;
        }
        out.field(SSH).openObject();
        if (client) {
            out.field(CLIENT).openObject();
            sshSignature(event, FlowMetadataDescriptor.SSH_CLIENT_SIGNATURE, out);
            hash(HASSH, event, FlowMetadataDescriptor.SSH_HASSH_CLIENT, out);
            out.closeObject();
        }
        if (server) {
            out.field(SERVER).openObject();
            sshSignature(event, FlowMetadataDescriptor.SSH_SERVER_SIGNATURE, out);
            hash(HASSH, event, FlowMetadataDescriptor.SSH_HASSH_SERVER, out);
            out.closeObject();
        }
        out.closeObject();
    }

    /** Takes {@code SSH-protoversion-softwareversion comments} (RFC 4253 section 4.2) apart. */
    private void sshSignature(final FlowEvent event, final int signature, final JsonText out) {
        final int length = event.text(signature, text);
        if (length == 0) {
            return;
        }
        final boolean wellFormed = length > 4 && text[0] == 'S' && text[1] == 'S' && text[2] == 'H' && text[3] == '-';
        final int version = wellFormed ? 4 : 0;
        int dash = version;
        while (wellFormed && dash < length && text[dash] != '-') {
            dash++;
        }
        if (!wellFormed || dash == length) {
            out.field(SOFTWARE_VERSION).text(text, 0, length);
            return;
        }
        int end = dash + 1;
        while (end < length && text[end] != ' ' && text[end] != '\r' && text[end] != '\n') {
            end++;
        }
        out.field(PROTO_VERSION).text(text, version, dash - version);
        out.field(SOFTWARE_VERSION).text(text, dash + 1, end - dash - 1);
    }

    private void ndpi(final FlowEvent event, final boolean withHostName, final JsonText out) {
        final int master = event.u16(FlowEventDescriptor.NDPI_MASTER);
        final int app = event.u16(FlowEventDescriptor.NDPI_APP);
        out.field(NDPI).openObject();
        out.field(PROTO).raw(application(master, app));
        if (master != 0) {
            out.field(MASTER).raw(protocol(master));
        }
        if (app != 0) {
            out.field(APP).raw(protocol(app));
        }
        name(CATEGORY, categories, event.u16(FlowEventDescriptor.NDPI_CATEGORY), out);
        name(BREED, breeds, event.u8(FlowEventDescriptor.NDPI_BREED), out);
        name(CONFIDENCE, confidences, event.u8(FlowEventDescriptor.NDPI_CONFIDENCE), out);
        if (withHostName) {
            text(HOSTNAME, event, FlowMetadataDescriptor.HOST_NAME, out);
        }
        long risk = event.u64(FlowEventDescriptor.NDPI_RISK);
        if (risk != 0) {
            out.field(RISKS).openArray();
            for (; risk != 0; risk &= risk - 1) {
                final int id = Long.numberOfTrailingZeros(risk);
                out.element().raw(id < risks.length ? risks[id] : JsonText.quoted(Integer.toString(id)));
            }
            out.closeArray();
        }
        out.closeObject();
    }

    private void verdict(final FlowRecord record, final long score, final JsonText out) {
        out.field(STATUS).openArray();
        for (long rest = record.statusBitmap() & ~1L; rest != 0; rest &= rest - 1) {
            out.element().raw(status(Long.numberOfTrailingZeros(rest)));
        }
        out.closeArray();
        if (score != VerdictDescriptor.SCORE_UNSET) {
            out.field(SCORE).number(score);
        }
        if (record.clientScore() != 0) {
            out.field(CLIENT_SCORE).number(record.clientScore());
        }
        if (record.serverScore() != 0) {
            out.field(SERVER_SCORE).number(record.serverScore());
        }
    }

    /** A JSON object keeps its form; anything else is a message. Never both, so that each field has one type. */
    private void info(final AlertRecord alert, final JsonText out) {
        final int length = alert.infoLength();
        if (length == 0) {
            return;
        }
        if (info.length < length) {
            info = new byte[2 * length];
        }
        alert.buffer().getBytes(alert.infoOffset(), info, 0, length);
        if (infoJson.isObject(info, length)) {
            out.field(INFO).raw(info, 0, InfoJson.compact(info, length));
        } else {
            out.field(MESSAGE).text(info, 0, length);
        }
    }

    private void text(final byte[] field, final FlowEvent event, final int reference, final JsonText out) {
        if (event.textLength(reference) > 0) {
            out.field(field).text(text, 0, event.text(reference, text));
        }
    }

    private void hash(final byte[] field, final FlowEvent event, final int reference, final JsonText out) {
        if (event.textLength(reference) > 0) {
            out.field(field).openObject();
            text(HASH, event, reference, out);
            out.closeObject();
        }
    }

    private static void name(final byte[] field, final byte[][] values, final int index, final JsonText out) {
        if (index < values.length && values[index].length > 2) {
            out.field(field).raw(values[index]);
        }
    }

    private byte[] label(final String label) {
        byte[] name = labels.get(label);
        if (name == null) {
            name = JsonText.quoted(label);
            labels.put(label, name);
        }
        return name;
    }

    private byte[] protocol(final int id) {
        return protocols[id < protocols.length ? id : 0];
    }

    private byte[] application(final int master, final int app) {
        final int key = master << 16 | app;
        byte[] name = applications.get(key);
        if (name == null) {
            name = JsonText.quoted(names.protocol(master, app));
            applications.put(key, name);
        }
        return name;
    }

    private byte[] status(final int id) {
        if (statuses[id] == null) {
            final String name = verdictNames.status(id);
            statuses[id] = JsonText.quoted(name == null ? "status_" + id : name);
        }
        return statuses[id];
    }

    private byte[] script(final int index) {
        byte[] name = scripts.get(index);
        if (name == null) {
            final String key = verdictNames.script(index);
            name = JsonText.quoted(key == null ? "script_" + index : key);
            scripts.put(index, name);
        }
        return name;
    }

    private static byte[][] quoted(final String[] names) {
        final byte[][] quoted = new byte[names.length][];
        for (int i = 0; i < names.length; i++) {
            quoted[i] = JsonText.quoted(names[i] == null ? "" : names[i]);
        }
        return quoted;
    }

    private static byte[][] names(final String... fields) {
        final byte[][] names = new byte[fields.length][];
        for (int i = 0; i < fields.length; i++) {
            names[i] = JsonText.name(fields[i]);
        }
        return names;
    }
}
