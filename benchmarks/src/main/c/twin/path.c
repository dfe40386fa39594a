#include "path.h"

#include <stdio.h>

#include <rte_ethdev.h>
#include <rte_hash.h>
#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include "clock.h"
#include "fail.h"
#include "flows.h"
#include "packet.h"
#include "port.h"

#define BURST_MAX RTE_HASH_LOOKUP_BULK_MAX
#define PCAP_MAGIC_SWAPPED 0xD4C3B2A1u
#define PCAP_HEADER_LENGTH 24
#define PCAP_RECORD_HEADER_LENGTH 16
#define FRAME_MAX 65536

struct path_counters counters;

static struct rte_mbuf *mbufs[BURST_MAX];
static struct packet packets[BURST_MAX];
static uint16_t burst_limit;

void limit_burst(unsigned long frames) {
   burst_limit = (uint16_t)RTE_MIN(frames, (unsigned long)BURST_MAX);
}

void prefill(const char *capture) {
   static uint8_t frame[FRAME_MAX];
   uint32_t header[PCAP_HEADER_LENGTH / 4];
   uint32_t record[PCAP_RECORD_HEADER_LENGTH / 4];
   FILE *file = fopen(capture, "rb");
   if (file == NULL || fread(header, sizeof(header), 1, file) != 1 || header[0] != PCAP_MAGIC_SWAPPED) {
      fail("%s is not a capture that was generated for this", capture);
   }
   while (fread(record, sizeof(record), 1, file) == 1) {
      const uint32_t length = rte_be_to_cpu_32(record[2]);
      const struct packet *one = &packets[0];
      if (length > FRAME_MAX || fread(frame, length, 1, file) != 1) {
         fail("%s is cut", capture);
      }
      if (parse(&packets[0], frame, length) == PARSED) {
         account(&one, 1, now_ns());
         counters.parsed++;
      }
      counters.prefilled++;
   }
   fclose(file);
}

unsigned int poll_port(void) {
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

unsigned int receive_and_free(void) {
   const uint16_t received = rte_eth_rx_burst(port_id, 0, mbufs, burst_limit);
   for (uint16_t i = 0; i < received; i++) {
      rte_prefetch0(rte_pktmbuf_mtod(mbufs[i], void *));
   }
   rte_pktmbuf_free_bulk(mbufs, received);
   counters.ceiling_packets += received;
   return received;
}
