/*
 * The parts of check.c, each a file of its own.
 */
#ifndef MILLRACE_CHECK_H
#define MILLRACE_CHECK_H

/* Generated, damaged and random packets through every entry of nDPI. */
void check_ndpi(void);

/* What is noted of packets that nDPI passes by. */
void check_notes(void);

/* Fingerprints of TLS clients: known ones, damaged hellos, hellos in several segments. */
void check_ja4(void);

/* Starts DPDK; folder is for captures. */
void start_dpdk(void);

/* Bursts of generated captures through net_pcap, and DPDK's log. */
void check_ports(const char *folder);

/* Capture files through libpcap: whole, cut anywhere, and while no mbuf is free. */
void check_savefiles(const char *folder);

/* Datagrams on a loopback interface through a packet socket, where this process may make a network of its own. */
void check_packet_socket(void);

#endif
