/*
 * Frames of network interfaces that the kernel drives. DPDK has a driver for them too (net_af_packet), which asks the
 * kernel to put IPv4 fragments together, hides cut frames, counts no losses, and leaves the interface promiscuous when
 * it is killed: for somebody who must tell what was on the wire, none of that will do. Errors are negative errno
 * values.
 */
#define _GNU_SOURCE

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_branch_prediction.h>
#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include "burst.h"
#include "mbuf_chain.h"
#include "millrace_shim.h"
#include "packet_socket.h"

#define NS_PER_SECOND 1000000000ll
/* Time after which the kernel hands over a block that is not full: how long a frame waits on a quiet link at most. */
#define RETIRE_MS 10
/* A frame of the ring is older than that only when nobody polled; then the wall clock may have been set meanwhile. */
#define OLDEST_NS (5 * NS_PER_SECOND)
#define TAG_BYTES 4
#define TAGS_MAX 2
#define MAC_BYTES 12

static void count(uint64_t *counter, uint64_t more) {
   __atomic_store_n(counter, *counter + more, __ATOMIC_RELAXED);
}

/* Fills in what the kernel knows of the interface. */
static int describe_interface(struct millrace_packet_socket *opened, const char *name) {
   struct ifreq request;
   memset(&request, 0, sizeof(request));
   strncpy(request.ifr_name, name, IFNAMSIZ - 1);
   if (ioctl(opened->descriptor, SIOCGIFINDEX, &request) != 0) {
      return -errno;
   }
   opened->interface_index = request.ifr_ifindex;
   if (ioctl(opened->descriptor, SIOCGIFMTU, &request) != 0) {
      return -errno;
   }
   opened->longest = (uint32_t)request.ifr_mtu + ETH_HLEN + TAGS_MAX * TAG_BYTES;
   if (ioctl(opened->descriptor, SIOCGIFFLAGS, &request) != 0) {
      return -errno;
   }
   opened->loopback = (request.ifr_flags & IFF_LOOPBACK) != 0;
   if (ioctl(opened->descriptor, SIOCGIFHWADDR, &request) != 0) {
      return -errno;
   }
   opened->hardware_type = request.ifr_hwaddr.sa_family;
   return 0;
}

static int set_option(int descriptor, int option, const void *value, socklen_t length) {
   return setsockopt(descriptor, SOL_PACKET, option, value, length) == 0 ? 0 : -errno;
}

static int make_ring(struct millrace_packet_socket *opened, uint32_t block_count) {
   const int version = TPACKET_V3;
   int result = set_option(opened->descriptor, PACKET_VERSION, &version, sizeof(version));
   if (result != 0) {
      return result;
   }
   struct tpacket_req3 request;
   memset(&request, 0, sizeof(request));
   request.tp_block_size = MILLRACE_SOCKET_BLOCK_BYTES;
   request.tp_block_nr = block_count;
   /* The third version lays out frames by their own length; these two only have to agree with the blocks. */
   request.tp_frame_size = MILLRACE_SOCKET_BLOCK_BYTES;
   request.tp_frame_nr = block_count;
   request.tp_retire_blk_tov = RETIRE_MS;
   result = set_option(opened->descriptor, PACKET_RX_RING, &request, sizeof(request));
   if (result != 0) {
      return result;
   }
   const size_t length = (size_t)block_count * MILLRACE_SOCKET_BLOCK_BYTES;
   void *map = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, opened->descriptor, 0);
   if (map == MAP_FAILED) {
      return -errno;
   }
   opened->blocks = map;
   opened->block_count = block_count;
   return 0;
}

static int set_filter(const struct millrace_packet_socket *opened, struct sock_filter *filter, size_t length) {
   const struct sock_fprog program = {.len = (unsigned short)length, .filter = filter};
   return setsockopt(opened->descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) == 0 ? 0 : -errno;
}

