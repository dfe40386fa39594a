// What the parts of the shared store have in common. Nothing outside of them includes this.
#ifndef MILLRACE_STORE_PARTS_H
#define MILLRACE_STORE_PARTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "shared_store.h"

#define STRIPES 64

typedef struct node node;

typedef struct {
    node **buckets;
    uint32_t bucket_count; // a power of two, or 0
    uint32_t count;
} table;

// One element of a list.
typedef struct item item;

struct item {
    item *next;
    item *previous;
    uint32_t length;
    char text[];
};

typedef struct {
    item *first;
    item *last;
    uint32_t count;
} sequence;

struct node {
    node *next;
    uint64_t hash;
    double expires_s; // 0 never; of names only
    char *value;
    union {
        table fields;   // of hashes and sets
        sequence items; // of lists
    };
    uint32_t key_length;
    uint32_t value_length;
    int kind;
    char key[];
};

typedef struct {
    _Alignas(64) pthread_mutex_t lock;
    table names;
    double next_expiry_s; // no name expires before it; 0 none expires
} stripe;

struct shared_store {
    stripe stripes[STRIPES];
    uint64_t capacity;
    uint64_t seed;
    atomic_uint_fast64_t used;
    atomic_uint_fast64_t refused;
    atomic_uint_fast64_t names;
};

typedef struct {
    int kind;
    const char *name;
    size_t name_length;
    const char *field;
    size_t field_length;
    const char *value;
    size_t value_length;
    double now_s;
    double time_to_live_s;
    int only_new;
} store_write;

// store_table.c: memory within the bound, and tables of nodes.

// A block within the bound; NULL without room.
void *allocate(shared_store *store, size_t size);
void release(shared_store *store, void *block, size_t size);
uint64_t hash_of(uint64_t seed, int kind, const char *key, size_t length);
// The place where a pointer to the node stands, or where it would; NULL where the table has no buckets yet.
node **place_of(const table *in, uint64_t hash, int kind, const char *key, size_t length);
node *found(const table *in, uint64_t hash, int kind, const char *key, size_t length);
// Doubles the buckets where they are too few. Without room it leaves longer chains, unless there is no bucket at all.
int grow(shared_store *store, table *in);
node *new_node(shared_store *store, uint64_t hash, int kind, const char *key, size_t length);
void link_node(table *in, node *made);
void unlink_node(table *in, node **place);
void free_node(shared_store *store, node *each);
void free_table(shared_store *store, table *in);
int set_value(shared_store *store, node *of, const char *value, size_t length);

// store_names.c: names in their stripes. The caller holds the stripe's lock, but for purge_all.

stripe *stripe_of(shared_store *store, uint64_t hash);
// The name, unless it has expired: then it goes.
node *live_name(shared_store *store, stripe *of, uint64_t hash, int kind, const char *name, size_t length,
                double now_s);
// The name, made where it is absent; *made tells. NULL without room.
node *obtain_name(shared_store *store, stripe *of, uint64_t hash, int kind, const char *name, size_t length,
                  double now_s, int *made);
void drop_name(shared_store *store, stripe *of, node **place);
void take_back(shared_store *store, stripe *of, node *name);
void expire_at(stripe *of, node *name, double now_s, double time_to_live_s);
// Room is short: what has expired anywhere goes, so that a write is only refused for what is alive.
int purge_all(shared_store *store, double now_s);
// Counts a write that is refused; STORE_REFUSED.
int refuse(shared_store *store);

// store_lists.c

void free_items(shared_store *store, sequence *of);

#endif
