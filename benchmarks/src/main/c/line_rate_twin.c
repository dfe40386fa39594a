/*
 * What a plain C program makes of the port that benchmarks/run line-rate gives to a Millrace worker: the same frames out
 * of DPDK's net_pcap, the same parse with the same checks, the same key for both directions, found in DPDK's own hash
 * table with bulk lookups, and per flow the same basic counters. It has no expiry, no events, no telemetry and no
 * detection: it is a bound for what a table in C costs, not a product.
 *
 *    line-rate-twin CAPTURE PREFILL CAPACITY BURST MBUFS MBUF-BYTES CORE MEGABYTES huge|no-huge
 *
 * PREFILL is a capture of one packet for each flow; its flows are entered first, in an order that is not that of CAPTURE.
 * Then lines on standard input are answered one by one on standard output:
 *
 *    ceiling SECONDS   receives and frees only
 *    count SECONDS     the whole path
 *    spin SECONDS      nothing but reading the clock: the gaps that the machine itself makes
 *    check             what was received, counted and found
 *    quit
 *
 * Errors are one line, "error ..." on standard output, and exit code 3.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <rte_dev.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_hash.h>
#include <rte_hash_crc.h>
#include <rte_mbuf.h>
#include <rte_prefetch.h>

#define BURST_MAX RTE_HASH_LOOKUP_BULK_MAX
#define MEMPOOL_CACHE 256
#define RX_DESCRIPTORS 512
#define POLLS_PER_CLOCK_READING 16
#define REWARM_SECONDS 0.2
#define PCAP_MAGIC_SWAPPED 0xD4C3B2A1u
#define PCAP_HEADER_LENGTH 24
#define PCAP_RECORD_HEADER_LENGTH 16
#define FRAME_MAX 65536

/* Power-of-two buckets below 1 us in steps of 8 ns, then in steps of 1 us up to 10 ms, then the rest. */
#define FINE_STEP_NS 8
#define FINE_STEPS 128
#define COARSE_STEP_NS 1000
#define COARSE_STEPS 10000

/* Addresses and ports of the lower end first. 48 bytes: a length for which rte_hash compares with vector instructions. */
struct flow_key {
   uint64_t low_address[2];
   uint64_t high_address[2];
   uint16_t low_port;
   uint16_t high_port;
   uint16_t vlan_id;
   uint8_t protocol;
   uint8_t ip_version;
   uint64_t padding;
};

struct flow_record {
   uint64_t first_seen_ns;
   uint64_t last_seen_ns;
   uint64_t packets[2];
   uint64_t bytes[2];
   uint8_t tcp_flags[2];
   uint8_t padding[14];
} __rte_cache_aligned;

struct packet {
   struct flow_key key;
   uint32_t wire_length;
   uint8_t side;
   uint8_t tcp_flags;
};

enum outcome { PARSED, NOT_IP, MALFORMED };

struct counters {
   uint64_t ceiling_packets;
   uint64_t received;
   uint64_t prefilled;
   uint64_t parsed;
   uint64_t not_ip;
   uint64_t malformed;
   uint64_t table_full;
};

static struct rte_hash *table;
static struct flow_record *records;
static struct rte_mbuf *mbufs[BURST_MAX];
static struct packet packets[BURST_MAX];
static struct counters counters;
static uint16_t port_id;
static uint16_t burst_limit;
static uint64_t gaps[FINE_STEPS + COARSE_STEPS + 1];

static void __attribute__((format(printf, 1, 2), noreturn)) fail(const char *format, ...) {
   va_list arguments;
   va_start(arguments, format);
   printf("error ");
   vprintf(format, arguments);
   printf("\n");
   va_end(arguments);
   fflush(stdout);
   exit(3);
}

