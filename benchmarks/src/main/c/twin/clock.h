/* The clock that all times of the twin are read from. */
#pragma once

#include <stdint.h>
#include <time.h>

#include <rte_cycles.h>

static inline uint64_t now_ns(void) {
   struct timespec now;
   clock_gettime(CLOCK_MONOTONIC, &now);
   return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}
