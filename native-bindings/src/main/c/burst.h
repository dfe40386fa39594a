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

/* Workers that one distributor can feed. */
#define MILLRACE_LANES_MAX 64

/*
 * What lies in a ring between distributor and worker beside mbufs, whose addresses are multiples of 8: marks. The low
 * three bits say which, the others what.
 */
#define MILLRACE_MARK_TICK 1    /* end of a burst; its time in units of 8 ns */
#define MILLRACE_MARK_EPOCH 3   /* the same, and end of a numbered stretch of events */
#define MILLRACE_MARK_STRETCH 5 /* from here on frames are of another kind; which, only the two ends know */
#define MILLRACE_MARK_MASK 7
#define MILLRACE_TICK_NS 8

static inline int millrace_is_mark(const void *item) {
   return ((uintptr_t)item & MILLRACE_MARK_MASK) != 0;
}

/* Returned by a receive that found a part of a burst whose end is still on its way. */
#define MILLRACE_INCOMPLETE (-1)

struct millrace_packet_socket;
struct millrace_savefile;
struct rte_mbuf;
struct rte_ring;

struct millrace_frame {
   uint64_t address;         /* first byte of the frame, contiguous */
   uint64_t timestamp_ns;    /* Unix epoch */
   uint32_t captured_length; /* bytes readable at address */
   uint32_t vlan_tci;        /* tag taken off by the port, bit 16 set where there is one */
};

struct millrace_burst {
   uint16_t port;
   uint16_t queue;
   uint16_t limit;
   uint16_t held;             /* mbufs of the last receive, given back by the next one */
   uint32_t linearized;        /* frames of several segments, copied together; since the burst was made */
   struct rte_ring *ring;      /* where frames come from instead of the port; null for the others */
   struct millrace_packet_socket *socket; /* where frames come from instead of the port; null for the others */
   struct millrace_savefile *savefile; /* where frames come from instead of the port; null for the others */
   uint32_t delimited;         /* whether bursts from the ring end at marks */
   uint32_t epoch_ended;       /* whether the mark that ended the last burst ended an epoch too */
   uint64_t tick_ns;           /* time of the last mark */
   uint64_t stretch;           /* kind of the frames, as the last mark about it says */
   uint64_t received;          /* frames since the burst was made; read by others */
   uint16_t collected;         /* mbufs of a burst whose end has not come yet */
   uint16_t stash_length;      /* taken from the ring and not looked at: [stash_position, stash_length) */
   uint16_t stash_position;
   void *stash[MILLRACE_BURST_MAX];
   uint8_t *scratch;           /* limit * MILLRACE_FRAME_MAX bytes, touched only by frames of several segments */
   struct rte_mbuf *mbufs[MILLRACE_BURST_MAX];
   struct millrace_frame frames[MILLRACE_BURST_MAX];
};

/* What waits to be put into one worker's ring. */
struct millrace_lane {
   struct rte_ring *ring;
   uint32_t length;
   uint32_t sent;
   uint64_t dropped;  /* frames that found the ring full, since the start */
   void *items[MILLRACE_BURST_MAX + 4];
};

/* The writing ends of all workers' rings; owned by the distributor's thread. */
struct millrace_lanes {
   uint32_t count;
   uint8_t target[MILLRACE_BURST_MAX]; /* lane of each frame of the burst in hand; filled in by the caller */
   struct millrace_lane lane[MILLRACE_LANES_MAX];
};

#endif
