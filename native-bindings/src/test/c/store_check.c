/*
 * Drives the shared store under sanitizers, without a JVM: random operations against what they must yield, its bound,
 * its expiry, and several threads at once. Ends with 0 where all held.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared_store.h"

#define REQUIRE(condition)                                                                                             \
   do {                                                                                                                \
      if (!(condition)) {                                                                                              \
         fprintf(stderr, "store_check.c:%d: does not hold: %s\n", __LINE__, #condition);                               \
         exit(1);                                                                                                      \
      }                                                                                                                \
   } while (0)

#define KEYS 64
#define STEPS 200000
#define THREADS 4
#define ADDITIONS 20000

static uint64_t random_state = 88172645463325252ull;

static uint32_t random_below(uint32_t limit) {
   random_state ^= random_state << 13;
   random_state ^= random_state >> 7;
   random_state ^= random_state << 17;
   return (uint32_t)(random_state >> 16) % limit;
}

static int put_text(shared_store *store, const char *name, const char *value, double now_s, double life_s) {
   return store_put(store, STORE_TEXT, name, strlen(name), NULL, 0, value, strlen(value), now_s, life_s, 0);
}

static int get_text(shared_store *store, const char *name, double now_s, char *target, size_t capacity) {
   return store_get(store, STORE_TEXT, name, strlen(name), NULL, 0, now_s, target, capacity);
}

/* Each block has exactly the length that is asked for, so that a byte too many is a report. */
static void check_lengths(void) {
   shared_store *store = store_create(1 << 20, 7);
   REQUIRE(put_text(store, "", "", 0, 0) == 1);
   REQUIRE(get_text(store, "", 0, NULL, 0) == 0);
   REQUIRE(put_text(store, "name", "value", 0, 0) == 1);
   char *exact = malloc(5);
   REQUIRE(get_text(store, "name", 0, exact, 5) == 5 && memcmp(exact, "value", 5) == 0);
   REQUIRE(get_text(store, "name", 0, exact, 4) == 5);
   REQUIRE(store_take(store, "name", 4, 0, exact, 4) == 5);
   REQUIRE(store_take(store, "name", 4, 0, exact, 5) == 5);
   REQUIRE(store_take(store, "name", 4, 0, exact, 5) == STORE_ABSENT);
   free(exact);
   char *longest = calloc(1, STORE_MAX_VALUE + 1);
   REQUIRE(store_put(store, STORE_TEXT, longest, STORE_MAX_NAME, NULL, 0, longest, STORE_MAX_VALUE, 0, 0, 0) == 1);
   REQUIRE(store_put(store, STORE_TEXT, longest, STORE_MAX_NAME + 1, NULL, 0, longest, 1, 0, 0, 0) == STORE_REFUSED);
   REQUIRE(store_put(store, STORE_TEXT, "n", 1, NULL, 0, longest, STORE_MAX_VALUE + 1, 0, 0, 0) == STORE_REFUSED);
   REQUIRE(store_refused(store) == 2);
   free(longest);
   store_destroy(store);
}

static void check_expiry(void) {
   char target[8];
   shared_store *store = store_create(1 << 20, 7);
   REQUIRE(put_text(store, "k", "v", 100, 10) == 1);
   REQUIRE(get_text(store, "k", 109, target, 8) == 1);
   REQUIRE(get_text(store, "k", 110, target, 8) == STORE_ABSENT);
   REQUIRE(store_names(store) == 0);
   REQUIRE(put_text(store, "k", "v", 100, 10) == 1);
   REQUIRE(put_text(store, "k", "w", 105, 0) == 1);
   REQUIRE(get_text(store, "k", 1000, target, 8) == 1 && target[0] == 'w');
   REQUIRE(store_put(store, STORE_TEXT, "k", 1, NULL, 0, "x", 1, 0, 0, 1) == 0);
   store_destroy(store);
}

