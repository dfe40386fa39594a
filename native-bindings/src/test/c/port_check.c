#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
   REQUIRE(frame->timestamp_ns != 0);
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
   struct millrace_burst *burst = millrace_burst_create(port, 0, limit);
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

static uint16_t open_memif(const char *name, const char *role, const char *socket, struct rte_mempool **pool) {
   char arguments[PATH_MAX + 128];
   uint16_t port;
   snprintf(arguments, sizeof(arguments), "role=%s,socket=%s,socket-abstract=no", role, socket);
   *pool = millrace_pool_create(name, MBUFS, 0, MBUF_BYTES, SOCKET_ID_ANY);
   REQUIRE(*pool != NULL);
   REQUIRE(rte_eal_hotplug_add("vdev", name, arguments) == 0);
   REQUIRE(rte_eth_dev_get_port_by_name(name, &port) == 0);
   REQUIRE(millrace_port_configure(port, 1, 512, pool) == 0);
   REQUIRE(rte_eth_dev_start(port) == 0);
   return port;
}

static void await_link(uint16_t port) {
   int tries = 0;
   while (millrace_port_link(port) != 1) {
      REQUIRE(tries++ < 1000);
      usleep(10000);
   }
}

/* Two ends of shared memory: nothing comes that was not sent, and what was sent comes. */
static void check_memif(const char *folder) {
   char absolute[PATH_MAX];
   char path[PATH_MAX + 32];
   char alias[PATH_MAX + 32];
   struct rte_mempool *pools[2];
   REQUIRE(realpath(folder, absolute) != NULL);
   snprintf(path, sizeof(path), "%s/memif.sock", absolute);
   snprintf(alias, sizeof(alias), "%s/memif-alias.sock", absolute);
   const uint16_t server = open_memif("net_memif_server", "server", path, &pools[0]);
   /* The driver takes no second role for a socket of one name. */
   REQUIRE(symlink("memif.sock", alias) == 0);
   const uint16_t client = open_memif("net_memif_client", "client", alias, &pools[1]);
   await_link(server);
   await_link(client);
   struct millrace_burst *at_server = millrace_burst_create(server, 0, 32);
   struct millrace_burst *at_client = millrace_burst_create(client, 0, 32);
   REQUIRE(at_server != NULL && at_client != NULL);
   for (int poll = 0; poll < 10; poll++) {
      REQUIRE(millrace_burst_receive(at_server) == 0);
      REQUIRE(millrace_burst_receive(at_client) == 0);
   }
   struct rte_mbuf *frame = rte_pktmbuf_alloc(pools[0]);
   REQUIRE(frame != NULL);
   memset(rte_pktmbuf_append(frame, 60), 7, 60);
   REQUIRE(rte_eth_tx_burst(server, 0, &frame, 1) == 1);
   REQUIRE(millrace_burst_receive(at_client) == 1);
   REQUIRE(at_client->frames[0].captured_length == 60);
   REQUIRE(*(const uint8_t *)(uintptr_t)at_client->frames[0].address == 7);
   millrace_burst_destroy(at_server);
   millrace_burst_destroy(at_client);
   REQUIRE(rte_eth_dev_stop(client) == 0 && rte_eth_dev_stop(server) == 0);
   REQUIRE(rte_eth_dev_close(client) == 0 && rte_eth_dev_close(server) == 0);
   REQUIRE(rte_eal_hotplug_remove("vdev", "net_memif_client") == 0);
   REQUIRE(rte_eal_hotplug_remove("vdev", "net_memif_server") == 0);
   rte_mempool_free(pools[0]);
   rte_mempool_free(pools[1]);
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
   REQUIRE(millrace_burst_create(0, 0, 0) == NULL);
   REQUIRE(millrace_burst_create(0, 0, MILLRACE_BURST_MAX + 1) == NULL);
   REQUIRE(millrace_pool_create("too-long", 8, 0, UINT16_MAX, SOCKET_ID_ANY) == NULL);
   check_bursts(folder, 0, 32, 1);
   check_bursts(folder, 1, 1, 1);
   check_bursts(folder, 40, 1, 1);
   check_bursts(folder, 200, 8, 1);
   check_bursts(folder, 40, 8, 0);
   check_log_tail();
   char memif[600];
   snprintf(memif, sizeof(memif), "%s/librte_net_memif.so", millrace_dpdk_driver_directory());
   if (access(memif, R_OK) == 0) {
      check_memif(folder);
   }
}
