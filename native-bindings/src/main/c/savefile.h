/*
 * A capture file that is read as fast as it comes: what libpcap calls a savefile (pcap-savefile(5)), pcap or pcapng.
 *
 * Opened, read and closed by the thread that owns the burst, closed after it.
 */
#ifndef MILLRACE_SAVEFILE_H
#define MILLRACE_SAVEFILE_H

#include <pcap/pcap.h>
#include <stdint.h>

struct millrace_frame;
struct rte_mbuf;
struct rte_mempool;

#define MILLRACE_SAVEFILE_ERROR_BYTES PCAP_ERRBUF_SIZE

struct millrace_savefile {
   pcap_t *pcap;
   struct rte_mempool *pool;
   char *buffer;              /* of the stream that libpcap reads */
   uint32_t unsigned_seconds; /* whether times are those of the pcap format, whose seconds libpcap takes for signed */
   uint32_t finished;         /* whether no frame will come: the file has ended, or cannot be read from here on */
   uint64_t frames;           /* taken since the file was opened */
   uint64_t frame_bytes;      /* captured bytes of those */
   char error[MILLRACE_SAVEFILE_ERROR_BYTES]; /* why it cannot be read from here on; empty where it can, or has ended */
   struct pcap_pkthdr *header; /* read, and still to be taken; null where there is none */
   const uint8_t *bytes;      /* its frame */
};

/*
 * Takes the next frames, each copied into mbufs, its time left in the frame's description. Returns how many; 0 at the
 * end of the file and where no mbuf is free: finished tells which.
 */
uint16_t savefile_take(struct millrace_savefile *opened, struct rte_mbuf **mbufs, struct millrace_frame *frames,
      uint16_t limit);

#endif
