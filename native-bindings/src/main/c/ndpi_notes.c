/*
 * Reads headers that lie within the packet only: every length is checked before what it promises.
 */
#include <math.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include <ndpi/ndpi_api.h>

#include "ndpi_notes.h"

#define TCP_HEADER 20
#define UDP_HEADER 8
#define ICMP_HEADER 8
#define TCP_SYN 2
#define TCP_OPTION_WINDOW_SCALE 3
#define MAX_SHIFT 14
/* Values of window_shift beside a shift: no SYN seen yet, and one without the option. */
#define SHIFT_UNKNOWN 0
#define SHIFT_ABSENT 0xFF
/* A shift is kept with this added, so that zeroed notes mean unknown. */
#define SHIFT_KNOWN 1

static unsigned int u16_at(const uint8_t *at) {
   return (unsigned int)at[0] << 8 | at[1];
}

struct transport {
   const uint8_t *header;
   size_t length;
   uint8_t protocol;
   uint8_t sender[18];
};

static int find_transport(const uint8_t *packet, unsigned short length, struct transport *found) {
   const u_int8_t *header;
   u_int16_t header_length;
   u_int8_t protocol;
   memset(found, 0, sizeof(*found));
   if (length < 20 || ndpi_detection_get_l4(packet, length, &header, &header_length, &protocol, 0) != 0
         || header < packet || header > packet + length) {
      return 0;
   }
   /* Padding of the link is no payload, and a length that lies is not believed. */
   const size_t rest = (size_t)(packet + length - header);
   found->header = header;
   found->length = header_length < rest ? header_length : rest;
   found->protocol = protocol;
   if (packet[0] >> 4 == 4) {
      memcpy(found->sender, packet + 12, 4);
   } else if (length >= 40) {
      memcpy(found->sender, packet + 8, 16);
   }
   if ((protocol == IPPROTO_TCP || protocol == IPPROTO_UDP) && found->length >= 2) {
      memcpy(found->sender + 16, header, 2);
   }
   return 1;
}

static uint8_t window_shift(const uint8_t *options, size_t length) {
   size_t at = 0;
   while (at < length && options[at] != 0) {
      if (options[at] == 1) {
         at++;
         continue;
      }
      if (at + 1 >= length || options[at + 1] < 2 || at + options[at + 1] > length) {
         break;
      }
      if (options[at] == TCP_OPTION_WINDOW_SCALE && options[at + 1] == 3) {
         const uint8_t shift = options[at + 2];
         return (uint8_t)((shift > MAX_SHIFT ? MAX_SHIFT : shift) + SHIFT_KNOWN);
      }
      at += options[at + 1];
   }
   return SHIFT_ABSENT;
}

static int is_shift(uint8_t value) {
   return value != SHIFT_UNKNOWN && value != SHIFT_ABSENT;
}

static void note_window(struct millrace_notes *notes, const struct transport *tcp, size_t header_length, int side) {
   uint32_t bytes = u16_at(tcp->header + 14);
   if ((tcp->header[13] & TCP_SYN) != 0) {
      notes->window_shift[side] = window_shift(tcp->header + TCP_HEADER, header_length - TCP_HEADER);
   } else if (is_shift(notes->window_shift[0]) && is_shift(notes->window_shift[1])) {
      bytes <<= notes->window_shift[side] - SHIFT_KNOWN;
   }
   if (bytes > notes->window_bytes[side]) {
      notes->window_bytes[side] = bytes;
   }
}

static void note_sample(struct millrace_notes *notes, const uint8_t *payload, size_t length, int side) {
   const size_t room = MILLRACE_SAMPLE_MAX - notes->sample_length[side];
   const size_t taken = length < room ? length : room;
   memcpy(notes->sample[side] + notes->sample_length[side], payload, taken);
   notes->sample_length[side] = (uint8_t)(notes->sample_length[side] + taken);
}

/* What an HTTP server calls itself (RFC 9110 section 10.2.4), from the packet in which nDPI saw its response begin. */
static void note_http_server(struct millrace_notes *notes, const uint8_t *packet, unsigned short length) {
   static const char field[] = "\r\nserver:";
   const size_t name = sizeof(field) - 1;
   for (size_t i = 0; i + name <= length; i++) {
      if (packet[i] != '\r' || strncasecmp((const char *)packet + i, field, name) != 0) {
         continue;
      }
      size_t start = i + name;
      while (start < length && packet[start] == ' ') {
         start++;
      }
      size_t end = start;
      while (end < length && end - start < MILLRACE_HTTP_SERVER_MAX && packet[end] != '\r') {
         end++;
      }
      memcpy(notes->http_server, packet + start, end - start);
      notes->http_server_length = (uint8_t)(end - start);
      return;
   }
}

