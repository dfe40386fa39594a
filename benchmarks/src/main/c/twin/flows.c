#include "flows.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <rte_hash.h>
#include <rte_hash_crc.h>
#include <rte_memory.h>
#include <rte_prefetch.h>

#include "fail.h"

struct flow_record {
   uint64_t first_seen_ns;
   uint64_t last_seen_ns;
   uint64_t packets[2];
   uint64_t bytes[2];
   uint8_t tcp_flags[2];
   uint8_t padding[14];
} __rte_cache_aligned;

static struct rte_hash *table;
static struct flow_record *records;
static uint64_t table_full;

void create_flows(uint32_t capacity) {
   const struct rte_hash_parameters parameters = {
      .name = "flows",
      .entries = RTE_MAX(capacity, 1024u),
      .key_len = sizeof(struct flow_key),
      .hash_func = rte_hash_crc,
      .socket_id = SOCKET_ID_ANY,
      .extra_flag = RTE_HASH_EXTRA_FLAGS_EXT_TABLE,
   };
   table = rte_hash_create(&parameters);
   /* Positions run from 0 to the number of keys, which rte_hash rounds up for its caches. */
   const size_t places = table == NULL ? 0 : (size_t)rte_hash_max_key_id(table) + 1;
   if (table == NULL || posix_memalign((void **)&records, 2 << 20, places * sizeof(*records)) != 0) {
      fail("no memory for %u flows", capacity);
   }
   madvise(records, places * sizeof(*records), MADV_HUGEPAGE);
   memset(records, 0, places * sizeof(*records));
}

static inline void count(struct flow_record *record, const struct packet *packet, uint64_t time_ns) {
   if (record->first_seen_ns == 0) {
      record->first_seen_ns = time_ns;
   }
   record->last_seen_ns = time_ns;
   record->packets[packet->side]++;
   record->bytes[packet->side] += packet->wire_length;
   record->tcp_flags[packet->side] |= packet->tcp_flags;
}

void account(const struct packet *const *parsed, unsigned int n, uint64_t time_ns) {
   const void *keys[RTE_HASH_LOOKUP_BULK_MAX];
   int32_t positions[RTE_HASH_LOOKUP_BULK_MAX];
   if (n == 0) {
      return;
   }
   for (unsigned int i = 0; i < n; i++) {
      keys[i] = &parsed[i]->key;
   }
   rte_hash_lookup_bulk(table, keys, n, positions);
   for (unsigned int i = 0; i < n; i++) {
      if (positions[i] >= 0) {
         rte_prefetch0(&records[positions[i]]);
      }
   }
   for (unsigned int i = 0; i < n; i++) {
      int32_t position = positions[i];
      if (unlikely(position < 0)) {
         position = rte_hash_add_key(table, keys[i]);
         if (position < 0) {
            table_full++;
            continue;
         }
      }
      count(&records[position], parsed[i], time_ns);
   }
}

struct flow_totals sum_flows(void) {
   struct flow_totals totals = {.table_full = table_full};
   const void *key;
   void *data;
   uint32_t next = 0;
   int32_t position;
   while ((position = rte_hash_iterate(table, &key, &data, &next)) >= 0) {
      totals.packets += records[position].packets[0] + records[position].packets[1];
      totals.flows++;
   }
   return totals;
}
