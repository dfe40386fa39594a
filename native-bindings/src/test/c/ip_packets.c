#include <string.h>

#include "ip_packets.h"

size_t put_u16(uint8_t *at, unsigned int value) {
   at[0] = (uint8_t)(value >> 8);
   at[1] = (uint8_t)value;
   return 2;
}

size_t ip_packet(uint8_t *out, int tcp, unsigned int source_port, unsigned int destination_port,
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
