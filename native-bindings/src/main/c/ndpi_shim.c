/*
 * nDPI behind plain symbols: results by pointer instead of by value, and everything worth keeping of a flow copied out
 * of nDPI's own struct in one call. Compiled against the installed headers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ndpi/ndpi_api.h>

#include "flow_metadata.h"
#include "millrace_shim.h"
#include "ndpi_state.h"
#include "ndpi_verdict.h"

#if NDPI_MAJOR != 4 || NDPI_MINOR != 2
#error "nDPI 4.2 headers are needed: apt-get install libndpi-dev"
#endif

#define TEXT_MAX 1024

int millrace_ndpi_compiled_api(void) {
   return NDPI_API_VERSION;
}

struct ndpi_detection_module_struct *millrace_ndpi_create(void) {
   struct ndpi_detection_module_struct *module = ndpi_init_detection_module(ndpi_no_prefs);
   if (module == NULL) {
      return NULL;
   }
   NDPI_PROTOCOL_BITMASK every_protocol;
   NDPI_BITMASK_SET_ALL(every_protocol);
   ndpi_set_protocol_detection_bitmask2(module, &every_protocol);
   ndpi_finalize_initialization(module);
   return module;
}

void millrace_ndpi_destroy(struct ndpi_detection_module_struct *module) {
   ndpi_exit_detection_module(module);
}

void millrace_ndpi_flow_reset(struct millrace_ndpi_state *state) {
   ndpi_free_flow_data(&state->flow);
   memset(state, 0, sizeof(*state));
}

static void fill(struct ndpi_detection_module_struct *module, const struct ndpi_flow_struct *flow,
      const ndpi_protocol *found, struct millrace_ndpi_verdict *verdict) {
   verdict->master = found->master_protocol;
   verdict->app = found->app_protocol;
   verdict->category = (uint16_t)found->category;
   verdict->breed = (uint8_t)ndpi_get_proto_breed(module,
         found->app_protocol != NDPI_PROTOCOL_UNKNOWN ? found->app_protocol : found->master_protocol);
   verdict->confidence = (uint8_t)(flow == NULL ? NDPI_CONFIDENCE_MATCH_BY_PORT : flow->confidence);
   verdict->risk = flow == NULL ? 0 : flow->risk;
}

/*
 * Whether nDPI sees another transport in this packet than in those before it. It keeps what it knows of TCP and of UDP
 * in one union, pointers included, and trusts its caller never to mix the two in a flow; where its reading of IPv6
 * extension headers differs from ours, a crafted packet could.
 */
static int is_of_another_transport(const struct ndpi_flow_struct *flow, const uint8_t *packet, unsigned short length) {
   const u_int8_t *transport;
   u_int16_t transport_length;
   u_int8_t protocol;
   return flow->l4_proto != 0
      && ndpi_detection_get_l4(packet, length, &transport, &transport_length, &protocol, 0) == 0
      && protocol != flow->l4_proto;
}

static int is_named(const struct ndpi_flow_struct *flow, uint16_t protocol) {
   return flow->detected_protocol_stack[0] == protocol || flow->detected_protocol_stack[1] == protocol;
}

/* The protocols for which nDPI uses the tls_quic member of its union. */
static int has_tls(const struct ndpi_flow_struct *flow) {
   return is_named(flow, NDPI_PROTOCOL_TLS) || is_named(flow, NDPI_PROTOCOL_QUIC) || is_named(flow, NDPI_PROTOCOL_DTLS)
      || is_named(flow, NDPI_PROTOCOL_MAIL_SMTPS) || is_named(flow, NDPI_PROTOCOL_MAIL_POPS)
      || is_named(flow, NDPI_PROTOCOL_MAIL_IMAPS);
}

/*
 * The fingerprint of a ClientHello that this packet ends, behind what nDPI keeps of it from the packets before. nDPI
 * does not keep what it has read, so this comes first; that the packet was the next in order nDPI says afterwards.
 */
