/*
 * What DPDK offers only as inline functions or as structs whose layout changes between releases, exported under plain
 * symbols. Compiled against the installed headers. Errors are negative errno values, as DPDK's own.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <rte_log.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>
#include <rte_mempool.h>
#include <rte_prefetch.h>
#include <rte_ring.h>
#include <rte_version.h>

#include "burst.h"
#include "millrace_shim.h"
#include "packet_socket.h"
#include "port_facts.h"

#define NS_PER_SECOND 1000000000ull
#define LOG_TAIL_BYTES 4096

/* DPDK explains failures in its log only, so the end of its errors and warnings is kept for the error message. */
static char log_tail[LOG_TAIL_BYTES];
static size_t log_tail_length;

static ssize_t log_write(void *cookie, const char *text, size_t length) {
   (void)cookie;
   if (rte_log_cur_msg_loglevel() > (int)RTE_LOG_WARNING) {
      return (ssize_t)length;
   }
   const size_t kept = length < LOG_TAIL_BYTES - 1 ? length : LOG_TAIL_BYTES - 1;
   if (log_tail_length + kept > LOG_TAIL_BYTES - 1) {
      const size_t excess = log_tail_length + kept - (LOG_TAIL_BYTES - 1);
      memmove(log_tail, log_tail + excess, log_tail_length - excess);
      log_tail_length -= excess;
   }
   memcpy(log_tail + log_tail_length, text + length - kept, kept);
   log_tail_length += kept;
   log_tail[log_tail_length] = '\0';
   return (ssize_t)length;
}

const char *millrace_dpdk_log_tail(void) {
   return log_tail;
}

void millrace_dpdk_log_clear(void) {
   log_tail_length = 0;
   log_tail[0] = '\0';
}

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

const char *millrace_dpdk_compiled_version(void) {
   return TEXT(RTE_VER_YEAR) "." TEXT(RTE_VER_MONTH);
}

const char *millrace_dpdk_driver_directory(void) {
   return RTE_EAL_PMD_PATH;
}

/* EAL prints its usage and fatal errors past its own log; the log has them too. */
static int silence(int descriptor) {
   const int kept = dup(descriptor);
   const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
   if (kept >= 0 && null >= 0) {
      dup2(null, descriptor);
   }
   if (null >= 0) {
      close(null);
   }
   return kept;
}

static void restore(int descriptor, int kept) {
   if (kept >= 0) {
      fflush(descriptor == STDOUT_FILENO ? stdout : stderr);
      dup2(kept, descriptor);
      close(kept);
   }
}

/* Distance of wall time from the monotonic clock; moved in small steps by one thread, read by all. */
static int64_t clock_offset_ns;

void millrace_clock_set_offset(int64_t offset_ns) {
   __atomic_store_n(&clock_offset_ns, offset_ns, __ATOMIC_RELAXED);
}

static int64_t clock_ns(clockid_t clock) {
   struct timespec now;
   clock_gettime(clock, &now);
   return (int64_t)now.tv_sec * (int64_t)NS_PER_SECOND + now.tv_nsec;
}

static uint64_t live_clock_ns(void) {
   return (uint64_t)(clock_ns(CLOCK_MONOTONIC) + __atomic_load_n(&clock_offset_ns, __ATOMIC_RELAXED));
}

static struct packet_clocks packet_clocks(void) {
   return (struct packet_clocks){.wall_ns = clock_ns(CLOCK_REALTIME), .live_ns = (int64_t)live_clock_ns()};
}

int millrace_eal_init(int argc, char **argv, int log_to_stderr) {
   if (!log_to_stderr) {
      cookie_io_functions_t functions = {.write = log_write};
      FILE *stream = fopencookie(NULL, "w", functions);
      if (stream == NULL) {
         return -ENOMEM;
      }
      setvbuf(stream, NULL, _IONBF, 0);
      rte_openlog_stream(stream);
   }
   millrace_clock_set_offset(clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC));
   /* EAL pins the calling thread to its main core; threads started later would inherit that. */
   cpu_set_t before;
   const int affinity_known = sched_getaffinity(0, sizeof(before), &before) == 0;
   const int silenced = log_to_stderr ? -1 : silence(STDERR_FILENO);
   const int silenced_output = log_to_stderr ? -1 : silence(STDOUT_FILENO);
   const int result = rte_eal_init(argc, argv);
   const int error = rte_errno;
   restore(STDOUT_FILENO, silenced_output);
   restore(STDERR_FILENO, silenced);
   if (affinity_known) {
      sched_setaffinity(0, sizeof(before), &before);
   }
   return result < 0 ? -(error == 0 ? EINVAL : error) : result;
}

