#include <stddef.h>
#include <string.h>

#include <ndpi/ndpi_api.h>

#include "check.h"
#include "flow_metadata.h"
#include "ip_packets.h"
#include "millrace_shim.h"
#include "ndpi_state.h"
#include "ndpi_verdict.h"
#include "require.h"

#define RANDOM_FLOWS 3000
#define PACKETS_PER_FLOW 6
#define START_MS 1700000000000ull

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

void check_ndpi(void) {
   REQUIRE(millrace_ndpi_compiled_api() == ndpi_get_api_version());
   struct detection detection = {.module = millrace_ndpi_create(), .flow = calloc(1, sizeof(struct millrace_ndpi_state))};
   REQUIRE(detection.module != NULL && detection.flow != NULL);
   check_known_protocols(&detection);
   check_every_truncation(&detection);
   check_random_flows(&detection);
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
