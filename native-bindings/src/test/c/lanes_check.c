/*
 * Two threads meet at each ring between a distributor and a worker. One distributor, several workers, small rings: every
 * frame arrives once, in order and unharmed, or is counted as dropped; marks end bursts where they were put. Run under
 * ThreadSanitizer and, as the other checks, under AddressSanitizer. Ends with 0 where all held.
 *
 * Every mbuf goes one way only, because ThreadSanitizer does not see how DPDK's own libraries hand them back.
 */
#include <pthread.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>
#include <rte_ring.h>

#include "burst.h"
#include "check.h"
#include "millrace_shim.h"
#include "require.h"

#define WORKERS 3
#define FRAMES 12000
#define FRAME_BYTES 64
#define RING_SLOTS 64
#define BURST 32
/* Frames that are sent before the late workers come; they fill all rings. */
#define LATE (16 * BURST)
/* Bursts of the distributor between two marks. */
#define TICK_BURSTS 4

/* What a frame holds. */
struct numbered {
   uint64_t number; /* from 0 for each worker */
   uint64_t check;  /* the same, turned over */
};

struct worker {
   pthread_t thread;
   struct millrace_burst *burst;
   int delimited;
   uint64_t frames;
   uint64_t bursts;
   uint64_t last_tick;
};

/* Set once the distributor has put its last mark or frame; what the rings hold then is the rest. */
static int distributor_ended;

static void take_frames(struct worker *worker, int received) {
   for (int slot = 0; slot < received; slot++) {
      const struct millrace_frame *frame = &worker->burst->frames[slot];
      struct numbered content;
      REQUIRE(frame->captured_length == FRAME_BYTES);
      memcpy(&content, (const void *)(uintptr_t)frame->address, sizeof(content));
      REQUIRE(content.check == ~content.number);
      REQUIRE(frame->timestamp_ns == content.number + 1);
      /* Where frames may be dropped there may be gaps, never a step back. */
      REQUIRE(worker->delimited ? content.number == worker->frames : content.number >= worker->frames);
      worker->frames = worker->delimited ? worker->frames + 1 : content.number + 1;
   }
}

static void *work(void *argument) {
   struct worker *worker = argument;
   uint64_t taken = 0;
   for (;;) {
      const int ended = __atomic_load_n(&distributor_ended, __ATOMIC_ACQUIRE);
      const int received = millrace_burst_receive(worker->burst);
      if (received > 0) {
         take_frames(worker, received);
         taken += (uint64_t)received;
      }
      if (worker->delimited && received != MILLRACE_INCOMPLETE) {
         worker->bursts++;
         if (worker->burst->tick_ns != worker->last_tick) {
            REQUIRE(worker->burst->tick_ns == worker->last_tick + MILLRACE_TICK_NS);
            worker->last_tick = worker->burst->tick_ns;
         }
      }
      if (ended && received <= 0) {
         REQUIRE(worker->burst->received == taken);
         return NULL;
      }
   }
}

/* Puts a burst of numbered frames into the distributor's own ring, as a port would. */
static uint16_t offer(struct rte_mempool *pool, struct rte_ring *source, struct millrace_lanes *lanes, uint64_t *next,
      uint64_t left) {
   const uint16_t count = (uint16_t)(left < BURST ? left : BURST);
   for (uint16_t slot = 0; slot < count; slot++) {
      const uint32_t target = random_below(WORKERS);
      struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool);
      REQUIRE(mbuf != NULL);
      const struct numbered content = {.number = next[target], .check = ~next[target]};
      next[target]++;
      memcpy(rte_pktmbuf_append(mbuf, FRAME_BYTES), &content, sizeof(content));
      REQUIRE(rte_ring_sp_enqueue(source, mbuf) == 0);
      lanes->target[slot] = (uint8_t)target;
   }
   return count;
}

/* Waits for full rings, or drops what they do not take. */
static uint64_t push(struct millrace_lanes *lanes, int lossless) {
   while (millrace_lanes_push(lanes) > 0) {
      if (!lossless) {
         return millrace_lanes_drop(lanes);
      }
   }
   return 0;
}

static void start_workers(struct worker *workers, struct rte_ring **rings, int delimited) {
   for (int i = 0; i < WORKERS; i++) {
      workers[i] = (struct worker){.burst = millrace_burst_of_ring(rings[i], BURST, delimited), .delimited = delimited};
      REQUIRE(workers[i].burst != NULL);
      REQUIRE(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0);
   }
}

