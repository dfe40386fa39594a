// Memory within the store's bound, and hash tables of nodes. What is taken is counted before it is allocated, so the
// bound holds across stripes without a common lock.
#include <stdlib.h>
#include <string.h>

#include "store_parts.h"

#define MIN_BUCKETS 8
// What malloc adds to a block.
#define BLOCK_OVERHEAD 16

void *allocate(shared_store *store, size_t size) {
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

void release(shared_store *store, void *block, size_t size) {
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
uint64_t hash_of(uint64_t seed, int kind, const char *key, size_t length) {
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

node **place_of(const table *in, uint64_t hash, int kind, const char *key, size_t length) {
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

node *found(const table *in, uint64_t hash, int kind, const char *key, size_t length) {
    node **place = place_of(in, hash, kind, key, length);
    return place == NULL ? NULL : *place;
}

int grow(shared_store *store, table *in) {
    if (in->count < in->bucket_count) {
        return 1;
    }
    const uint32_t wanted = in->bucket_count == 0 ? MIN_BUCKETS : in->bucket_count * 2;
    node **buckets = allocate(store, wanted * sizeof(node *));
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
    release(store, in->buckets, in->bucket_count * sizeof(node *));
    in->buckets = buckets;
    in->bucket_count = wanted;
    return 1;
}

void free_node(shared_store *store, node *each) {
    if (each->kind == STORE_LIST) {
        free_items(store, &each->items);
    } else {
        free_table(store, &each->fields);
    }
    release(store, each->value, each->value_length);
    release(store, each, sizeof(node) + each->key_length);
}

void free_table(shared_store *store, table *in) {
    for (uint32_t i = 0; i < in->bucket_count; i++) {
        node *each = in->buckets[i];
        while (each != NULL) {
            node *next = each->next;
            free_node(store, each);
            each = next;
        }
    }
    release(store, in->buckets, in->bucket_count * sizeof(node *));
    memset(in, 0, sizeof(*in));
}

node *new_node(shared_store *store, uint64_t hash, int kind, const char *key, size_t length) {
    node *made = allocate(store, sizeof(node) + length);
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

void link_node(table *in, node *made) {
    node **place = &in->buckets[made->hash & (in->bucket_count - 1)];
    made->next = *place;
    *place = made;
    in->count++;
}

void unlink_node(table *in, node **place) {
    *place = (*place)->next;
    in->count--;
}

int set_value(shared_store *store, node *of, const char *value, size_t length) {
    if (of->value == NULL || of->value_length != length) {
        char *fresh = allocate(store, length);
        if (fresh == NULL) {
            return 0;
        }
        release(store, of->value, of->value_length);
        of->value = fresh;
        of->value_length = (uint32_t)length;
    }
    if (length > 0) {
        memcpy(of->value, value, length);
    }
    return 1;
}
