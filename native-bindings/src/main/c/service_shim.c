/*
 * What a process that runs as a service needs of Linux: word to its supervisor, and giving up privileges in every
 * thread. Errors are negative errno values.
 */
#define _GNU_SOURCE

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "millrace_shim.h"

#define SEND_TIMEOUT_S 2
#define MAX_ACCOUNT_BYTES (1 << 20)
#define FIRST_ACCOUNT_BYTES 1024
#define MAX_CAPABILITY 63
#define ACKNOWLEDGE_TIMEOUT_NS 5000000000LL
#define LOOK_AGAIN_NS 100000L
#define NS_PER_S 1000000000LL

/* Sends one datagram to a Unix socket; a name that begins with @ is abstract. Source: sd_notify(3), unix(7). */
int millrace_datagram(const char *path, const char *message) {
   struct sockaddr_un address;
   memset(&address, 0, sizeof(address));
   address.sun_family = AF_UNIX;
   const size_t length = strlen(path);
   if ((path[0] != '/' && path[0] != '@') || length < 2 || length >= sizeof(address.sun_path)) {
      return -EINVAL;
   }
   memcpy(address.sun_path, path, length);
   if (path[0] == '@') {
      address.sun_path[0] = '\0';
   }
   const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
   if (descriptor < 0) {
      return -errno;
   }
   const struct timeval patience = {.tv_sec = SEND_TIMEOUT_S};
   setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
   const ssize_t sent = sendto(descriptor, message, strlen(message), MSG_NOSIGNAL, (struct sockaddr *)&address,
                               (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
   const int error = errno;
   close(descriptor);
   return sent < 0 ? -error : 0;
}

/* One attempt at an account or a group with this much room for its texts; -ERANGE where that is too little. */
typedef int look_up(const char *name, char *text, size_t length, uint32_t *numbers);

static int look_up_account(const char *name, char *text, size_t length, uint32_t *numbers) {
   struct passwd account;
   struct passwd *found = NULL;
   const int error = getpwnam_r(name, &account, text, length, &found);
   if (found == NULL) {
      return error == 0 ? -ENOENT : -error;
   }
   numbers[0] = account.pw_uid;
   numbers[1] = account.pw_gid;
   return 0;
}

static int look_up_group(const char *name, char *text, size_t length, uint32_t *numbers) {
   struct group group;
   struct group *found = NULL;
   const int error = getgrnam_r(name, &group, text, length, &found);
   if (found == NULL) {
      return error == 0 ? -ENOENT : -error;
   }
   numbers[0] = group.gr_gid;
   return 0;
}

/* Nobody says how long the texts are, so there is more room until they fit. */
static int with_room(look_up *attempt, const char *name, uint32_t *numbers) {
   int result = -ERANGE;
   for (size_t length = FIRST_ACCOUNT_BYTES; result == -ERANGE && length <= MAX_ACCOUNT_BYTES; length *= 2) {
      char *text = malloc(length);
      if (text == NULL) {
         return -ENOMEM;
      }
      result = attempt(name, text, length, numbers);
      free(text);
   }
   return result;
}

/*
 * Looks an account up: numbers[0] gets the user's id, numbers[1] its group's. -ENOENT where there is none. Source:
 * getpwnam_r(3).
 */
int millrace_account(const char *name, uint32_t *numbers) {
   return with_room(look_up_account, name, numbers);
}

/* The same for a group: numbers[0] gets its id. Source: getgrnam_r(3). */
int millrace_group(const char *name, uint32_t *numbers) {
   return with_room(look_up_group, name, numbers);
}

/* Groups of a user beside gid, itself among them; returns how many, at most limit. Source: getgrouplist(3). */
int millrace_groups(const char *name, uint32_t gid, uint32_t *groups, int limit) {
   int count = limit;
   if (getgrouplist(name, gid, groups, &count) < 0) {
      return -E2BIG;
   }
   return count;
}

/* From now on the calling thread alone reaches files as this user does. Source: setfsuid(2). */
int millrace_act_on_files_as(uint32_t uid, uint32_t gid) {
   setfsgid(gid);
   setfsuid(uid);
   const int holds = setfsgid((gid_t)-1) == (int)gid && setfsuid((uid_t)-1) == (int)uid;
   return holds ? 0 : -EPERM;
}

/* What every thread becomes; written before the signals are sent, read by their handler. */
static struct {
   uint32_t uid;
   uint32_t gid;
   const uint32_t *groups;
   int group_count;
} wanted;

static atomic_int acknowledged;
static atomic_int failure;

static int drop_capabilities(void) {
   struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
   struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3];
   memset(none, 0, sizeof(none));
   return syscall(SYS_capset, &header, none) == 0 ? 0 : errno;
}

/* Raw system calls: those of the C library would try to reach all threads themselves. */
static int give_up_in_this_thread(void) {
   uid_t real;
   uid_t effective;
   uid_t saved;
   if (syscall(SYS_getresuid, &real, &effective, &saved) != 0) {
      return errno;
   }
   /* Needs CAP_SETPCAP; without it the set stays as small as it is, and no_new_privs makes it meaningless. */
   for (int capability = 0; capability <= MAX_CAPABILITY; capability++) {
      if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) {
         break;
      }
   }
   prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
   if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
      return errno;
   }
   if (real != wanted.uid || effective != wanted.uid || saved != wanted.uid) {
      if (syscall(SYS_setgroups, (size_t)wanted.group_count, wanted.groups) != 0
          || syscall(SYS_setresgid, wanted.gid, wanted.gid, wanted.gid) != 0
          || syscall(SYS_setresuid, wanted.uid, wanted.uid, wanted.uid) != 0) {
         return errno;
      }
   }
   return drop_capabilities();
}

