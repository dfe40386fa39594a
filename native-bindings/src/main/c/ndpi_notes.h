/*
 * What nDPI passes by in the packets of an undecided flow, and scripts ask for.
 */
#ifndef MILLRACE_NDPI_NOTES_H
#define MILLRACE_NDPI_NOTES_H

#include <stddef.h>
#include <stdint.h>

#include "ndpi_ja4.h"

#define MILLRACE_HTTP_SERVER_MAX 64
/* Payload bytes of each side that entropy is measured on. */
#define MILLRACE_SAMPLE_MAX 128
/*
 * The packet that an ICMP error quotes: IP version, protocol, source and destination port (two bytes each, network
 * order; 0 where there are none), source and destination address (16 bytes each, IPv4 in the first four).
 */
#define MILLRACE_ICMP_QUOTE_LENGTH 38

struct millrace_notes {
   /* Source address and port of the first packet, whose sender is the client. */
   uint8_t client[18];
   uint8_t client_known;
   /* By sender, client first: shift of the window (RFC 7323), or one of the values below. */
   uint8_t window_shift[2];
   /* By sender: largest receive window that it announced, in bytes. */
   uint32_t window_bytes[2];
   uint8_t sample[2][MILLRACE_SAMPLE_MAX];
   uint8_t sample_length[2];
   uint8_t http_server_length;
   char http_server[MILLRACE_HTTP_SERVER_MAX];
   /* 1 where the fingerprint is there. */
   uint8_t ja4_noted;
   char ja4[MILLRACE_JA4_LENGTH];
   /* 1 where the quote is there. */
   uint8_t icmp_quoted;
   uint8_t icmp_quote[MILLRACE_ICMP_QUOTE_LENGTH];
};

/*
 * The payload behind the headers of a packet that begins with its IP header; 0 where there is no transport header that
 * can be read. What payload points to lies within the packet.
 */
int millrace_find_payload(
      const uint8_t *packet, unsigned short length, const uint8_t **payload, size_t *payload_length);

/* Takes note of one packet, from its IP header on. http_status: of the response that nDPI has seen; 0 none. */
void millrace_note_packet(
      struct millrace_notes *notes, const uint8_t *packet, unsigned short length, uint16_t http_status);

/* Whether a side's first payload bytes are this text, as far as they are kept. */
int millrace_noted_start(const struct millrace_notes *notes, int side, const char *text, size_t length);

/* Shannon entropy of a side's first payload bytes in thousandths of a bit per byte, plus one; 0 without payload. */
uint16_t millrace_noted_entropy(const struct millrace_notes *notes, int side);

#endif
