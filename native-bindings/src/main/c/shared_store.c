// Names lie in striped hash tables, one lock each; a hash or a set is a table of fields that hangs off its name. What
// is taken is counted before it is allocated, so the bound holds across stripes without a common lock.
#include "shared_store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define STRIPES 64
#define MIN_BUCKETS 8
// What malloc adds to a block.
#define BLOCK_OVERHEAD 16
#define MAX_INTEGER_TEXT 24

typedef struct node node;

typedef struct {
    node **buckets;
    uint32_t bucket_count; // a power of two, or 0
    uint32_t count;
} table;

struct node {
    node *next;
    uint64_t hash;
    double expires_s; // 0 never; of names only
    char *value;
    table fields;
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

static void *take(shared_store *store, size_t size) {
    const uint64_t charge = size + BLOCK_OVERHEAD;
    if (atomic_fetch_add(&store->used, charge) + charge > store->capacity) {
        atomic_fetch_sub(&store->used, charge);
        return NULL;
    }
    void *block = malloc(size);
    if (block == NULL) {
        atomic_fetch_sub(&store->used, charge);
    }
    return block;
}

static void give(shared_store *store, void *block, size_t size) {
    if (block != NULL) {
        free(block);
        atomic_fetch_sub(&store->used, size + BLOCK_OVERHEAD);
    }
}

#define ROTATE(x, b) (((x) << (b)) | ((x) >> (64 - (b))))

static void sip_round(uint64_t v[4]) {
    v[0] += v[1];
    v[1] = ROTATE(v[1], 13) ^ v[0];
    v[0] = ROTATE(v[0], 32);
    v[2] += v[3];
    v[3] = ROTATE(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = ROTATE(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = ROTATE(v[1], 17) ^ v[2];
    v[2] = ROTATE(v[2], 32);
}

// SipHash-1-3 (Aumasson and Bernstein): keys come from packets, so whoever sends them must not choose the chains.
static uint64_t hash_of(uint64_t seed, int kind, const char *key, size_t length) {
    const uint64_t key_0 = seed;
    const uint64_t key_1 = seed ^ 0x9e3779b97f4a7c15u ^ (uint64_t)kind;
    uint64_t v[4] = {
        key_0 ^ 0x736f6d6570736575u, key_1 ^ 0x646f72616e646f6du, key_0 ^ 0x6c7967656e657261u,
        key_1 ^ 0x7465646279746573u,
    };
    size_t at = 0;
    uint64_t word;
    for (; at + sizeof(word) <= length; at += sizeof(word)) {
        memcpy(&word, key + at, sizeof(word));
        v[3] ^= word;
        sip_round(v);
        v[0] ^= word;
    }
    word = (uint64_t)length << 56;
    for (size_t i = 0; at + i < length; i++) {
        word |= (uint64_t)(uint8_t)key[at + i] << (8 * i);
    }
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
    v[2] ^= 0xff;
    for (int i = 0; i < 3; i++) {
        sip_round(v);
    }
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

// The place where a pointer to the node stands, or where it would; NULL where the table has no buckets yet.
static node **place_of(const table *in, uint64_t hash, int kind, const char *key, size_t length) {
    if (in->bucket_count == 0) {
        return NULL;
    }
    node **place = &in->buckets[hash & (in->bucket_count - 1)];
    while (*place != NULL
           && ((*place)->hash != hash || (*place)->kind != kind || (*place)->key_length != length
               || (length > 0 && memcmp((*place)->key, key, length) != 0))) {
        place = &(*place)->next;
    }
    return place;
}

static node *found(const table *in, uint64_t hash, int kind, const char *key, size_t length) {
    node **place = place_of(in, hash, kind, key, length);
    return place == NULL ? NULL : *place;
}

// Doubles the buckets where they are too few. Without room it leaves longer chains, unless there is no bucket at all.
static int grow(shared_store *store, table *in) {
    if (in->count < in->bucket_count) {
        return 1;
    }
    const uint32_t wanted = in->bucket_count == 0 ? MIN_BUCKETS : in->bucket_count * 2;
    node **buckets = take(store, wanted * sizeof(node *));
    if (buckets == NULL) {
        return in->bucket_count != 0;
    }
    memset(buckets, 0, wanted * sizeof(node *));
    for (uint32_t i = 0; i < in->bucket_count; i++) {
        node *each = in->buckets[i];
        while (each != NULL) {
            node *next = each->next;
            node **place = &buckets[each->hash & (wanted - 1)];
            each->next = *place;
            *place = each;
            each = next;
        }
    }
    give(store, in->buckets, in->bucket_count * sizeof(node *));
    in->buckets = buckets;
    in->bucket_count = wanted;
    return 1;
}

static void free_table(shared_store *store, table *in);

static void free_node(shared_store *store, node *each) {
    free_table(store, &each->fields);
    give(store, each->value, each->value_length);
    give(store, each, sizeof(node) + each->key_length);
}

static void free_table(shared_store *store, table *in) {
    for (uint32_t i = 0; i < in->bucket_count; i++) {
        node *each = in->buckets[i];
        while (each != NULL) {
            node *next = each->next;
            free_node(store, each);
            each = next;
        }
    }
    give(store, in->buckets, in->bucket_count * sizeof(node *));
    memset(in, 0, sizeof(*in));
}

static node *new_node(shared_store *store, uint64_t hash, int kind, const char *key, size_t length) {
    node *made = take(store, sizeof(node) + length);
    if (made != NULL) {
        memset(made, 0, sizeof(node));
        made->hash = hash;
        made->kind = kind;
        made->key_length = (uint32_t)length;
        if (length > 0) {
            memcpy(made->key, key, length);
        }
    }
    return made;
}

static void link_node(table *in, node *made) {
    node **place = &in->buckets[made->hash & (in->bucket_count - 1)];
    made->next = *place;
    *place = made;
    in->count++;
}

static void unlink_node(table *in, node **place) {
    *place = (*place)->next;
    in->count--;
}

static stripe *stripe_of(shared_store *store, uint64_t hash) {
    return &store->stripes[hash >> 58];
}

static void drop_name(shared_store *store, stripe *of, node **place) {
    node *dropped = *place;
    unlink_node(&of->names, place);
    free_node(store, dropped);
    atomic_fetch_sub(&store->names, 1);
}

// The name, unless it has expired: then it goes.
static node *live_name(shared_store *store, stripe *of, uint64_t hash, int kind, const char *name, size_t length,
                       double now_s) {
    node **place = place_of(&of->names, hash, kind, name, length);
    if (place == NULL || *place == NULL) {
        return NULL;
    }
    if ((*place)->expires_s != 0 && (*place)->expires_s <= now_s) {
        drop_name(store, of, place);
        return NULL;
    }
    return *place;
}

// Drops all names of a stripe that have expired; the caller holds its lock.
static int purge(shared_store *store, stripe *of, double now_s) {
    int dropped = 0;
    double next_s = 0;
    for (uint32_t i = 0; i < of->names.bucket_count; i++) {
        node **place = &of->names.buckets[i];
        while (*place != NULL) {
            const double expires_s = (*place)->expires_s;
            if (expires_s != 0 && expires_s <= now_s) {
                drop_name(store, of, place);
                dropped++;
                continue;
            }
            if (expires_s != 0 && (next_s == 0 || expires_s < next_s)) {
                next_s = expires_s;
            }
            place = &(*place)->next;
        }
    }
    of->next_expiry_s = next_s;
    return dropped;
}

// Room is short: what has expired anywhere goes, so that a write is only refused for what is alive.
static int purge_all(shared_store *store, double now_s) {
    int dropped = 0;
    for (int i = 0; i < STRIPES; i++) {
        stripe *of = &store->stripes[i];
        pthread_mutex_lock(&of->lock);
        if (of->next_expiry_s != 0 && of->next_expiry_s <= now_s) {
            dropped += purge(store, of, now_s);
        }
        pthread_mutex_unlock(&of->lock);
    }
    return dropped;
}

static void expire_at(stripe *of, node *name, double now_s, double time_to_live_s) {
    name->expires_s = time_to_live_s > 0 ? now_s + time_to_live_s : 0;
    if (name->expires_s != 0 && (of->next_expiry_s == 0 || name->expires_s < of->next_expiry_s)) {
        of->next_expiry_s = name->expires_s;
    }
}

static int set_value(shared_store *store, node *of, const char *value, size_t length) {
    if (of->value == NULL || of->value_length != length) {
        char *fresh = take(store, length);
        if (fresh == NULL) {
            return 0;
        }
        give(store, of->value, of->value_length);
        of->value = fresh;
        of->value_length = (uint32_t)length;
    }
    if (length > 0) {
        memcpy(of->value, value, length);
    }
    return 1;
}

// The name, made where it is absent; *made tells. NULL without room.
static node *obtain_name(shared_store *store, stripe *of, uint64_t hash, int kind, const char *name, size_t length,
                         double now_s, int *made) {
    node *present = live_name(store, of, hash, kind, name, length, now_s);
    *made = 0;
    if (present != NULL) {
        return present;
    }
    if (!grow(store, &of->names)) {
        return NULL;
    }
    present = new_node(store, hash, kind, name, length);
    if (present != NULL) {
        link_node(&of->names, present);
        atomic_fetch_add(&store->names, 1);
        *made = 1;
    }
    return present;
}

static void take_back(shared_store *store, stripe *of, node *name) {
    drop_name(store, of, place_of(&of->names, name->hash, name->kind, name->key, name->key_length));
}

static int put_field(shared_store *store, node *name, const char *field, size_t field_length, const char *value,
                     size_t value_length, int only_new) {
    const uint64_t hash = hash_of(store->seed, name->kind, field, field_length);
    node *present = found(&name->fields, hash, name->kind, field, field_length);
    if (present != NULL) {
        if (only_new) {
            return 0;
        }
        return set_value(store, present, value, value_length) ? 1 : STORE_REFUSED;
    }
    if (!grow(store, &name->fields)) {
        return STORE_REFUSED;
    }
    present = new_node(store, hash, name->kind, field, field_length);
    if (present == NULL) {
        return STORE_REFUSED;
    }
    if (!set_value(store, present, value, value_length)) {
        free_node(store, present);
        return STORE_REFUSED;
    }
    link_node(&name->fields, present);
    return 1;
}

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
} write;

static int put_locked(shared_store *store, stripe *of, uint64_t hash, const write *order) {
    int made;
    node *name =
        obtain_name(store, of, hash, order->kind, order->name, order->name_length, order->now_s, &made);
    if (name == NULL) {
        return STORE_REFUSED;
    }
    int result;
    if (order->kind == STORE_TEXT) {
        if (!made && order->only_new) {
            return 0;
        }
        result = set_value(store, name, order->value, order->value_length) ? 1 : STORE_REFUSED;
    } else {
        result = put_field(store, name, order->field, order->field_length, order->value, order->value_length,
                           order->only_new);
    }
    if (result == STORE_REFUSED) {
        if (made) {
            take_back(store, of, name);
        }
    } else if (result == 1 && (order->kind == STORE_TEXT || order->time_to_live_s > 0)) {
        expire_at(of, name, order->now_s, order->time_to_live_s);
    }
    return result;
}

static int refuse(shared_store *store) {
    atomic_fetch_add(&store->refused, 1);
    return STORE_REFUSED;
}

shared_store *store_create(uint64_t capacity_bytes, uint64_t seed) {
    shared_store *store = aligned_alloc(64, sizeof(shared_store));
    if (store == NULL) {
        return NULL;
    }
    memset(store, 0, sizeof(*store));
    store->capacity = capacity_bytes;
    store->seed = seed;
    for (int i = 0; i < STRIPES; i++) {
        pthread_mutex_init(&store->stripes[i].lock, NULL);
    }
    return store;
}

void store_destroy(shared_store *store) {
    for (int i = 0; i < STRIPES; i++) {
        free_table(store, &store->stripes[i].names);
        pthread_mutex_destroy(&store->stripes[i].lock);
    }
    free(store);
}

uint64_t store_used_bytes(shared_store *store) {
    return atomic_load(&store->used);
}

uint64_t store_refused(shared_store *store) {
    return atomic_load(&store->refused);
}

uint64_t store_names(shared_store *store) {
    return atomic_load(&store->names);
}

int store_get(shared_store *store, int kind, const char *name, size_t name_length, const char *field,
              size_t field_length, double now_s, char *target, size_t capacity) {
    const uint64_t hash = hash_of(store->seed, kind, name, name_length);
    stripe *of = stripe_of(store, hash);
    int length = STORE_ABSENT;
    pthread_mutex_lock(&of->lock);
    node *present = live_name(store, of, hash, kind, name, name_length, now_s);
    if (present != NULL && kind != STORE_TEXT) {
        present = found(&present->fields, hash_of(store->seed, kind, field, field_length), kind, field, field_length);
    }
    if (present != NULL) {
        length = (int)present->value_length;
        if (present->value_length > 0 && present->value_length <= capacity) {
            memcpy(target, present->value, present->value_length);
        }
    }
    pthread_mutex_unlock(&of->lock);
    return length;
}

int store_take(shared_store *store, const char *name, size_t name_length, double now_s, char *target,
               size_t capacity) {
    const uint64_t hash = hash_of(store->seed, STORE_TEXT, name, name_length);
    stripe *of = stripe_of(store, hash);
    int length = STORE_ABSENT;
    pthread_mutex_lock(&of->lock);
    node *present = live_name(store, of, hash, STORE_TEXT, name, name_length, now_s);
    if (present != NULL) {
        length = (int)present->value_length;
        if (present->value_length <= capacity) {
            if (present->value_length > 0) {
                memcpy(target, present->value, present->value_length);
            }
            take_back(store, of, present);
        }
    }
    pthread_mutex_unlock(&of->lock);
    return length;
}

int store_put(shared_store *store, int kind, const char *name, size_t name_length, const char *field,
              size_t field_length, const char *value, size_t value_length, double now_s, double time_to_live_s,
              int only_new) {
    if (name_length > STORE_MAX_NAME || field_length > STORE_MAX_NAME || value_length > STORE_MAX_VALUE) {
        return refuse(store);
    }
    const write order = {
        .kind = kind, .name = name, .name_length = name_length, .field = field, .field_length = field_length,
        .value = value, .value_length = value_length, .now_s = now_s, .time_to_live_s = time_to_live_s,
        .only_new = only_new,
    };
    const uint64_t hash = hash_of(store->seed, kind, name, name_length);
    stripe *of = stripe_of(store, hash);
    int result;
    int again = 1;
    do {
        pthread_mutex_lock(&of->lock);
        result = put_locked(store, of, hash, &order);
        pthread_mutex_unlock(&of->lock);
    } while (result == STORE_REFUSED && again-- && purge_all(store, now_s) > 0);
    return result == STORE_REFUSED ? refuse(store) : result;
}

// The decimal integer that text is; 0 where it is none of 64 bits.
static int integer_of(const char *text, size_t length, int64_t *result) {
    int64_t value = 0;
    const int negative = length > 0 && text[0] == '-';
    size_t at = (size_t)negative;
    if (at == length || length > MAX_INTEGER_TEXT) {
        return 0;
    }
    for (; at < length; at++) {
        const int digit = text[at] - '0';
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(value, 10, &value)
            || __builtin_add_overflow(value, negative ? -digit : digit, &value)) {
            return 0;
        }
    }
    *result = value;
    return 1;
}

static size_t integer_text(int64_t value, char text[MAX_INTEGER_TEXT]) {
    char digits[MAX_INTEGER_TEXT];
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    size_t length = 0;
    if (value < 0) {
        text[length++] = '-';
    }
    while (count > 0) {
        text[length++] = digits[--count];
    }
    return length;
}

static int add_locked(shared_store *store, stripe *of, uint64_t hash, const write *order, int64_t amount,
                      int64_t *result) {
    int made;
    node *name = obtain_name(store, of, hash, STORE_TEXT, order->name, order->name_length, order->now_s, &made);
    if (name == NULL) {
        return STORE_REFUSED;
    }
    int64_t sum = 0;
    if (!made
        && (!integer_of(name->value, name->value_length, &sum))) {
        return STORE_NO_INTEGER;
    }
    if (__builtin_add_overflow(sum, amount, &sum)) {
        return STORE_NO_INTEGER;
    }
    char text[MAX_INTEGER_TEXT];
    if (!set_value(store, name, text, integer_text(sum, text))) {
        if (made) {
            take_back(store, of, name);
        }
        return STORE_REFUSED;
    }
    if (made) {
        expire_at(of, name, order->now_s, order->time_to_live_s);
    }
    *result = sum;
    return 1;
}

int store_add(shared_store *store, const char *name, size_t name_length, int64_t amount, double now_s,
              double time_to_live_s, int64_t *result) {
    if (name_length > STORE_MAX_NAME) {
        return refuse(store);
    }
    const write order = {
        .name = name, .name_length = name_length, .now_s = now_s, .time_to_live_s = time_to_live_s,
    };
    const uint64_t hash = hash_of(store->seed, STORE_TEXT, name, name_length);
    stripe *of = stripe_of(store, hash);
    int status;
    int again = 1;
    do {
        pthread_mutex_lock(&of->lock);
        status = add_locked(store, of, hash, &order, amount, result);
        pthread_mutex_unlock(&of->lock);
    } while (status == STORE_REFUSED && again-- && purge_all(store, now_s) > 0);
    return status == STORE_REFUSED ? refuse(store) : status;
}

int store_remove(shared_store *store, int kind, const char *name, size_t name_length, const char *field,
                 size_t field_length) {
    const uint64_t hash = hash_of(store->seed, kind, name, name_length);
    stripe *of = stripe_of(store, hash);
    int removed = 0;
    pthread_mutex_lock(&of->lock);
    node **place = place_of(&of->names, hash, kind, name, name_length);
    if (place != NULL && *place != NULL) {
        if (field == NULL) {
            drop_name(store, of, place);
            removed = 1;
        } else {
            node *present = *place;
            node **at = place_of(
                &present->fields, hash_of(store->seed, kind, field, field_length), kind, field, field_length);
            if (at != NULL && *at != NULL) {
                node *dropped = *at;
                unlink_node(&present->fields, at);
                free_node(store, dropped);
                removed = 1;
            }
            if (present->fields.count == 0) {
                take_back(store, of, present);
            }
        }
    }
    pthread_mutex_unlock(&of->lock);
    return removed;
}

static char *put_record(char *at, const node *each) {
    const uint32_t lengths[2] = {each->key_length, each->value_length};
    memcpy(at, lengths, sizeof(lengths));
    at += sizeof(lengths);
    memcpy(at, each->key, each->key_length);
    at += each->key_length;
    if (each->value_length > 0) {
        memcpy(at, each->value, each->value_length);
    }
    return at + each->value_length;
}

int64_t store_list(shared_store *store, int kind, const char *name, size_t name_length, double now_s, char *target,
                   size_t capacity) {
    const uint64_t hash = hash_of(store->seed, kind, name, name_length);
    stripe *of = stripe_of(store, hash);
    int64_t needed = STORE_ABSENT;
    pthread_mutex_lock(&of->lock);
    const node *present = live_name(store, of, hash, kind, name, name_length, now_s);
    if (present != NULL) {
        needed = 0;
        for (uint32_t i = 0; i < present->fields.bucket_count; i++) {
            for (const node *each = present->fields.buckets[i]; each != NULL; each = each->next) {
                needed += (int64_t)(2 * sizeof(uint32_t)) + each->key_length + each->value_length;
            }
        }
        if ((uint64_t)needed <= capacity) {
            char *at = target;
            for (uint32_t i = 0; i < present->fields.bucket_count; i++) {
                for (const node *each = present->fields.buckets[i]; each != NULL; each = each->next) {
                    at = put_record(at, each);
                }
            }
        }
    }
    pthread_mutex_unlock(&of->lock);
    return needed;
}
