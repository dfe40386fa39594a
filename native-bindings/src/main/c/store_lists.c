// Lists of texts: both ends are at hand, positions between them are walked to.
#include <stdlib.h>
#include <string.h>

#include "store_parts.h"

static void unlink_item(shared_store *store, sequence *of, item *each) {
    *(each->previous != NULL ? &each->previous->next : &of->first) = each->next;
    *(each->next != NULL ? &each->next->previous : &of->last) = each->previous;
    of->count--;
    release(store, each, sizeof(item) + each->length);
}

void free_items(shared_store *store, sequence *of) {
    while (of->first != NULL) {
        unlink_item(store, of, of->first);
    }
}

static item *new_item(shared_store *store, const char *text, size_t length) {
    item *made = allocate(store, sizeof(item) + length);
    if (made != NULL) {
        made->next = NULL;
        made->previous = NULL;
        made->length = (uint32_t)length;
        if (length > 0) {
            memcpy(made->text, text, length);
        }
    }
    return made;
}

static void link_item(sequence *of, item *made, int at_end) {
    if (at_end) {
        made->previous = of->last;
        *(of->last != NULL ? &of->last->next : &of->first) = made;
        of->last = made;
    } else {
        made->next = of->first;
        *(of->first != NULL ? &of->first->previous : &of->last) = made;
        of->first = made;
    }
    of->count++;
}

static int64_t push_locked(shared_store *store, stripe *of, uint64_t hash, const store_write *order, int at_end,
                           uint32_t most) {
    int made;
    node *name = obtain_name(store, of, hash, STORE_LIST, order->name, order->name_length, order->now_s, &made);
    if (name == NULL) {
        return STORE_REFUSED;
    }
    item *fresh = new_item(store, order->value, order->value_length);
    if (fresh == NULL) {
        if (made) {
            take_back(store, of, name);
        }
        return STORE_REFUSED;
    }
    link_item(&name->items, fresh, at_end);
    while (most != 0 && name->items.count > most) {
        unlink_item(store, &name->items, at_end ? name->items.first : name->items.last);
    }
    if (order->time_to_live_s > 0) {
        expire_at(of, name, order->now_s, order->time_to_live_s);
    }
    return name->items.count;
}

int64_t store_push(shared_store *store, const char *name, size_t name_length, const char *value, size_t value_length,
                   int at_end, uint32_t most, double now_s, double time_to_live_s) {
    if (name_length > STORE_MAX_NAME || value_length > STORE_MAX_VALUE) {
        return refuse(store);
    }
    const store_write order = {
        .name = name, .name_length = name_length, .value = value, .value_length = value_length, .now_s = now_s,
        .time_to_live_s = time_to_live_s,
    };
    const uint64_t hash = hash_of(store->seed, STORE_LIST, name, name_length);
    stripe *of = stripe_of(store, hash);
    int64_t count;
    int again = 1;
    do {
        pthread_mutex_lock(&of->lock);
        count = push_locked(store, of, hash, &order, at_end, most);
        pthread_mutex_unlock(&of->lock);
    } while (count == STORE_REFUSED && again-- && purge_all(store, now_s) > 0);
    return count == STORE_REFUSED ? refuse(store) : count;
}

int store_pop(shared_store *store, const char *name, size_t name_length, int at_end, double now_s, char *target,
              size_t capacity) {
    const uint64_t hash = hash_of(store->seed, STORE_LIST, name, name_length);
    stripe *of = stripe_of(store, hash);
    int length = STORE_ABSENT;
    pthread_mutex_lock(&of->lock);
    node *present = live_name(store, of, hash, STORE_LIST, name, name_length, now_s);
    if (present != NULL) {
        item *each = at_end ? present->items.last : present->items.first;
        length = (int)each->length;
        if (each->length <= capacity) {
            if (each->length > 0) {
                memcpy(target, each->text, each->length);
            }
            unlink_item(store, &present->items, each);
            if (present->items.count == 0) {
                take_back(store, of, present);
            }
        }
    }
    pthread_mutex_unlock(&of->lock);
    return length;
}

int64_t store_length(shared_store *store, const char *name, size_t name_length, double now_s) {
    const uint64_t hash = hash_of(store->seed, STORE_LIST, name, name_length);
    stripe *of = stripe_of(store, hash);
    pthread_mutex_lock(&of->lock);
    const node *present = live_name(store, of, hash, STORE_LIST, name, name_length, now_s);
    const int64_t count = present == NULL ? 0 : present->items.count;
    pthread_mutex_unlock(&of->lock);
    return count;
}

// Position from the front of one that may count from the end.
static int64_t from_front(int64_t position, uint32_t count) {
    return position < 0 ? position + (int64_t)count : position;
}

int64_t store_range(shared_store *store, const char *name, size_t name_length, int64_t first, int64_t last,
                    double now_s, char *target, size_t capacity) {
    const uint64_t hash = hash_of(store->seed, STORE_LIST, name, name_length);
    stripe *of = stripe_of(store, hash);
    int64_t needed = STORE_ABSENT;
    pthread_mutex_lock(&of->lock);
    const node *present = live_name(store, of, hash, STORE_LIST, name, name_length, now_s);
    if (present != NULL) {
        const int64_t from = from_front(first, present->items.count);
        const int64_t to = from_front(last, present->items.count);
        needed = 0;
        int64_t position = 0;
        for (const item *each = present->items.first; each != NULL && position <= to; each = each->next, position++) {
            needed += position >= from ? (int64_t)sizeof(uint32_t) + each->length : 0;
        }
        position = 0;
        char *at = target;
        for (const item *each = present->items.first;
             (uint64_t)needed <= capacity && each != NULL && position <= to; each = each->next, position++) {
            if (position >= from) {
                memcpy(at, &each->length, sizeof(uint32_t));
                at += sizeof(uint32_t);
                memcpy(at, each->text, each->length);
                at += each->length;
            }
        }
    }
    pthread_mutex_unlock(&of->lock);
    return needed;
}

int64_t store_trim(shared_store *store, const char *name, size_t name_length, int64_t first, int64_t last,
                   double now_s) {
    const uint64_t hash = hash_of(store->seed, STORE_LIST, name, name_length);
    stripe *of = stripe_of(store, hash);
    int64_t count = 0;
    pthread_mutex_lock(&of->lock);
    node *present = live_name(store, of, hash, STORE_LIST, name, name_length, now_s);
    if (present != NULL) {
        const int64_t from = from_front(first, present->items.count);
        const int64_t to = from_front(last, present->items.count);
        int64_t position = 0;
        item *next = present->items.first;
        while (next != NULL) {
            item *each = next;
            next = each->next;
            if (position < from || position > to) {
                unlink_item(store, &present->items, each);
            }
            position++;
        }
        count = present->items.count;
        if (count == 0) {
            take_back(store, of, present);
        }
    }
    pthread_mutex_unlock(&of->lock);
    return count;
}
