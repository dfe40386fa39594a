#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "check.h"
#include "millrace_shim.h"
#include "require.h"

static atomic_int dpdk_is_starting;

/* Writes to standard output and standard error until DPDK has started; returns how many bytes to each. */
static void *print_meanwhile(void *unused) {
   (void)unused;
   uintptr_t written = 0;
   do {
      REQUIRE(write(STDOUT_FILENO, "o", 1) == 1);
      REQUIRE(write(STDERR_FILENO, "e", 1) == 1);
      written++;
   } while (atomic_load(&dpdk_is_starting));
   return (void *)written;
}

/* Bytes of a file, all of them the same. */
static uintptr_t bytes_of(int file, char expected) {
   uintptr_t count = 0;
   char byte;
   REQUIRE(lseek(file, 0, SEEK_SET) == 0);
   while (read(file, &byte, 1) == 1) {
      REQUIRE(byte == expected);
      count++;
   }
   close(file);
   return count;
}

static int redirected(int descriptor) {
   FILE *const file = tmpfile();
   REQUIRE(file != NULL);
   const int copy = dup(fileno(file));
   fclose(file);
   REQUIRE(copy >= 0 && dup2(copy, descriptor) == descriptor);
   return copy;
}

/* DPDK is told to say nothing, and others are heard all the while. */
static void start_while_others_print(int argc, char **argv) {
   const int kept_output = dup(STDOUT_FILENO), kept_errors = dup(STDERR_FILENO);
   fflush(stdout);
   const int output = redirected(STDOUT_FILENO), errors = redirected(STDERR_FILENO);
   pthread_t printer;
   void *written;
   atomic_store(&dpdk_is_starting, 1);
   REQUIRE(pthread_create(&printer, NULL, print_meanwhile, NULL) == 0);
   const int started = millrace_eal_init(argc, argv, 0);
   atomic_store(&dpdk_is_starting, 0);
   REQUIRE(pthread_join(printer, &written) == 0);
   dup2(kept_output, STDOUT_FILENO);
   dup2(kept_errors, STDERR_FILENO);
   close(kept_output);
   close(kept_errors);
   REQUIRE(started >= 0);
   REQUIRE(bytes_of(output, 'o') == (uintptr_t)written);
   REQUIRE(bytes_of(errors, 'e') == (uintptr_t)written);
}

void start_dpdk(void) {
   static const char *const drivers[] = {"bus_vdev", "mempool_ring", "net_pcap", "net_memif"};
   static char libraries[4][512];
   static char program[] = "check", no_shconf[] = "--no-shconf", no_pci[] = "--no-pci", no_huge[] = "--no-huge",
      no_telemetry[] = "--no-telemetry", memory[] = "-m", mebibytes[] = "64", load[] = "-d";
   char *argv[18] = {program, no_shconf, no_pci, no_huge, no_telemetry, memory, mebibytes};
   int argc = 7;
   for (int i = 0; i < 4; i++) {
      snprintf(libraries[i], sizeof(libraries[i]), "%s/librte_%s.so", millrace_dpdk_driver_directory(), drivers[i]);
      if (access(libraries[i], R_OK) == 0) {
         argv[argc++] = load;
         argv[argc++] = libraries[i];
      }
   }
   start_while_others_print(argc, argv);
}
