#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>
#include <rte_mempool.h>

#include "burst.h"
#include "check.h"
#include "dpdk_check.h"
#include "millrace_shim.h"
#include "require.h"
#include "savefile.h"

/* Lengths on both sides of one mbuf, of two, and the longest frame that IP can make. */
static const uint32_t frame_lengths[] = {60, MBUF_BYTES - 1, MBUF_BYTES, MBUF_BYTES + 1, 2 * MBUF_BYTES + 256, 9000,
   65535, 14, 1514};

#define FRAMES (sizeof(frame_lengths) / sizeof(frame_lengths[0]))
#define MICROSECONDS 0xA1B2C3D4u
#define NANOSECONDS 0xA1B23C4Du
#define HEADER_BYTES 24
#define RECORD_BYTES 16
/* After 2038: negative where seconds are signed. */
#define LATE_SECONDS 3000000000u

static char path[512];
static char error[MILLRACE_SAVEFILE_ERROR_BYTES];

static size_t write_capture(uint32_t magic, uint32_t seconds, int frames, size_t kept) {
   size_t length = HEADER_BYTES;
   for (int number = 0; number < frames; number++) {
      length += RECORD_BYTES + frame_lengths[(size_t)number % FRAMES];
   }
   uint8_t *content = malloc(length);
   REQUIRE(content != NULL);
   const uint32_t header[] = {magic, 0x00040002u, 0, 0, 262144, 1};
   memcpy(content, header, sizeof(header));
   uint8_t *next = content + HEADER_BYTES;
   for (int number = 0; number < frames; number++) {
      const uint32_t captured = frame_lengths[(size_t)number % FRAMES];
      const uint32_t record[] = {seconds, (uint32_t)number, captured, captured};
      memcpy(next, record, sizeof(record));
      next += RECORD_BYTES;
      for (uint32_t at = 0; at < captured; at++) {
         *next++ = byte_of(number, at);
      }
   }
   FILE *file = fopen(path, "wb");
   REQUIRE(file != NULL);
   kept = kept < length ? kept : length;
   REQUIRE(fwrite(content, 1, kept, file) == kept);
   REQUIRE(fclose(file) == 0);
   free(content);
   return length;
}

static void check_frame(const struct millrace_frame *frame, int number, uint64_t time_ns) {
   REQUIRE(frame->captured_length == frame_lengths[(size_t)number % FRAMES]);
   REQUIRE(frame->timestamp_ns == time_ns);
   const uint8_t *bytes = (const uint8_t *)(uintptr_t)frame->address;
   for (uint32_t at = 0; at < frame->captured_length; at++) {
      REQUIRE(bytes[at] == byte_of(number, at));
   }
}

static void check_frames(struct rte_mempool *pool, uint32_t magic, uint32_t seconds, int frames, uint16_t limit) {
   write_capture(magic, seconds, frames, SIZE_MAX);
   struct millrace_savefile *opened = millrace_savefile_open(path, 1, pool, error);
   REQUIRE(opened != NULL);
   struct millrace_burst *burst = millrace_burst_of_savefile(opened, limit);
   REQUIRE(burst != NULL);
   int number = 0;
   uint64_t bytes = 0;
   for (int received = millrace_burst_receive(burst); received > 0; received = millrace_burst_receive(burst)) {
      for (int slot = 0; slot < received; slot++) {
         const uint64_t fraction_ns = (uint64_t)number * (magic == NANOSECONDS ? 1 : 1000);
         check_frame(&burst->frames[slot], number, seconds * 1000000000ull + fraction_ns);
         bytes += burst->frames[slot].captured_length;
         number++;
      }
   }
   REQUIRE(opened->finished && opened->error[0] == '\0');
   REQUIRE(number == frames && opened->frames == (uint64_t)frames && opened->frame_bytes == bytes);
   REQUIRE(millrace_burst_receive(burst) == 0);
   millrace_burst_destroy(burst);
   millrace_savefile_close(opened);
   REQUIRE(rte_mempool_avail_count(pool) == MBUFS);
}