static inline uint64_t now_ns(void) {
   struct timespec now;
   clock_gettime(CLOCK_MONOTONIC, &now);
   return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static inline uint32_t load_be16(const uint8_t *at) {
   uint16_t value;
   memcpy(&value, at, sizeof(value));
   return rte_be_to_cpu_16(value);
}

static inline uint64_t load_be64(const uint8_t *at) {
   uint64_t value;
   memcpy(&value, at, sizeof(value));
   return rte_be_to_cpu_64(value);
}

static inline uint32_t load_be32(const uint8_t *at) {
   uint32_t value;
   memcpy(&value, at, sizeof(value));
   return rte_be_to_cpu_32(value);
}

/* Orders the two ends, so that both directions have one key. */
static inline void order_ends(struct packet *packet, const uint64_t source[2], const uint64_t destination[2],
      uint16_t source_port, uint16_t destination_port) {
   struct flow_key *key = &packet->key;
   const bool swap = source[0] != destination[0] ? source[0] > destination[0]
      : source[1] != destination[1]              ? source[1] > destination[1]
                                                 : source_port > destination_port;
   const uint64_t *low = swap ? destination : source;
   const uint64_t *high = swap ? source : destination;
   key->low_address[0] = low[0];
   key->low_address[1] = low[1];
   key->high_address[0] = high[0];
   key->high_address[1] = high[1];
   key->low_port = swap ? destination_port : source_port;
   key->high_port = swap ? source_port : destination_port;
   key->padding = 0;
   packet->side = swap;
}

/* Transport header: ports and flags where the header is whole; fragments behind the first have none. */
static inline enum outcome parse_transport(struct packet *packet, const uint8_t *at, uint32_t length, uint8_t protocol,
      bool later_fragment, uint16_t *source_port, uint16_t *destination_port) {
   *source_port = 0;
   *destination_port = 0;
   packet->tcp_flags = 0;
   if (later_fragment) {
      return PARSED;
   }
   switch (protocol) {
      case 6:
         if (length < 20 || (at[12] >> 4) < 5 || (uint32_t)(at[12] >> 4) * 4 > length) {
            return MALFORMED;
         }
         packet->tcp_flags = at[13];
         break;
      case 17:
         if (length < 8 || load_be16(at + 4) < 8) {
            return MALFORMED;
         }
         break;
      case 132:
         if (length < 12) {
            return MALFORMED;
         }
         break;
      default:
         return PARSED;
   }
   *source_port = (uint16_t)load_be16(at);
   *destination_port = (uint16_t)load_be16(at + 2);
   return PARSED;
}

static inline enum outcome parse_ipv4(struct packet *packet, const uint8_t *at, uint32_t length) {
   if (length < 20) {
      return MALFORMED;
   }
   const uint32_t header = (uint32_t)(at[0] & 0x0F) * 4;
   const uint32_t total = load_be16(at + 2);
   if ((at[0] >> 4) != 4 || header < 20 || header > total || header > length) {
      return MALFORMED;
   }
   const uint32_t fragment = load_be16(at + 6);
   const uint64_t source[2] = {0, load_be32(at + 12)};
   const uint64_t destination[2] = {0, load_be32(at + 16)};
   uint16_t source_port;
   uint16_t destination_port;
   const enum outcome outcome = parse_transport(packet, at + header, RTE_MIN(total, length) - header, at[9],
      (fragment & 0x1FFF) != 0, &source_port, &destination_port);
   packet->key.protocol = at[9];
   packet->key.ip_version = 4;
   order_ends(packet, source, destination, source_port, destination_port);
   return outcome;
}

static inline enum outcome parse_ipv6(struct packet *packet, const uint8_t *at, uint32_t length) {
   if (length < 40 || (at[0] >> 4) != 6) {
      return MALFORMED;
   }
   const uint64_t source[2] = {load_be64(at + 8), load_be64(at + 16)};
   const uint64_t destination[2] = {load_be64(at + 24), load_be64(at + 32)};
   uint8_t next = at[6];
   uint32_t offset = 40;
   bool later_fragment = false;
   for (int extensions = 0; extensions < 8; extensions++) {
      if (next != 0 && next != 43 && next != 44 && next != 60) {
         break;
      }
      if (offset + 8 > length) {
         return MALFORMED;
      }
      const uint8_t this = next;
      next = at[offset];
      if (this == 44) {
         later_fragment = (load_be16(at + offset + 2) & 0xFFF8) != 0;
         offset += 8;
      } else {
         offset += ((uint32_t)at[offset + 1] + 1) * 8;
      }
   }
   if (offset > length) {
      return MALFORMED;
   }
   uint16_t source_port;
   uint16_t destination_port;
   const enum outcome outcome = parse_transport(packet, at + offset, length - offset, next, later_fragment,
      &source_port, &destination_port);
   packet->key.protocol = next;
   packet->key.ip_version = 6;
   order_ends(packet, source, destination, source_port, destination_port);
   return outcome;
}

static inline enum outcome parse(struct packet *packet, const uint8_t *frame, uint32_t length) {
   if (length < 14) {
      return MALFORMED;
   }
   uint32_t type = load_be16(frame + 12);
   uint32_t offset = 14;
   packet->key.vlan_id = 0;
   packet->wire_length = length;
   while (type == 0x8100 || type == 0x88A8 || type == 0x9100) {
      if (offset + 4 > length) {
         return MALFORMED;
      }
      if (packet->key.vlan_id == 0) {
         packet->key.vlan_id = (uint16_t)(load_be16(frame + offset) & 0x0FFF);
      }
      type = load_be16(frame + offset + 2);
      offset += 4;
   }
   if (likely(type == 0x0800)) {
      return parse_ipv4(packet, frame + offset, length - offset);
   }
   return type == 0x86DD ? parse_ipv6(packet, frame + offset, length - offset) : NOT_IP;
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

/* Finds all flows of up to BURST_MAX parsed packets at once, enters the new ones, then counts. */
static inline void account(const struct packet *const *parsed, unsigned int n, uint64_t time_ns) {
   const void *keys[BURST_MAX];
   int32_t positions[BURST_MAX];
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
            counters.table_full++;
            continue;
         }
      }
      count(&records[position], parsed[i], time_ns);
   }
}

