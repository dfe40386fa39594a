/*
 * What a plain C program makes of the port that benchmarks/run line-rate gives to a Millrace worker: the same frames
 * out of DPDK's net_pcap, the same parse with the same checks, the same key for both directions, found in DPDK's own
 * hash table with bulk lookups, and per flow the same basic counters. It has no expiry, no events, no telemetry and no
 * detection: it is a bound for what a table in C costs, not a product.
 *
 *    line-rate-twin CAPTURE PREFILL CAPACITY BURST MBUFS MBUF-BYTES CORE MEGABYTES huge|no-huge
 *
 * PREFILL is a capture of one packet for each flow; its flows are entered first, in an order that is not that of
 * CAPTURE. Then lines on standard input are answered one by one on standard output:
 *
 *    ceiling SECONDS   receives and frees only
 *    count SECONDS     the whole path
 *    spin SECONDS      nothing but reading the clock: the gaps that the machine itself makes
 *    check             what was received, counted and found
 *    quit
 *
 * Errors are one line, "error ..." on standard output, and exit code 3.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "flows.h"
#include "path.h"
#include "port.h"
#include "windows.h"

static void check(void) {
   const struct flow_totals totals = sum_flows();
   printf("check port=%" PRIu64 " ceiling=%" PRIu64 " received=%" PRIu64 " prefilled=%" PRIu64 " parsed=%" PRIu64
          " not_ip=%" PRIu64 " malformed=%" PRIu64 " table_full=%" PRIu64 " in_records=%" PRIu64 " flows=%" PRIu64 "\n",
      port_packets(), counters.ceiling_packets, counters.received, counters.prefilled, counters.parsed, counters.not_ip,
      counters.malformed, totals.table_full, totals.packets, totals.flows);
   fflush(stdout);
}

static void answer(void) {
   char line[128];
   double seconds;
   while (fgets(line, sizeof(line), stdin) != NULL) {
      if (sscanf(line, "ceiling %lf", &seconds) == 1) {
         run_window("ceiling", seconds, receive_and_free);
      } else if (sscanf(line, "count %lf", &seconds) == 1) {
         run_window("count", seconds, poll_port);
      } else if (sscanf(line, "spin %lf", &seconds) == 1) {
         spin_window(seconds);
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
   limit_burst(strtoul(argv[4], NULL, 10));
   start_eal(argv[7], argv[8], strcmp(argv[9], "huge") == 0);
   create_buffers((unsigned int)strtoul(argv[5], NULL, 10), strtoul(argv[6], NULL, 10));
   create_flows((uint32_t)strtoul(argv[3], NULL, 10));
   prefill(argv[2]);
   open_port(argv[1]);
   printf("ready\n");
   fflush(stdout);
   answer();
   return 0;
}
