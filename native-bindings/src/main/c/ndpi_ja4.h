/*
 * JA4, the fingerprint of a TLS client (FoxIO's specification): what its ClientHello offers.
 */
#ifndef MILLRACE_NDPI_JA4_H
#define MILLRACE_NDPI_JA4_H

#include <stddef.h>
#include <stdint.h>

#define MILLRACE_JA4_LENGTH 36
/* A TLS record with its header (RFC 8446 section 5.1). */
#define MILLRACE_TLS_RECORD_MAX (5 + 16384)

/* Whether these bytes, as far as they go, can be the start of a record with a ClientHello. */
int millrace_may_be_client_hello(const uint8_t *record, size_t length);

/*
 * Writes the JA4 of a ClientHello over TCP that lies whole in one record, without a zero at its end. Returns 0, and
 * leaves ja4 alone, where there is none, or it offers more than a client of this world does.
 */
int millrace_ja4(const uint8_t *record, size_t length, char ja4[MILLRACE_JA4_LENGTH]);

#endif