static int reads_client_hello(const struct millrace_ndpi_state *state, const uint8_t *packet, unsigned short length,
      char ja4[MILLRACE_JA4_LENGTH]) {
   const struct ndpi_flow_struct *flow = &state->flow;
   const message_t *kept = &flow->l4.tcp.tls.message;
   uint8_t record[MILLRACE_TLS_RECORD_MAX];
   const uint8_t *payload;
   size_t payload_length;
   if (state->notes.ja4_noted || (flow->l4_proto != 0 && flow->l4_proto != IPPROTO_TCP)
         || !millrace_find_payload(packet, length, &payload, &payload_length)) {
      return 0;
   }
   const size_t before = flow->l4_proto == 0 || kept->buffer == NULL ? 0 : kept->buffer_used;
   if (before == 0) {
      return millrace_ja4(payload, payload_length, ja4);
   }
   if (!millrace_may_be_client_hello(kept->buffer, before) || before > sizeof(record)) {
      return 0;
   }
   const size_t room = sizeof(record) - before;
   const size_t taken = payload_length < room ? payload_length : room;
   memcpy(record, kept->buffer, before);
   memcpy(record + before, payload, taken);
   return millrace_ja4(record, before + taken, ja4);
}

static int has_ja3(const struct ndpi_flow_struct *flow) {
   return flow->l4_proto == IPPROTO_TCP && has_tls(flow) && flow->protos.tls_quic.ja3_client[0] != 0;
}

int millrace_ndpi_inspect(struct ndpi_detection_module_struct *module, struct millrace_ndpi_state *state,
      const uint8_t *packet, uint32_t length, uint64_t time_ms, struct millrace_ndpi_verdict *verdict) {
   struct ndpi_flow_struct *flow = &state->flow;
   const unsigned short limited = length > UINT16_MAX ? UINT16_MAX : (unsigned short)length;
   ndpi_protocol found;
   if (is_of_another_transport(flow, packet, limited)) {
      found = (ndpi_protocol){.master_protocol = flow->detected_protocol_stack[1],
            .app_protocol = flow->detected_protocol_stack[0], .category = flow->category};
   } else {
      char ja4[MILLRACE_JA4_LENGTH];
      /* Of a client that says hello twice JA3 is that of the first. */
      const int had_ja3 = has_ja3(flow);
      const int has_hello = reads_client_hello(state, packet, limited, ja4);
      found = ndpi_detection_process_packet(module, flow, packet, limited, time_ms);
      if (has_hello && !had_ja3 && has_ja3(flow)) {
         memcpy(state->notes.ja4, ja4, sizeof(ja4));
         state->notes.ja4_noted = 1;
      }
      millrace_note_packet(&state->notes, packet, limited, flow->http.response_status_code);
   }
   fill(module, flow, &found, verdict);
   if (found.app_protocol == NDPI_PROTOCOL_UNKNOWN) {
      return MILLRACE_NDPI_UNDECIDED;
   }
   return ndpi_extra_dissection_possible(module, flow) ? MILLRACE_NDPI_NAMED : MILLRACE_NDPI_FINAL;
}

void millrace_ndpi_give_up(struct ndpi_detection_module_struct *module, struct millrace_ndpi_state *state,
      struct millrace_ndpi_verdict *verdict) {
   u_int8_t guessed = 0;
   const ndpi_protocol found = ndpi_detection_giveup(module, &state->flow, 1, &guessed);
   fill(module, &state->flow, &found, verdict);
}

void millrace_ndpi_guess(struct ndpi_detection_module_struct *module, uint8_t l4_protocol, uint32_t source,
      uint16_t source_port, uint32_t destination, uint16_t destination_port, struct millrace_ndpi_verdict *verdict) {
   ndpi_protocol found = ndpi_guess_undetected_protocol(module, NULL, l4_protocol, source, source_port, destination,
         destination_port);
   found.category = ndpi_get_proto_category(module, found);
   fill(module, NULL, &found, verdict);
}