static inline unsigned int poll_port(void) {
   const uint16_t received = rte_eth_rx_burst(port_id, 0, mbufs, burst_limit);
   const struct packet *parsed[BURST_MAX];
   unsigned int n = 0;
   if (received == 0) {
      return 0;
   }
   for (uint16_t i = 0; i < received; i++) {
      rte_prefetch0(rte_pktmbuf_mtod(mbufs[i], void *));
   }
   const uint64_t time_ns = now_ns();
   for (uint16_t i = 0; i < received; i++) {
      switch (parse(&packets[i], rte_pktmbuf_mtod(mbufs[i], uint8_t *), rte_pktmbuf_data_len(mbufs[i]))) {
         case PARSED:
            parsed[n++] = &packets[i];
            break;
         case NOT_IP:
            counters.not_ip++;
            break;
         default:
            counters.malformed++;
      }
   }
   account(parsed, n, time_ns);
   counters.parsed += n;
   counters.received += received;
   rte_pktmbuf_free_bulk(mbufs, received);
   return received;
}

static inline unsigned int receive_and_free(void) {
   const uint16_t received = rte_eth_rx_burst(port_id, 0, mbufs, burst_limit);
   for (uint16_t i = 0; i < received; i++) {
      rte_prefetch0(rte_pktmbuf_mtod(mbufs[i], void *));
   }
   rte_pktmbuf_free_bulk(mbufs, received);
   counters.ceiling_packets += received;
   return received;
}

static void run(const char *what, double seconds, unsigned int (*poll_once)(void), bool report) {
   const uint64_t begun = now_ns();
   const uint64_t length_ns = (uint64_t)(seconds * 1e9);
   uint64_t total = 0;
   uint64_t ended = begun;
   while (ended - begun < length_ns) {
      for (int i = 0; i < POLLS_PER_CLOCK_READING; i++) {
         total += poll_once();
      }
      ended = now_ns();
   }
   if (report) {
      printf("%s packets=%" PRIu64 " nanos=%" PRIu64 "\n", what, total, ended - begun);
      fflush(stdout);
   }
}

