// A bounded store of texts, hashes, sets and lists that all script threads of a process share: what stands behind
// ntop.setCache and its kin. Any thread may call any function but store_destroy at any time.
//
// A name is kept with its kind, so that a text and a hash of the same name are two things. Times are whole seconds of
// packet time, given by the caller; nothing here reads a clock. Scripts call these functions through FFI: none of them
// calls back, waits for long, or fails other than by its result. A lock is only held inside this object and libc,
// where the interrupt of a late hook never leaves by a jump (see lua_interrupt.c).
#ifndef MILLRACE_SHARED_STORE_H
#define MILLRACE_SHARED_STORE_H

#include <stddef.h>
#include <stdint.h>

// Kinds; the same numbers as in store.lua and SharedStore.
#define STORE_TEXT 0
#define STORE_HASH 1
#define STORE_SET 2
#define STORE_LIST 3

// Results.
#define STORE_ABSENT (-1)
#define STORE_REFUSED (-2) // no room, or longer than the limits below; counted
#define STORE_NO_INTEGER (-3)

#define STORE_MAX_NAME 4096
#define STORE_MAX_VALUE 65536

typedef struct shared_store shared_store;

// capacity_bytes: most memory that names and values take, bookkeeping included. seed: of the hash; any number.
// NULL where memory is short.
shared_store *store_create(uint64_t capacity_bytes, uint64_t seed);
void store_destroy(shared_store *store);

uint64_t store_used_bytes(shared_store *store);
// Writes that were refused since the store was made.
uint64_t store_refused(shared_store *store);
// Names now, those that have expired and were not yet needed included.
uint64_t store_names(shared_store *store);

// Value of a text, or of a field of a hash or set, into target. Its length; nothing is copied where that is more than
// capacity. STORE_ABSENT where there is none, or it has expired.
int store_get(shared_store *store, int kind, const char *name, size_t name_length, const char *field,
              size_t field_length, double now_s, char *target, size_t capacity);
// The same for a text, which is then forgotten, unless it was too long for target.
int store_take(shared_store *store, const char *name, size_t name_length, double now_s, char *target,
               size_t capacity);
// Sets a text, or a field of a hash or set. time_to_live_s: of the name; 0 for ever. only_new: leaves what is there.
// 1 set, 0 left, or STORE_REFUSED, which changes nothing.
int store_put(shared_store *store, int kind, const char *name, size_t name_length, const char *field,
              size_t field_length, const char *value, size_t value_length, double now_s, double time_to_live_s,
              int only_new);
// Adds to a text that is an integer; an absent one is 0 and gets the time to live. The sum goes to *result.
// 1, STORE_NO_INTEGER where the text or the sum is none of 64 bits, or STORE_REFUSED.
int store_add(shared_store *store, const char *name, size_t name_length, int64_t amount, double now_s,
              double time_to_live_s, int64_t *result);
// Forgets a name, or with a field (not NULL) that field of it. 1 where there was one, else 0.
int store_remove(shared_store *store, int kind, const char *name, size_t name_length, const char *field,
                 size_t field_length);
// All fields of a hash or set into target, in any order, each as two uint32_t (lengths of field and value) and the two
// texts. Bytes that takes; nothing is copied where that is more than capacity. STORE_ABSENT where there is none.
int64_t store_list(shared_store *store, int kind, const char *name, size_t name_length, double now_s, char *target,
                   size_t capacity);


// Lists of texts. Positions count from 0, negative ones from the end, where -1 is the last.
//
// Puts a text at the front, or where at_end at the end, and then forgets what is beyond `most` texts at the other end;
// 0 for any number. time_to_live_s: of the name; 0 leaves it as it is. Texts there are now, or STORE_REFUSED, which
// changes nothing.
int64_t store_push(shared_store *store, const char *name, size_t name_length, const char *value, size_t value_length,
                   int at_end, uint32_t most, double now_s, double time_to_live_s);
// Takes the text at the front, or where at_end at the end, unless it is too long for target. Its length, or
// STORE_ABSENT.
int store_pop(shared_store *store, const char *name, size_t name_length, int at_end, double now_s, char *target,
              size_t capacity);
// Texts in a list; 0 where there is none.
int64_t store_length(shared_store *store, const char *name, size_t name_length, double now_s);
// The texts from first to last, both included, into target, each as a uint32_t (length) and the text. Bytes that takes;
// nothing is copied where that is more than capacity. STORE_ABSENT where there is no list.
int64_t store_range(shared_store *store, const char *name, size_t name_length, int64_t first, int64_t last,
                    double now_s, char *target, size_t capacity);
// Forgets all texts but those from first to last. Texts there are then.
int64_t store_trim(shared_store *store, const char *name, size_t name_length, int64_t first, int64_t last,
                   double now_s);

#endif
