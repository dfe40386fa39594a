/*
 * Reads the ClientHello of RFC 8446 section 4.1.2. Every length is checked against what is left before it is believed.
 */
#include <stdlib.h>
#include <string.h>

#include <gcrypt.h>

#include "ndpi_ja4.h"

#define RECORD_HANDSHAKE 22
#define CLIENT_HELLO 1
#define RANDOM_LENGTH 32
#define EXTENSION_SERVER_NAME 0
#define EXTENSION_SIGNATURE_ALGORITHMS 13
#define EXTENSION_ALPN 16
#define EXTENSION_SUPPORTED_VERSIONS 43
/* Twice the cipher suites that IANA has. */
#define VALUES_MAX 768
#define COUNT_MAX 99
/* Four digits and a separator each, of extensions and signature algorithms. */
#define TEXT_MAX (2 * VALUES_MAX * 5)
#define SHA256_LENGTH 32
#define HASH_DIGITS 12

static const char digits[] = "0123456789abcdef";

/* What is left to read; failed once something did not fit. */
struct reader {
   const uint8_t *at;
   size_t left;
   int failed;
};

struct values {
   uint16_t of[VALUES_MAX];
   size_t count;
};

struct hello {
   uint16_t version;
   int has_server_name;
   char alpn[2];
   size_t extension_count;
   struct values ciphers;
   struct values extensions;
   struct values signature_algorithms;
};

static struct reader take(struct reader *from, size_t length) {
   struct reader part = {.at = from->at, .left = length};
   if (from->failed || length > from->left) {
      from->failed = 1;
      return (struct reader){.failed = 1};
   }
   from->at += length;
   from->left -= length;
   return part;
}

static unsigned int number(struct reader *from, size_t bytes) {
   const struct reader part = take(from, bytes);
   unsigned int value = 0;
   for (size_t i = 0; i < part.left; i++) {
      value = value << 8 | part.at[i];
   }
   return value;
}

/* Bytes behind their length, which has length_bytes itself. */
static struct reader block(struct reader *from, size_t length_bytes) {
   const unsigned int length = number(from, length_bytes);
   return take(from, length);
}

/* Values that clients offer to keep servers from choking on unknown ones (RFC 8701). */
static int is_grease(unsigned int value) {
   return (value & 0x0F0F) == 0x0A0A && value >> 8 == (value & 0xFF);
}

static void add(struct values *values, unsigned int value, struct reader *from) {
   if (values->count == VALUES_MAX) {
      from->failed = 1;
      return;
   }
   values->of[values->count++] = (uint16_t)value;
}

static void read_values(struct reader *from, struct values *values) {
   while (from->left > 0 && !from->failed) {
      const unsigned int value = number(from, 2);
      if (!from->failed && !is_grease(value)) {
         add(values, value, from);
      }
   }
}

static void read_versions(struct reader *body, struct hello *hello) {
   struct reader list = block(body, 1);
   uint16_t highest = 0;
   while (list.left >= 2) {
      const unsigned int version = number(&list, 2);
      if (!is_grease(version) && version > highest) {
         highest = (uint16_t)version;
      }
   }
   if (highest != 0) {
      hello->version = highest;
   }
}

