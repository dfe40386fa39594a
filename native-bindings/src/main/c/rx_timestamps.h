/*
 * Where drivers leave receive timestamps in an mbuf; written once, before any port starts.
 */
#ifndef MILLRACE_RX_TIMESTAMPS_H
#define MILLRACE_RX_TIMESTAMPS_H

#include <stdint.h>

#pragma GCC visibility push(hidden)

/* -1 and 0 until they are known. */
extern int rx_timestamp_offset;
extern uint64_t rx_timestamp_flag;

/*
 * Makes room for timestamps in every mbuf, whether a driver did or not; for those that are handed on. 0, or an error.
 */
int rx_timestamps_register(void);

#pragma GCC visibility pop

#endif
