/*
 * The clock of live ports: wall time that runs with the monotonic clock. Read by any thread.
 */
#ifndef MILLRACE_LIVE_CLOCK_H
#define MILLRACE_LIVE_CLOCK_H

#include <stdint.h>

#include "packet_socket.h"

/* Sets it to wall time. */
void live_clock_start(void);

/* Nanoseconds since the Unix epoch. */
uint64_t live_clock_ns(void);

/* Wall time and this clock at one moment. */
struct packet_clocks live_clock_and_wall(void);

#endif
