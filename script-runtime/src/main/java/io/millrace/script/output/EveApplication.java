package io.millrace.script.output;

import io.millrace.engine.event.FlowEvent;
import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.event.FlowMetadataDescriptor;

/** The objects {@code tls}, {@code http}, {@code dns} and {@code ssh}: what nDPI read. Owned by the writer thread. */
final class EveApplication {
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
    private static final byte[] JA4 = JsonText.name("ja4");
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

    private final MetadataText texts;
    private final byte[] text = new byte[FlowMetadataDescriptor.MAX_LENGTH];
    private final byte[] host = new byte[FlowMetadataDescriptor.MAX_LENGTH];

    EveApplication(final MetadataText texts) {
        this.texts = texts;
    }

    /** Writes those that the event has something for; returns whether one of them carries the host name. */
    boolean write(final FlowEvent event, final JsonText out) {
        boolean hostIsTold = false;
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
        return hostIsTold;
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
        texts.text(SNI, event, FlowMetadataDescriptor.HOST_NAME, out);
        final int version = event.metadataU16(FlowMetadataDescriptor.TLS_VERSION);
        if (version != 0) {
            out.field(VERSION).raw(EveNames.tlsVersion(version));
        }
        texts.text(SUBJECT, event, FlowMetadataDescriptor.TLS_SUBJECT, out);
        texts.text(ISSUERDN, event, FlowMetadataDescriptor.TLS_ISSUER, out);
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
        texts.hash(JA3, event, FlowMetadataDescriptor.TLS_JA3_CLIENT, out);
        texts.hash(JA3S, event, FlowMetadataDescriptor.TLS_JA3_SERVER, out);
        texts.text(JA4, event, FlowMetadataDescriptor.TLS_JA4, out);
        out.closeObject();
    }

    private void http(final FlowEvent event, final JsonText out) {
        out.field(HTTP).openObject();
        texts.text(HOSTNAME, event, FlowMetadataDescriptor.HOST_NAME, out);
        if (event.textLength(FlowMetadataDescriptor.HTTP_URL) > 0) {
            final int length = event.text(FlowMetadataDescriptor.HTTP_URL, text);
            final int path = startOfPath(event, length);
            out.field(URL).text(text, path, length - path);
        }
        texts.text(HTTP_METHOD, event, FlowMetadataDescriptor.HTTP_METHOD, out);
        final int status = event.metadataU16(FlowMetadataDescriptor.HTTP_STATUS);
        if (status != 0) {
            out.field(STATUS).number(status);
        }
        texts.text(HTTP_USER_AGENT, event, FlowMetadataDescriptor.HTTP_USER_AGENT, out);
        texts.text(HTTP_CONTENT_TYPE, event, FlowMetadataDescriptor.HTTP_CONTENT_TYPE, out);
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
        texts.text(RRNAME, event, FlowMetadataDescriptor.HOST_NAME, out);
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
            texts.hash(HASSH, event, FlowMetadataDescriptor.SSH_HASSH_CLIENT, out);
            out.closeObject();
        }
        if (server) {
            out.field(SERVER).openObject();
            sshSignature(event, FlowMetadataDescriptor.SSH_SERVER_SIGNATURE, out);
            texts.hash(HASSH, event, FlowMetadataDescriptor.SSH_HASSH_SERVER, out);
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
}
