/*
 * Symbols that libmillrace.so exports to Java. Nothing else in it is visible.
 */
#ifndef MILLRACE_SHIM_H
#define MILLRACE_SHIM_H

#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(default)

struct millrace_burst;
struct millrace_lanes;
struct millrace_packet_socket;
struct millrace_savefile;
struct millrace_port_facts;
struct millrace_ndpi_verdict;
struct rte_mempool;
struct rte_ring;
struct ndpi_detection_module_struct;
struct millrace_match;
struct millrace_ndpi_state;

/* DPDK */
const char *millrace_dpdk_compiled_version(void);
const char *millrace_dpdk_driver_directory(void);
const char *millrace_dpdk_log_tail(void);
void millrace_dpdk_log_clear(void);
int millrace_eal_init(int argc, char **argv, int log_to_stderr);
int millrace_thread_register(void);
int millrace_errno(void);
struct rte_mempool *millrace_pool_create(const char *name, unsigned int mbufs, unsigned int cache,
      unsigned int data_bytes, int socket);
int millrace_port_facts(uint16_t port, struct millrace_port_facts *facts);
int millrace_port_configure(uint16_t port, uint16_t rx_queues, uint16_t rx_descriptors, struct rte_mempool **pools);
int millrace_port_link(uint16_t port);
int millrace_port_stats(uint16_t port, uint64_t *values);
int millrace_port_xstats(uint16_t port, char *names, uint64_t *values, unsigned int limit);
struct millrace_burst *millrace_burst_create(uint16_t port, uint16_t queue, uint16_t limit);
int millrace_burst_receive(struct millrace_burst *burst);
struct millrace_burst *millrace_burst_of_ring(struct rte_ring *ring, uint16_t limit, int delimited);
struct millrace_burst *millrace_burst_of_socket(struct millrace_packet_socket *opened, uint16_t limit);
struct millrace_burst *millrace_burst_of_savefile(struct millrace_savefile *opened, uint16_t limit);
void millrace_burst_destroy(struct millrace_burst *burst);
void millrace_clock_set_offset(int64_t offset_ns);
struct rte_ring *millrace_ring_create(const char *name, unsigned int slots);
struct millrace_lanes *millrace_lanes_create(struct rte_ring **rings, unsigned int count);
void millrace_lanes_destroy(struct millrace_lanes *lanes);
void millrace_lanes_fill(struct millrace_lanes *lanes, struct millrace_burst *burst);
void millrace_lanes_mark(struct millrace_lanes *lanes, uint64_t mark);
unsigned int millrace_lanes_push(struct millrace_lanes *lanes);
unsigned int millrace_lanes_drop(struct millrace_lanes *lanes);

/* Interfaces of the kernel */
int millrace_packet_socket_open(const char *interface, uint32_t block_count, int promiscuous,
      struct millrace_packet_socket **out);
int millrace_packet_socket_share(struct millrace_packet_socket *opened, int group);
int millrace_packet_socket_gate(struct millrace_packet_socket *opened, int open);
int millrace_packet_socket_count(struct millrace_packet_socket *opened);
void millrace_packet_socket_values(const struct millrace_packet_socket *opened, uint64_t *values);
uint32_t millrace_packet_socket_hardware_type(const struct millrace_packet_socket *opened);
void millrace_packet_socket_pool(struct millrace_packet_socket *opened, struct rte_mempool *pool);
void millrace_packet_socket_close(struct millrace_packet_socket *opened);

/* Capture files */
struct millrace_savefile *millrace_savefile_open(const char *path, int unsigned_seconds, struct rte_mempool *pool,
      char *error);
void millrace_savefile_close(struct millrace_savefile *opened);

/* Linux */
int millrace_signals_watch(void);
int millrace_signals_ignore_hangup(void);
int millrace_signals_await(int timeout_ms);
int millrace_interface_flags(const char *name);
int millrace_interface_rx_queues(const char *name);
int millrace_prefer_memory_of_core(int core);
int millrace_memory_file(const char *name, const uint8_t *bytes, uint64_t length);
int millrace_datagram(const char *path, const char *message);
int millrace_account(const char *name, uint32_t *numbers);
int millrace_group(const char *name, uint32_t *numbers);
int millrace_groups(const char *name, uint32_t gid, uint32_t *groups, int limit);
int millrace_act_on_files_as(uint32_t uid, uint32_t gid);
int millrace_give_up_privileges(uint32_t uid, uint32_t gid, const uint32_t *groups, int group_count);

/* nDPI */
int millrace_ndpi_compiled_api(void);
struct ndpi_detection_module_struct *millrace_ndpi_create(void);
void millrace_ndpi_destroy(struct ndpi_detection_module_struct *module);
void millrace_ndpi_flow_reset(struct millrace_ndpi_state *state);
int millrace_ndpi_inspect(struct ndpi_detection_module_struct *module, struct millrace_ndpi_state *state,
      const uint8_t *packet, uint32_t length, uint64_t time_ms, struct millrace_ndpi_verdict *verdict);
void millrace_ndpi_give_up(struct ndpi_detection_module_struct *module, struct millrace_ndpi_state *state,
      struct millrace_ndpi_verdict *verdict);
void millrace_ndpi_guess(struct ndpi_detection_module_struct *module, uint8_t l4_protocol, uint32_t source,
      uint16_t source_port, uint32_t destination, uint16_t destination_port, struct millrace_ndpi_verdict *verdict);
void millrace_ndpi_keep_match(
      struct millrace_ndpi_state *state, struct millrace_match *match, const uint8_t *packet, uint32_t length);
int millrace_ndpi_metadata(struct millrace_ndpi_state *state, uint8_t *out, uint32_t capacity);
const char *millrace_ndpi_risk_name(int risk);
int millrace_ndpi_category_of(struct ndpi_detection_module_struct *module, uint16_t protocol);
int millrace_ndpi_breed_of(struct ndpi_detection_module_struct *module, uint16_t protocol);

/* Asks the processor for the cache lines at these addresses, without waiting for any. Any address will do. */
void millrace_prefetch(const uint64_t *addresses, uint32_t count);

/*
 * The same for records. An entry is the address of a record, a multiple of 64; bit i of it asks for line i + 1 beside
 * the first. 0 is no record; any other address will do.
 */
void millrace_prefetch_records(const uint64_t *records, uint32_t count);

/* The same for every cache line of `length` bytes, to be read. */
void millrace_prefetch_range(uint64_t address, uint32_t length);

/* Layouts, as the compiler that saw the headers has them */
int millrace_layout_count(void);
const char *millrace_layout_name(int index);
uint64_t millrace_layout_value(int index);

#pragma GCC visibility pop

#endif
