#include <string.h>

#include "check.h"
#include "ip_packets.h"
#include "ndpi_notes.h"
#include "require.h"

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

void check_notes(void) {
   check_noted_windows();
   check_noted_quotes();
   check_noted_entropy();
   check_random_notes();
}
