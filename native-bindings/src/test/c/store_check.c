/*
 * Drives the shared store under sanitizers, without a JVM: random operations against what they must yield, its bound,
 * its expiry, and several threads at once. Ends with 0 where all held.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "require.h"
#include "shared_store.h"

#define KEYS 64
#define STEPS 200000
#define THREADS 4
#define ADDITIONS 20000

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

static int64_t push(shared_store *store, const char *value, int at_end, uint32_t most) {
   return store_push(store, "list", 4, value, strlen(value), at_end, most, 0, 0);
}

/* The texts from first to last, each followed by a comma. */
static void require_range(shared_store *store, int64_t first, int64_t last, const char *expected) {
   const int64_t needed = store_range(store, "list", 4, first, last, 0, NULL, 0);
   REQUIRE(needed >= 0);
   char *exact = malloc((size_t)needed);
   REQUIRE(store_range(store, "list", 4, first, last, 0, exact, (size_t)needed) == needed);
   size_t place = 0;
   for (int64_t at = 0; at < needed;) {
      uint32_t length;
      memcpy(&length, exact + at, sizeof(length));
      at += (int64_t)sizeof(length);
      REQUIRE(memcmp(expected + place, exact + at, length) == 0 && expected[place + length] == ',');
      at += length;
      place += length + 1;
   }
   REQUIRE(expected[place] == 0);
   free(exact);
}

static void check_lists(void) {
   shared_store *store = store_create(1 << 16, 7);
   char target[8];
   REQUIRE(store_pop(store, "list", 4, 0, 0, target, 8) == STORE_ABSENT);
   REQUIRE(store_length(store, "list", 4, 0) == 0);
   REQUIRE(store_range(store, "list", 4, 0, -1, 0, target, 8) == STORE_ABSENT);
   REQUIRE(push(store, "c", 1, 0) == 1 && push(store, "b", 0, 0) == 2 && push(store, "", 0, 0) == 3);
   REQUIRE(push(store, "d", 1, 0) == 4);
   require_range(store, 0, -1, ",b,c,d,");
   require_range(store, 1, 2, "b,c,");
   require_range(store, -2, -1, "c,d,");
   require_range(store, -9, 9, ",b,c,d,");
   require_range(store, 2, 1, "");
   REQUIRE(store_pop(store, "list", 4, 0, 0, target, 8) == 0);
   REQUIRE(store_pop(store, "list", 4, 1, 0, target, 0) == 1);
   REQUIRE(store_pop(store, "list", 4, 1, 0, target, 8) == 1 && target[0] == 'd');
   require_range(store, 0, -1, "b,c,");
   REQUIRE(push(store, "d", 1, 2) == 2);
   require_range(store, 0, -1, "c,d,");
   REQUIRE(push(store, "a", 0, 2) == 2);
   require_range(store, 0, -1, "a,c,");
   REQUIRE(push(store, "d", 1, 0) == 3 && store_trim(store, "list", 4, 1, 1, 0) == 1);
   require_range(store, 0, -1, "c,");
   REQUIRE(store_trim(store, "list", 4, 5, 9, 0) == 0 && store_names(store) == 0);
   REQUIRE(store_push(store, "list", 4, "x", 1, 1, 0, 100, 10) == 1);
   REQUIRE(store_push(store, "list", 4, "y", 1, 1, 0, 105, 0) == 2);
   REQUIRE(store_length(store, "list", 4, 109) == 2 && store_length(store, "list", 4, 110) == 0);
   while (push(store, "filling", 1, 0) > 0) {
      REQUIRE(store_used_bytes(store) <= 1 << 16);
   }
   REQUIRE(store_refused(store) == 1);
   REQUIRE(store_remove(store, STORE_LIST, "list", 4, NULL, 0) == 1 && store_names(store) == 0);
   store_destroy(store);
}

/* Puts in at one end, takes out at the other, and cuts, while the other threads do the same. */
static void *feed(void *store) {
   for (int i = 0; i < ADDITIONS; i++) {
      char target[8];
      while (store_push(store, "queue", 5, "text", 4, 1, 0, 0, 0) == STORE_REFUSED) {
         store_pop(store, "queue", 5, 0, 0, target, sizeof(target));
      }
      if (i % 3 == 0) {
         store_pop(store, "queue", 5, 0, 0, target, sizeof(target));
      }
      if (i % 1000 == 0) {
         store_trim(store, "queue", 5, 0, 99, 0);
         store_range(store, "queue", 5, 0, -1, 0, NULL, 0);
      }
   }
   return NULL;
}

static void check_lists_of_threads(void) {
   shared_store *store = store_create(1 << 16, 7);
   pthread_t threads[THREADS];
   for (int i = 0; i < THREADS; i++) {
      REQUIRE(pthread_create(&threads[i], NULL, feed, store) == 0);
   }
   for (int i = 0; i < THREADS; i++) {
      pthread_join(threads[i], NULL);
   }
   const int64_t left = store_length(store, "queue", 5, 0);
   char target[8];
   for (int64_t i = 0; i < left; i++) {
      REQUIRE(store_pop(store, "queue", 5, 1, 0, target, sizeof(target)) == 4 && memcmp(target, "text", 4) == 0);
   }
   REQUIRE(store_pop(store, "queue", 5, 1, 0, target, sizeof(target)) == STORE_ABSENT && store_names(store) == 0);
   store_destroy(store);
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
   check_lists();
   check_random_operations();
   check_threads();
   check_lists_of_threads();
   return 0;
}