/* What is sent over the loopback interface is received from it too: once is enough. */
static int refuse_outgoing(const struct millrace_packet_socket *opened) {
   struct sock_filter outgoing[] = {
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
   };
   return set_filter(opened, outgoing, sizeof(outgoing) / sizeof(outgoing[0]));
}

/* Lets frames in, or refuses all that come from now on: those are neither kept nor counted. */
int millrace_packet_socket_gate(struct millrace_packet_socket *opened, int open) {
   if (!open) {
      struct sock_filter all = BPF_STMT(BPF_RET | BPF_K, 0);
      return set_filter(opened, &all, 1);
   }
   if (opened->loopback) {
      return refuse_outgoing(opened);
   }
   const int unused = 0;
   return setsockopt(opened->descriptor, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof(unused)) == 0 ? 0 : -errno;
}

/* The kernel makes the interface promiscuous as long as the socket lives, however the process ends. */
static int join_promiscuous(const struct millrace_packet_socket *opened) {
   struct packet_mreq membership;
   memset(&membership, 0, sizeof(membership));
   membership.mr_ifindex = opened->interface_index;
   membership.mr_type = PACKET_MR_PROMISC;
   return set_option(opened->descriptor, PACKET_ADD_MEMBERSHIP, &membership, sizeof(membership));
}

static int attach(const struct millrace_packet_socket *opened) {
   struct sockaddr_ll address;
   memset(&address, 0, sizeof(address));
   address.sll_family = AF_PACKET;
   address.sll_protocol = htons(ETH_P_ALL);
   address.sll_ifindex = opened->interface_index;
   return bind(opened->descriptor, (const struct sockaddr *)&address, sizeof(address)) == 0 ? 0 : -errno;
}

static int set_up(struct millrace_packet_socket *opened, const char *name, uint32_t block_count, int promiscuous) {
   int result = describe_interface(opened, name);
   if (result == 0) {
      result = make_ring(opened, block_count);
   }
   if (result == 0) {
      result = millrace_packet_socket_gate(opened, 0);
   }
   if (result == 0 && promiscuous) {
      result = join_promiscuous(opened);
   }
   return result == 0 ? attach(opened) : result;
}

/* Opens a socket whose gate is closed. */
int millrace_packet_socket_open(const char *interface, uint32_t block_count, int promiscuous,
      struct millrace_packet_socket **out) {
   struct millrace_packet_socket *opened = NULL;
   if (posix_memalign((void **)&opened, RTE_CACHE_LINE_SIZE, sizeof(*opened)) != 0) {
      return -ENOMEM;
   }
   memset(opened, 0, sizeof(*opened));
   /* Of no protocol until it is bound: one of all protocols would hear all interfaces for a moment. */
   opened->descriptor = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
   const int result = opened->descriptor < 0 ? -errno : set_up(opened, interface, block_count, promiscuous);
   if (result != 0) {
      millrace_packet_socket_close(opened);
      return result;
   }
   *out = opened;
   return 0;
}

/* Where the network header begins, in front of whatever link header there is. */
#define NETWORK(offset) (uint32_t)(SKF_NET_OFF + (offset))
#define HASH_MULTIPLIER 2654435761u
#define LOAD_WORD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NETWORK(offset))
/* A becomes that word exclusive-or A. */
#define MIX_WORD(offset)                                                                                               \
   BPF_STMT(BPF_MISC | BPF_TAX, 0), LOAD_WORD(offset), BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0)

/*
 * Chooses by the two addresses alone, so that fragments, which have no ports, stay with their flow; the kernel's own
 * choice looks at ports. Frames without IP behind their outermost tag go to the first socket. The kernel takes the
 * result modulo the number of sockets.
 */
