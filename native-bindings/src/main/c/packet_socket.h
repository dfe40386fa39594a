/*
 * The reading end of a network interface of the kernel: a packet socket (packet(7)) with a ring in memory that the
 * kernel fills, third version (TPACKET_V3): blocks that hold frames of any length one after the other.
 *
 * Opened, closed and asked for its counters by the main thread; frames are taken by the thread that owns the burst.
 */
#ifndef MILLRACE_PACKET_SOCKET_H
#define MILLRACE_PACKET_SOCKET_H

#include <stddef.h>
#include <stdint.h>

struct millrace_frame;
struct rte_mbuf;
struct rte_mempool;

/* A block holds the longest frame whole, also one that the kernel joined from many. */
#define MILLRACE_SOCKET_BLOCK_BYTES (128 * 1024)

struct millrace_packet_socket {
   int descriptor;
   int interface_index;
   uint32_t longest;           /* bytes of the longest frame of this interface's own, link header and tags included */
   uint32_t hardware_type;     /* ARPHRD_* */
   uint32_t loopback;          /* whether what is sent over the interface is received from it too */
   uint8_t *blocks;
   uint32_t block_count;
   uint32_t block;             /* block in hand or next to come */
   uint32_t frames_left;       /* frames of the block in hand that are not taken; 0 where none is in hand */
   const uint8_t *frame;       /* the next of them */
   struct rte_mempool *pool;
   int64_t latest_ns;          /* time of the newest frame that was taken, by the clock of live ports */
   uint64_t taken;             /* frames, since the socket was opened; written by the thread that takes them */
   uint64_t taken_bytes;
   uint64_t joined;            /* frames longer than the interface's own */
   uint64_t cut;               /* frames that did not fit a block or an mbuf chain */
   uint64_t offered;           /* frames that came to the socket while it let any in; written by the main thread */
   uint64_t missed;            /* those of them that the ring had no room for */
};

/* Clocks of one burst: what wall time is now, and what the clock of live ports says at the same moment. */
struct packet_clocks {
   int64_t wall_ns;
   int64_t live_ns;
};

/*
 * Takes frames of one block at most, each copied into mbufs, its time left in the frame's description. Returns how
 * many; 0 where none waits or no mbuf is free.
 */
uint16_t packet_socket_take(struct millrace_packet_socket *socket, struct rte_mbuf **mbufs,
      struct millrace_frame *frames, uint16_t limit, struct packet_clocks (*clocks)(void));

#endif
