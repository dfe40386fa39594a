#include "windows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include "clock.h"

#define POLLS_PER_CLOCK_READING 16
#define REWARM_SECONDS 0.2

/* Buckets in steps of 8 ns up to 1 us, then in steps of 1 us up to 10 ms, then the rest. */
#define FINE_STEP_NS 8
#define FINE_STEPS 128
#define COARSE_STEP_NS 1000
#define COARSE_STEPS 10000

static uint64_t gaps[FINE_STEPS + COARSE_STEPS + 1];

struct window {
   uint64_t packets;
   uint64_t nanos;
};

static struct window poll_for(double seconds, unsigned int (*poll_once)(void)) {
   const uint64_t begun = now_ns();
   const uint64_t length_ns = (uint64_t)(seconds * 1e9);
   uint64_t total = 0;
   uint64_t ended = begun;
   while (ended - begun < length_ns) {
      for (int i = 0; i < POLLS_PER_CLOCK_READING; i++) {
         total += poll_once();
      }
      ended = now_ns();
   }
   return (struct window){.packets = total, .nanos = ended - begun};
}

void run_window(const char *what, double seconds, unsigned int (*poll_once)(void)) {
   poll_for(REWARM_SECONDS, poll_once);
   const struct window window = poll_for(seconds, poll_once);
   printf("%s packets=%" PRIu64 " nanos=%" PRIu64 "\n", what, window.packets, window.nanos);
   fflush(stdout);
}

static unsigned int gap_bucket(uint64_t gap_ns) {
   if (gap_ns < FINE_STEP_NS * FINE_STEPS) {
      return (unsigned int)(gap_ns / FINE_STEP_NS);
   }
   const uint64_t step = gap_ns / COARSE_STEP_NS;
   return FINE_STEPS + (unsigned int)RTE_MIN(step, (uint64_t)COARSE_STEPS);
}

static uint64_t gap_at(double part, uint64_t total) {
   const uint64_t rank = (uint64_t)(part * (double)total);
   uint64_t seen = 0;
   for (unsigned int i = 0; i < RTE_DIM(gaps); i++) {
      seen += gaps[i];
      if (seen > rank) {
         return i < FINE_STEPS ? (i + 1) * FINE_STEP_NS : (uint64_t)(i - FINE_STEPS + 1) * COARSE_STEP_NS;
      }
   }
   return 0;
}

void spin_window(double seconds) {
   const uint64_t length_ns = (uint64_t)(seconds * 1e9);
   const uint64_t begun = now_ns();
   uint64_t last = begun;
   uint64_t longest = 0;
   uint64_t readings = 0;
   memset(gaps, 0, sizeof(gaps));
   while (last - begun < length_ns) {
      const uint64_t now = now_ns();
      const uint64_t gap = now - last;
      gaps[gap_bucket(gap)]++;
      longest = RTE_MAX(longest, gap);
      readings++;
      last = now;
   }
   printf("spin gap_p9999_ns=%" PRIu64 " gap_max_ns=%" PRIu64 "\n", gap_at(0.9999, readings), longest);
   fflush(stdout);
}
