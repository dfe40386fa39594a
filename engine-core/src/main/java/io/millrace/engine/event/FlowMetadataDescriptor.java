package io.millrace.engine.event;

import io.millrace.engine.memory.StructDescriptor;

/**
 * What nDPI read in a flow's payload, in one block: fixed numbers, then one reference per text, then the texts.
 *
 * <pre>{@code
 *  0                          fixed part                        LENGTH              total_length
 *  +------------------------------------+------------------------+----------------------+
 *  | total_length, numbers, fingerprint | offset,length per text | bytes of the texts   |
 *  +------------------------------------+------------------------+----------------------+
 * }</pre>
 *
 * <p>A text reference is an offset from the start of the block and a length, both {@code uint16_t} in bytes; length 0
 * means absent. Texts are raw bytes off the wire, not terminated, not validated. The C side is
 * {@code flow_metadata.h} of the shim; a test compares the two. All numbers are in machine order.
 */
public final class FlowMetadataDescriptor {
    /** Longest block, texts included. */
    public static final int MAX_LENGTH = 4096;

    private static final StructDescriptor LAYOUT = new StructDescriptor("flow_metadata_t");

    /** {@code uint32_t}: bytes of the whole block. */
    public static final int TOTAL_LENGTH = LAYOUT.u32("total_length");
    /** {@code uint32_t}: start of the server certificate's validity, Unix seconds; 0 unknown. */
    public static final int TLS_NOT_BEFORE = LAYOUT.u32("tls_not_before");
    /** {@code uint32_t}: end of the server certificate's validity, Unix seconds; 0 unknown. */
    public static final int TLS_NOT_AFTER = LAYOUT.u32("tls_not_after");
    /**
     * {@code uint32_t}: largest TCP receive window in bytes that the client announced in packets that nDPI saw, scaled
     * (RFC 7323) where both sides agreed on it; 0 unknown.
     */
    public static final int CLI2SRV_WINDOW = LAYOUT.u32("cli2srv_window");
    /** {@code uint32_t}: the same of the server. */
    public static final int SRV2CLI_WINDOW = LAYOUT.u32("srv2cli_window");
    /** {@code uint16_t}: TLS version on the wire (RFC 8446 appendix B), 0x0303 is TLS 1.2; 0 not TLS. */
    public static final int TLS_VERSION = LAYOUT.u16("tls_version");
    /** {@code uint16_t}: cipher suite that the server chose (IANA number). */
    public static final int TLS_SERVER_CIPHER = LAYOUT.u16("tls_server_cipher");
    /** {@code uint8_t}: nDPI's {@code ndpi_cipher_weakness}: 0 safe, 1 weak, 2 insecure. */
    public static final int TLS_CIPHER_WEAKNESS = LAYOUT.u8("tls_cipher_weakness");
    /** {@code uint8_t}: 1 where {@link #TLS_SHA1} holds a fingerprint. */
    public static final int TLS_SHA1_PRESENT = LAYOUT.u8("tls_sha1_present");
    /** {@code uint16_t}: last HTTP status code; 0 none seen. */
    public static final int HTTP_STATUS = LAYOUT.u16("http_status");
    /** {@code uint16_t}: DNS query type (RFC 1035 section 3.2.2). */
    public static final int DNS_QUERY_TYPE = LAYOUT.u16("dns_query_type");
    /** {@code uint16_t}: type of the first answer. */
    public static final int DNS_ANSWER_TYPE = LAYOUT.u16("dns_answer_type");
    /**
     * {@code uint16_t}: Shannon entropy of the client's first payload bytes, at most 128 of packets that nDPI saw, in
     * thousandths of a bit per byte, plus one; 0 without payload.
     */
    public static final int CLI2SRV_ENTROPY = LAYOUT.u16("cli2srv_entropy");
    /** {@code uint16_t}: the same of the server. */
    public static final int SRV2CLI_ENTROPY = LAYOUT.u16("srv2cli_entropy");
    /** {@code uint8_t}: DNS response code (RFC 1035 section 4.1.1). */
    public static final int DNS_REPLY_CODE = LAYOUT.u8("dns_reply_code");
    /** {@code uint8_t}: 1 where the numbers and host name are those of a DNS dialogue. */
    public static final int DNS_PRESENT = LAYOUT.u8("dns_present");
    /** {@code uint8_t[20]}: SHA-1 of the server certificate. */
    public static final int TLS_SHA1 = LAYOUT.u8Array("tls_sha1", 20);