static unsigned int gap_bucket(uint64_t gap_ns) {
   if (gap_ns < FINE_STEP_NS * FINE_STEPS) {
      return (unsigned int)(gap_ns / FINE_STEP_NS);
   }
   const uint64_t step = gap_ns / COARSE_STEP_NS;
   return FINE_STEPS + (unsigned int)RTE_MIN(step, (uint64_t)COARSE_STEPS);
}

static uint64_t gap_at(double part, uint64_t total) {
   const uint64_t rank = (uint64_t)(part * (double)total);
   uint64_t seen = 0;
   for (unsigned int i = 0; i < RTE_DIM(gaps); i++) {
      seen += gaps[i];
      if (seen > rank) {
         return i < FINE_STEPS ? (i + 1) * FINE_STEP_NS : (uint64_t)(i - FINE_STEPS + 1) * COARSE_STEP_NS;
      }
   }
   return 0;
}

static void spin(double seconds) {
   const uint64_t length_ns = (uint64_t)(seconds * 1e9);
   const uint64_t begun = now_ns();
   uint64_t last = begun;
   uint64_t longest = 0;
   uint64_t readings = 0;
   memset(gaps, 0, sizeof(gaps));
   while (last - begun < length_ns) {
      const uint64_t now = now_ns();
      const uint64_t gap = now - last;
      gaps[gap_bucket(gap)]++;
      longest = RTE_MAX(longest, gap);
      readings++;
      last = now;
   }
   printf("spin gap_p9999_ns=%" PRIu64 " gap_max_ns=%" PRIu64 "\n", gap_at(0.9999, readings), longest);
   fflush(stdout);
}

static void check(void) {
   struct rte_eth_stats stats;
   uint64_t in_records = 0;
   uint64_t flows = 0;
   const void *key;
   void *data;
   uint32_t next = 0;
   int32_t position;
   while ((position = rte_hash_iterate(table, &key, &data, &next)) >= 0) {
      in_records += records[position].packets[0] + records[position].packets[1];
      flows++;
   }
   if (rte_eth_stats_get(port_id, &stats) != 0) {
      fail("the port has no counters");
   }
   printf("check port=%" PRIu64 " ceiling=%" PRIu64 " received=%" PRIu64 " prefilled=%" PRIu64 " parsed=%" PRIu64
          " not_ip=%" PRIu64 " malformed=%" PRIu64 " table_full=%" PRIu64 " in_records=%" PRIu64 " flows=%" PRIu64 "\n",
      stats.ipackets, counters.ceiling_packets, counters.received, counters.prefilled, counters.parsed, counters.not_ip,
      counters.malformed, counters.table_full, in_records, flows);
   fflush(stdout);
}

static void start_eal(const char *core, const char *megabytes, bool huge) {
   static char driver[3][256];
   static const char *const names[] = {"bus_vdev", "mempool_ring", "net_pcap"};
   static char *arguments[32];
   int n = 0;
   arguments[n++] = strdup("line-rate-twin");
   arguments[n++] = strdup("--no-pci");
   arguments[n++] = strdup("--no-telemetry");
   arguments[n++] = strdup("--log-level=3");
   arguments[n++] = strdup("-l");
   arguments[n++] = strdup(core);
   arguments[n++] = strdup("-m");
   arguments[n++] = strdup(megabytes);
   arguments[n++] = strdup(huge ? "--in-memory" : "--no-huge");
   if (!huge) {
      arguments[n++] = strdup("--no-shconf");
   }
   for (size_t i = 0; i < RTE_DIM(names); i++) {
      snprintf(driver[i], sizeof(driver[i]), RTE_EAL_PMD_PATH "/librte_%s.so", names[i]);
      if (access(driver[i], R_OK) == 0) {
         arguments[n++] = strdup("-d");
         arguments[n++] = driver[i];
      }
   }
   if (rte_eal_init(n, arguments) < 0) {
      fail("DPDK does not start with %s MB: %s", megabytes, rte_strerror(rte_errno));
   }
}