int millrace_thread_register(void) {
   return rte_thread_register() == 0 ? 0 : -rte_errno;
}

struct rte_mempool *millrace_pool_create(const char *name, unsigned int mbufs, unsigned int cache, unsigned int data_bytes,
      int socket) {
   const unsigned int room = data_bytes + RTE_PKTMBUF_HEADROOM;
   if (room > UINT16_MAX) {
      rte_errno = EINVAL;
      return NULL;
   }
   return rte_pktmbuf_pool_create(name, mbufs, cache, 0, (uint16_t)room, socket);
}

int millrace_errno(void) {
   return rte_errno;
}

/*
 * A Toeplitz key that repeats every 16 bits gives a flow's two directions one hash. Woo, Park: Scalable TCP Session
 * Monitoring with Symmetric Receive-side Scaling, 2012.
 */
#define RSS_KEY_MAX 64
#define RSS_KEY_USUAL 40
#define RSS_WANTED (RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP | RTE_ETH_RSS_SCTP)

int millrace_port_facts(uint16_t port, struct millrace_port_facts *facts) {
   struct rte_eth_dev_info info;
   const int result = rte_eth_dev_info_get(port, &info);
   if (result != 0) {
      return result;
   }
   memset(facts, 0, sizeof(*facts));
   facts->max_rx_queues = info.max_rx_queues;
   facts->max_rx_descriptors = info.rx_desc_lim.nb_max;
   facts->numa_node = rte_eth_dev_socket_id(port);
   facts->symmetric_rss = (RSS_WANTED & info.flow_type_rss_offloads) != 0 && info.hash_key_size <= RSS_KEY_MAX;
   snprintf(facts->driver, sizeof(facts->driver), "%s", info.driver_name == NULL ? "" : info.driver_name);
   return 0;
}

/* 1 up, 0 down; negative where the port is gone or does not say. */
int millrace_port_link(uint16_t port) {
   if (rte_eth_dev_is_removed(port) == 1) {
      return -ENODEV;
   }
   struct rte_eth_link link;
   const int result = rte_eth_link_get_nowait(port, &link);
   return result != 0 ? result : link.link_status == RTE_ETH_LINK_UP;
}

int millrace_port_configure(uint16_t port, uint16_t rx_queues, uint16_t rx_descriptors, struct rte_mempool **pools) {
   struct rte_eth_dev_info info;
   int result = rte_eth_dev_info_get(port, &info);
   if (result != 0) {
      return result;
   }
   struct rte_eth_conf configuration;
   memset(&configuration, 0, sizeof(configuration));
   if ((info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER) != 0) {
      configuration.rxmode.offloads |= RTE_ETH_RX_OFFLOAD_SCATTER;
   }
   uint8_t key[RSS_KEY_MAX];
   const uint64_t hashed = RSS_WANTED & info.flow_type_rss_offloads;
   if (rx_queues > 1 && hashed != 0 && info.hash_key_size <= RSS_KEY_MAX) {
      for (size_t i = 0; i < RSS_KEY_MAX; i++) {
         key[i] = i % 2 == 0 ? 0x6d : 0x5a;
      }
      configuration.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
      configuration.rx_adv_conf.rss_conf.rss_key = key;
      configuration.rx_adv_conf.rss_conf.rss_key_len = info.hash_key_size == 0 ? RSS_KEY_USUAL : info.hash_key_size;
      configuration.rx_adv_conf.rss_conf.rss_hf = hashed;
   }
   uint16_t tx_queues = 0;
   result = rte_eth_dev_configure(port, rx_queues, tx_queues, &configuration);
   if (result != 0 && info.max_tx_queues >= rx_queues) {
      /* Some drivers, af_xdp and tap among them, have queues in pairs only. */
      tx_queues = rx_queues;
      result = rte_eth_dev_configure(port, rx_queues, tx_queues, &configuration);
   }
   if (result != 0) {
      return result;
   }
   uint16_t tx_descriptors = 0;
   result = rte_eth_dev_adjust_nb_rx_tx_desc(port, &rx_descriptors, &tx_descriptors);
   if (result != 0 && result != -ENOTSUP) {
      return result;
   }
   const int socket = rte_eth_dev_socket_id(port);
   for (uint16_t queue = 0; queue < rx_queues; queue++) {
      result = rte_eth_rx_queue_setup(port, queue, rx_descriptors, (unsigned int)socket, NULL, pools[queue]);
      if (result != 0) {
         return result;
      }
   }
   for (uint16_t queue = 0; queue < tx_queues; queue++) {
      result = rte_eth_tx_queue_setup(port, queue, tx_descriptors, (unsigned int)socket, NULL);
      if (result != 0) {
         return result;
      }
   }
   return 0;
}

