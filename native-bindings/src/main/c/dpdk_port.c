/*
 * Ethernet ports of DPDK: what they are, how they are set up, what they have counted.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_ethdev.h>

#include "millrace_shim.h"
#include "port_facts.h"

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
   /* The peer of a memif reads from the first ring, which without one to send through is the one that it fills. */
   uint16_t tx_queues = info.driver_name != NULL && strcmp(info.driver_name, "net_memif") == 0 ? rx_queues : 0;
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
