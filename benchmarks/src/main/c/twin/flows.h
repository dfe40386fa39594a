/*
 * The twin's table of flows: DPDK's hash table and one record a flow, with the counters that a worker keeps at least.
 */
#pragma once

#include <stdint.h>

#include "packet.h"

struct flow_totals {
   uint64_t flows;
   uint64_t packets;
   uint64_t table_full;
};

/* Makes an empty table. */
void create_flows(uint32_t capacity);

/* Finds all flows of up to RTE_HASH_LOOKUP_BULK_MAX parsed packets at once, enters the new ones, then counts. */
void account(const struct packet *const *parsed, unsigned int n, uint64_t time_ns);

/* Sums over all records. */
struct flow_totals sum_flows(void);
