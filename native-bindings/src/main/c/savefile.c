/*
 * Capture files by libpcap. DPDK has a driver for them too (net_pcap), which reads 4 KiB at a time and locks for each
 * read, passes times on in whole microseconds, keeps 16 bits of a frame's length, and cannot tell the end of a file
 * from a want of mbufs.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>

#include <rte_branch_prediction.h>
#include <rte_mbuf.h>

#include "burst.h"
#include "mbuf_chain.h"
#include "millrace_shim.h"
#include "savefile.h"

#define NS_PER_SECOND 1000000000ull
/* Fewer calls of the kernel than stdio's own buffer of a page, and still in the second cache when libpcap copies. */
#define BUFFER_BYTES (256 * 1024)

/* On failure error says why, in MILLRACE_SAVEFILE_ERROR_BYTES at most. */
struct millrace_savefile *millrace_savefile_open(const char *path, int unsigned_seconds, struct rte_mempool *pool,
      char *error) {
   struct millrace_savefile *opened = calloc(1, sizeof(*opened));
   char *buffer = malloc(BUFFER_BYTES);
   FILE *stream = fopen(path, "rbe");
   if (opened == NULL || buffer == NULL || stream == NULL || setvbuf(stream, buffer, _IOFBF, BUFFER_BYTES) != 0) {
      snprintf(error, MILLRACE_SAVEFILE_ERROR_BYTES, "%m");
   } else {
      __fsetlocking(stream, FSETLOCKING_BYCALLER);
      opened->pcap = pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, error);
      if (opened->pcap != NULL) {
         opened->pool = pool;
         opened->buffer = buffer;
         opened->unsigned_seconds = unsigned_seconds != 0;
         return opened;
      }
   }
   if (stream != NULL) {
      fclose(stream);
   }
   free(buffer);
   free(opened);
   return NULL;
}

void millrace_savefile_close(struct millrace_savefile *opened) {
   if (opened != NULL) {
      /* Closes the stream. */
      pcap_close(opened->pcap);
      free(opened->buffer);
      free(opened);
   }
}

/* Whether there is a frame to take; reads on where the last one was taken. */
static bool next_frame(struct millrace_savefile *opened) {
   if (opened->header != NULL) {
      return true;
   }
   if (opened->finished) {
      return false;
   }
   const int result = pcap_next_ex(opened->pcap, &opened->header, &opened->bytes);
   if (result == 1) {
      return true;
   }
   if (result == PCAP_ERROR) {
      snprintf(opened->error, sizeof(opened->error), "%s", pcap_geterr(opened->pcap));
   }
   opened->header = NULL;
   opened->finished = 1;
   return false;
}

/* NULL: not enough mbufs are free. */
static struct rte_mbuf *copy_frame(const struct millrace_savefile *opened) {
   struct rte_mbuf *head = rte_pktmbuf_alloc(opened->pool);
   if (unlikely(head == NULL)) {
      return NULL;
   }
   struct rte_mbuf *last = head;
   const uint32_t captured = opened->header->caplen;
   const uint32_t wanted = RTE_MIN(captured, (uint32_t)MILLRACE_FRAME_MAX);
   if (unlikely(mbuf_chain_append(opened->pool, head, &last, opened->bytes, wanted) < wanted)) {
      rte_pktmbuf_free(head);
      return NULL;
   }
   head->pkt_len = captured;
   return head;
}

static uint64_t time_ns(const struct millrace_savefile *opened) {
   const struct timeval *time = &opened->header->ts;
   const uint64_t seconds = opened->unsigned_seconds ? (uint32_t)time->tv_sec : (uint64_t)time->tv_sec;
   /* Nanoseconds, whatever the name of the field: so the file was opened. */
   return seconds * NS_PER_SECOND + (uint64_t)time->tv_usec;
}

uint16_t savefile_take(struct millrace_savefile *opened, struct rte_mbuf **mbufs, struct millrace_frame *frames,
      uint16_t limit) {
   uint16_t taken = 0;
   uint64_t bytes = 0;
   while (taken < limit && next_frame(opened)) {
      struct rte_mbuf *mbuf = copy_frame(opened);
      if (unlikely(mbuf == NULL)) {
         break;
      }
      mbufs[taken] = mbuf;
      frames[taken].timestamp_ns = time_ns(opened);
      bytes += opened->header->caplen;
      opened->header = NULL;
      taken++;
   }
   opened->frames += taken;
   opened->frame_bytes += bytes;
   return taken;
}
