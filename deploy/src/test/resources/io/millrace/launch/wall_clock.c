/*
 * Moves the wall clock of one process, as setting the machine's would: by the seconds in a file of eight bytes, which
 * WALL_CLOCK names. The monotonic clock stays. To be preloaded; it reads memory and no more, so that it can be called
 * from anywhere.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *seconds_ahead;

__attribute__((constructor)) static void map_seconds(void) {
   const char *path = getenv("WALL_CLOCK");
   const int file = path == NULL ? -1 : open(path, O_RDONLY);
   if (file >= 0) {
      void *mapped = mmap(NULL, sizeof(*seconds_ahead), PROT_READ, MAP_SHARED, file, 0);
      seconds_ahead = mapped == MAP_FAILED ? NULL : mapped;
      close(file);
   }
}

int clock_gettime(clockid_t clock, struct timespec *now) {
   const int result = (int)syscall(SYS_clock_gettime, clock, now);
   if (result == 0 && clock == CLOCK_REALTIME && seconds_ahead != NULL) {
      now->tv_sec += *seconds_ahead;
   }
   return result;
}
