/*
 * Bursts of frames from a port, a ring or an interface of the kernel. Each belongs to the thread that receives with it.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>
#include <rte_prefetch.h>
#include <rte_ring.h>

#include "burst.h"
#include "live_clock.h"
#include "millrace_shim.h"
#include "packet_socket.h"
#include "rx_timestamps.h"
#include "savefile.h"

static struct millrace_burst *burst_create(uint16_t limit) {
   if (limit == 0 || limit > MILLRACE_BURST_MAX) {
      return NULL;
   }
   struct millrace_burst *burst = NULL;
   if (posix_memalign((void **)&burst, RTE_CACHE_LINE_SIZE, sizeof(*burst)) != 0) {
      return NULL;
   }
   memset(burst, 0, sizeof(*burst));
   burst->scratch = malloc((size_t)limit * MILLRACE_FRAME_MAX);
   if (burst->scratch == NULL) {
      free(burst);
      return NULL;
   }
   burst->limit = limit;
   return burst;
}

struct millrace_burst *millrace_burst_create(uint16_t port, uint16_t queue, uint16_t limit) {
   struct millrace_burst *burst = burst_create(limit);
   if (burst != NULL) {
      burst->port = port;
      burst->queue = queue;
   }
   return burst;
}

/* Frames that a distributor stamped in nanoseconds; delimited: a burst ends where a mark says so. */
struct millrace_burst *millrace_burst_of_ring(struct rte_ring *ring, uint16_t limit, int delimited) {
   struct millrace_burst *burst = burst_create(limit);
   if (burst != NULL) {
      burst->ring = ring;
      burst->delimited = delimited != 0;
   }
   return burst;
}

/* Frames of an interface of the kernel, each with the time at which it came. */
struct millrace_burst *millrace_burst_of_socket(struct millrace_packet_socket *opened, uint16_t limit) {
   struct millrace_burst *burst = burst_create(limit);
   if (burst != NULL) {
      burst->socket = opened;
   }
   return burst;
}

/* Frames of a capture file, each with the time that the file gives it. */
struct millrace_burst *millrace_burst_of_savefile(struct millrace_savefile *opened, uint16_t limit) {
   struct millrace_burst *burst = burst_create(limit);
   if (burst != NULL) {
      burst->savefile = opened;
   }
   return burst;
}

static inline void release_held(struct millrace_burst *burst) {
   if (burst->held != 0) {
      rte_pktmbuf_free_bulk(burst->mbufs, burst->held);
      burst->held = 0;
   }
}

void millrace_burst_destroy(struct millrace_burst *burst) {
   if (burst != NULL) {
      release_held(burst);
      rte_pktmbuf_free_bulk(burst->mbufs, burst->collected);
      for (; burst->stash_position < burst->stash_length; burst->stash_position++) {
         void *item = burst->stash[burst->stash_position];
         if (!millrace_is_mark(item)) {
            rte_pktmbuf_free(item);
         }
      }
      free(burst->scratch);
      free(burst);
   }
}

/* Walks the segments instead of trusting the packet's length: net_pcap keeps 16 bits of it. */
static uint32_t linearize(const struct rte_mbuf *segment, uint8_t *copy) {
   uint32_t used = 0;
   for (; segment != NULL; segment = segment->next) {
      const uint32_t length = RTE_MIN((uint32_t)segment->data_len, (uint32_t)MILLRACE_FRAME_MAX - used);
      memcpy(copy + used, rte_pktmbuf_mtod(segment, const void *), length);
      used += length;
   }
   return used;
}

/* What few frames have: several segments, or a tag that the port took off. */
static void describe_rare(struct millrace_burst *burst, uint16_t slot) {
   const struct rte_mbuf *mbuf = burst->mbufs[slot];
   struct millrace_frame *frame = &burst->frames[slot];
   if (mbuf->nb_segs != 1) {
      uint8_t *copy = burst->scratch + (size_t)slot * MILLRACE_FRAME_MAX;
      frame->address = (uint64_t)(uintptr_t)copy;
      frame->captured_length = linearize(mbuf, copy);
      burst->linearized++;
   }
   if ((mbuf->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) != 0) {
      frame->vlan_tci = 0x10000u | mbuf->vlan_tci;
   }
}

