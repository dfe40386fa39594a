/*
 * Runs a program and says what it took:
 *
 *    measured REPORT PROGRAM [ARGUMENT...]
 *
 * What others left to be written is written before, and memory is fetched from the host: in a virtual machine that gives
 * free memory back (free page reporting), the program that comes first after a pause would pay for that, many times the
 * cost of a page that is there.
 *
 * REPORT gets one line: wall_ns, user_ns and system_ns of the program with its children, peak_bytes, its exit code or
 * 128 plus the signal that ended it. Exit code: that of the program, 127 where it does not start.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST_FETCHED_BYTES (4ULL << 30)

static long long now_ns(void) {
   struct timespec now;
   clock_gettime(CLOCK_MONOTONIC, &now);
   return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static long long in_ns(struct timeval time) {
   return time.tv_sec * 1000000000LL + time.tv_usec * 1000LL;
}

/* Where there is too little memory for it, the measurement goes on without. */
static void settle(void) {
   sync();
   struct sysinfo memory;
   if (sysinfo(&memory) != 0) {
      return;
   }
   const unsigned long long half = (unsigned long long)memory.freeram * memory.mem_unit / 2;
   const size_t length = half < MOST_FETCHED_BYTES ? half : MOST_FETCHED_BYTES;
   void *fetched = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
   if (fetched != MAP_FAILED) {
      /* Large pages are fetched sooner. */
      madvise(fetched, length, MADV_HUGEPAGE);
      madvise(fetched, length, MADV_POPULATE_WRITE);
      munmap(fetched, length);
   }
}

int main(int argc, char **argv) {
   if (argc < 3) {
      fprintf(stderr, "usage: measured REPORT PROGRAM [ARGUMENT...]\n");
      return 2;
   }
   settle();
   const long long begun = now_ns();
   const pid_t child = fork();
   if (child == 0) {
      execvp(argv[2], argv + 2);
      _exit(127);
   }
   int status;
   struct rusage usage;
   if (child < 0 || wait4(child, &status, 0, &usage) != child) {
      perror("measured");
      return 127;
   }
   const long long wall = now_ns() - begun;
   const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
   FILE *report = fopen(argv[1], "w");
   if (report == NULL) {
      perror(argv[1]);
      return 127;
   }
   fprintf(report, "wall_ns=%lld user_ns=%lld system_ns=%lld peak_bytes=%lld exit=%d\n", wall, in_ns(usage.ru_utime),
      in_ns(usage.ru_stime), usage.ru_maxrss * 1024LL, code);
   fclose(report);
   return code;
}
