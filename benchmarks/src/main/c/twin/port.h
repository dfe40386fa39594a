/* DPDK and the port that hands out frames from memory. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Number of the open port. */
extern uint16_t port_id;

/* Starts DPDK on one core with so much memory. */
void start_eal(const char *core, const char *megabytes, bool huge);

/* Makes the buffers of the port, each for so many bytes of a frame. */
void create_buffers(unsigned int buffers, unsigned long bytes);

/* Opens a capture as a port that begins anew at its end; needs one buffer for each of its packets. */
void open_port(const char *capture);

/* Frames that the port has counted. */
uint64_t port_packets(void);