/* Keeps the first packet that it is shown of a flow in match, which must outlive the flow's state. */
void millrace_ndpi_keep_match(
      struct millrace_ndpi_state *state, struct millrace_match *match, const uint8_t *packet, uint32_t length) {
   const uint8_t *payload;
   size_t payload_length;
   if (state->match != NULL) {
      return;
   }
   match->length = 0;
   state->match = match;
   if (millrace_find_payload(
            packet, length > UINT16_MAX ? UINT16_MAX : (unsigned short)length, &payload, &payload_length)) {
      match->length = (uint16_t)(payload_length > MILLRACE_MATCH_MAX ? MILLRACE_MATCH_MAX : payload_length);
      memcpy(match->payload, payload, match->length);
   }
}

static int has_dns(const struct ndpi_flow_struct *flow) {
   return is_named(flow, NDPI_PROTOCOL_DNS) || is_named(flow, NDPI_PROTOCOL_MDNS) || is_named(flow, NDPI_PROTOCOL_LLMNR);
}

struct writer {
   uint8_t *out;
   uint32_t used;
   uint32_t capacity;
};

static void put(struct writer *writer, struct millrace_text *reference, const char *text, size_t length) {
   const uint32_t room = writer->capacity - writer->used;
   if (length > TEXT_MAX) {
      length = TEXT_MAX;
   }
   if (length > room) {
      length = room;
   }
   if (length == 0) {
      return;
   }
   memcpy(writer->out + writer->used, text, length);
   reference->offset = (uint16_t)writer->used;
   reference->length = (uint16_t)length;
   writer->used += (uint32_t)length;
}

static void put_array(struct writer *writer, struct millrace_text *reference, const char *text, size_t size) {
   put(writer, reference, text, strnlen(text, size));
}

static void put_pointer(struct writer *writer, struct millrace_text *reference, const char *text) {
   if (text != NULL) {
      put(writer, reference, text, strnlen(text, TEXT_MAX));
   }
}

/* nDPI takes a host name to end at its first colon, an IPv6 address included; its URL begins with the whole of it. */
static void put_host_name(struct writer *writer, struct millrace_flow_metadata *metadata,
      const struct ndpi_flow_struct *flow) {
   const char *url = flow->http.url;
   if (flow->host_server_name[0] == '[' && url != NULL && url[0] == '[') {
      const char *end = strchr(url, ']');
      if (end != NULL) {
         put(writer, &metadata->host_name, url, (size_t)(end - url) + 1);
         return;
      }
   }
   put_array(writer, &metadata->host_name, flow->host_server_name, sizeof(flow->host_server_name));
}

static void put_tls(struct writer *writer, struct millrace_flow_metadata *metadata,
      const struct millrace_ndpi_state *state) {
   const struct ndpi_flow_struct *flow = &state->flow;
   metadata->tls_version = flow->protos.tls_quic.ssl_version;
   metadata->tls_server_cipher = flow->protos.tls_quic.server_cipher;
   metadata->tls_cipher_weakness = (uint8_t)flow->protos.tls_quic.server_unsafe_cipher;
   metadata->tls_not_before = flow->protos.tls_quic.notBefore;
   metadata->tls_not_after = flow->protos.tls_quic.notAfter;
   if (flow->l4_proto == IPPROTO_TCP && flow->l4.tcp.tls.fingerprint_set) {
      metadata->tls_sha1_present = 1;
      memcpy(metadata->tls_sha1, flow->protos.tls_quic.sha1_certificate_fingerprint, sizeof(metadata->tls_sha1));
   }
   put_array(writer, &metadata->tls_ja3_client, flow->protos.tls_quic.ja3_client,
         sizeof(flow->protos.tls_quic.ja3_client));
   put_array(writer, &metadata->tls_ja3_server, flow->protos.tls_quic.ja3_server,
         sizeof(flow->protos.tls_quic.ja3_server));
   if (state->notes.ja4_noted) {
      put(writer, &metadata->tls_ja4, state->notes.ja4, sizeof(state->notes.ja4));
   }
   put_pointer(writer, &metadata->tls_alpn, flow->protos.tls_quic.alpn);
   put_pointer(writer, &metadata->tls_supported_versions, flow->protos.tls_quic.tls_supported_versions);
   put_pointer(writer, &metadata->tls_issuer, flow->protos.tls_quic.issuerDN);
   put_pointer(writer, &metadata->tls_subject, flow->protos.tls_quic.subjectDN);
   put_pointer(writer, &metadata->tls_server_names, flow->protos.tls_quic.server_names);
}

