/*
 * Drives the shim under AddressSanitizer and UndefinedBehaviorSanitizer, without a JVM: generated and random packets
 * through every nDPI entry, bursts of generated captures through DPDK's net_pcap and libpcap, datagrams on a loopback
 * interface through a packet socket. Every packet lies in a block of its own length, so that a read past its end is a
 * report. Ends with 0 where all held.
 *
 * Argument: a folder for captures.
 */
#include <stdint.h>
#include <string.h>

#include <rte_eal.h>

#include "check.h"
#include "millrace_shim.h"
#include "require.h"

static void check_layouts(void) {
   const int count = millrace_layout_count();
   REQUIRE(count > 0);
   for (int i = 0; i < count; i++) {
      REQUIRE(strlen(millrace_layout_name(i)) > 0);
      REQUIRE(millrace_layout_value(i) < UINT32_MAX);
   }
}

int main(int argc, char **argv) {
   REQUIRE(argc == 2);
   check_layouts();
   check_ndpi();
   check_notes();
   check_ja4();
   start_dpdk();
   check_ports(argv[1]);
   check_savefiles(argv[1]);
   check_packet_socket();
   rte_eal_cleanup();
   return 0;
}
