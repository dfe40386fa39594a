/*
 * What the checks of DPDK's parts have in common.
 */
#ifndef MILLRACE_DPDK_CHECK_H
#define MILLRACE_DPDK_CHECK_H

#include <stddef.h>
#include <stdint.h>

#define MBUFS 255
#define MBUF_BYTES 512

/* The byte of a generated frame or datagram. */
static inline uint8_t byte_of(int number, size_t at) {
   return (uint8_t)(number * 31 + (int)(at % 251));
}

#endif