static void check_bound(void) {
   char name[32], target[128];
   const uint64_t capacity = 100000;
   static const char value[] = "0123456789012345678901234567890123456789";
   shared_store *store = store_create(capacity, 7);
   int kept = 0;
   for (int i = 0; i < 2000; i++) {
      snprintf(name, sizeof(name), "name %d", i);
      kept += put_text(store, name, value, 100, i % 2 == 0 ? 50 : 0) == 1;
      REQUIRE(store_used_bytes(store) <= capacity);
   }
   REQUIRE(kept > 100 && kept < 2000 && store_refused(store) == (uint64_t)(2000 - kept));
   REQUIRE(store_names(store) == (uint64_t)kept);
   /* What is there may still be changed to a text of the same length. */
   REQUIRE(put_text(store, "name 0", value, 100, 50) == 1);
   /* Names that have expired make room. */
   REQUIRE(put_text(store, "late", value, 149, 0) == STORE_REFUSED);
   REQUIRE(put_text(store, "late", value, 150, 0) == 1);
   REQUIRE(store_names(store) < (uint64_t)kept / 2 + 3);
   REQUIRE(get_text(store, "late", 150, target, sizeof(target)) == (int)strlen(value));
   /* A hash that cannot grow any more keeps what it has. */
   int fields = 0;
   for (int i = 0; i < 4000; i++) {
      snprintf(name, sizeof(name), "field %d", i);
      fields += store_put(store, STORE_HASH, "h", 1, name, strlen(name), value, 8, 150, 0, 0) == 1;
   }
   REQUIRE(fields > 100 && fields < 4000);
   REQUIRE(store_get(store, STORE_HASH, "h", 1, "field 0", 7, 150, target, sizeof(target)) == 8);
   REQUIRE(store_remove(store, STORE_HASH, "h", 1, NULL, 0) == 1);
   for (int i = 0; i < 2000; i++) {
      snprintf(name, sizeof(name), "name %d", i);
      store_remove(store, STORE_TEXT, name, strlen(name), NULL, 0);
   }
   REQUIRE(store_remove(store, STORE_TEXT, "late", 4, NULL, 0) == 1);
   REQUIRE(store_names(store) == 0);
   store_destroy(store);
}

static void check_integers(void) {
   char target[32];
   int64_t sum = 0;
   shared_store *store = store_create(1 << 16, 7);
   REQUIRE(store_add(store, "n", 1, 5, 10, 60, &sum) == 1 && sum == 5);
   REQUIRE(store_add(store, "n", 1, -12, 20, 60, &sum) == 1 && sum == -7);
   REQUIRE(get_text(store, "n", 20, target, 32) == 2 && memcmp(target, "-7", 2) == 0);
   REQUIRE(get_text(store, "n", 70, target, 32) == STORE_ABSENT);
   REQUIRE(put_text(store, "n", "9223372036854775807", 0, 0) == 1);
   REQUIRE(store_add(store, "n", 1, 1, 0, 0, &sum) == STORE_NO_INTEGER);
   REQUIRE(store_add(store, "n", 1, -1, 0, 0, &sum) == 1 && sum == INT64_MAX - 1);
   REQUIRE(put_text(store, "n", "-9223372036854775808", 0, 0) == 1);
   REQUIRE(store_add(store, "n", 1, 0, 0, 0, &sum) == 1 && sum == INT64_MIN);
   static const char *const none[] = {"", "-", "1x", "0.5", "9223372036854775808", "12345678901234567890123456"};
   for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
      REQUIRE(put_text(store, "n", none[i], 0, 0) == 1);
      REQUIRE(store_add(store, "n", 1, 1, 0, 0, &sum) == STORE_NO_INTEGER);
   }
   store_destroy(store);
}