int millrace_port_stats(uint16_t port, uint64_t *values) {
   struct rte_eth_stats stats;
   const int result = rte_eth_stats_get(port, &stats);
   if (result != 0) {
      return result;
   }
   values[0] = stats.ipackets;
   values[1] = stats.ibytes;
   values[2] = stats.imissed;
   values[3] = stats.ierrors;
   values[4] = stats.rx_nombuf;
   return 0;
}

/* Fills up to limit entries of names (64 bytes each) and values; returns how many the port has. */
int millrace_port_xstats(uint16_t port, char *names, uint64_t *values, unsigned int limit) {
   const int count = rte_eth_xstats_get_names(port, NULL, 0);
   if (count <= 0 || (unsigned int)count > limit) {
      return count;
   }
   struct rte_eth_xstat_name *known = calloc((size_t)count, sizeof(*known));
   struct rte_eth_xstat *read = calloc((size_t)count, sizeof(*read));
   int result = -ENOMEM;
   if (known != NULL && read != NULL) {
      result = rte_eth_xstats_get_names(port, known, (unsigned int)count);
      if (result == count) {
         result = rte_eth_xstats_get(port, read, (unsigned int)count);
      }
      for (int i = 0; i < result && i < count; i++) {
         memcpy(names + (size_t)i * RTE_ETH_XSTATS_NAME_SIZE, known[i].name, RTE_ETH_XSTATS_NAME_SIZE);
         values[i] = read[i].value;
      }
   }
   free(known);
   free(read);
   return result;
}

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

struct millrace_burst *millrace_burst_create(uint16_t port, uint16_t queue, uint16_t limit, uint32_t timestamp_unit_ns) {
   struct millrace_burst *burst = burst_create(limit);
   if (burst != NULL) {
      burst->port = port;
      burst->queue = queue;
      burst->timestamp_unit_ns = timestamp_unit_ns;
   }
   return burst;
}