static void on_give_up(int number) {
   (void)number;
   const int error = errno;
   const int result = give_up_in_this_thread();
   if (result != 0) {
      atomic_store(&failure, result);
   }
   atomic_fetch_add(&acknowledged, 1);
   errno = error;
}

/* A real-time signal that nobody uses; the JVM and LuaJIT's watchdog take theirs from the other end. */
static int free_signal(void) {
   for (int candidate = SIGRTMAX - 5; candidate >= SIGRTMIN + 10; candidate--) {
      struct sigaction now;
      if (sigaction(candidate, NULL, &now) == 0 && now.sa_handler == SIG_DFL) {
         return candidate;
      }
   }
   return 0;
}

static int64_t monotonic_ns(void) {
   struct timespec now;
   clock_gettime(CLOCK_MONOTONIC, &now);
   return now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* Has one thread do it and waits until it has; 1 where the thread is gone. */
static int have_thread_give_up(pid_t thread, int number) {
   const int before = atomic_load(&acknowledged);
   if (syscall(SYS_tgkill, getpid(), thread, number) != 0) {
      return errno == ESRCH ? 1 : -errno;
   }
   const int64_t until = monotonic_ns() + ACKNOWLEDGE_TIMEOUT_NS;
   const struct timespec pause = {.tv_nsec = LOOK_AGAIN_NS};
   while (atomic_load(&acknowledged) == before) {
      if (syscall(SYS_tgkill, getpid(), thread, 0) != 0) {
         return 1;
      }
      if (monotonic_ns() > until) {
         return -ETIMEDOUT;
      }
      nanosleep(&pause, NULL);
   }
   return -atomic_load(&failure);
}

/*
 * Every thread that there is now becomes this user, for good: all ids, groups, no capability in any set, and nothing
 * that it executes gains one. A thread that is started meanwhile by one that still had its privileges may be missed:
 * call again until all are seen to be without. Returns the number of threads. Source: capabilities(7), setuid(2).
 */
int millrace_give_up_privileges(uint32_t uid, uint32_t gid, const uint32_t *groups, int group_count) {
   wanted.uid = uid;
   wanted.gid = gid;
   wanted.groups = groups;
   wanted.group_count = group_count;
   atomic_store(&failure, 0);
   const int number = free_signal();
   if (number == 0) {
      return -EBUSY;
   }
   struct sigaction action;
   memset(&action, 0, sizeof(action));
   action.sa_handler = on_give_up;
   action.sa_flags = SA_RESTART;
   sigfillset(&action.sa_mask);
   struct sigaction before;
   if (sigaction(number, &action, &before) != 0) {
      return -errno;
   }
   /* Listed before the first gives up: the folder belongs to root once the process has changed its user. */
   DIR *tasks = opendir("/proc/self/task");
   if (tasks == NULL) {
      const int error = errno;
      sigaction(number, &before, NULL);
      return -error;
   }
   int result = 0;
   int threads = 0;
   const struct dirent *task = readdir(tasks);
   while (task != NULL && result >= 0) {
      const pid_t thread = (pid_t)strtol(task->d_name, NULL, 10);
      if (thread > 0) {
         result = have_thread_give_up(thread, number);
         threads += result == 0;
      }
      task = readdir(tasks);
   }
   closedir(tasks);
   /* One that did not answer in time may still do so: its signal must not end the process. */
   if (result >= 0) {
      sigaction(number, &before, NULL);
   }
   return result < 0 ? result : threads;
}
