/*
 * What nDPI thinks of a flow after one packet.
 */
#ifndef MILLRACE_NDPI_VERDICT_H
#define MILLRACE_NDPI_VERDICT_H

#include <stdint.h>

/* No application yet. */
#define MILLRACE_NDPI_UNDECIDED 0
/* Application named; more packets may tell more, such as a certificate. */
#define MILLRACE_NDPI_NAMED 1
/* Application named; nothing more to learn. */
#define MILLRACE_NDPI_FINAL 2

struct millrace_ndpi_verdict {
   uint16_t master;
   uint16_t app;
   uint16_t category;
   uint8_t breed;
   uint8_t confidence;
   uint64_t risk;
};

#endif
