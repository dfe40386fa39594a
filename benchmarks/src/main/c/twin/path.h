/* The way of a packet: received, parsed, found in the table, counted, freed. */
#pragma once

#include <stdint.h>

struct path_counters {
   uint64_t ceiling_packets;
   uint64_t received;
   uint64_t prefilled;
   uint64_t parsed;
   uint64_t not_ip;
   uint64_t malformed;
};

/* What has come the way since the start. */
extern struct path_counters counters;

/* Lets each poll take so many frames at most; the table looks up no more at once than RTE_HASH_LOOKUP_BULK_MAX. */
void limit_burst(unsigned long frames);

/* Leads the packets of a capture the whole way, past the port. */
void prefill(const char *capture);

/* One poll of the port, the whole way; returns the frames received. */
unsigned int poll_port(void);

/* The same with nothing between receiving and freeing: what the port itself can do. */
unsigned int receive_and_free(void);