/* Frames that a distributor stamped in nanoseconds; delimited: a burst ends where a mark says so. */
struct millrace_burst *millrace_burst_of_ring(struct rte_ring *ring, uint16_t limit, int delimited) {
   struct millrace_burst *burst = burst_create(limit);
   if (burst != NULL) {
      burst->ring = ring;
      burst->delimited = delimited != 0;
      burst->timestamp_unit_ns = 1;
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

static inline void release_held(struct millrace_burst *burst) {
   if (burst->held != 0) {
      rte_pktmbuf_free_bulk(burst->mbufs, burst->held);
      burst->held = 0;
   }
}

static inline int is_mark(const void *item) {
   return ((uintptr_t)item & MILLRACE_MARK_MASK) != 0;
}

void millrace_burst_destroy(struct millrace_burst *burst) {
   if (burst != NULL) {
      release_held(burst);
      rte_pktmbuf_free_bulk(burst->mbufs, burst->collected);
      for (; burst->stash_position < burst->stash_length; burst->stash_position++) {
         void *item = burst->stash[burst->stash_position];
         if (!is_mark(item)) {
            rte_pktmbuf_free(item);
         }
      }
      free(burst->scratch);
      free(burst);
   }
}

/* Where drivers leave receive timestamps in an mbuf; written once, before any port starts. */
static int timestamp_offset = -1;
static uint64_t timestamp_flag;

/* Looks up where drivers leave receive timestamps; call after the port that stamps was probed. */
int millrace_timestamps_find(void) {
   const int offset = rte_mbuf_dynfield_lookup(RTE_MBUF_DYNFIELD_TIMESTAMP_NAME, NULL);
   const int bit = rte_mbuf_dynflag_lookup(RTE_MBUF_DYNFLAG_RX_TIMESTAMP_NAME, NULL);
   if (offset < 0 || bit < 0) {
      return -ENOENT;
   }
   timestamp_offset = offset;
   timestamp_flag = RTE_BIT64(bit);
   return 0;
}

/* Makes room for timestamps in every mbuf, whether a driver did or not; for those that are handed on. */
static int timestamps_register(void) {
   int offset;
   uint64_t flag;
   if (rte_mbuf_dyn_rx_timestamp_register(&offset, &flag) != 0) {
      return -rte_errno;
   }
   timestamp_offset = offset;
   timestamp_flag = flag;
   return 0;
}

/* Walks the segments instead of trusting the packet's length: net_pcap keeps 16 bits of it and claims 32. */
static uint32_t linearize(const struct rte_mbuf *segment, uint8_t *copy) {
   uint32_t used = 0;
   for (; segment != NULL; segment = segment->next) {
      const uint32_t length = RTE_MIN((uint32_t)segment->data_len, (uint32_t)MILLRACE_FRAME_MAX - used);
      memcpy(copy + used, rte_pktmbuf_mtod(segment, const void *), length);
      used += length;
   }
   return used;
}

static void describe(struct millrace_burst *burst, uint16_t slot) {
   struct rte_mbuf *mbuf = burst->mbufs[slot];
   struct millrace_frame *frame = &burst->frames[slot];
   if (likely(mbuf->nb_segs == 1)) {
      frame->address = (uint64_t)(uintptr_t)rte_pktmbuf_mtod(mbuf, void *);
      frame->captured_length = rte_pktmbuf_data_len(mbuf);
   } else {
      uint8_t *copy = burst->scratch + (size_t)slot * MILLRACE_FRAME_MAX;
      frame->address = (uint64_t)(uintptr_t)copy;
      frame->captured_length = linearize(mbuf, copy);
      burst->linearized++;
   }
   frame->packet_length = rte_pktmbuf_pkt_len(mbuf);
   frame->rss_hash = (mbuf->ol_flags & RTE_MBUF_F_RX_RSS_HASH) != 0 ? mbuf->hash.rss : 0;
   frame->vlan_tci = (mbuf->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) != 0 ? 0x10000u | mbuf->vlan_tci : 0;
}

/* Takes items from the stash until a mark ends the burst. True once it did, or once the burst is full. */
static bool collect(struct millrace_burst *burst) {
   while (burst->stash_position < burst->stash_length) {
      if (burst->collected == burst->limit && !is_mark(burst->stash[burst->stash_position])) {
         return true;
      }
      void *item = burst->stash[burst->stash_position++];
      if (!is_mark(item)) {
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

static void stamp(struct millrace_burst *burst, uint16_t received) {
   const uint64_t stamped = burst->timestamp_unit_ns == 0 ? 0 : timestamp_flag;
   /* One clock reading a burst; skipped where every frame brings its own time. */
   const uint64_t burst_ns = stamped == 0 ? live_clock_ns() : 0;
   for (uint16_t slot = 0; slot < received; slot++) {
      struct rte_mbuf *mbuf = burst->mbufs[slot];
      burst->frames[slot].timestamp_ns = (mbuf->ol_flags & stamped) != 0
         ? *RTE_MBUF_DYNFIELD(mbuf, timestamp_offset, rte_mbuf_timestamp_t *) * burst->timestamp_unit_ns
         : burst_ns;
   }
}

static int take(struct millrace_burst *burst) {
   if (burst->ring != NULL) {
      return receive_from_ring(burst);
   }
   if (burst->socket != NULL) {
      return packet_socket_take(burst->socket, burst->mbufs, burst->frames, burst->limit, packet_clocks);
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
   for (uint16_t slot = 0; slot < received; slot++) {
      rte_prefetch0(rte_pktmbuf_mtod(burst->mbufs[slot], void *));
   }
   if (burst->socket == NULL) {
      stamp(burst, received);
   }
   for (uint16_t slot = 0; slot < received; slot++) {
      describe(burst, slot);
   }
   return received;
}

/*
 * The way from a distributor to the workers.
 */

struct rte_ring *millrace_ring_create(const char *name, unsigned int slots) {
   return rte_ring_create(name, slots, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ | RING_F_EXACT_SZ);
}

struct millrace_lanes *millrace_lanes_create(struct rte_ring **rings, unsigned int count) {
   if (count == 0 || count > MILLRACE_LANES_MAX || timestamps_register() != 0) {
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
      *RTE_MBUF_DYNFIELD(mbuf, timestamp_offset, rte_mbuf_timestamp_t *) = burst->frames[slot].timestamp_ns;
      mbuf->ol_flags |= timestamp_flag;
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
         if (!is_mark(lane->items[lane->sent])) {
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
         if (!is_mark(item)) {
            rte_pktmbuf_free(item);
         }
      }
   }
   free(lanes);
}