static int share_by_addresses(const struct millrace_packet_socket *opened) {
   struct sock_filter choose[] = {
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, NETWORK(0)),
      BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 4),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 4, 0, 5),
      LOAD_WORD(12),
      MIX_WORD(16),
      BPF_JUMP(BPF_JMP | BPF_JA, 24, 0, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 6, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, 0),
      LOAD_WORD(8),
      MIX_WORD(12),
      MIX_WORD(16),
      MIX_WORD(20),
      MIX_WORD(24),
      MIX_WORD(28),
      MIX_WORD(32),
      MIX_WORD(36),
      BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, HASH_MULTIPLIER),
      BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 16),
      BPF_STMT(BPF_RET | BPF_A, 0),
   };
   const struct sock_fprog program = {.len = sizeof(choose) / sizeof(choose[0]), .filter = choose};
   return set_option(opened->descriptor, PACKET_FANOUT_DATA, &program, sizeof(program));
}

/*
 * Shares the interface's frames out among sockets so that both directions of a flow meet. The first of them is given
 * group -1 and gets a new group; returns the group.
 */
int millrace_packet_socket_share(struct millrace_packet_socket *opened, int group) {
   const int type = PACKET_FANOUT_CBPF | (group < 0 ? PACKET_FANOUT_FLAG_UNIQUEID : 0);
   const int asked = (group < 0 ? 0 : group) | type << 16;
   int result = set_option(opened->descriptor, PACKET_FANOUT, &asked, sizeof(asked));
   if (result == 0 && group < 0) {
      result = share_by_addresses(opened);
   }
   if (result != 0) {
      return result;
   }
   int joined = 0;
   socklen_t length = sizeof(joined);
   result = getsockopt(opened->descriptor, SOL_PACKET, PACKET_FANOUT, &joined, &length) == 0 ? 0 : -errno;
   return result == 0 ? joined & UINT16_MAX : result;
}

/* Brings the counters up to date: reading them sets those of the kernel back to 0. */
int millrace_packet_socket_count(struct millrace_packet_socket *opened) {
   struct tpacket_stats_v3 since;
   socklen_t length = sizeof(since);
   if (getsockopt(opened->descriptor, SOL_PACKET, PACKET_STATISTICS, &since, &length) != 0) {
      return -errno;
   }
   opened->offered += since.tp_packets;
   opened->missed += since.tp_drops;
   return 0;
}

/* Fills in offered, missed, taken, bytes taken, joined, cut. */
void millrace_packet_socket_values(const struct millrace_packet_socket *opened, uint64_t *values) {
   values[0] = opened->offered;
   values[1] = opened->missed;
   values[2] = __atomic_load_n(&opened->taken, __ATOMIC_RELAXED);
   values[3] = __atomic_load_n(&opened->taken_bytes, __ATOMIC_RELAXED);
   values[4] = __atomic_load_n(&opened->joined, __ATOMIC_RELAXED);
   values[5] = __atomic_load_n(&opened->cut, __ATOMIC_RELAXED);
}

uint32_t millrace_packet_socket_hardware_type(const struct millrace_packet_socket *opened) {
   return opened->hardware_type;
}

void millrace_packet_socket_close(struct millrace_packet_socket *opened) {
   if (opened == NULL) {
      return;
   }
   if (opened->blocks != NULL) {
      munmap(opened->blocks, (size_t)opened->block_count * MILLRACE_SOCKET_BLOCK_BYTES);
   }
   if (opened->descriptor >= 0) {
      close(opened->descriptor);
   }
   free(opened);
}

static struct tpacket_block_desc *block_at(const struct millrace_packet_socket *opened, uint32_t block) {
   return (struct tpacket_block_desc *)(void *)(opened->blocks + (size_t)block * MILLRACE_SOCKET_BLOCK_BYTES);
}

