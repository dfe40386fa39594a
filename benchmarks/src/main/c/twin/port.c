#include "port.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rte_dev.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "fail.h"

#define MEMPOOL_CACHE 256
#define RX_DESCRIPTORS 512

uint16_t port_id;

static struct rte_mempool *pool;

void start_eal(const char *core, const char *megabytes, bool huge) {
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

void create_buffers(unsigned int buffers, unsigned long bytes) {
   const unsigned long room = bytes + RTE_PKTMBUF_HEADROOM;
   pool = rte_pktmbuf_pool_create("mbufs", buffers, MEMPOOL_CACHE, 0,
      (uint16_t)RTE_MIN(room, (unsigned long)UINT16_MAX), SOCKET_ID_ANY);
   if (pool == NULL) {
      fail("no memory for %u buffers of %lu bytes: %s", buffers, room, rte_strerror(rte_errno));
   }
}

void open_port(const char *capture) {
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

uint64_t port_packets(void) {
   struct rte_eth_stats stats;
   if (rte_eth_stats_get(port_id, &stats) != 0) {
      fail("the port has no counters");
   }
   return stats.ipackets;
}
