#include <string.h>

#include <ndpi/ndpi_api.h>

#include "check.h"
#include "flow_metadata.h"
#include "ip_packets.h"
#include "millrace_shim.h"
#include "ndpi_ja4.h"
#include "ndpi_state.h"
#include "ndpi_verdict.h"
#include "require.h"

#define START_MS 1700000000000ull
#define RANDOM_HELLOS 200000
/* Splits before this byte nDPI does not take for TLS. */
#define FIRST_SPLIT 50

#define BYTES(text) text, sizeof(text) - 1

/* Of the browser in FoxIO's description of JA4, in its order, with a GREASE value in each list. */
static const char browser_ciphers[] = "\x0a\x0a\x13\x01\x13\x02\x13\x03\xc0\x2b\xc0\x2f\xc0\x2c\xc0\x30\xcc\xa9\xcc\xa8"
                                      "\xc0\x13\xc0\x14\x00\x9c\x00\x9d\x00\x2f\x00\x35";
static const char browser_extensions[] =
   "\x2a\x2a\x00\x00"
   "\x00\x1b\x00\x03\x02\x00\x02"
   "\x00\x00\x00\x10\x00\x0e\x00\x00\x0b" "example.org"
   "\x00\x33\x00\x02\x00\x00"
   "\x00\x10\x00\x0e\x00\x0c\x02h2\x08http/1.1"
   "\x44\x69\x00\x05\x00\x03\x02h2"
   "\x00\x17\x00\x00"
   "\x00\x2d\x00\x02\x01\x01"
   "\x00\x0d\x00\x12\x00\x10\x04\x03\x08\x04\x04\x01\x05\x03\x08\x05\x05\x01\x08\x06\x06\x01"
   "\x00\x05\x00\x05\x01\x00\x00\x00\x00"
   "\x00\x23\x00\x00"
   "\x00\x12\x00\x00"
   "\x00\x2b\x00\x07\x06\x3a\x3a\x03\x04\x03\x03"
   "\xff\x01\x00\x01\x00"
   "\x00\x0b\x00\x02\x01\x00"
   "\x00\x0a\x00\x04\x00\x02\x00\x1d"
   "\x00\x15\x00\x03\x00\x00\x00";
static const char browser_ja4[] = "t13d1516h2_8daaf6152771_e5627efa2ab1";

/* extensions: NULL where there is not even the length of none. */
static size_t client_hello(uint8_t *out, const char *ciphers, size_t ciphers_length, const char *extensions,
      size_t extensions_length) {
   size_t at = 9;
   at += put_u16(out + at, 0x0303);
   memset(out + at, 'r', 32);
   at += 32;
   out[at++] = 0;
   at += put_u16(out + at, (unsigned int)ciphers_length);
   memcpy(out + at, ciphers, ciphers_length);
   at += ciphers_length;
   out[at++] = 1;
   out[at++] = 0;
   if (extensions != NULL) {
      at += put_u16(out + at, (unsigned int)extensions_length);
      memcpy(out + at, extensions, extensions_length);
      at += extensions_length;
   }
   memcpy(out, "\x16\x03\x01", 3);
   put_u16(out + 3, (unsigned int)(at - 5));
   memcpy(out + 5, "\x01\x00", 2);
   put_u16(out + 7, (unsigned int)(at - 9));
   return at;
}

static size_t browser_hello(uint8_t *out) {
   return client_hello(out, BYTES(browser_ciphers), BYTES(browser_extensions));
}

/* Of a copy that ends where its block ends. */
static int ja4_of(const uint8_t *record, size_t length, char *ja4) {
   uint8_t *copy = malloc(length == 0 ? 1 : length);
   REQUIRE(copy != NULL);
   memcpy(copy, record, length);
   const int found = millrace_ja4(copy, length, ja4);
   free(copy);
   return found;
}

static void require_ja4(const char *expected, const char *ciphers, size_t ciphers_length, const char *extensions,
      size_t extensions_length) {
   uint8_t record[MAX_PACKET];
   char ja4[MILLRACE_JA4_LENGTH + 1] = {0};
   const size_t length = client_hello(record, ciphers, ciphers_length, extensions, extensions_length);
   REQUIRE(ja4_of(record, length, ja4) == 1);
   if (strcmp(ja4, expected) != 0) {
      fprintf(stderr, "JA4 is %s, not %s\n", ja4, expected);
      exit(1);
   }
}

