/* What the twin reads of a frame. In a header, because the loop has it inlined. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <rte_branch_prediction.h>
#include <rte_byteorder.h>
#include <rte_common.h>

/*
 * Addresses and ports of the lower end first. 48 bytes: a length for which rte_hash compares with vector instructions.
 */
struct flow_key {
   uint64_t low_address[2];
   uint64_t high_address[2];
   uint16_t low_port;
   uint16_t high_port;
   uint16_t vlan_id;
   uint8_t protocol;
   uint8_t ip_version;
   uint64_t padding;
};

struct packet {
   struct flow_key key;
   uint32_t wire_length;
   uint8_t side;
   uint8_t tcp_flags;
};

enum outcome { PARSED, NOT_IP, MALFORMED };

static inline uint32_t load_be16(const uint8_t *at) {
   uint16_t value;
   memcpy(&value, at, sizeof(value));
   return rte_be_to_cpu_16(value);
}

static inline uint64_t load_be64(const uint8_t *at) {
   uint64_t value;
   memcpy(&value, at, sizeof(value));
   return rte_be_to_cpu_64(value);
}

static inline uint32_t load_be32(const uint8_t *at) {
   uint32_t value;
   memcpy(&value, at, sizeof(value));
   return rte_be_to_cpu_32(value);
}

/* Orders the two ends, so that both directions have one key. */
static inline void order_ends(struct packet *packet, const uint64_t source[2], const uint64_t destination[2],
      uint16_t source_port, uint16_t destination_port) {
   struct flow_key *key = &packet->key;
   const bool swap = source[0] != destination[0] ? source[0] > destination[0]
      : source[1] != destination[1]              ? source[1] > destination[1]
                                                 : source_port > destination_port;
   const uint64_t *low = swap ? destination : source;
   const uint64_t *high = swap ? source : destination;
   key->low_address[0] = low[0];
   key->low_address[1] = low[1];
   key->high_address[0] = high[0];
   key->high_address[1] = high[1];
   key->low_port = swap ? destination_port : source_port;
   key->high_port = swap ? source_port : destination_port;
   key->padding = 0;
   packet->side = swap;
}

/* Transport header: ports and flags where the header is whole; fragments behind the first have none. */
static inline enum outcome parse_transport(struct packet *packet, const uint8_t *at, uint32_t length, uint8_t protocol,
      bool later_fragment, uint16_t *source_port, uint16_t *destination_port) {
   *source_port = 0;
   *destination_port = 0;
   packet->tcp_flags = 0;
   if (later_fragment) {
      return PARSED;
   }
   switch (protocol) {
      case 6:
         if (length < 20 || (at[12] >> 4) < 5 || (uint32_t)(at[12] >> 4) * 4 > length) {
            return MALFORMED;
         }
         packet->tcp_flags = at[13];
         break;
      case 17:
         if (length < 8 || load_be16(at + 4) < 8) {
            return MALFORMED;
         }
         break;
      case 132:
         if (length < 12) {
            return MALFORMED;
         }
         break;
      default:
         return PARSED;
   }
   *source_port = (uint16_t)load_be16(at);
   *destination_port = (uint16_t)load_be16(at + 2);
   return PARSED;
}

static inline enum outcome parse_ipv4(struct packet *packet, const uint8_t *at, uint32_t length) {
   if (length < 20) {
      return MALFORMED;
   }
   const uint32_t header = (uint32_t)(at[0] & 0x0F) * 4;
   const uint32_t total = load_be16(at + 2);
   if ((at[0] >> 4) != 4 || header < 20 || header > total || header > length) {
      return MALFORMED;
   }
   const uint32_t fragment = load_be16(at + 6);
   const uint64_t source[2] = {0, load_be32(at + 12)};
   const uint64_t destination[2] = {0, load_be32(at + 16)};
   uint16_t source_port;
   uint16_t destination_port;
   const enum outcome outcome = parse_transport(packet, at + header, RTE_MIN(total, length) - header, at[9],
      (fragment & 0x1FFF) != 0, &source_port, &destination_port);
   packet->key.protocol = at[9];
   packet->key.ip_version = 4;
   order_ends(packet, source, destination, source_port, destination_port);
   return outcome;
}

static inline enum outcome parse_ipv6(struct packet *packet, const uint8_t *at, uint32_t length) {
   if (length < 40 || (at[0] >> 4) != 6) {
      return MALFORMED;
   }
   const uint64_t source[2] = {load_be64(at + 8), load_be64(at + 16)};
   const uint64_t destination[2] = {load_be64(at + 24), load_be64(at + 32)};
   uint8_t next = at[6];
   uint32_t offset = 40;
   bool later_fragment = false;
   for (int extensions = 0; extensions < 8; extensions++) {
      if (next != 0 && next != 43 && next != 44 && next != 60) {
         break;
      }
      if (offset + 8 > length) {
         return MALFORMED;
      }
      const uint8_t this = next;
      next = at[offset];
      if (this == 44) {
         later_fragment = (load_be16(at + offset + 2) & 0xFFF8) != 0;
         offset += 8;
      } else {
         offset += ((uint32_t)at[offset + 1] + 1) * 8;
      }
   }
   if (offset > length) {
      return MALFORMED;
   }
   uint16_t source_port;
   uint16_t destination_port;
   const enum outcome outcome = parse_transport(packet, at + offset, length - offset, next, later_fragment,
      &source_port, &destination_port);
   packet->key.protocol = next;
   packet->key.ip_version = 6;
   order_ends(packet, source, destination, source_port, destination_port);
   return outcome;
}

static inline enum outcome parse(struct packet *packet, const uint8_t *frame, uint32_t length) {
   if (length < 14) {
      return MALFORMED;
   }
   uint32_t type = load_be16(frame + 12);
   uint32_t offset = 14;
   packet->key.vlan_id = 0;
   packet->wire_length = length;
   while (type == 0x8100 || type == 0x88A8 || type == 0x9100) {
      if (offset + 4 > length) {
         return MALFORMED;
      }
      if (packet->key.vlan_id == 0) {
         packet->key.vlan_id = (uint16_t)(load_be16(frame + offset) & 0x0FFF);
      }
      type = load_be16(frame + offset + 2);
      offset += 4;
   }
   if (likely(type == 0x0800)) {
      return parse_ipv4(packet, frame + offset, length - offset);
   }
   return type == 0x86DD ? parse_ipv6(packet, frame + offset, length - offset) : NOT_IP;
}
