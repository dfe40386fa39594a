// Names lie in striped hash tables, one lock each; a hash or a set is a table of fields that hangs off its name.
#include "shared_store.h"

#include <stdlib.h>
#include <string.h>

#include "store_parts.h"

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

static int put_locked(shared_store *store, stripe *of, uint64_t hash, const store_write *order) {
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
    const store_write order = {
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