/* Takes the next block in hand, if the kernel has handed it over. */
static bool next_block(struct millrace_packet_socket *opened) {
   struct tpacket_block_desc *block = block_at(opened, opened->block);
   if ((__atomic_load_n(&block->hdr.bh1.block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER) == 0) {
      return false;
   }
   opened->frames_left = block->hdr.bh1.num_pkts;
   opened->frame = (const uint8_t *)block + block->hdr.bh1.offset_to_first_pkt;
   return true;
}

static void give_block_back(struct millrace_packet_socket *opened) {
   __atomic_store_n(&block_at(opened, opened->block)->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
   opened->block = opened->block + 1 == opened->block_count ? 0 : opened->block + 1;
}

/* Copies a frame as it was on the wire: the kernel keeps its outermost VLAN tag beside it. NULL: no mbuf is free. */
static struct rte_mbuf *copy_frame(struct millrace_packet_socket *opened, const struct tpacket3_hdr *header) {
   struct rte_mbuf *head = rte_pktmbuf_alloc(opened->pool);
   if (unlikely(head == NULL)) {
      return NULL;
   }
   struct rte_mbuf *last = head;
   const uint8_t *bytes = (const uint8_t *)header + header->tp_mac;
   const uint32_t captured = header->tp_snaplen;
   uint32_t wanted = RTE_MIN(captured, (uint32_t)MILLRACE_FRAME_MAX - TAG_BYTES);
   uint32_t written = 0;
   if ((header->tp_status & TP_STATUS_VLAN_VALID) != 0 && wanted >= MAC_BYTES) {
      const bool has_type = (header->tp_status & TP_STATUS_VLAN_TPID_VALID) != 0;
      const uint16_t type = has_type ? header->hv1.tp_vlan_tpid : ETH_P_8021Q;
      const uint16_t tag[] = {htons(type), htons((uint16_t)header->hv1.tp_vlan_tci)};
      written = mbuf_chain_append(opened->pool, head, &last, bytes, MAC_BYTES);
      wanted -= written;
      bytes += written;
      mbuf_chain_append(opened->pool, head, &last, (const uint8_t *)tag, sizeof(tag));
   }
   written += mbuf_chain_append(opened->pool, head, &last, bytes, wanted);
   if (unlikely(written < header->tp_len)) {
      count(&opened->cut, 1);
   }
   return head;
}

/*
 * The kernel stamps with wall time, which may jump; what counts is how long ago that was, and that no frame came before
 * the one that it waited behind.
 */
static uint64_t live_time(struct millrace_packet_socket *opened, const struct tpacket3_hdr *header,
      const struct packet_clocks *now) {
   const int64_t stamp_ns = (int64_t)header->tp_sec * NS_PER_SECOND + header->tp_nsec;
   const int64_t age_ns = RTE_MAX(INT64_C(0), RTE_MIN(now->wall_ns - stamp_ns, (int64_t)OLDEST_NS));
   opened->latest_ns = RTE_MAX(opened->latest_ns, now->live_ns - age_ns);
   return (uint64_t)opened->latest_ns;
}

uint16_t packet_socket_take(struct millrace_packet_socket *opened, struct rte_mbuf **mbufs,
      struct millrace_frame *frames, uint16_t limit, struct packet_clocks (*clocks)(void)) {
   if (opened->frames_left == 0 && !next_block(opened)) {
      return 0;
   }
   const struct packet_clocks now = clocks();
   uint16_t taken = 0;
   uint64_t bytes = 0;
   uint64_t joined = 0;
   while (taken < limit && opened->frames_left > 0) {
      const struct tpacket3_hdr *header = (const struct tpacket3_hdr *)(const void *)opened->frame;
      struct rte_mbuf *mbuf = copy_frame(opened, header);
      if (unlikely(mbuf == NULL)) {
         break;
      }
      mbufs[taken] = mbuf;
      frames[taken].timestamp_ns = live_time(opened, header, &now);
      bytes += rte_pktmbuf_pkt_len(mbuf);
      joined += header->tp_len > opened->longest;
      taken++;
      opened->frames_left--;
      opened->frame += header->tp_next_offset;
   }
   if (opened->frames_left == 0) {
      give_block_back(opened);
   }
   count(&opened->taken, taken);
   count(&opened->taken_bytes, bytes);
   if (unlikely(joined != 0)) {
      count(&opened->joined, joined);
   }
   return taken;
}

/* The pool that frames are copied into; before the first is taken. */
void millrace_packet_socket_pool(struct millrace_packet_socket *opened, struct rte_mempool *pool) {
   opened->pool = pool;
}