static int is_letter_or_digit(uint8_t byte) {
   return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

/* First and last character of the first protocol; of its hexadecimal digits where one of them is no letter or digit. */
static void read_alpn(struct reader *body, struct hello *hello) {
   struct reader list = block(body, 2);
   const struct reader first = block(&list, 1);
   if (first.failed || first.left == 0) {
      return;
   }
   const uint8_t start = first.at[0];
   const uint8_t end = first.at[first.left - 1];
   const int is_text = is_letter_or_digit(start) && is_letter_or_digit(end);
   hello->alpn[0] = is_text ? (char)start : digits[start >> 4];
   hello->alpn[1] = is_text ? (char)end : digits[end & 15];
}

static void read_extensions(struct reader *from, struct hello *hello) {
   while (from->left > 0 && !from->failed) {
      const unsigned int type = number(from, 2);
      struct reader body = block(from, 2);
      if (from->failed || is_grease(type)) {
         continue;
      }
      hello->extension_count++;
      if (type == EXTENSION_SERVER_NAME) {
         hello->has_server_name = 1;
         continue;
      } else if (type == EXTENSION_ALPN) {
         read_alpn(&body, hello);
         continue;
      } else if (type == EXTENSION_SUPPORTED_VERSIONS) {
         read_versions(&body, hello);
      } else if (type == EXTENSION_SIGNATURE_ALGORITHMS) {
         struct reader list = block(&body, 2);
         read_values(&list, &hello->signature_algorithms);
         from->failed |= list.failed;
      }
      add(&hello->extensions, type, from);
   }
}

static int read_hello(struct reader *record, struct hello *hello) {
   number(record, 3);
   struct reader fragment = block(record, 2);
   if (number(&fragment, 1) != CLIENT_HELLO) {
      return 0;
   }
   struct reader body = block(&fragment, 3);
   hello->version = (uint16_t)number(&body, 2);
   take(&body, RANDOM_LENGTH);
   block(&body, 1);
   struct reader ciphers = block(&body, 2);
   read_values(&ciphers, &hello->ciphers);
   block(&body, 1);
   if (body.failed || ciphers.failed) {
      return 0;
   }
   if (body.left > 0) {
      struct reader extensions = block(&body, 2);
      read_extensions(&extensions, hello);
      return !body.failed && !extensions.failed;
   }
   return 1;
}

static const char *version_text(uint16_t version) {
   switch (version) {
      case 0x0304: return "13";
      case 0x0303: return "12";
      case 0x0302: return "11";
      case 0x0301: return "10";
      case 0x0300: return "s3";
      case 0x0002: return "s2";
      default: return "00";
   }
}

static int ascending(const void *a, const void *b) {
   return (int)*(const uint16_t *)a - (int)*(const uint16_t *)b;
}

static size_t put_values(char *text, const struct values *values) {
   size_t used = 0;
   for (size_t i = 0; i < values->count; i++) {
      if (i > 0) {
         text[used++] = ',';
      }
      for (int shift = 12; shift >= 0; shift -= 4) {
         text[used++] = digits[values->of[i] >> shift & 15];
      }
   }
   return used;
}

static void put_hash(char *out, const char *text, size_t length) {
   uint8_t hash[SHA256_LENGTH] = {0};
   if (length > 0) {
      gcry_md_hash_buffer(GCRY_MD_SHA256, hash, text, length);
   }
   for (size_t i = 0; i < HASH_DIGITS; i++) {
      out[i] = digits[(i & 1) == 0 ? hash[i / 2] >> 4 : hash[i / 2] & 15];
   }
}

static void put_count(char *out, size_t count) {
   const size_t shown = count > COUNT_MAX ? COUNT_MAX : count;
   out[0] = (char)('0' + shown / 10);
   out[1] = (char)('0' + shown % 10);
}

int millrace_may_be_client_hello(const uint8_t *record, size_t length) {
   return length > 0 && record[0] == RECORD_HANDSHAKE && (length < 2 || record[1] == 3)
      && (length < 6 || record[5] == CLIENT_HELLO);
}

int millrace_ja4(const uint8_t *record, size_t length, char ja4[MILLRACE_JA4_LENGTH]) {
   struct hello hello;
   char text[TEXT_MAX];
   struct reader reader = {.at = record, .left = length};
   if (!millrace_may_be_client_hello(record, length)) {
      return 0;
   }
   memset(&hello, 0, sizeof(hello));
   memcpy(hello.alpn, "00", 2);
   if (!read_hello(&reader, &hello)) {
      return 0;
   }
   ja4[0] = 't';
   memcpy(ja4 + 1, version_text(hello.version), 2);
   ja4[3] = hello.has_server_name ? 'd' : 'i';
   put_count(ja4 + 4, hello.ciphers.count);
   put_count(ja4 + 6, hello.extension_count);
   memcpy(ja4 + 8, hello.alpn, 2);
   ja4[10] = '_';
   qsort(hello.ciphers.of, hello.ciphers.count, sizeof(uint16_t), ascending);
   put_hash(ja4 + 11, text, put_values(text, &hello.ciphers));
   ja4[23] = '_';
   qsort(hello.extensions.of, hello.extensions.count, sizeof(uint16_t), ascending);
   size_t used = put_values(text, &hello.extensions);
   if (used > 0 && hello.signature_algorithms.count > 0) {
      text[used++] = '_';
      used += put_values(text + used, &hello.signature_algorithms);
   }
   put_hash(ja4 + 24, text, used);
   return 1;
}
