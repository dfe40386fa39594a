/* Frames copied into mbufs, as many as they need. For the thread that takes from the pool. */
#ifndef MILLRACE_MBUF_CHAIN_H
#define MILLRACE_MBUF_CHAIN_H

#include <stdint.h>
#include <string.h>

#include <rte_mbuf.h>

/* Writes bytes behind those of the chain's last mbuf; as many as fit into the mbufs that are free. */
static inline uint32_t mbuf_chain_append(struct rte_mempool *pool, struct rte_mbuf *head, struct rte_mbuf **last,
      const uint8_t *bytes, uint32_t length) {
   uint32_t written = 0;
   while (written < length) {
      uint32_t room = rte_pktmbuf_tailroom(*last);
      if (room == 0) {
         struct rte_mbuf *more = rte_pktmbuf_alloc(pool);
         if (more == NULL) {
            break;
         }
         (*last)->next = more;
         *last = more;
         head->nb_segs++;
         room = rte_pktmbuf_tailroom(more);
      }
      const uint32_t piece = RTE_MIN(room, length - written);
      memcpy(rte_pktmbuf_mtod_offset(*last, uint8_t *, (*last)->data_len), bytes + written, piece);
      (*last)->data_len = (uint16_t)((*last)->data_len + piece);
      written += piece;
   }
   head->pkt_len += written;
   return written;
}

#endif
