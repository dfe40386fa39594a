#include <rte_errno.h>
#include <rte_mbuf_dyn.h>

#include "rx_timestamps.h"

int rx_timestamp_offset = -1;

int rx_timestamps_register(void) {
   int offset;
   if (rte_mbuf_dyn_rx_timestamp_register(&offset, NULL) != 0) {
      return -rte_errno;
   }
   rx_timestamp_offset = offset;
   return 0;
}
