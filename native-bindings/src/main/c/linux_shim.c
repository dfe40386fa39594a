/*
 * What the engine needs of Linux and cannot do from Java without care: signals, flags and queues of interfaces, files
 * that have no name. Errors are negative errno values.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/mempolicy.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "millrace_shim.h"

#define NODES_MAX 1024
#define NODES_PER_WORD (8 * sizeof(unsigned long))

/* Written by the handler, read by whoever awaits; one byte a signal, its number. */
static int signal_pipe[2] = {-1, -1};

static void on_signal(int number) {
   const int error = errno;
   const unsigned char byte = (unsigned char)number;
   /* A full pipe holds thousands of signals that nobody has looked at: one more says nothing new. */
   const ssize_t ignored = write(signal_pipe[1], &byte, 1);
   (void)ignored;
   errno = error;
}

/* From now on SIGINT, SIGTERM and SIGHUP end nothing: they are handed out by millrace_signals_await. */
int millrace_signals_watch(void) {
   if (signal_pipe[0] < 0 && pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) != 0) {
      return -errno;
   }
   const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
   struct sigaction action;
   memset(&action, 0, sizeof(action));
   action.sa_handler = on_signal;
   action.sa_flags = SA_RESTART;
   sigemptyset(&action.sa_mask);
   for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
      if (sigaction(numbers[i], &action, NULL) != 0) {
         return -errno;
      }
   }
   return 0;
}

/* SIGHUP ends nothing from now on and is handed to nobody. */
int millrace_signals_ignore_hangup(void) {
   struct sigaction action;
   memset(&action, 0, sizeof(action));
   action.sa_handler = SIG_IGN;
   return sigaction(SIGHUP, &action, NULL) == 0 ? 0 : -errno;
}

/* Number of the next signal, 0 where none came in time. */
int millrace_signals_await(int timeout_ms) {
   struct pollfd waiting = {.fd = signal_pipe[0], .events = POLLIN};
   const int ready = poll(&waiting, 1, timeout_ms);
   if (ready < 0) {
      return errno == EINTR ? 0 : -errno;
   }
   unsigned char byte = 0;
   if (ready == 0 || read(signal_pipe[0], &byte, 1) != 1) {
      return 0;
   }
   return byte;
}

/* Asks the kernel about a network interface of this network namespace. */
static int ask_interface(const char *name, unsigned long what, struct ifreq *request) {
   const int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
   if (descriptor < 0) {
      return -errno;
   }
   strncpy(request->ifr_name, name, IFNAMSIZ - 1);
   const int result = ioctl(descriptor, what, request) == 0 ? 0 : -errno;
   close(descriptor);
   return result;
}

/* IFF_* flags of an interface. */
int millrace_interface_flags(const char *name) {
   struct ifreq request;
   memset(&request, 0, sizeof(request));
   const int result = ask_interface(name, SIOCGIFFLAGS, &request);
   return result == 0 ? (unsigned short)request.ifr_flags : result;
}

/* Queues over which an interface spreads the frames it receives. */
int millrace_interface_rx_queues(const char *name) {
   struct ethtool_channels channels = {.cmd = ETHTOOL_GCHANNELS};
   struct ifreq request;
   memset(&request, 0, sizeof(request));
   request.ifr_data = (void *)&channels;
   const int result = ask_interface(name, SIOCETHTOOL, &request);
   return result == 0 ? (int)(channels.rx_count + channels.combined_count) : result;
}

/*
 * Memory that the calling thread touches first comes from this core's NUMA node from now on, while there is any. Returns
 * the node or a negative errno value: kernels without NUMA have neither nodes nor the call.
 */
int millrace_prefer_memory_of_core(int core) {
   char path[96];
   for (unsigned int node = 0; node < NODES_MAX; node++) {
      snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/node%u", core, node);
      if (access(path, F_OK) == 0) {
         unsigned long nodes[NODES_MAX / NODES_PER_WORD] = {0};
         nodes[node / NODES_PER_WORD] = 1ul << node % NODES_PER_WORD;
         /* The kernel takes one bit less than it is told. */
         return syscall(SYS_set_mempolicy, MPOL_PREFERRED, nodes, NODES_MAX + 1) == 0 ? (int)node : -errno;
      }
   }
   return -ENOENT;
}

/* A file in memory with this content; it goes when the descriptor is closed, however the process ends. */
int millrace_memory_file(const char *name, const uint8_t *bytes, uint64_t length) {
   const int descriptor = memfd_create(name, MFD_CLOEXEC);
   if (descriptor < 0) {
      return -errno;
   }
   uint64_t written = 0;
   while (written < length) {
      const ssize_t piece = write(descriptor, bytes + written, length - written);
      if (piece < 0) {
         const int error = errno;
         close(descriptor);
         return -error;
      }
      written += (uint64_t)piece;
   }
   return descriptor;
}

void millrace_prefetch_range(uint64_t address, uint32_t length) {
   for (uint32_t at = 0; at < length; at += 64) {
      __builtin_prefetch((const char *)(uintptr_t)address + at, 0);
   }
}

void millrace_prefetch(const uint64_t *addresses, uint32_t count) {
   for (uint32_t i = 0; i < count; i++) {
      __builtin_prefetch((const void *)addresses[i], 1);
   }
}

#define LINE 64

void millrace_prefetch_records(const uint64_t *records, uint32_t count) {
   for (uint32_t i = 0; i < count; i++) {
      const char *record = (const char *)(uintptr_t)(records[i] & ~(uint64_t)(LINE - 1));
      if (record == NULL) {
         continue;
      }
      __builtin_prefetch(record, 1);
      for (uint64_t more = records[i] & (LINE - 1); more != 0; more &= more - 1) {
         __builtin_prefetch(record + (1 + __builtin_ctzll(more)) * LINE, 1);
      }
   }
}
