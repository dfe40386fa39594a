// Names of the store in their stripes: making, finding, expiring.
#include "store_parts.h"

stripe *stripe_of(shared_store *store, uint64_t hash) {
    return &store->stripes[hash >> 58];
}

void drop_name(shared_store *store, stripe *of, node **place) {
    node *dropped = *place;
    unlink_node(&of->names, place);
    free_node(store, dropped);
    atomic_fetch_sub(&store->names, 1);
}

node *live_name(shared_store *store, stripe *of, uint64_t hash, int kind, const char *name, size_t length,
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

int purge_all(shared_store *store, double now_s) {
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

void expire_at(stripe *of, node *name, double now_s, double time_to_live_s) {
    name->expires_s = time_to_live_s > 0 ? now_s + time_to_live_s : 0;
    if (name->expires_s != 0 && (of->next_expiry_s == 0 || name->expires_s < of->next_expiry_s)) {
        of->next_expiry_s = name->expires_s;
    }
}

node *obtain_name(shared_store *store, stripe *of, uint64_t hash, int kind, const char *name, size_t length,
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

void take_back(shared_store *store, stripe *of, node *name) {
    drop_name(store, of, place_of(&of->names, name->hash, name->kind, name->key, name->key_length));
}

int refuse(shared_store *store) {
    atomic_fetch_add(&store->refused, 1);
    return STORE_REFUSED;
}