static void receive_one(struct millrace_burst *burst, int number) {
   REQUIRE(millrace_burst_receive(burst) == 1);
   check_frame(&burst->frames[0], number, 1000000000ull + 1000ull * (uint64_t)number);
}

/* While others hold the mbufs nothing is received, nothing is lost, and the file has not ended. */
static void check_want_of_mbufs(struct rte_mempool *pool) {
   const int longer = 5;
   const unsigned int needed = (frame_lengths[longer] + MBUF_BYTES - 1) / MBUF_BYTES;
   struct rte_mbuf *held[MBUFS];
   write_capture(MICROSECONDS, 1, FRAMES, SIZE_MAX);
   struct millrace_savefile *opened = millrace_savefile_open(path, 1, pool, error);
   REQUIRE(opened != NULL);
   struct millrace_burst *burst = millrace_burst_of_savefile(opened, 1);
   REQUIRE(burst != NULL);
   for (int number = 0; number < longer; number++) {
      receive_one(burst, number);
   }
   unsigned int taken = rte_mempool_avail_count(pool);
   REQUIRE(MBUFS - taken < needed);
   for (unsigned int left = 0; left < needed; left++) {
      REQUIRE(rte_pktmbuf_alloc_bulk(pool, held, taken) == 0);
      REQUIRE(millrace_burst_receive(burst) == 0 && !opened->finished);
      rte_pktmbuf_free_bulk(held, taken);
      taken = MBUFS - left - 1;
   }
   for (int number = longer; number < (int)FRAMES; number++) {
      receive_one(burst, number);
   }
   REQUIRE(millrace_burst_receive(burst) == 0 && opened->finished);
   millrace_burst_destroy(burst);
   millrace_savefile_close(opened);
   REQUIRE(rte_mempool_avail_count(pool) == MBUFS);
}

/* Whatever was cut off: whole frames are received, and then it has ended. */
static void check_cut(struct rte_mempool *pool) {
   const int frames = 3;
   const size_t length = write_capture(MICROSECONDS, 1, frames, SIZE_MAX);
   for (size_t kept = 0; kept < length; kept++) {
      write_capture(MICROSECONDS, 1, frames, kept);
      error[0] = '\0';
      struct millrace_savefile *opened = millrace_savefile_open(path, 1, pool, error);
      if (kept < HEADER_BYTES) {
         REQUIRE(opened == NULL && error[0] != '\0');
         continue;
      }
      REQUIRE(opened != NULL);
      struct millrace_burst *burst = millrace_burst_of_savefile(opened, 8);
      REQUIRE(burst != NULL);
      int whole = 0;
      size_t end = HEADER_BYTES;
      while (end + RECORD_BYTES + frame_lengths[whole] <= kept) {
         end += RECORD_BYTES + frame_lengths[whole];
         whole++;
      }
      REQUIRE(millrace_burst_receive(burst) == whole);
      REQUIRE(millrace_burst_receive(burst) == 0 && opened->finished);
      REQUIRE((opened->error[0] != '\0') == (end < kept));
      millrace_burst_destroy(burst);
      millrace_savefile_close(opened);
   }
   REQUIRE(rte_mempool_avail_count(pool) == MBUFS);
}

void check_savefiles(const char *folder) {
   struct rte_mempool *pool = millrace_pool_create("savefiles", MBUFS, 0, MBUF_BYTES, SOCKET_ID_ANY);
   REQUIRE(pool != NULL);
   snprintf(path, sizeof(path), "%s/absent.pcap", folder);
   REQUIRE(millrace_savefile_open(path, 1, pool, error) == NULL && error[0] != '\0');
   snprintf(path, sizeof(path), "%s/savefile.pcap", folder);
   check_frames(pool, MICROSECONDS, 1700000000u, 0, 32);
   check_frames(pool, MICROSECONDS, 1700000000u, 1, 1);
   check_frames(pool, MICROSECONDS, 1700000000u, 40, 1);
   check_frames(pool, MICROSECONDS, LATE_SECONDS, 200, 8);
   check_frames(pool, NANOSECONDS, LATE_SECONDS, 40, 8);
   check_want_of_mbufs(pool);
   check_cut(pool);
   rte_mempool_free(pool);
}
