/*
 * What a port says about itself before it is set up.
 */
#ifndef MILLRACE_PORT_FACTS_H
#define MILLRACE_PORT_FACTS_H

#include <stdint.h>

struct millrace_port_facts {
   uint32_t max_rx_queues;
   uint32_t max_rx_descriptors;
   int32_t numa_node;      /* -1 where the device belongs to none */
   uint32_t symmetric_rss; /* whether several queues can be fed so that both directions of a flow meet */
   char driver[64];
};

#endif
