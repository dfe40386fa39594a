/*
 * The state of one undecided flow: nDPI's own, and behind it what nDPI passes by and scripts ask for.
 */
#ifndef MILLRACE_NDPI_STATE_H
#define MILLRACE_NDPI_STATE_H

#include <stdint.h>

#include <ndpi/ndpi_api.h>

#include "ndpi_notes.h"

#define MILLRACE_MATCH_MAX 256

/* The start of the payload by which nDPI named the flow. */
struct millrace_match {
   uint16_t length;
   uint8_t payload[MILLRACE_MATCH_MAX];
};

struct millrace_ndpi_state {
   /* First: nDPI takes the address of the whole for that of its part. */
   struct ndpi_flow_struct flow;
   struct millrace_notes notes;
   /* Memory of the caller; NULL where nothing was kept. */
   const struct millrace_match *match;
};

#endif