static void put_http(struct writer *writer, struct millrace_flow_metadata *metadata,
      const struct ndpi_flow_struct *flow) {
   metadata->http_status = flow->http.response_status_code;
   if (flow->http.url != NULL) {
      put_pointer(writer, &metadata->http_method, ndpi_http_method2str(flow->http.method));
   }
   put_pointer(writer, &metadata->http_url, flow->http.url);
   put_pointer(writer, &metadata->http_user_agent, flow->http.user_agent);
   put_pointer(writer, &metadata->http_content_type, flow->http.content_type);
}

/* nDPI takes the side that speaks first for the client, which mostly is the server. */
static int is_server_first(const struct millrace_ndpi_state *state) {
   const char *first = state->flow.protos.ssh.client_signature;
   const size_t length = strnlen(first, sizeof(state->flow.protos.ssh.client_signature));
   return length > 0 && millrace_noted_start(&state->notes, 1, first, length)
      && !millrace_noted_start(&state->notes, 0, first, length);
}

static void put_ssh(struct writer *writer, struct millrace_flow_metadata *metadata,
      const struct millrace_ndpi_state *state) {
   const struct ndpi_flow_struct *flow = &state->flow;
   const int swapped = is_server_first(state);
   put_array(writer, swapped ? &metadata->ssh_server_signature : &metadata->ssh_client_signature,
         flow->protos.ssh.client_signature, sizeof(flow->protos.ssh.client_signature));
   put_array(writer, swapped ? &metadata->ssh_client_signature : &metadata->ssh_server_signature,
         flow->protos.ssh.server_signature, sizeof(flow->protos.ssh.server_signature));
   put_array(writer, &metadata->ssh_hassh_client, flow->protos.ssh.hassh_client,
         sizeof(flow->protos.ssh.hassh_client));
   put_array(writer, &metadata->ssh_hassh_server, flow->protos.ssh.hassh_server,
         sizeof(flow->protos.ssh.hassh_server));
}

static void put_bittorrent(struct writer *writer, struct millrace_flow_metadata *metadata,
      const struct ndpi_flow_struct *flow) {
   static const char digits[] = "0123456789abcdef";
   char text[2 * sizeof(flow->protos.bittorrent.hash)];
   uint8_t any = 0;
   for (size_t i = 0; i < sizeof(flow->protos.bittorrent.hash); i++) {
      const uint8_t byte = flow->protos.bittorrent.hash[i];
      any |= byte;
      text[2 * i] = digits[byte >> 4];
      text[2 * i + 1] = digits[byte & 15];
   }
   if (any != 0) {
      put(writer, &metadata->bittorrent_hash, text, sizeof(text));
   }
}

/* What a DHCP client says of itself (option 60, RFC 2132 section 9.13). */
static const char *os_of_dhcp(const char *class_ident, size_t size) {
   static const struct {
      const char *start;
      const char *os;
   } known[] = {{"MSFT", "Windows"}, {"android-dhcp", "Android"}, {"dhcpcd", "Linux"}, {"udhcp", "Linux"}};
   for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
      const size_t length = strlen(known[i].start);
      if (length <= size && strncmp(class_ident, known[i].start, length) == 0) {
         return known[i].os;
      }
   }
   return NULL;
}