/* Errors quote the packet that they answer (RFC 792, RFC 4443 section 3). */
static int is_icmp_error(const struct transport *icmp) {
   const uint8_t type = icmp->header[0];
   return icmp->protocol == IPPROTO_ICMP ? type == 3 || type == 4 || type == 5 || type == 11 || type == 12
                                         : type >= 1 && type <= 4;
}

static void note_icmp_quote(struct millrace_notes *notes, const uint8_t *quoted, size_t length) {
   uint8_t *quote = notes->icmp_quote;
   size_t header;
   if (length >= 20 && quoted[0] >> 4 == 4 && (quoted[0] & 15) >= 5) {
      header = (size_t)(quoted[0] & 15) * 4;
      quote[0] = 4;
      quote[1] = quoted[9];
      memcpy(quote + 6, quoted + 12, 4);
      memcpy(quote + 22, quoted + 16, 4);
   } else if (length >= 40 && quoted[0] >> 4 == 6) {
      header = 40;
      quote[0] = 6;
      quote[1] = quoted[6];
      memcpy(quote + 6, quoted + 8, 16);
      memcpy(quote + 22, quoted + 24, 16);
   } else {
      return;
   }
   if ((quote[1] == IPPROTO_TCP || quote[1] == IPPROTO_UDP || quote[1] == IPPROTO_SCTP) && length >= header + 4) {
      memcpy(quote + 2, quoted + header, 4);
   }
   notes->icmp_quoted = 1;
}

/* Length of the transport's own header; 0 where it is cut or of no protocol that we know. */
static size_t transport_header_length(const struct transport *transport) {
   if (transport->protocol == IPPROTO_TCP && transport->length >= TCP_HEADER) {
      const size_t length = (size_t)(transport->header[12] >> 4) * 4;
      return length < TCP_HEADER || length > transport->length ? 0 : length;
   }
   if (transport->protocol == IPPROTO_UDP && transport->length >= UDP_HEADER) {
      return UDP_HEADER;
   }
   if ((transport->protocol == IPPROTO_ICMP || transport->protocol == IPPROTO_ICMPV6)
         && transport->length >= ICMP_HEADER) {
      return ICMP_HEADER;
   }
   return 0;
}

int millrace_find_payload(
      const uint8_t *packet, unsigned short length, const uint8_t **payload, size_t *payload_length) {
   struct transport transport;
   if (!find_transport(packet, length, &transport)) {
      return 0;
   }
   const size_t header_length = transport_header_length(&transport);
   if (header_length == 0) {
      return 0;
   }
   *payload = transport.header + header_length;
   *payload_length = transport.length - header_length;
   return 1;
}

void millrace_note_packet(
      struct millrace_notes *notes, const uint8_t *packet, unsigned short length, uint16_t http_status) {
   struct transport transport;
   if (!find_transport(packet, length, &transport)) {
      return;
   }
   if (!notes->client_known) {
      memcpy(notes->client, transport.sender, sizeof(notes->client));
      notes->client_known = 1;
   }
   const int side = memcmp(notes->client, transport.sender, sizeof(notes->client)) != 0;
   const size_t header_length = transport_header_length(&transport);
   if (transport.protocol == IPPROTO_TCP && transport.length >= TCP_HEADER) {
      if (header_length == 0) {
         return;
      }
      note_window(notes, &transport, header_length, side);
   } else if (header_length == ICMP_HEADER && transport.protocol != IPPROTO_UDP && !notes->icmp_quoted
         && is_icmp_error(&transport)) {
      note_icmp_quote(notes, transport.header + ICMP_HEADER, transport.length - ICMP_HEADER);
   }
   if (header_length != 0) {
      note_sample(notes, transport.header + header_length, transport.length - header_length, side);
   }
   if (http_status != 0 && notes->http_server_length == 0) {
      note_http_server(notes, packet, length);
   }
}

int millrace_noted_start(const struct millrace_notes *notes, int side, const char *text, size_t length) {
   return length <= notes->sample_length[side] && memcmp(notes->sample[side], text, length) == 0;
}

uint16_t millrace_noted_entropy(const struct millrace_notes *notes, int side) {
   const unsigned int length = notes->sample_length[side];
   uint8_t counts[256] = {0};
   double sum = 0;
   if (length == 0) {
      return 0;
   }
   for (unsigned int i = 0; i < length; i++) {
      counts[notes->sample[side][i]]++;
   }
   for (int byte = 0; byte < 256; byte++) {
      if (counts[byte] > 1) {
         sum += counts[byte] * log2(counts[byte]);
      }
   }
   return (uint16_t)(1 + lround(1000 * (log2(length) - sum / length)));
}
