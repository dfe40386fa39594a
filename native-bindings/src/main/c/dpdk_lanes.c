/*
 * The way from a distributor to the workers: a ring for each, written by the distributor's thread alone.
 */
#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>
#include <rte_ring.h>

#include "burst.h"
#include "millrace_shim.h"
#include "rx_timestamps.h"

struct rte_ring *millrace_ring_create(const char *name, unsigned int slots) {
   return rte_ring_create(name, slots, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ | RING_F_EXACT_SZ);
}

struct millrace_lanes *millrace_lanes_create(struct rte_ring **rings, unsigned int count) {
   if (count == 0 || count > MILLRACE_LANES_MAX || rx_timestamps_register() != 0) {
      return NULL;
   }
   struct millrace_lanes *lanes = NULL;
   if (posix_memalign((void **)&lanes, RTE_CACHE_LINE_SIZE, sizeof(*lanes)) != 0) {
      return NULL;
   }
   memset(lanes, 0, sizeof(*lanes));
   lanes->count = count;
   for (unsigned int i = 0; i < count; i++) {
      lanes->lane[i].ring = rings[i];
   }
   return lanes;
}

/* Takes the frames of the last receive away from the burst, each to the lane that target names. */
void millrace_lanes_fill(struct millrace_lanes *lanes, struct millrace_burst *burst) {
   for (uint16_t slot = 0; slot < burst->held; slot++) {
      struct rte_mbuf *mbuf = burst->mbufs[slot];
      struct millrace_lane *lane = &lanes->lane[lanes->target[slot]];
      *RTE_MBUF_DYNFIELD(mbuf, rx_timestamp_offset, rte_mbuf_timestamp_t *) = burst->frames[slot].timestamp_ns;
      lane->items[lane->length++] = mbuf;
   }
   burst->held = 0;
}

void millrace_lanes_mark(struct millrace_lanes *lanes, uint64_t mark) {
   for (unsigned int i = 0; i < lanes->count; i++) {
      struct millrace_lane *lane = &lanes->lane[i];
      lane->items[lane->length++] = (void *)(uintptr_t)mark;
   }
}

/* Puts into the rings what fits; returns what is left. */
unsigned int millrace_lanes_push(struct millrace_lanes *lanes) {
   unsigned int left = 0;
   for (unsigned int i = 0; i < lanes->count; i++) {
      struct millrace_lane *lane = &lanes->lane[i];
      if (lane->length == 0) {
         continue;
      }
      lane->sent += rte_ring_sp_enqueue_burst(lane->ring, lane->items + lane->sent, lane->length - lane->sent, NULL);
      if (lane->sent == lane->length) {
         lane->sent = 0;
         lane->length = 0;
      }
      left += lane->length - lane->sent;
   }
   return left;
}

/* Gives back the frames that are left, and counts them; returns how many. */
unsigned int millrace_lanes_drop(struct millrace_lanes *lanes) {
   unsigned int dropped = 0;
   for (unsigned int i = 0; i < lanes->count; i++) {
      struct millrace_lane *lane = &lanes->lane[i];
      for (; lane->sent < lane->length; lane->sent++) {
         if (!millrace_is_mark(lane->items[lane->sent])) {
            rte_pktmbuf_free(lane->items[lane->sent]);
            lane->dropped++;
            dropped++;
         }
      }
      lane->sent = 0;
      lane->length = 0;
   }
   return dropped;
}

void millrace_lanes_destroy(struct millrace_lanes *lanes) {
   if (lanes == NULL) {
      return;
   }
   millrace_lanes_drop(lanes);
   for (unsigned int i = 0; i < lanes->count; i++) {
      void *item;
      while (rte_ring_sc_dequeue(lanes->lane[i].ring, &item) == 0) {
         if (!millrace_is_mark(item)) {
            rte_pktmbuf_free(item);
         }
      }
   }
   free(lanes);
}
