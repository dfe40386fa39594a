/*
 * What nDPI read in a flow's payload; the C side of io.millrace.engine.event.FlowMetadataDescriptor, which explains the
 * fields. A test compares the two.
 */
#ifndef MILLRACE_FLOW_METADATA_H
#define MILLRACE_FLOW_METADATA_H

#include <stdint.h>

#define MILLRACE_METADATA_MAX 4096

struct millrace_text {
   uint16_t offset;
   uint16_t length;
};

struct millrace_flow_metadata {
   uint32_t total_length;
   uint32_t tls_not_before;
   uint32_t tls_not_after;
   uint32_t cli2srv_window;
   uint32_t srv2cli_window;
   uint16_t tls_version;
   uint16_t tls_server_cipher;
   uint8_t tls_cipher_weakness;
   uint8_t tls_sha1_present;
   uint16_t http_status;
   uint16_t dns_query_type;
   uint16_t dns_answer_type;
   uint16_t cli2srv_entropy;
   uint16_t srv2cli_entropy;
   uint8_t dns_reply_code;
   uint8_t dns_present;
   uint8_t tls_sha1[20];
   struct millrace_text host_name;
   struct millrace_text tls_server_names;
   struct millrace_text tls_alpn;
   struct millrace_text tls_supported_versions;
   struct millrace_text tls_issuer;
   struct millrace_text tls_subject;
   struct millrace_text tls_ja3_client;
   struct millrace_text tls_ja3_server;
   struct millrace_text tls_ja4;
   struct millrace_text http_method;
   struct millrace_text http_url;
   struct millrace_text http_user_agent;
   struct millrace_text http_content_type;
   struct millrace_text http_server;
   struct millrace_text ssh_client_signature;
   struct millrace_text ssh_server_signature;
   struct millrace_text ssh_hassh_client;
   struct millrace_text ssh_hassh_server;
   struct millrace_text bittorrent_hash;
   struct millrace_text client_os;
   struct millrace_text icmp_quote;
   struct millrace_text match_payload;
};

#endif
