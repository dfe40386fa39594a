#include <errno.h>

#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>

#include "millrace_shim.h"
#include "rx_timestamps.h"

int rx_timestamp_offset = -1;
uint64_t rx_timestamp_flag;

/* Looks up where drivers leave receive timestamps; call after the port that stamps was probed. */
int millrace_timestamps_find(void) {
   const int offset = rte_mbuf_dynfield_lookup(RTE_MBUF_DYNFIELD_TIMESTAMP_NAME, NULL);
   const int bit = rte_mbuf_dynflag_lookup(RTE_MBUF_DYNFLAG_RX_TIMESTAMP_NAME, NULL);
   if (offset < 0 || bit < 0) {
      return -ENOENT;
   }
   rx_timestamp_offset = offset;
   rx_timestamp_flag = RTE_BIT64(bit);
   return 0;
}

int rx_timestamps_register(void) {
   int offset;
   uint64_t flag;
   if (rte_mbuf_dyn_rx_timestamp_register(&offset, &flag) != 0) {
      return -rte_errno;
   }
   rx_timestamp_offset = offset;
   rx_timestamp_flag = flag;
   return 0;
}