static inline void describe(struct millrace_burst *burst, uint16_t slot) {
   const struct rte_mbuf *mbuf = burst->mbufs[slot];
   struct millrace_frame *frame = &burst->frames[slot];
   frame->address = (uint64_t)(uintptr_t)rte_pktmbuf_mtod(mbuf, void *);
   rte_prefetch0((const void *)(uintptr_t)frame->address);
   frame->captured_length = rte_pktmbuf_data_len(mbuf);
   frame->vlan_tci = 0;
   if (unlikely((mbuf->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) != 0 || mbuf->nb_segs != 1)) {
      describe_rare(burst, slot);
   }
}

/* Takes items from the stash until a mark ends the burst. True once it did, or once the burst is full. */
static bool collect(struct millrace_burst *burst) {
   while (burst->stash_position < burst->stash_length) {
      if (burst->collected == burst->limit && !millrace_is_mark(burst->stash[burst->stash_position])) {
         return true;
      }
      void *item = burst->stash[burst->stash_position++];
      if (!millrace_is_mark(item)) {
         burst->mbufs[burst->collected++] = item;
         continue;
      }
      const uint64_t value = (uint64_t)(uintptr_t)item & ~(uint64_t)MILLRACE_MARK_MASK;
      const unsigned int kind = (unsigned int)((uintptr_t)item & MILLRACE_MARK_MASK);
      if (kind == MILLRACE_MARK_STRETCH) {
         burst->stretch = value >> 3;
         continue;
      }
      burst->tick_ns = value;
      burst->epoch_ended = kind == MILLRACE_MARK_EPOCH;
      return true;
   }
   return false;
}

static int receive_from_ring(struct millrace_burst *burst) {
   burst->epoch_ended = 0;
   for (;;) {
      if (collect(burst)) {
         break;
      }
      burst->stash_position = 0;
      burst->stash_length = (uint16_t)rte_ring_sc_dequeue_burst(
         burst->ring, burst->stash, (unsigned int)(burst->delimited ? burst->limit : burst->limit - burst->collected),
         NULL);
      if (burst->stash_length == 0) {
         if (burst->delimited) {
            return MILLRACE_INCOMPLETE;
         }
         break;
      }
   }
   const int received = burst->collected;
   burst->collected = 0;
   return received;
}

static void describe_all(struct millrace_burst *burst, uint16_t received) {
   for (uint16_t slot = 0; slot < received; slot++) {
      describe(burst, slot);
   }
}

/* The same in one go with the time, where that is one for all frames. */
static void describe_as_of(struct millrace_burst *burst, uint16_t received, uint64_t now_ns) {
   for (uint16_t slot = 0; slot < received; slot++) {
      describe(burst, slot);
      burst->frames[slot].timestamp_ns = now_ns;
   }
}

/* Whoever put them into the ring has left the time in them, in nanoseconds. */
static void take_times(struct millrace_burst *burst, uint16_t received) {
   for (uint16_t slot = 0; slot < received; slot++) {
      burst->frames[slot].timestamp_ns =
         *RTE_MBUF_DYNFIELD(burst->mbufs[slot], rx_timestamp_offset, const rte_mbuf_timestamp_t *);
   }
}

static int take(struct millrace_burst *burst) {
   if (burst->ring != NULL) {
      return receive_from_ring(burst);
   }
   if (burst->socket != NULL) {
      return packet_socket_take(burst->socket, burst->mbufs, burst->frames, burst->limit, live_clock_and_wall);
   }
   if (burst->savefile != NULL) {
      return savefile_take(burst->savefile, burst->mbufs, burst->frames, burst->limit);
   }
   return rte_eth_rx_burst(burst->port, burst->queue, burst->mbufs, burst->limit);
}

int millrace_burst_receive(struct millrace_burst *burst) {
   release_held(burst);
   const int taken = take(burst);
   if (taken <= 0) {
      return taken;
   }
   const uint16_t received = (uint16_t)taken;
   burst->held = received;
   __atomic_store_n(&burst->received, burst->received + received, __ATOMIC_RELAXED);
   if (burst->socket != NULL || burst->savefile != NULL) {
      describe_all(burst, received);
   } else if (burst->ring != NULL) {
      describe_all(burst, received);
      take_times(burst, received);
   } else {
      describe_as_of(burst, received, live_clock_ns());
   }
   return received;
}
