/*
 * DPDK's start, its log, its threads and its memory pools, exported under plain symbols. Compiled against the installed
 * headers. Errors are negative errno values, as DPDK's own.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_log.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>
#include <rte_version.h>

#include "live_clock.h"
#include "millrace_shim.h"

#define LOG_TAIL_BYTES 4096

/* DPDK explains failures in its log only, so the end of its errors and warnings is kept for the error message. */
static char log_tail[LOG_TAIL_BYTES];
static size_t log_tail_length;

static ssize_t log_write(void *cookie, const char *text, size_t length) {
   (void)cookie;
   if (rte_log_cur_msg_loglevel() > (int)RTE_LOG_WARNING) {
      return (ssize_t)length;
   }
   const size_t kept = length < LOG_TAIL_BYTES - 1 ? length : LOG_TAIL_BYTES - 1;
   if (log_tail_length + kept > LOG_TAIL_BYTES - 1) {
      const size_t excess = log_tail_length + kept - (LOG_TAIL_BYTES - 1);
      memmove(log_tail, log_tail + excess, log_tail_length - excess);
      log_tail_length -= excess;
   }
   memcpy(log_tail + log_tail_length, text + length - kept, kept);
   log_tail_length += kept;
   log_tail[log_tail_length] = '\0';
   return (ssize_t)length;
}

const char *millrace_dpdk_log_tail(void) {
   return log_tail;
}

void millrace_dpdk_log_clear(void) {
   log_tail_length = 0;
   log_tail[0] = '\0';
}

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

const char *millrace_dpdk_compiled_version(void) {
   return TEXT(RTE_VER_YEAR) "." TEXT(RTE_VER_MONTH);
}

const char *millrace_dpdk_driver_directory(void) {
   return RTE_EAL_PMD_PATH;
}

/*
 * EAL prints its usage and fatal errors past its own log; the log has them too. The C stream is changed and not its
 * descriptor, to which other threads write meanwhile.
 */
static FILE *silence(FILE **stream) {
   FILE *null = fopen("/dev/null", "we");
   if (null == NULL) {
      return NULL;
   }
   FILE *kept = *stream;
   *stream = null;
   return kept;
}

static void restore(FILE **stream, FILE *kept) {
   if (kept != NULL) {
      FILE *null = *stream;
      *stream = kept;
      fclose(null);
   }
}

int millrace_eal_init(int argc, char **argv, int log_to_stderr) {
   if (!log_to_stderr) {
      cookie_io_functions_t functions = {.write = log_write};
      FILE *stream = fopencookie(NULL, "w", functions);
      if (stream == NULL) {
         return -ENOMEM;
      }
      setvbuf(stream, NULL, _IONBF, 0);
      rte_openlog_stream(stream);
   }
   live_clock_start();
   /* EAL pins the calling thread to its main core; threads started later would inherit that. */
   cpu_set_t before;
   const int affinity_known = sched_getaffinity(0, sizeof(before), &before) == 0;
   FILE *const errors = log_to_stderr ? NULL : silence(&stderr);
   FILE *const output = log_to_stderr ? NULL : silence(&stdout);
   const int result = rte_eal_init(argc, argv);
   const int error = rte_errno;
   restore(&stdout, output);
   restore(&stderr, errors);
   if (affinity_known) {
      sched_setaffinity(0, sizeof(before), &before);
   }
   return result < 0 ? -(error == 0 ? EINVAL : error) : result;
}

int millrace_thread_register(void) {
   return rte_thread_register() == 0 ? 0 : -rte_errno;
}

struct rte_mempool *millrace_pool_create(const char *name, unsigned int mbufs, unsigned int cache,
      unsigned int data_bytes, int socket) {
   const unsigned int room = data_bytes + RTE_PKTMBUF_HEADROOM;
   if (room > UINT16_MAX) {
      rte_errno = EINVAL;
      return NULL;
   }
   return rte_pktmbuf_pool_create(name, mbufs, cache, 0, (uint16_t)room, socket);
}

int millrace_errno(void) {
   return rte_errno;
}