static void check_known_fingerprints(void) {
   require_ja4(browser_ja4, BYTES(browser_ciphers), BYTES(browser_extensions));
   require_ja4("t12i010000_ba72b8082249_000000000000", BYTES("\x00\x2f"), NULL, 0);
   require_ja4("t12i000000_000000000000_000000000000", BYTES("\x1a\x1a"), BYTES("\xba\xba\x00\x00"));
   /* Protocols of one letter, of other bytes than letters, and none. */
   require_ja4("t12i0101hh_ba72b8082249_000000000000", BYTES("\x00\x2f"), BYTES("\x00\x10\x00\x04\x00\x02\x01h"));
   require_ja4("t12i0101a0_ba72b8082249_000000000000", BYTES("\x00\x2f"),
      BYTES("\x00\x10\x00\x05\x00\x03\x02\xab\x20"));
   require_ja4("t12i010100_ba72b8082249_000000000000", BYTES("\x00\x2f"), BYTES("\x00\x10\x00\x03\x00\x01\x00"));
   /* A server name, and one signature algorithm. */
   require_ja4("t12d010100_ba72b8082249_000000000000", BYTES("\x00\x2f"), BYTES("\x00\x00\x00\x00"));
   require_ja4("t12i010100_ba72b8082249_79c50902419d", BYTES("\x00\x2f"), BYTES("\x00\x0d\x00\x04\x00\x02\x04\x03"));
}

static void check_versions(void) {
   static const struct {
      const char *extension;
      const char *text;
   } versions[] = {{"\x00\x2b\x00\x03\x02\x03\x04", "13"}, {"\x00\x2b\x00\x03\x02\x03\x02", "11"},
      {"\x00\x2b\x00\x03\x02\x03\x01", "10"}, {"\x00\x2b\x00\x03\x02\x7a\x7a", "12"},
      {"\x00\x2b\x00\x03\x02\x09\x09", "00"}};
   for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
      uint8_t record[MAX_PACKET];
      char ja4[MILLRACE_JA4_LENGTH];
      REQUIRE(ja4_of(record, client_hello(record, BYTES("\x00\x2f"), versions[i].extension, 7), ja4) == 1);
      REQUIRE(memcmp(ja4 + 1, versions[i].text, 2) == 0);
   }
}

static void check_counts(void) {
   char ciphers[2 * 400];
   char extensions[4 * 200];
   uint8_t record[MAX_PACKET * 2];
   char ja4[MILLRACE_JA4_LENGTH];
   for (size_t i = 0; i < 400; i++) {
      put_u16((uint8_t *)ciphers + 2 * i, (unsigned int)i);
   }
   for (size_t i = 0; i < 200; i++) {
      put_u16((uint8_t *)extensions + 4 * i, 100 + (unsigned int)i);
      put_u16((uint8_t *)extensions + 4 * i + 2, 0);
   }
   REQUIRE(ja4_of(record, client_hello(record, ciphers, sizeof(ciphers), extensions, sizeof(extensions)), ja4) == 1);
   REQUIRE(memcmp(ja4, "t12i999900_", 11) == 0);
}

/* More values than there is room for, and lists of an odd length. */
static void check_monsters(void) {
   static uint8_t record[MILLRACE_TLS_RECORD_MAX];
   static char many[8000];
   char ja4[MILLRACE_JA4_LENGTH];
   for (size_t i = 0; i < sizeof(many); i += 4) {
      memcpy(many + i, "\x01\x02\x00\x00", 4);
   }
   REQUIRE(ja4_of(record, client_hello(record, many, sizeof(many), NULL, 0), ja4) == 0);
   REQUIRE(ja4_of(record, client_hello(record, BYTES("\x00\x2f"), many, sizeof(many)), ja4) == 0);
   REQUIRE(ja4_of(record, client_hello(record, BYTES("\x00\x2f\x00"), NULL, 0), ja4) == 0);
   REQUIRE(ja4_of(record, client_hello(record, BYTES("\x00\x2f"), BYTES("\x00\x0d\x00\x05\x00\x03\x04\x03\x04")), ja4)
      == 0);
}

static void check_every_truncation(void) {
   uint8_t record[MAX_PACKET];
   const size_t length = browser_hello(record);
   for (size_t cut = 0; cut < length; cut++) {
      char ja4[MILLRACE_JA4_LENGTH];
      REQUIRE(ja4_of(record, cut, ja4) == 0);
      REQUIRE(cut == 0 || millrace_may_be_client_hello(record, cut));
   }
}

