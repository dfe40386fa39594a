#include <stdio.h>

#include "check.h"
#include "millrace_shim.h"
#include "require.h"

void start_dpdk(void) {
   static const char *const drivers[] = {"bus_vdev", "mempool_ring", "net_pcap"};
   static char libraries[3][512];
   static char program[] = "check", no_shconf[] = "--no-shconf", no_pci[] = "--no-pci", no_huge[] = "--no-huge",
      no_telemetry[] = "--no-telemetry", memory[] = "-m", mebibytes[] = "64", load[] = "-d";
   char *argv[16] = {program, no_shconf, no_pci, no_huge, no_telemetry, memory, mebibytes};
   int argc = 7;
   for (int i = 0; i < 3; i++) {
      snprintf(libraries[i], sizeof(libraries[i]), "%s/librte_%s.so", millrace_dpdk_driver_directory(), drivers[i]);
      argv[argc++] = load;
      argv[argc++] = libraries[i];
   }
   REQUIRE(millrace_eal_init(argc, argv, 0) >= 0);
}