static void put_notes(struct writer *writer, struct millrace_flow_metadata *metadata,
      const struct millrace_ndpi_state *state) {
   const struct ndpi_flow_struct *flow = &state->flow;
   const struct millrace_notes *notes = &state->notes;
   put(writer, &metadata->http_server, notes->http_server, notes->http_server_length);
   if (flow->http.detected_os != NULL) {
      put_pointer(writer, &metadata->client_os, flow->http.detected_os);
   } else if (is_named(flow, NDPI_PROTOCOL_DHCP)) {
      put_pointer(writer, &metadata->client_os,
            os_of_dhcp(flow->protos.dhcp.class_ident, sizeof(flow->protos.dhcp.class_ident)));
   }
   if (notes->icmp_quoted) {
      put(writer, &metadata->icmp_quote, (const char *)notes->icmp_quote, sizeof(notes->icmp_quote));
   }
   metadata->cli2srv_window = notes->window_bytes[0];
   metadata->srv2cli_window = notes->window_bytes[1];
}

int millrace_ndpi_metadata(struct millrace_ndpi_state *state, uint8_t *out, uint32_t capacity) {
   const struct ndpi_flow_struct *flow = &state->flow;
   struct millrace_flow_metadata metadata;
   if (capacity < sizeof(metadata)) {
      return 0;
   }
   memset(&metadata, 0, sizeof(metadata));
   struct writer writer = {.out = out, .used = sizeof(metadata), .capacity = capacity};
   put_host_name(&writer, &metadata, flow);
   if (has_tls(flow)) {
      put_tls(&writer, &metadata, state);
   } else if (has_dns(flow)) {
      metadata.dns_present = 1;
      metadata.dns_query_type = flow->protos.dns.query_type;
      metadata.dns_answer_type = flow->protos.dns.rsp_type;
      metadata.dns_reply_code = flow->protos.dns.reply_code;
   } else if (is_named(flow, NDPI_PROTOCOL_SSH)) {
      put_ssh(&writer, &metadata, state);
   } else if (is_named(flow, NDPI_PROTOCOL_BITTORRENT)) {
      put_bittorrent(&writer, &metadata, flow);
   }
   put_http(&writer, &metadata, flow);
   put_notes(&writer, &metadata, state);
   if (state->match != NULL) {
      put(&writer, &metadata.match_payload, (const char *)state->match->payload, state->match->length);
   }
   const int is_connection = metadata.cli2srv_window != 0 && metadata.srv2cli_window != 0;
   if (writer.used == sizeof(metadata) && metadata.tls_version == 0 && metadata.dns_present == 0 && !is_connection) {
      return 0;
   }
   metadata.cli2srv_entropy = millrace_noted_entropy(&state->notes, 0);
   metadata.srv2cli_entropy = millrace_noted_entropy(&state->notes, 1);
   /* Rounded up, so that what follows the block in an event stays aligned. */
   while (writer.used % 8 != 0 && writer.used < capacity) {
      out[writer.used++] = 0;
   }
   metadata.total_length = writer.used;
   memcpy(out, &metadata, sizeof(metadata));
   return (int)writer.used;
}

const char *millrace_ndpi_risk_name(int risk) {
   return ndpi_risk2str((ndpi_risk_enum)risk);
}

int millrace_ndpi_category_of(struct ndpi_detection_module_struct *module, uint16_t protocol) {
   const ndpi_protocol single = {.master_protocol = NDPI_PROTOCOL_UNKNOWN, .app_protocol = protocol};
   return (int)ndpi_get_proto_category(module, single);
}

int millrace_ndpi_breed_of(struct ndpi_detection_module_struct *module, uint16_t protocol) {
   return (int)ndpi_get_proto_breed(module, protocol);
}
