/*
 * The state of one undecided flow: nDPI's own, and behind it what nDPI passes by and scripts ask for.
 */
#ifndef MILLRACE_NDPI_STATE_H
#define MILLRACE_NDPI_STATE_H

#include <stdint.h>

#include <ndpi/ndpi_api.h>

#define MILLRACE_HTTP_SERVER_MAX 64

struct millrace_ndpi_state {
   /* First: nDPI takes the address of the whole for that of its part. */
   struct ndpi_flow_struct flow;
   /* Source address of the first packet, whose sender is the client; IPv4 in the first four bytes. */
   uint8_t client[16];
   /* 1 once the first packet was seen. */
   uint8_t client_known;
   /* Last IPv4 type of service or IPv6 traffic class, by sender: client, server. */
   uint8_t tos[2];
   uint8_t http_server_length;
   char http_server[MILLRACE_HTTP_SERVER_MAX];
};

#endif
