#define _GNU_SOURCE

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <rte_mbuf.h>
#include <rte_mempool.h>

#include "burst.h"
#include "check.h"
#include "dpdk_check.h"
#include "millrace_shim.h"
#include "packet_socket.h"
#include "require.h"

static void set_loopback_up(int descriptor) {
   struct ifreq request;
   memset(&request, 0, sizeof(request));
   strncpy(request.ifr_name, "lo", IFNAMSIZ - 1);
   REQUIRE(ioctl(descriptor, SIOCGIFFLAGS, &request) == 0);
   request.ifr_flags |= IFF_UP;
   REQUIRE(ioctl(descriptor, SIOCSIFFLAGS, &request) == 0);
}

/* Sends datagrams of this length to port 9 of the loopback interface, where somebody listens who never reads. */
static void send_datagrams(int descriptor, int count, size_t length) {
   uint8_t payload[9000];
   REQUIRE(length <= sizeof(payload));
   struct sockaddr_in discard = {.sin_family = AF_INET, .sin_port = htons(9)};
   discard.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
   for (int number = 0; number < count; number++) {
      for (size_t at = 0; at < length; at++) {
         payload[at] = byte_of(number, at);
      }
      const ssize_t sent = sendto(
         descriptor, payload, length, 0, (const struct sockaddr *)&discard, sizeof(discard));
      REQUIRE(sent == (ssize_t)length);
   }
}

enum socket_value { OFFERED, MISSED, TAKEN, TAKEN_BYTES, JOINED, CUT, SOCKET_VALUES };

static void read_values(struct millrace_packet_socket *opened, uint64_t *values) {
   REQUIRE(millrace_packet_socket_count(opened) == 0);
   millrace_packet_socket_values(opened, values);
}

/*
 * Takes frames until that many have come in all, and all that the ring holds are taken; returns how many UDP frames of this
 * payload were right. The kernel hands frames over some time after they were sent.
 */
static int take(struct millrace_packet_socket *opened, struct millrace_burst *burst, uint64_t offered, size_t length) {
   uint64_t values[SOCKET_VALUES];
   int right = 0;
   do {
      const int received = millrace_burst_receive(burst);
      for (int slot = 0; slot < received; slot++) {
         const struct millrace_frame *frame = &burst->frames[slot];
         const uint8_t *bytes = (const uint8_t *)(uintptr_t)frame->address;
         REQUIRE(frame->captured_length == 14 + 20 + 8 + length);
         REQUIRE(bytes[frame->captured_length - 1] == (uint8_t)(bytes[14 + 20 + 8] + (length - 1) % 251));
         right++;
      }
      read_values(opened, values);
   } while (values[OFFERED] < offered || values[TAKEN] < values[OFFERED] - values[MISSED]);
   return right;
}

#define NS_PER_SECOND INT64_C(1000000000)
#define NS_PER_HOUR (3600 * NS_PER_SECOND)

/* How far somebody has set the wall clock. */
static int64_t wall_set_ns;

static int64_t clock_ns(clockid_t clock) {
   struct timespec now;
   REQUIRE(clock_gettime(clock, &now) == 0);
   return now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

static struct packet_clocks set_clocks(void) {
   return (struct packet_clocks){
      .wall_ns = clock_ns(CLOCK_REALTIME) + wall_set_ns, .live_ns = clock_ns(CLOCK_MONOTONIC)};
}

static int64_t take_time(struct millrace_packet_socket *opened) {
   struct rte_mbuf *mbuf = NULL;
   struct millrace_frame frame;
   while (packet_socket_take(opened, &mbuf, &frame, 1, set_clocks) == 0) {
   }
   rte_pktmbuf_free(mbuf);
   return (int64_t)frame.timestamp_ns;
}

/* However the wall clock is set between the arrival of a frame and its being taken, times go on as the live clock does. */
static void check_times(int sender, struct rte_mempool *pool) {
   struct millrace_packet_socket *opened = NULL;
   REQUIRE(millrace_packet_socket_open("lo", 4, 0, &opened) == 0);
   millrace_packet_socket_pool(opened, pool);
   REQUIRE(millrace_packet_socket_gate(opened, 1) == 0);
   const int64_t settings_ns[] = {0, NS_PER_HOUR, 0, -NS_PER_HOUR, 0};
   int64_t before_ns = clock_ns(CLOCK_MONOTONIC);
   for (size_t setting = 0; setting < sizeof(settings_ns) / sizeof(settings_ns[0]); setting++) {
      wall_set_ns = settings_ns[setting];
      send_datagrams(sender, 1, 1);
      const int64_t time_ns = take_time(opened);
      REQUIRE(time_ns >= before_ns && time_ns <= clock_ns(CLOCK_MONOTONIC));
      before_ns = time_ns;
   }
   millrace_packet_socket_close(opened);
}

void check_packet_socket(void) {
   if (unshare(CLONE_NEWNET) != 0) {
      puts("packet sockets not checked: network namespaces need root");
      return;
   }
   const int sender = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
   REQUIRE(sender >= 0);
   set_loopback_up(sender);
   const int listener = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
   const struct sockaddr_in discard = {.sin_family = AF_INET, .sin_port = htons(9)};
   REQUIRE(listener >= 0 && bind(listener, (const struct sockaddr *)&discard, sizeof(discard)) == 0);
   struct millrace_packet_socket *opened = NULL;
   REQUIRE(millrace_packet_socket_open("absent", 4, 0, &opened) == -ENODEV);
   REQUIRE(millrace_packet_socket_open("lo", 4, 1, &opened) == 0);
   struct rte_mempool *pool = millrace_pool_create("sockets", MBUFS, 0, MBUF_BYTES, SOCKET_ID_ANY);
   REQUIRE(pool != NULL);
   millrace_packet_socket_pool(opened, pool);
   struct millrace_burst *burst = millrace_burst_of_socket(opened, 4);
   REQUIRE(burst != NULL);
   REQUIRE(millrace_packet_socket_share(opened, -1) >= 0);

   check_times(sender, pool);
   REQUIRE(millrace_packet_socket_gate(opened, 1) == 0);
   send_datagrams(sender, 20, 1);
   REQUIRE(take(opened, burst, 20, 1) == 20);
   send_datagrams(sender, 20, 9000);
   REQUIRE(take(opened, burst, 40, 9000) == 20);
   send_datagrams(sender, 200, 9000);
   const int right = take(opened, burst, 240, 9000);
   REQUIRE(right > 0 && right < 200);
   REQUIRE(millrace_packet_socket_gate(opened, 0) == 0);
   send_datagrams(sender, 3, 100);
   REQUIRE(take(opened, burst, 240, 100) == 0);

   uint64_t values[SOCKET_VALUES];
   millrace_packet_socket_values(opened, values);
   REQUIRE(values[MISSED] > 0 && values[OFFERED] == 240 && values[TAKEN] + values[MISSED] == 240);
   REQUIRE(values[JOINED] == 0 && values[CUT] == 0);
   REQUIRE(burst->received == values[TAKEN]);
   millrace_burst_destroy(burst);
   millrace_packet_socket_close(opened);
   REQUIRE(rte_mempool_avail_count(pool) == MBUFS);
   rte_mempool_free(pool);
   REQUIRE(close(sender) == 0 && close(listener) == 0);
}
