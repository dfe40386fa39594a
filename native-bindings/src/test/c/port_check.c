#include <string.h>

#include <rte_dev.h>
#include <rte_ethdev.h>
#include <rte_mempool.h>

#include "burst.h"
#include "check.h"
#include "dpdk_check.h"
#include "millrace_shim.h"
#include "require.h"

/* Lengths on both sides of one mbuf, of two, and the longest frame. */
static const uint32_t frame_lengths[] = {60, MBUF_BYTES - 1, MBUF_BYTES, MBUF_BYTES + 1, 2 * MBUF_BYTES + 256, 9000,
   65535, 14, 1514};

#define FRAMES (sizeof(frame_lengths) / sizeof(frame_lengths[0]))

static void write_capture(const char *path, int frames) {
   FILE *file = fopen(path, "wb");
   REQUIRE(file != NULL);
   const uint32_t header[] = {0xA1B2C3D4u, 0x00040002u, 0, 0, 262144, 1};
   REQUIRE(fwrite(header, sizeof(header), 1, file) == 1);
   for (int number = 0; number < frames; number++) {
      const uint32_t length = frame_lengths[(size_t)number % FRAMES];
      const uint32_t record[] = {1700000000u, (uint32_t)number, length, length};
      REQUIRE(fwrite(record, sizeof(record), 1, file) == 1);
      for (uint32_t at = 0; at < length; at++) {
         REQUIRE(fputc(byte_of(number, at), file) != EOF);
      }
   }
   REQUIRE(fclose(file) == 0);
}

static void check_frame(const struct millrace_frame *frame, int number) {
   REQUIRE(frame->captured_length == frame_lengths[(size_t)number % FRAMES]);
   REQUIRE(frame->timestamp_ns == 1700000000000000000ull + 1000ull * (uint64_t)number);
   const uint8_t *bytes = (const uint8_t *)(uintptr_t)frame->address;
   for (uint32_t at = 0; at < frame->captured_length; at++) {
      REQUIRE(bytes[at] == byte_of(number, at));
   }
}

static void check_bursts(const char *folder, int frames, uint16_t limit, int read_all) {
   char path[512];
   char arguments[600];
   snprintf(path, sizeof(path), "%s/%d-%d.pcap", folder, frames, limit);
   snprintf(arguments, sizeof(arguments), "rx_pcap=%s", path);
   write_capture(path, frames);
   struct rte_mempool *pool = millrace_pool_create("check", MBUFS, 0, MBUF_BYTES, SOCKET_ID_ANY);
   REQUIRE(pool != NULL);
   uint16_t port;
   REQUIRE(rte_eal_hotplug_add("vdev", "net_pcap_check", arguments) == 0);
   REQUIRE(rte_eth_dev_get_port_by_name("net_pcap_check", &port) == 0);
   REQUIRE(millrace_port_configure(port, 1, 512, &pool) == 0);
   REQUIRE(rte_eth_dev_start(port) == 0);
   REQUIRE(millrace_timestamps_find() == 0);
   struct millrace_burst *burst = millrace_burst_create(port, 0, limit, 1000);
   REQUIRE(burst != NULL);
   int number = 0;
   int received = 0;
   do {
      received = millrace_burst_receive(burst);
      for (int slot = 0; slot < received; slot++) {
         check_frame(&burst->frames[slot], number++);
      }
   } while (received > 0 && read_all);
   REQUIRE(!read_all || number == frames);
   uint64_t stats[5];
   REQUIRE(millrace_port_stats(port, stats) == 0);
   REQUIRE(stats[0] == (uint64_t)number);
   char *names = malloc((size_t)256 * RTE_ETH_XSTATS_NAME_SIZE);
   uint64_t *values = malloc(256 * sizeof(*values));
   REQUIRE(names != NULL && values != NULL);
   const int xstats = millrace_port_xstats(port, names, values, 256);
   REQUIRE(xstats > 0 && xstats <= 256);
   REQUIRE(millrace_port_xstats(port, NULL, NULL, 0) == xstats);
   free(names);
   free(values);
   millrace_burst_destroy(burst);
   REQUIRE(rte_eth_dev_stop(port) == 0);
   REQUIRE(rte_eth_dev_close(port) == 0);
   REQUIRE(rte_eal_hotplug_remove("vdev", "net_pcap_check") == 0);
   REQUIRE(rte_mempool_avail_count(pool) == MBUFS);
   rte_mempool_free(pool);
}

static void check_log_tail(void) {
   millrace_dpdk_log_clear();
   for (int i = 0; i < 200; i++) {
      REQUIRE(rte_eal_hotplug_add("vdev", "net_no_such_driver", "") != 0);
   }
   REQUIRE(strlen(millrace_dpdk_log_tail()) > 1024);
   REQUIRE(strlen(millrace_dpdk_log_tail()) < 4096);
   millrace_dpdk_log_clear();
   REQUIRE(strlen(millrace_dpdk_log_tail()) == 0);
}

void check_ports(const char *folder) {
   REQUIRE(millrace_burst_create(0, 0, 0, 0) == NULL);
   REQUIRE(millrace_burst_create(0, 0, MILLRACE_BURST_MAX + 1, 0) == NULL);
   REQUIRE(millrace_pool_create("too-long", 8, 0, UINT16_MAX, SOCKET_ID_ANY) == NULL);
   check_bursts(folder, 0, 32, 1);
   check_bursts(folder, 1, 1, 1);
   check_bursts(folder, 40, 1, 1);
   check_bursts(folder, 200, 8, 1);
   check_bursts(folder, 40, 8, 0);
   check_log_tail();
}
