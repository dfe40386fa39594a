#include <stdio.h>
#include <unistd.h>

#include "check.h"
#include "millrace_shim.h"
#include "require.h"

void start_dpdk(void) {
   static const char *const drivers[] = {"bus_vdev", "mempool_ring", "net_pcap", "net_memif"};
   static char libraries[4][512];
   static char program[] = "check", no_shconf[] = "--no-shconf", no_pci[] = "--no-pci", no_huge[] = "--no-huge",
      no_telemetry[] = "--no-telemetry", memory[] = "-m", mebibytes[] = "64", load[] = "-d";
   char *argv[18] = {program, no_shconf, no_pci, no_huge, no_telemetry, memory, mebibytes};
   int argc = 7;
   for (int i = 0; i < 4; i++) {
      snprintf(libraries[i], sizeof(libraries[i]), "%s/librte_%s.so", millrace_dpdk_driver_directory(), drivers[i]);
      if (access(libraries[i], R_OK) == 0) {
         argv[argc++] = load;
         argv[argc++] = libraries[i];
      }
   }
   REQUIRE(millrace_eal_init(argc, argv, 0) >= 0);
}