static void open_port(const char *capture, struct rte_mempool *pool) {
   char options[4096];
   struct rte_eth_conf configuration;
   snprintf(options, sizeof(options), "rx_pcap=%s,infinite_rx=1", capture);
   if (rte_eal_hotplug_add("vdev", "net_pcap_twin", options) != 0
      || rte_eth_dev_get_port_by_name("net_pcap_twin", &port_id) != 0) {
      fail("net_pcap refuses %s", capture);
   }
   memset(&configuration, 0, sizeof(configuration));
   if (rte_eth_dev_configure(port_id, 1, 0, &configuration) != 0
      || rte_eth_rx_queue_setup(port_id, 0, RX_DESCRIPTORS, (unsigned int)SOCKET_ID_ANY, NULL, pool) != 0
      || rte_eth_dev_start(port_id) != 0) {
      fail("net_pcap does not start with %s: it needs one buffer for each packet", capture);
   }
}

static void prefill(const char *path) {
   static uint8_t frame[FRAME_MAX];
   uint32_t header[PCAP_HEADER_LENGTH / 4];
   uint32_t record[PCAP_RECORD_HEADER_LENGTH / 4];
   FILE *file = fopen(path, "rb");
   if (file == NULL || fread(header, sizeof(header), 1, file) != 1 || header[0] != PCAP_MAGIC_SWAPPED) {
      fail("%s is not a capture that was generated for this", path);
   }
   while (fread(record, sizeof(record), 1, file) == 1) {
      const uint32_t length = rte_be_to_cpu_32(record[2]);
      const struct packet *one = &packets[0];
      if (length > FRAME_MAX || fread(frame, length, 1, file) != 1) {
         fail("%s is cut", path);
      }
      if (parse(&packets[0], frame, length) == PARSED) {
         account(&one, 1, now_ns());
         counters.parsed++;
      }
      counters.prefilled++;
   }
   fclose(file);
}

static void answer(void) {
   char line[128];
   double seconds;
   while (fgets(line, sizeof(line), stdin) != NULL) {
      if (sscanf(line, "ceiling %lf", &seconds) == 1) {
         run("ceiling", REWARM_SECONDS, receive_and_free, false);
         run("ceiling", seconds, receive_and_free, true);
      } else if (sscanf(line, "count %lf", &seconds) == 1) {
         run("count", REWARM_SECONDS, poll_port, false);
         run("count", seconds, poll_port, true);
      } else if (sscanf(line, "spin %lf", &seconds) == 1) {
         spin(seconds);
      } else if (strncmp(line, "check", 5) == 0) {
         check();
      } else {
         return;
      }
   }
}

int main(int argc, char **argv) {
   if (argc != 10) {
      fail("nine arguments, see the head of line_rate_twin.c");
   }
   const uint32_t capacity = (uint32_t)strtoul(argv[3], NULL, 10);
   const unsigned int buffers = (unsigned int)strtoul(argv[5], NULL, 10);
   const unsigned long room = strtoul(argv[6], NULL, 10) + RTE_PKTMBUF_HEADROOM;
   burst_limit = (uint16_t)RTE_MIN(strtoul(argv[4], NULL, 10), (unsigned long)BURST_MAX);
   start_eal(argv[7], argv[8], strcmp(argv[9], "huge") == 0);
   struct rte_mempool *pool =
      rte_pktmbuf_pool_create("mbufs", buffers, MEMPOOL_CACHE, 0, (uint16_t)RTE_MIN(room, (unsigned long)UINT16_MAX), SOCKET_ID_ANY);
   if (pool == NULL) {
      fail("no memory for %u buffers of %lu bytes: %s", buffers, room, rte_strerror(rte_errno));
   }
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
   prefill(argv[2]);
   open_port(argv[1], pool);
   printf("ready\n");
   fflush(stdout);
   answer();
   return 0;
}
