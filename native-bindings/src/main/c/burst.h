/*
 * One RX queue's burst: what a single native call hands to Java.
 *
 * Owned by the thread that polls the queue. The frames stay valid until the next receive on the same burst.
 */
#ifndef MILLRACE_BURST_H
#define MILLRACE_BURST_H

#include <stdint.h>

#define MILLRACE_BURST_MAX 512
/* Longest frame handed over: what fits the 16-bit lengths of IP, with room for link headers. */
#define MILLRACE_FRAME_MAX (65535 + 256)

struct rte_mbuf;

struct millrace_frame {
   uint64_t address;         /* first byte of the frame, contiguous */
   uint64_t timestamp_ns;    /* Unix epoch */
   uint32_t captured_length; /* bytes readable at address */
   uint32_t rss_hash;        /* 0 where the port computes none */
   uint32_t vlan_tci;        /* tag taken off by the port, bit 16 set where there is one */
   uint32_t packet_length;   /* as the driver claims; more than captured_length where it kept less */
};

struct millrace_burst {
   uint16_t port;
   uint16_t queue;
   uint16_t limit;
   uint16_t held;             /* mbufs of the last receive, given back by the next one */
   uint32_t timestamp_unit_ns; /* length of one tick of the port's timestamps; 0: the port stamps nothing */
   uint32_t linearized;        /* frames of several segments, copied together; since the burst was made */
   uint8_t *scratch;           /* limit * MILLRACE_FRAME_MAX bytes, touched only by frames of several segments */
   struct rte_mbuf *mbufs[MILLRACE_BURST_MAX];
   struct millrace_frame frames[MILLRACE_BURST_MAX];
};

#endif