/* lossless: the distributor waits for full rings; else it drops, and the workers come so late that it must. */
static void check_lanes(struct rte_mempool *pool, int round, int lossless) {
   struct rte_ring *rings[WORKERS];
   struct worker workers[WORKERS];
   char name[32];
   for (int i = 0; i < WORKERS; i++) {
      snprintf(name, sizeof(name), "lane-%d-%d", round, i);
      rings[i] = millrace_ring_create(name, RING_SLOTS);
      REQUIRE(rings[i] != NULL);
   }
   snprintf(name, sizeof(name), "source-%d", round);
   struct rte_ring *source = millrace_ring_create(name, BURST);
   struct millrace_lanes *lanes = millrace_lanes_create(rings, WORKERS);
   struct millrace_burst *in_hand = millrace_burst_of_ring(source, BURST, 0);
   REQUIRE(source != NULL && lanes != NULL && in_hand != NULL);
   __atomic_store_n(&distributor_ended, 0, __ATOMIC_RELEASE);
   if (lossless) {
      start_workers(workers, rings, lossless);
   }

   uint64_t next[WORKERS] = {0};
   uint64_t dropped = 0;
   uint64_t ticks = 0;
   int since_tick = 0;
   for (uint64_t sent = 0; sent < FRAMES;) {
      uint64_t before[WORKERS];
      memcpy(before, next, sizeof(before));
      const uint16_t count = offer(pool, source, lanes, next, FRAMES - sent);
      REQUIRE(millrace_burst_receive(in_hand) == count);
      for (uint16_t slot = 0; slot < count; slot++) {
         in_hand->frames[slot].timestamp_ns = ++before[lanes->target[slot]];
      }
      millrace_lanes_fill(lanes, in_hand);
      sent += count;
      if (lossless && (++since_tick == TICK_BURSTS || sent == FRAMES)) {
         since_tick = 0;
         millrace_lanes_mark(lanes, ++ticks * MILLRACE_TICK_NS | MILLRACE_MARK_TICK);
      }
      dropped += push(lanes, lossless);
      if (!lossless && sent == LATE) {
         REQUIRE(dropped > 0);
         start_workers(workers, rings, lossless);
      }
   }
   __atomic_store_n(&distributor_ended, 1, __ATOMIC_RELEASE);

   uint64_t arrived = 0;
   uint64_t counted = 0;
   for (int i = 0; i < WORKERS; i++) {
      REQUIRE(pthread_join(workers[i].thread, NULL) == 0);
      arrived += workers[i].burst->received;
      counted += lanes->lane[i].dropped;
      REQUIRE(workers[i].frames <= next[i]);
      REQUIRE(!lossless || (workers[i].frames == next[i] && workers[i].bursts >= ticks
         && workers[i].last_tick == ticks * MILLRACE_TICK_NS));
      millrace_burst_destroy(workers[i].burst);
   }
   REQUIRE(arrived + dropped == FRAMES && counted == dropped);
   REQUIRE(!lossless || dropped == 0);
   millrace_burst_destroy(in_hand);
   millrace_lanes_destroy(lanes);
   rte_ring_free(source);
   for (int i = 0; i < WORKERS; i++) {
      rte_ring_free(rings[i]);
   }
}

/* Where the reader is gone, what it has not taken goes back to the pool with the lanes. */
static void check_what_nobody_takes(struct rte_mempool *pool) {
   struct rte_ring *ring = millrace_ring_create("untaken", RING_SLOTS);
   struct rte_ring *source = millrace_ring_create("untaken-source", BURST);
   struct millrace_lanes *lanes = millrace_lanes_create(&ring, 1);
   struct millrace_burst *in_hand = millrace_burst_of_ring(source, BURST, 0);
   const unsigned int free_before = rte_mempool_avail_count(pool);
   uint64_t next[WORKERS] = {0};
   REQUIRE(offer(pool, source, lanes, next, BURST) == BURST);
   memset(lanes->target, 0, sizeof(lanes->target));
   REQUIRE(millrace_burst_receive(in_hand) == BURST);
   millrace_lanes_fill(lanes, in_hand);
   millrace_lanes_mark(lanes, MILLRACE_MARK_EPOCH);
   REQUIRE(millrace_lanes_push(lanes) == 0);
   millrace_burst_destroy(in_hand);
   millrace_lanes_destroy(lanes);
   REQUIRE(rte_mempool_avail_count(pool) == free_before);
   rte_ring_free(ring);
   rte_ring_free(source);
}

int main(void) {
   start_dpdk();
   struct rte_mempool *pool = millrace_pool_create("lanes", 3 * FRAMES, 0, FRAME_BYTES, SOCKET_ID_ANY);
   REQUIRE(pool != NULL);
   check_lanes(pool, 0, 1);
   check_lanes(pool, 1, 0);
   REQUIRE(rte_mempool_avail_count(pool) == 3 * FRAMES);
   check_what_nobody_takes(pool);
   rte_mempool_free(pool);
   rte_eal_cleanup();
   return 0;
}
