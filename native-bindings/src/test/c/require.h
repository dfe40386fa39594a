/*
 * What all checks have in common: an assertion that ends the program, and numbers that look random and are the same in
 * every run.
 */
#ifndef MILLRACE_REQUIRE_H
#define MILLRACE_REQUIRE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define REQUIRE(condition)                                                                                             \
   do {                                                                                                                \
      if (!(condition)) {                                                                                              \
         fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);                                \
         exit(1);                                                                                                      \
      }                                                                                                                \
   } while (0)

/* Marsaglia's xorshift; one sequence for each file that asks. */
static inline uint32_t random_u32(void) {
   static uint64_t state = 88172645463325252ull;
   state ^= state << 13;
   state ^= state >> 7;
   state ^= state << 17;
   return (uint32_t)(state >> 16);
}

static inline uint32_t random_below(uint32_t limit) {
   return random_u32() % limit;
}

#endif
