/*
 * What DPDK offers only as inline functions or as structs whose layout changes between releases, exported under plain
 * symbols. Compiled against the installed headers. Errors are negative errno values, as DPDK's own.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
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
#include <rte_version.h>

#include "burst.h"
#include "millrace_shim.h"

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
   result = rte_eth_dev_configure(port, rx_queues, 0, &configuration);
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

struct millrace_burst *millrace_burst_create(uint16_t port, uint16_t queue, uint16_t limit, uint32_t timestamp_unit_ns) {
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
   burst->port = port;
   burst->queue = queue;
   burst->limit = limit;
   burst->timestamp_unit_ns = timestamp_unit_ns;
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
      free(burst->scratch);
      free(burst);
   }
}

static uint64_t wall_clock_ns(void) {
   struct timespec now;
   clock_gettime(CLOCK_REALTIME, &now);
   return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
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

static void describe(struct millrace_burst *burst, uint16_t slot, uint64_t burst_ns, uint64_t stamped) {
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
   frame->timestamp_ns = (mbuf->ol_flags & stamped) != 0
      ? *RTE_MBUF_DYNFIELD(mbuf, timestamp_offset, rte_mbuf_timestamp_t *) * burst->timestamp_unit_ns
      : burst_ns;
   frame->rss_hash = (mbuf->ol_flags & RTE_MBUF_F_RX_RSS_HASH) != 0 ? mbuf->hash.rss : 0;
   frame->vlan_tci = (mbuf->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) != 0 ? 0x10000u | mbuf->vlan_tci : 0;
}

int millrace_burst_receive(struct millrace_burst *burst) {
   release_held(burst);
   const uint16_t received = rte_eth_rx_burst(burst->port, burst->queue, burst->mbufs, burst->limit);
   if (received == 0) {
      return 0;
   }
   burst->held = received;
   for (uint16_t slot = 0; slot < received; slot++) {
      rte_prefetch0(rte_pktmbuf_mtod(burst->mbufs[slot], void *));
   }
   const uint64_t stamped = burst->timestamp_unit_ns == 0 ? 0 : timestamp_flag;
   /* One clock reading a burst; skipped where every frame brings its own time. */
   const uint64_t burst_ns = stamped == 0 ? wall_clock_ns() : 0;
   for (uint16_t slot = 0; slot < received; slot++) {
      describe(burst, slot, burst_ns, stamped);
   }
   return received;
}
