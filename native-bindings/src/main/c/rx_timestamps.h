/*
 * Where frames that are handed on carry their time, in an mbuf: the field of DPDK's receive timestamps. Written once,
 * before any port starts.
 */
#ifndef MILLRACE_RX_TIMESTAMPS_H
#define MILLRACE_RX_TIMESTAMPS_H

#pragma GCC visibility push(hidden)

/* -1 until it is known. */
extern int rx_timestamp_offset;

/* Makes room for it in every mbuf. 0, or an error. */
int rx_timestamps_register(void);

#pragma GCC visibility pop

#endif