    /** Text: DNS name asked for, HTTP host, TLS or QUIC server name. */
    public static final int HOST_NAME = text("host_name");
    /** Text: subject alternative names of the server certificate, comma-separated. */
    public static final int TLS_SERVER_NAMES = text("tls_server_names");
    /** Text: application protocols that the client offered (RFC 7301), comma-separated. */
    public static final int TLS_ALPN = text("tls_alpn");
    /** Text: TLS versions that the client offered. */
    public static final int TLS_SUPPORTED_VERSIONS = text("tls_supported_versions");
    /** Text: issuer of the server certificate. */
    public static final int TLS_ISSUER = text("tls_issuer");
    /** Text: subject of the server certificate. */
    public static final int TLS_SUBJECT = text("tls_subject");
    /** Text: JA3 of the client hello, 32 hexadecimal digits. */
    public static final int TLS_JA3_CLIENT = text("tls_ja3_client");
    /** Text: JA3S of the server hello, 32 hexadecimal digits. */
    public static final int TLS_JA3_SERVER = text("tls_ja3_server");
    /** Text: JA4 of a client hello over TCP, 36 characters. */
    public static final int TLS_JA4 = text("tls_ja4");
    /** Text: HTTP method, upper case. */
    public static final int HTTP_METHOD = text("http_method");
    /** Text: host and path as nDPI joins them. */
    public static final int HTTP_URL = text("http_url");
    /** Text: HTTP {@code User-Agent}. */
    public static final int HTTP_USER_AGENT = text("http_user_agent");
    /** Text: HTTP {@code Content-Type} of the response. */
    public static final int HTTP_CONTENT_TYPE = text("http_content_type");
    /** Text: HTTP {@code Server} of the response, at most 64 bytes. */
    public static final int HTTP_SERVER = text("http_server");
    /** Text: SSH identification string of the client. */
    public static final int SSH_CLIENT_SIGNATURE = text("ssh_client_signature");
    /** Text: SSH identification string of the server. */
    public static final int SSH_SERVER_SIGNATURE = text("ssh_server_signature");
    /** Text: HASSH of the client, 32 hexadecimal digits. */
    public static final int SSH_HASSH_CLIENT = text("ssh_hassh_client");
    /** Text: HASSH of the server, 32 hexadecimal digits. */
    public static final int SSH_HASSH_SERVER = text("ssh_hassh_server");
    /** Text: BitTorrent info hash, 40 hexadecimal digits. */
    public static final int BITTORRENT_HASH = text("bittorrent_hash");
    /** Text: the client's operating system by its HTTP user agent, or what its DHCP client calls itself. */
    public static final int CLIENT_OS = text("client_os");
    /**
     * Bytes: the packet that an ICMP or ICMPv6 error quotes: IP version, protocol, source and destination port (two
     * bytes each, network order), source and destination address (16 bytes each).
     */
    public static final int ICMP_QUOTE = text("icmp_quote");
    /**
     * Bytes: payload of the packet at which nDPI named the application, from its start, 256 at most; absent where it
     * carried none, was guessed, or is not kept.
     */
    public static final int MATCH_PAYLOAD = text("match_payload");

    /** Length of the fixed part in bytes; texts follow. */
    public static final int LENGTH = LAYOUT.seal();

    private FlowMetadataDescriptor() {
    }

    /** The layout with all its fields; each text is two of them, {@code NAME_offset} and {@code NAME_length}. */
    public static StructDescriptor layout() {
        return LAYOUT;
    }

    private static int text(final String name) {
        final int offset = LAYOUT.u16(name + "_offset");
        LAYOUT.u16(name + "_length");
        return offset;
    }
}
