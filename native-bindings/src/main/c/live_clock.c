#include <time.h>

#include "live_clock.h"
#include "millrace_shim.h"

#define NS_PER_SECOND 1000000000ull

/* Distance of wall time from the monotonic clock; moved in small steps by one thread, read by all. */
static int64_t clock_offset_ns;

void millrace_clock_set_offset(int64_t offset_ns) {
   __atomic_store_n(&clock_offset_ns, offset_ns, __ATOMIC_RELAXED);
}

static int64_t clock_ns(clockid_t clock) {
   struct timespec now;
   clock_gettime(clock, &now);
   return (int64_t)now.tv_sec * (int64_t)NS_PER_SECOND + now.tv_nsec;
}

uint64_t live_clock_ns(void) {
   return (uint64_t)(clock_ns(CLOCK_MONOTONIC) + __atomic_load_n(&clock_offset_ns, __ATOMIC_RELAXED));
}

struct packet_clocks live_clock_and_wall(void) {
   return (struct packet_clocks){.wall_ns = clock_ns(CLOCK_REALTIME), .live_ns = (int64_t)live_clock_ns()};
}

void live_clock_start(void) {
   millrace_clock_set_offset(clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC));
}