static void check_random_operations(void) {
   static char texts[KEYS][32], fields[KEYS][KEYS];
   char name[8], target[64];
   shared_store *store = store_create(1 << 22, 7);
   for (int step = 0; step < STEPS; step++) {
      const uint32_t key = random_below(KEYS), field = random_below(KEYS);
      const size_t length = (size_t)snprintf(name, sizeof(name), "%u", key);
      char field_name[8];
      const size_t field_length = (size_t)snprintf(field_name, sizeof(field_name), "%u", field);
      switch (random_below(6)) {
         case 0: {
            char value[32];
            memset(value, 'a' + (int)random_below(26), sizeof(value));
            value[random_below(31)] = '\0';
            REQUIRE(put_text(store, name, value, 0, 0) == 1);
            memcpy(texts[key], value, sizeof(value));
            texts[key][31] = 1;
            break;
         }
         case 1: {
            const int found = get_text(store, name, 0, target, sizeof(target));
            REQUIRE(found == (texts[key][31] ? (int)strlen(texts[key]) : STORE_ABSENT));
            REQUIRE(found <= 0 || memcmp(target, texts[key], (size_t)found) == 0);
            break;
         }
         case 2:
            REQUIRE(store_remove(store, STORE_TEXT, name, length, NULL, 0) == texts[key][31]);
            texts[key][31] = 0;
            break;
         case 3:
            REQUIRE(store_put(store, STORE_SET, name, length, field_name, field_length, NULL, 0, 0, 0, 0) == 1);
            fields[key][field] = 1;
            break;
         case 4:
            REQUIRE(store_remove(store, STORE_SET, name, length, field_name, field_length) == fields[key][field]);
            fields[key][field] = 0;
            break;
         default: {
            int64_t expected = 0;
            for (int i = 0; i < KEYS; i++) {
               expected += fields[key][i] ? 8 + (i < 10 ? 1 : 2) : 0;
            }
            const int64_t needed = store_list(store, STORE_SET, name, length, 0, NULL, 0);
            REQUIRE(needed == (expected == 0 ? STORE_ABSENT : expected));
            if (needed > 0) {
               char *all = malloc((size_t)needed);
               REQUIRE(store_list(store, STORE_SET, name, length, 0, all, (size_t)needed) == needed);
               free(all);
            }
         }
      }
   }
   store_destroy(store);
}

static void *hammer(void *argument) {
   shared_store *store = argument;
   char name[16], target[64];
   int64_t sum;
   for (int i = 0; i < ADDITIONS; i++) {
      REQUIRE(store_add(store, "sum", 3, 1, 0, 0, &sum) == 1);
      const size_t length = (size_t)snprintf(name, sizeof(name), "k%d", i % 100);
      store_put(store, STORE_HASH, "h", 1, name, length, name, length, i, 5, 0);
      store_get(store, STORE_HASH, "h", 1, name, length, i, target, sizeof(target));
      store_put(store, STORE_TEXT, name, length, NULL, 0, name, length, i, 1, 0);
      store_take(store, name, length, i, target, sizeof(target));
      if (i % 1000 == 0) {
         store_list(store, STORE_HASH, "h", 1, i, NULL, 0);
         store_remove(store, STORE_HASH, "h", 1, NULL, 0);
      }
   }
   return NULL;
}

static void check_threads(void) {
   shared_store *store = store_create(1 << 14, 7);
   pthread_t threads[THREADS];
   char target[32];
   REQUIRE(put_text(store, "sum", "0", 0, 0) == 1);
   for (int i = 0; i < THREADS; i++) {
      REQUIRE(pthread_create(&threads[i], NULL, hammer, store) == 0);
   }
   for (int i = 0; i < THREADS; i++) {
      pthread_join(threads[i], NULL);
   }
   REQUIRE(get_text(store, "sum", 0, target, 32) == 5 && memcmp(target, "80000", 5) == 0);
   REQUIRE(store_used_bytes(store) <= 1 << 14);
   store_destroy(store);
}

int main(void) {
   check_lengths();
   check_expiry();
   check_bound();
   check_integers();
   check_random_operations();
   check_threads();
   return 0;
}
