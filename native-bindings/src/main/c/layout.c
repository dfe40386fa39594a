/*
 * Sizes and offsets of every struct that Java reads, as the compiler that saw the headers has them.
 */
#include <ndpi/ndpi_api.h>
#include <rte_ethdev.h>

#include "burst.h"
#include "flow_metadata.h"
#include "millrace_shim.h"
#include "ndpi_state.h"
#include "ndpi_verdict.h"
#include "packet_socket.h"
#include "port_facts.h"
#include "savefile.h"

struct entry {
   const char *name;
   uint64_t value;
};

#define SIZE(type) {#type, sizeof(struct type)}
#define OFFSET(type, member) {#type "." #member, offsetof(struct type, member)}
#define TEXT_OFFSET(member)                                                                                            \
   {"millrace_flow_metadata." #member "_offset", offsetof(struct millrace_flow_metadata, member.offset)},              \
   {"millrace_flow_metadata." #member "_length", offsetof(struct millrace_flow_metadata, member.length)}
#define CONSTANT(name) {#name, name}

static const struct entry entries[] = {
   SIZE(millrace_frame),
   OFFSET(millrace_frame, address),
   OFFSET(millrace_frame, timestamp_ns),
   OFFSET(millrace_frame, captured_length),
   OFFSET(millrace_frame, vlan_tci),
   OFFSET(millrace_burst, frames),
   OFFSET(millrace_burst, linearized),
   OFFSET(millrace_burst, epoch_ended),
   OFFSET(millrace_burst, tick_ns),
   OFFSET(millrace_burst, stretch),
   OFFSET(millrace_burst, received),
   CONSTANT(MILLRACE_MARK_TICK),
   CONSTANT(MILLRACE_MARK_EPOCH),
   CONSTANT(MILLRACE_MARK_STRETCH),
   CONSTANT(MILLRACE_TICK_NS),
   CONSTANT(MILLRACE_LANES_MAX),
   SIZE(millrace_lane),
   OFFSET(millrace_lane, dropped),
   OFFSET(millrace_lanes, target),
   OFFSET(millrace_lanes, lane),
   SIZE(millrace_port_facts),
   OFFSET(millrace_port_facts, max_rx_queues),
   OFFSET(millrace_port_facts, max_rx_descriptors),
   OFFSET(millrace_port_facts, numa_node),
   OFFSET(millrace_port_facts, symmetric_rss),
   OFFSET(millrace_port_facts, driver),
   CONSTANT(MILLRACE_BURST_MAX),
   CONSTANT(MILLRACE_FRAME_MAX),
   CONSTANT(RTE_ETH_XSTATS_NAME_SIZE),
   CONSTANT(MILLRACE_SOCKET_BLOCK_BYTES),
   CONSTANT(MILLRACE_SAVEFILE_ERROR_BYTES),
   OFFSET(millrace_savefile, finished),
   OFFSET(millrace_savefile, error),
   OFFSET(millrace_savefile, frames),
   OFFSET(millrace_savefile, frame_bytes),

   SIZE(millrace_ndpi_state),
   SIZE(millrace_match),
   SIZE(millrace_ndpi_verdict),
   OFFSET(millrace_ndpi_verdict, master),
   OFFSET(millrace_ndpi_verdict, app),
   OFFSET(millrace_ndpi_verdict, category),
   OFFSET(millrace_ndpi_verdict, breed),
   OFFSET(millrace_ndpi_verdict, confidence),
   OFFSET(millrace_ndpi_verdict, risk),
   CONSTANT(NDPI_PROTOCOL_NUM_CATEGORIES),
   CONSTANT(NUM_BREEDS),
   CONSTANT(NDPI_MAX_RISK),
   CONSTANT(NDPI_CONFIDENCE_MAX),

   SIZE(millrace_flow_metadata),
   CONSTANT(MILLRACE_METADATA_MAX),
   OFFSET(millrace_flow_metadata, total_length),
   OFFSET(millrace_flow_metadata, tls_not_before),
   OFFSET(millrace_flow_metadata, tls_not_after),
   OFFSET(millrace_flow_metadata, cli2srv_window),
   OFFSET(millrace_flow_metadata, srv2cli_window),
   OFFSET(millrace_flow_metadata, tls_version),
   OFFSET(millrace_flow_metadata, tls_server_cipher),
   OFFSET(millrace_flow_metadata, tls_cipher_weakness),
   OFFSET(millrace_flow_metadata, tls_sha1_present),
   OFFSET(millrace_flow_metadata, http_status),
   OFFSET(millrace_flow_metadata, dns_query_type),
   OFFSET(millrace_flow_metadata, dns_answer_type),
   OFFSET(millrace_flow_metadata, cli2srv_entropy),
   OFFSET(millrace_flow_metadata, srv2cli_entropy),
   OFFSET(millrace_flow_metadata, dns_reply_code),
   OFFSET(millrace_flow_metadata, dns_present),
   OFFSET(millrace_flow_metadata, tls_sha1),
   TEXT_OFFSET(host_name),
   TEXT_OFFSET(tls_server_names),
   TEXT_OFFSET(tls_alpn),
   TEXT_OFFSET(tls_supported_versions),
   TEXT_OFFSET(tls_issuer),
   TEXT_OFFSET(tls_subject),
   TEXT_OFFSET(tls_ja3_client),
   TEXT_OFFSET(tls_ja3_server),
   TEXT_OFFSET(tls_ja4),
   TEXT_OFFSET(http_method),
   TEXT_OFFSET(http_url),
   TEXT_OFFSET(http_user_agent),
   TEXT_OFFSET(http_content_type),
   TEXT_OFFSET(http_server),
   TEXT_OFFSET(ssh_client_signature),
   TEXT_OFFSET(ssh_server_signature),
   TEXT_OFFSET(ssh_hassh_client),
   TEXT_OFFSET(ssh_hassh_server),
   TEXT_OFFSET(bittorrent_hash),
   TEXT_OFFSET(client_os),
   TEXT_OFFSET(icmp_quote),
   TEXT_OFFSET(match_payload),
};

int millrace_layout_count(void) {
   return (int)(sizeof(entries) / sizeof(entries[0]));
}

const char *millrace_layout_name(int index) {
   return entries[index].name;
}

uint64_t millrace_layout_value(int index) {
   return entries[index].value;
}
