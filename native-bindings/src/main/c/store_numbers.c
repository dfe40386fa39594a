// Texts that are integers, added to in one step.
#include "store_parts.h"

#define MAX_INTEGER_TEXT 24

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

static int add_locked(shared_store *store, stripe *of, uint64_t hash, const store_write *order, int64_t amount,
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
    const store_write order = {
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
