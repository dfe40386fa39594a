/*
 * Drives the shim under AddressSanitizer and UndefinedBehaviorSanitizer, without a JVM: generated and random packets
 * through every nDPI entry, bursts of generated captures through DPDK's net_pcap, datagrams on a loopback interface through
 * a packet socket. Every packet lies in a block of its own length, so that a read past its end is a report. Ends with 0
 * where all held.
 *
 * Argument: a folder for captures.
 */
#define _GNU_SOURCE

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ndpi/ndpi_api.h>
#include <rte_dev.h>
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_mempool.h>

#include "burst.h"
#include "flow_metadata.h"
#include "ndpi_state.h"
#include "millrace_shim.h"
#include "ndpi_verdict.h"
#include "packet_socket.h"

#define MBUFS 255
#define MBUF_BYTES 512
#define MAX_PACKET 1600
#define RANDOM_FLOWS 3000
#define PACKETS_PER_FLOW 6
#define START_MS 1700000000000ull

#define REQUIRE(condition)                                                                                             \
   do {                                                                                                                \
      if (!(condition)) {                                                                                              \
         fprintf(stderr, "check.c:%d: does not hold: %s\n", __LINE__, #condition);                                     \
         exit(1);                                                                                                      \
      }                                                                                                                \
   } while (0)

/* Marsaglia's xorshift: the same packets in every run. */
static uint64_t random_state = 88172645463325252ull;

static uint32_t random_u32(void) {
   random_state ^= random_state << 13;
   random_state ^= random_state >> 7;
   random_state ^= random_state << 17;
   return (uint32_t)(random_state >> 16);
}

static uint32_t random_below(uint32_t limit) {
   return random_u32() % limit;
}

static size_t put_u16(uint8_t *at, unsigned int value) {
   at[0] = (uint8_t)(value >> 8);
   at[1] = (uint8_t)value;
   return 2;
}

/* IPv4 with UDP or TCP round payload; returns the length. */
static size_t ip_packet(uint8_t *out, int tcp, unsigned int source_port, unsigned int destination_port,
      const void *payload, size_t payload_length) {
   const size_t transport = tcp ? 20 : 8;
   const size_t length = 20 + transport + payload_length;
   memset(out, 0, 20 + transport);
   out[0] = 0x45;
   put_u16(out + 2, (unsigned int)length);
   out[8] = 64;
   out[9] = tcp ? 6 : 17;
   memcpy(out + 12, "\x0a\x00\x00\x01\x0a\x00\x00\x02", 8);
   put_u16(out + 20, source_port);
   put_u16(out + 22, destination_port);
   if (tcp) {
      out[20 + 7] = 1;
      out[20 + 12] = 0x50;
      out[20 + 13] = 0x18;
   } else {
      put_u16(out + 24, (unsigned int)(8 + payload_length));
   }
   memcpy(out + 20 + transport, payload, payload_length);
   return length;
}

struct sample {
   int tcp;
   unsigned int port;
   uint16_t protocol; /* 0: whatever nDPI makes of it */
   size_t length;
   const char *payload;
};

#define TEXT(text) sizeof(text) - 1, text

static const struct sample samples[] = {
   {0, 53, NDPI_PROTOCOL_DNS,
      TEXT("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x07" "example\x03org\x00\x00\x01\x00\x01")},
   {1, 80, NDPI_PROTOCOL_HTTP,
      TEXT("GET /index.html HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: check\r\n\r\n")},
   {1, 80, NDPI_PROTOCOL_HTTP, TEXT("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\nbody")},
   {1, 22, NDPI_PROTOCOL_SSH, TEXT("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")},
   {1, 443, NDPI_PROTOCOL_TLS,
      TEXT("\x16\x03\x01\x00\x54\x01\x00\x00\x50\x03\x03" "0123456789abcdef0123456789abcdef" "\x00\x00\x02\x13\x01\x01"
           "\x00\x00\x25\x00\x00\x00\x10\x00\x0e\x00\x00\x0bexample.org\x00\x10\x00\x05\x00\x03\x02h2\x00\x2b\x00\x03"
           "\x02\x03\x04")},
   {1, 25, 0, TEXT("220 mail.example.org ESMTP Postfix\r\n")},
   {1, 21, 0, TEXT("220 ProFTPD Server ready.\r\n")},
   {0, 123, 0, TEXT("\x1b\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
                    "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
                    "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")},
   {0, 5060, 0, TEXT("OPTIONS sip:a@example.org SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1\r\n\r\n")},
   {0, 6881, 0, TEXT("d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe")},
   {1, 6881, 0, TEXT("\x13" "BitTorrent protocol\x00\x00\x00\x00\x00\x10\x00\x05"
                     "0123456789abcdefghij-TR2940-0123456789ab")},
};

#define SAMPLES (sizeof(samples) / sizeof(samples[0]))

struct detection {
   struct ndpi_detection_module_struct *module;
   struct millrace_ndpi_state *flow;
   struct millrace_ndpi_verdict verdict;
   struct millrace_match match;
};

/* Shows a copy that ends where its block ends. */
static int inspect(struct detection *detection, const uint8_t *packet, size_t length, uint64_t time_ms) {
   uint8_t *copy = malloc(length == 0 ? 1 : length);
   REQUIRE(copy != NULL);
   memcpy(copy, packet, length);
   const int answer = millrace_ndpi_inspect(
      detection->module, detection->flow, copy, (uint32_t)length, time_ms, &detection->verdict);
   REQUIRE(answer >= MILLRACE_NDPI_UNDECIDED && answer <= MILLRACE_NDPI_FINAL);
   if (answer != MILLRACE_NDPI_UNDECIDED) {
      millrace_ndpi_keep_match(detection->flow, &detection->match, copy, (uint32_t)length);
      REQUIRE(detection->match.length <= MILLRACE_MATCH_MAX);
   }
   free(copy);
   return answer;
}

/* Takes the metadata in a block of exactly capacity bytes and checks that every text lies within. */
static void check_metadata(struct detection *detection, uint32_t capacity) {
   uint8_t *out = malloc(capacity == 0 ? 1 : capacity);
   REQUIRE(out != NULL);
   const int length = millrace_ndpi_metadata(detection->flow, out, capacity);
   REQUIRE(length >= 0 && (uint32_t)length <= capacity);
   if (length > 0) {
      struct millrace_flow_metadata metadata;
      memcpy(&metadata, out, sizeof(metadata));
      REQUIRE(metadata.total_length == (uint32_t)length);
      const struct millrace_text *texts = &metadata.host_name;
      const size_t count = (sizeof(metadata) - offsetof(struct millrace_flow_metadata, host_name)) / sizeof(*texts);
      for (size_t i = 0; i < count; i++) {
         REQUIRE(texts[i].length == 0 || texts[i].offset >= sizeof(metadata));
         REQUIRE((uint32_t)texts[i].offset + texts[i].length <= (uint32_t)length);
      }
   }
   free(out);
}

static void finish_flow(struct detection *detection, int give_up) {
   if (give_up) {
      millrace_ndpi_give_up(detection->module, detection->flow, &detection->verdict);
   }
   check_metadata(detection, MILLRACE_METADATA_MAX);
   check_metadata(detection, sizeof(struct millrace_flow_metadata) + random_below(64));
   check_metadata(detection, random_below(sizeof(struct millrace_flow_metadata)));
   millrace_ndpi_flow_reset(detection->flow);
}

static void check_known_protocols(struct detection *detection) {
   uint8_t packet[MAX_PACKET];
   for (size_t i = 0; i < SAMPLES; i++) {
      const struct sample *sample = &samples[i];
      const size_t length = ip_packet(packet, sample->tcp, 40000, sample->port, sample->payload, sample->length);
      if (inspect(detection, packet, length, START_MS) != MILLRACE_NDPI_UNDECIDED) {
         const size_t kept = sample->length < MILLRACE_MATCH_MAX ? sample->length : MILLRACE_MATCH_MAX;
         REQUIRE(detection->match.length == kept && memcmp(detection->match.payload, sample->payload, kept) == 0);
      }
      millrace_ndpi_give_up(detection->module, detection->flow, &detection->verdict);
      REQUIRE(sample->protocol == 0 || detection->verdict.app == sample->protocol
         || detection->verdict.master == sample->protocol);
      finish_flow(detection, 0);
   }
}

static void check_every_truncation(struct detection *detection) {
   uint8_t packet[MAX_PACKET];
   for (size_t i = 0; i < SAMPLES; i++) {
      const struct sample *sample = &samples[i];
      const size_t length = ip_packet(packet, sample->tcp, 40000, sample->port, sample->payload, sample->length);
      for (size_t cut = 0; cut < length; cut++) {
         inspect(detection, packet, cut, START_MS);
         finish_flow(detection, (int)(cut & 1));
      }
   }
}

static void check_random_flows(struct detection *detection) {
   uint8_t packet[MAX_PACKET];
   uint8_t payload[MAX_PACKET - 64];
   for (int flow = 0; flow < RANDOM_FLOWS; flow++) {
      const struct sample *sample = &samples[random_below(SAMPLES)];
      for (int i = 0; i < PACKETS_PER_FLOW; i++) {
         size_t payload_length = sample->length;
         memcpy(payload, sample->payload, payload_length);
         if (random_below(3) == 0) {
            payload_length = random_below(sizeof(payload));
            for (size_t at = 0; at < payload_length; at++) {
               payload[at] = (uint8_t)random_u32();
            }
         } else {
            for (uint32_t damages = random_below(8); damages > 0; damages--) {
               payload[random_below((uint32_t)payload_length)] = (uint8_t)random_u32();
            }
         }
         const unsigned int client = 40000 + random_below(2);
         const size_t length = random_below(2) == 0
            ? ip_packet(packet, sample->tcp, client, sample->port, payload, payload_length)
            : ip_packet(packet, sample->tcp, sample->port, client, payload, payload_length);
         if (random_below(4) == 0) {
            packet[random_below(28)] = (uint8_t)random_u32();
         }
         const int answer = inspect(detection, packet, length, START_MS + (uint64_t)(flow + i));
         if (answer == MILLRACE_NDPI_FINAL) {
            break;
         }
      }
      finish_flow(detection, (int)random_below(2));
      millrace_ndpi_guess(detection->module, (uint8_t)random_u32(), random_u32(), (uint16_t)random_u32(),
         random_u32(), (uint16_t)random_u32(), &detection->verdict);
   }
}

/* A TCP segment between the two hosts of ip_packet; reversed: from the server. */
static size_t segment(uint8_t *out, int reversed, unsigned int flags, unsigned int window, const char *options,
      size_t options_length) {
   const size_t length = ip_packet(out, 1, reversed ? 80 : 40000, reversed ? 40000 : 80, options, options_length);
   if (reversed) {
      memcpy(out + 12, "\x0a\x00\x00\x02\x0a\x00\x00\x01", 8);
   }
   out[20 + 12] = (uint8_t)((5 + options_length / 4) << 4);
   out[20 + 13] = (uint8_t)flags;
   put_u16(out + 20 + 14, window);
   return length;
}

static void note(struct millrace_notes *notes, const uint8_t *packet, size_t length) {
   uint8_t *exact = malloc(length);
   memcpy(exact, packet, length);
   millrace_note_packet(notes, exact, (unsigned short)length, 0);
   free(exact);
}

static void check_noted_windows(void) {
   uint8_t packet[MAX_PACKET];
   struct millrace_notes notes = {0};
   note(&notes, packet, segment(packet, 0, 2, 1000, "\x02\x04\x05\xb4\x01\x03\x03\x07", 8));
   note(&notes, packet, segment(packet, 1, 18, 2000, "\x03\x03\x02\x00", 4));
   REQUIRE(notes.window_bytes[0] == 1000 && notes.window_bytes[1] == 2000);
   note(&notes, packet, segment(packet, 0, 16, 500, "", 0));
   note(&notes, packet, segment(packet, 1, 16, 600, "", 0));
   REQUIRE(notes.window_bytes[0] == 500 << 7 && notes.window_bytes[1] == 600 << 2);
   struct millrace_notes unscaled = {0};
   note(&unscaled, packet, segment(packet, 0, 2, 1000, "\x03\x03\x07\x00", 4));
   note(&unscaled, packet, segment(packet, 1, 18, 2000, "", 0));
   note(&unscaled, packet, segment(packet, 0, 16, 3000, "", 0));
   REQUIRE(unscaled.window_bytes[0] == 3000);
}

static void check_noted_quotes(void) {
   uint8_t quoted[MAX_PACKET];
   uint8_t packet[MAX_PACKET];
   uint8_t icmp[MAX_PACKET] = {3, 1};
   const size_t quoted_length = ip_packet(quoted, 0, 5000, 53, "payload", 7);
   memcpy(icmp + 8, quoted, quoted_length);
   for (size_t length = 0; length <= 8 + quoted_length; length++) {
      struct millrace_notes notes = {0};
      memset(packet, 0, 20);
      packet[0] = 0x45;
      put_u16(packet + 2, (unsigned int)(20 + length));
      packet[9] = 1;
      memcpy(packet + 20, icmp, length);
      note(&notes, packet, 20 + length);
      REQUIRE(notes.icmp_quoted == (length >= 28));
      if (length >= 32) {
         REQUIRE(memcmp(notes.icmp_quote, "\x04\x11\x13\x88\x00\x35\x0a\x00\x00\x01", 10) == 0);
         REQUIRE(memcmp(notes.icmp_quote + 22, "\x0a\x00\x00\x02", 4) == 0);
      }
   }
}

static void check_noted_entropy(void) {
   uint8_t packet[MAX_PACKET];
   uint8_t payload[512];
   struct millrace_notes notes = {0};
   REQUIRE(millrace_noted_entropy(&notes, 0) == 0);
   note(&notes, packet, ip_packet(packet, 0, 40000, 40001, "aaaa", 4));
   REQUIRE(millrace_noted_entropy(&notes, 0) == 1 && millrace_noted_entropy(&notes, 1) == 0);
   note(&notes, packet, ip_packet(packet, 0, 40000, 40001, "bbbb", 4));
   REQUIRE(millrace_noted_entropy(&notes, 0) == 1001);
   for (size_t i = 0; i < sizeof(payload); i++) {
      payload[i] = (uint8_t)i;
   }
   struct millrace_notes full = {0};
   note(&full, packet, ip_packet(packet, 0, 40000, 40001, payload, sizeof(payload)));
   note(&full, packet, ip_packet(packet, 0, 40000, 40001, payload, sizeof(payload)));
   REQUIRE(millrace_noted_entropy(&full, 0) == 7001);
}

static void check_random_notes(void) {
   uint8_t packet[MAX_PACKET];
   for (int i = 0; i < 200000; i++) {
      struct millrace_notes notes = {0};
      for (int j = 0; j < 3; j++) {
         const size_t length = random_below(120);
         for (size_t at = 0; at < length; at++) {
            packet[at] = (uint8_t)random_u32();
         }
         packet[0] = random_below(4) == 0 ? 0x60 : (uint8_t)(0x45 + random_below(3));
         packet[9] = (uint8_t)(random_below(2) ? 6 : random_below(2) ? 1 : 17);
         packet[6] = (uint8_t)(packet[0] == 0x60 ? 58 : 0);
         put_u16(packet + 2, random_below(160));
         note(&notes, packet, length);
      }
   }
}

static void check_ndpi(void) {
   REQUIRE(millrace_ndpi_compiled_api() == ndpi_get_api_version());
   struct detection detection = {.module = millrace_ndpi_create(), .flow = calloc(1, sizeof(struct millrace_ndpi_state))};
   REQUIRE(detection.module != NULL && detection.flow != NULL);
   check_known_protocols(&detection);
   check_every_truncation(&detection);
   check_random_flows(&detection);
   check_noted_windows();
   check_noted_quotes();
   check_noted_entropy();
   check_random_notes();
   for (int risk = 0; risk < NDPI_MAX_RISK; risk++) {
      REQUIRE(millrace_ndpi_risk_name(risk) != NULL);
   }
   const int protocols = (int)ndpi_get_num_supported_protocols(detection.module);
   for (int protocol = 0; protocol < protocols; protocol++) {
      REQUIRE(millrace_ndpi_category_of(detection.module, (uint16_t)protocol) < NDPI_PROTOCOL_NUM_CATEGORIES);
      REQUIRE(millrace_ndpi_breed_of(detection.module, (uint16_t)protocol) < NUM_BREEDS);
   }
   free(detection.flow);
   millrace_ndpi_destroy(detection.module);
}

static void check_layouts(void) {
   const int count = millrace_layout_count();
   REQUIRE(count > 0);
   for (int i = 0; i < count; i++) {
      REQUIRE(strlen(millrace_layout_name(i)) > 0);
      REQUIRE(millrace_layout_value(i) < UINT32_MAX);
   }
}

static uint8_t byte_of(int number, size_t at) {
   return (uint8_t)(number * 31 + (int)(at % 251));
}

/* Lengths on both sides of one mbuf, of two, and the longest frame. */
static const uint32_t frame_lengths[] = {60, MBUF_BYTES - 1, MBUF_BYTES, MBUF_BYTES + 1, 2 * MBUF_BYTES + 256, 9000,
   65535, 14, 1514};

#define FRAMES (sizeof(frame_lengths) / sizeof(frame_lengths[0]))

static void write_capture(const char *path, int frames) {
   FILE *file = fopen(path, "wb");
   REQUIRE(file != NULL);
   const uint32_t header[] = {0xA1B2C3D4u, 0x00040002u, 0, 0, 262144, 1};
   REQUIRE(fwrite(header, sizeof(header), 1, file) == 1);
   for (int number = 0; number < frames; number++) {
      const uint32_t length = frame_lengths[(size_t)number % FRAMES];
      const uint32_t record[] = {1700000000u, (uint32_t)number, length, length};
      REQUIRE(fwrite(record, sizeof(record), 1, file) == 1);
      for (uint32_t at = 0; at < length; at++) {
         REQUIRE(fputc(byte_of(number, at), file) != EOF);
      }
   }
   REQUIRE(fclose(file) == 0);
}

static void check_frame(const struct millrace_frame *frame, int number) {
   REQUIRE(frame->captured_length == frame_lengths[(size_t)number % FRAMES]);
   REQUIRE(frame->timestamp_ns == 1700000000000000000ull + 1000ull * (uint64_t)number);
   const uint8_t *bytes = (const uint8_t *)(uintptr_t)frame->address;
   for (uint32_t at = 0; at < frame->captured_length; at++) {
      REQUIRE(bytes[at] == byte_of(number, at));
   }
}

static void check_bursts(const char *folder, int frames, uint16_t limit, int read_all) {
   char path[512];
   char arguments[600];
   snprintf(path, sizeof(path), "%s/%d-%d.pcap", folder, frames, limit);
   snprintf(arguments, sizeof(arguments), "rx_pcap=%s", path);
   write_capture(path, frames);
   struct rte_mempool *pool = millrace_pool_create("check", MBUFS, 0, MBUF_BYTES, SOCKET_ID_ANY);
   REQUIRE(pool != NULL);
   uint16_t port;
   REQUIRE(rte_eal_hotplug_add("vdev", "net_pcap_check", arguments) == 0);
   REQUIRE(rte_eth_dev_get_port_by_name("net_pcap_check", &port) == 0);
   REQUIRE(millrace_port_configure(port, 1, 512, &pool) == 0);
   REQUIRE(rte_eth_dev_start(port) == 0);
   REQUIRE(millrace_timestamps_find() == 0);
   struct millrace_burst *burst = millrace_burst_create(port, 0, limit, 1000);
   REQUIRE(burst != NULL);
   int number = 0;
   int received = 0;
   do {
      received = millrace_burst_receive(burst);
      for (int slot = 0; slot < received; slot++) {
         check_frame(&burst->frames[slot], number++);
      }
   } while (received > 0 && read_all);
   REQUIRE(!read_all || number == frames);
   uint64_t stats[5];
   REQUIRE(millrace_port_stats(port, stats) == 0);
   REQUIRE(stats[0] == (uint64_t)number);
   char *names = malloc((size_t)256 * RTE_ETH_XSTATS_NAME_SIZE);
   uint64_t *values = malloc(256 * sizeof(*values));
   REQUIRE(names != NULL && values != NULL);
   const int xstats = millrace_port_xstats(port, names, values, 256);
   REQUIRE(xstats > 0 && xstats <= 256);
   REQUIRE(millrace_port_xstats(port, NULL, NULL, 0) == xstats);
   free(names);
   free(values);
   millrace_burst_destroy(burst);
   REQUIRE(rte_eth_dev_stop(port) == 0);
   REQUIRE(rte_eth_dev_close(port) == 0);
   REQUIRE(rte_eal_hotplug_remove("vdev", "net_pcap_check") == 0);
   REQUIRE(rte_mempool_avail_count(pool) == MBUFS);
   rte_mempool_free(pool);
}

static void check_log_tail(void) {
   millrace_dpdk_log_clear();
   for (int i = 0; i < 200; i++) {
      REQUIRE(rte_eal_hotplug_add("vdev", "net_no_such_driver", "") != 0);
   }
   REQUIRE(strlen(millrace_dpdk_log_tail()) > 1024);
   REQUIRE(strlen(millrace_dpdk_log_tail()) < 4096);
   millrace_dpdk_log_clear();
   REQUIRE(strlen(millrace_dpdk_log_tail()) == 0);
}

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

/* A network of this process's own, in which only the loopback interface is. */
static void check_packet_socket(void) {
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

static void check_dpdk(const char *folder) {
   static const char *const drivers[] = {"bus_vdev", "mempool_ring", "net_pcap"};
   static char libraries[3][512];
   static char program[] = "check", no_shconf[] = "--no-shconf", no_pci[] = "--no-pci", no_huge[] = "--no-huge",
      no_telemetry[] = "--no-telemetry", memory[] = "-m", mebibytes[] = "64", load[] = "-d";
   char *argv[16] = {program, no_shconf, no_pci, no_huge, no_telemetry, memory, mebibytes};
   int argc = 7;
   for (int i = 0; i < 3; i++) {
      snprintf(libraries[i], sizeof(libraries[i]), "%s/librte_%s.so", millrace_dpdk_driver_directory(), drivers[i]);
      argv[argc++] = load;
      argv[argc++] = libraries[i];
   }
   REQUIRE(millrace_eal_init(argc, argv, 0) >= 0);
   REQUIRE(millrace_burst_create(0, 0, 0, 0) == NULL);
   REQUIRE(millrace_burst_create(0, 0, MILLRACE_BURST_MAX + 1, 0) == NULL);
   REQUIRE(millrace_pool_create("too-long", 8, 0, UINT16_MAX, SOCKET_ID_ANY) == NULL);
   check_bursts(folder, 0, 32, 1);
   check_bursts(folder, 1, 1, 1);
   check_bursts(folder, 40, 1, 1);
   check_bursts(folder, 200, 8, 1);
   check_bursts(folder, 40, 8, 0);
   check_log_tail();
   check_packet_socket();
   rte_eal_cleanup();
}

int main(int argc, char **argv) {
   REQUIRE(argc == 2);
   check_layouts();
   check_ndpi();
   check_dpdk(argv[1]);
   return 0;
}
