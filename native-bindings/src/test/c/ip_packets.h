/*
 * Packets made by hand, from their IP header on, between 10.0.0.1 and 10.0.0.2.
 */
#ifndef MILLRACE_IP_PACKETS_H
#define MILLRACE_IP_PACKETS_H

#include <stddef.h>
#include <stdint.h>

#define MAX_PACKET 1600

/* In network order; returns 2. */
size_t put_u16(uint8_t *at, unsigned int value);

/* IPv4 with UDP or TCP round payload; returns the length. */
size_t ip_packet(uint8_t *out, int tcp, unsigned int source_port, unsigned int destination_port, const void *payload,
      size_t payload_length);

#endif
