/*
 * Drives what a service needs of Linux under AddressSanitizer and UndefinedBehaviorSanitizer, without a JVM: word to a
 * real datagram socket, accounts, and, where it is root, giving up privileges in all threads of a child. Ends with 0
 * where all held.
 *
 * Argument: a folder for a socket.
 */
#define _GNU_SOURCE

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "millrace_shim.h"
#include "require.h"

#define OTHER_THREADS 3
#define NOBODY 65534u

static pthread_barrier_t threads_meet;

/* Waits at the barrier, before and after privileges are given up, and tells who it is then. */
static void *tell_user(void *user) {
   pthread_barrier_wait(&threads_meet);
   pthread_barrier_wait(&threads_meet);
   *(uid_t *)user = geteuid();
   return NULL;
}

static int become_nobody(void) {
   pthread_t threads[OTHER_THREADS];
   uid_t users[OTHER_THREADS] = {0};
   pthread_barrier_init(&threads_meet, NULL, OTHER_THREADS + 1);
   for (int i = 0; i < OTHER_THREADS; i++) {
      pthread_create(&threads[i], NULL, tell_user, &users[i]);
   }
   pthread_barrier_wait(&threads_meet);
   const uint32_t groups[] = {NOBODY};
   const int became = millrace_give_up_privileges(NOBODY, NOBODY, groups, 1);
   const int again = millrace_give_up_privileges(NOBODY, NOBODY, groups, 1);
   pthread_barrier_wait(&threads_meet);
   int others = 0;
   for (int i = 0; i < OTHER_THREADS; i++) {
      pthread_join(threads[i], NULL);
      others += users[i] == NOBODY;
   }
   /* The way back is closed. */
   return became >= OTHER_THREADS + 1 && again >= OTHER_THREADS + 1 && others == OTHER_THREADS && geteuid() == NOBODY
      && setuid(0) != 0;
}

static void check_service(const char *folder) {
   uint32_t numbers[2] = {1, 1};
   REQUIRE(millrace_account("root", numbers) == 0 && numbers[0] == 0 && numbers[1] == 0);
   REQUIRE(millrace_account("no-such-user", numbers) < 0);
   REQUIRE(millrace_group("root", numbers) == 0 && numbers[0] == 0);
   REQUIRE(millrace_group("no-such-group", numbers) < 0);
   uint32_t groups[8];
   REQUIRE(millrace_groups("root", 0, groups, 8) >= 1);

   struct sockaddr_un address = {.sun_family = AF_UNIX};
   char *absolute = realpath(folder, NULL);
   REQUIRE(absolute != NULL);
   REQUIRE(snprintf(address.sun_path, sizeof(address.sun_path), "%s/notify", absolute) < (int)sizeof(address.sun_path));
   free(absolute);
   const int receiver = socket(AF_UNIX, SOCK_DGRAM, 0);
   REQUIRE(bind(receiver, (struct sockaddr *)&address, sizeof(address)) == 0);
   char text[16];
   REQUIRE(millrace_datagram(address.sun_path, "READY=1") == 0);
   REQUIRE(recv(receiver, text, sizeof(text), 0) == 7 && memcmp(text, "READY=1", 7) == 0);
   close(receiver);
   REQUIRE(millrace_datagram(address.sun_path, "READY=1") < 0);
   REQUIRE(millrace_datagram("", "READY=1") < 0);
   unlink(address.sun_path);

   if (geteuid() == 0) {
      const pid_t child = fork();
      if (child == 0) {
         _exit(become_nobody() ? 0 : 1);
      }
      int status = 1;
      REQUIRE(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
   }
}

int main(int argc, char **argv) {
   REQUIRE(argc == 2);
   check_service(argv[1]);
   return 0;
}