static void check_damaged_hellos(void) {
   uint8_t record[MAX_PACKET];
   for (int i = 0; i < RANDOM_HELLOS; i++) {
      char ja4[MILLRACE_JA4_LENGTH];
      size_t length = browser_hello(record);
      for (uint32_t damages = 1 + random_below(6); damages > 0; damages--) {
         record[6 + random_below((uint32_t)length - 6)] = (uint8_t)random_u32();
      }
      if (random_below(4) == 0) {
         length = random_below((uint32_t)length);
      }
      if (ja4_of(record, length, ja4)) {
         for (size_t at = 0; at < sizeof(ja4); at++) {
            REQUIRE(ja4[at] > ' ' && ja4[at] < 0x7F);
         }
      }
   }
}

struct connection {
   struct ndpi_detection_module_struct *module;
   struct millrace_ndpi_state *flow;
};

static void show(struct connection *connection, int from_client, unsigned int sequence, const uint8_t *payload,
      size_t length) {
   uint8_t packet[MAX_PACKET];
   struct millrace_ndpi_verdict verdict;
   const size_t packet_length = from_client ? ip_packet(packet, 1, 40000, 443, payload, length)
                                            : ip_packet(packet, 1, 443, 40000, payload, length);
   if (!from_client) {
      memcpy(packet + 12, "\x0a\x00\x00\x02\x0a\x00\x00\x01", 8);
   }
   put_u16(packet + 20 + 4, sequence >> 16);
   put_u16(packet + 20 + 6, sequence & 0xFFFF);
   millrace_ndpi_inspect(connection->module, connection->flow, packet, (uint32_t)packet_length, START_MS, &verdict);
}

/* What the flow's metadata say, which ends the flow. */
static int told(struct connection *connection, char *ja4, int *has_ja3) {
   static uint8_t out[MILLRACE_METADATA_MAX];
   struct millrace_flow_metadata metadata;
   const int length = millrace_ndpi_metadata(connection->flow, out, sizeof(out));
   millrace_ndpi_flow_reset(connection->flow);
   if (length == 0) {
      return 0;
   }
   memcpy(&metadata, out, sizeof(metadata));
   *has_ja3 = metadata.tls_ja3_client.length != 0;
   memcpy(ja4, out + metadata.tls_ja4.offset, metadata.tls_ja4.length);
   return metadata.tls_ja4.length != 0;
}

static int is_browser(const char *ja4) {
   return memcmp(ja4, browser_ja4, MILLRACE_JA4_LENGTH) == 0;
}

static void check_connections(struct connection *connection) {
   uint8_t record[MAX_PACKET];
   char ja4[MILLRACE_JA4_LENGTH] = {0};
   const size_t length = browser_hello(record);
   int has_ja3 = 0;
   show(connection, 1, 1, record, length);
   REQUIRE(told(connection, ja4, &has_ja3) && has_ja3 && is_browser(ja4));
   for (size_t split = 1; split < length; split++) {
      for (int repeats = 0; repeats < 2; repeats++) {
         for (int i = 0; i <= repeats; i++) {
            show(connection, 1, 1, record, split);
         }
         show(connection, 0, 1, (const uint8_t *)"", 0);
         show(connection, 1, 1 + (unsigned int)split, record + split, length - split);
         memset(ja4, 0, sizeof(ja4));
         has_ja3 = 0;
         const int has_ja4 = told(connection, ja4, &has_ja3);
         REQUIRE(has_ja4 == has_ja3 && (has_ja4 == 0 || is_browser(ja4)));
         REQUIRE(has_ja4 || split < FIRST_SPLIT);
      }
   }
   /* The second segment never came, but the first again: no fingerprint of a hello that nobody sent. */
   show(connection, 1, 1, record, length / 2);
   show(connection, 1, 1, record, length / 2);
   show(connection, 1, 1, record, length);
   REQUIRE(!told(connection, ja4, &has_ja3) || is_browser(ja4));
}

void check_ja4(void) {
   struct connection connection = {
      .module = millrace_ndpi_create(), .flow = calloc(1, sizeof(struct millrace_ndpi_state))};
   REQUIRE(connection.module != NULL && connection.flow != NULL);
   check_known_fingerprints();
   check_versions();
   check_counts();
   check_monsters();
   check_every_truncation();
   check_damaged_hellos();
   check_connections(&connection);
   free(connection.flow);
   millrace_ndpi_destroy(connection.module);
}
