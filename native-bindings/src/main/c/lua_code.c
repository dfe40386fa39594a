// Finds the machine code of a machine that was left in the middle: LuaJIT has no call that frees it then.
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lua_machine.h"

// The fields of LuaJIT 2.1's jit_State (lj_jit.h) that describe its machine code, and the header that lj_mcode.c puts
// at the low end of each area. Neither is public, so that each value is checked against all others before it is used.
typedef struct {
    uintptr_t area;
    uintptr_t top;
    uintptr_t bottom;
    size_t area_length;
    size_t all_length;
} code_fields;

typedef struct area_header {
    struct area_header *next;
    size_t length;
} area_header;

// Part of libgcc, without a header: forgets unwind information that was given to __register_frame.
extern void __deregister_frame(void *frames);

#define MAX_CODE_LENGTH ((size_t)256 << 20)

static int is_plausible(const code_fields *fields, uintptr_t page) {
    return fields->area != 0 && (fields->area & (page - 1)) == 0
        && fields->area_length != 0 && (fields->area_length & (page - 1)) == 0
        && fields->all_length >= fields->area_length && fields->all_length <= MAX_CODE_LENGTH
        && (fields->all_length & (page - 1)) == 0
        && fields->area + sizeof(area_header) <= fields->bottom && fields->bottom <= fields->top
        && fields->top <= fields->area + fields->area_length;
}

// Whether the pages are mapped at all: what looks like an area is only then looked into.
static int is_mapped(uintptr_t area, uintptr_t page) {
    unsigned char resident;
    return mincore((void *)area, page, &resident) == 0; // NOLINT: addresses are numbers here
}

// LuaJIT tells libgcc of each area, so that errors find their way through machine code: a table for the unwinder
// follows the header. libgcc reads it whenever anything in the process unwinds, so that it must be taken back before
// the area goes. Whether it is there shows in its first entry, a CIE of version 1 with the augmentation "zPR" (LSB 5.0,
// .eh_frame).
static int is_known_to_unwinder(const area_header *area) {
    static const unsigned char identity_version_augmentation[] = {0, 0, 0, 0, 1, 'z', 'P', 'R', 0};
    const unsigned char *length_of_entry = (const unsigned char *)(area + 1);
    return memcmp(length_of_entry + sizeof(uint32_t), identity_version_augmentation,
        sizeof(identity_version_augmentation)) == 0;
}

// Bytes given back. The first page of an area of which the unwinder may know in a way that is unknown here stays.
static size_t unmap_area(area_header *area, size_t length, size_t page) {
    if (is_known_to_unwinder(area)) {
        __deregister_frame(area + 1);
        return munmap(area, length) == 0 ? length : 0;
    }
    return length > page && munmap((char *)area + page, length - page) == 0 ? length - page : 0;
}

size_t machine_code_unmap(const machine *vm) {
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    const uintptr_t core = (uintptr_t)vm->state;
    for (size_t at = 0; at + sizeof(code_fields) <= vm->core_length; at += sizeof(uintptr_t)) {
        const code_fields *fields = (const code_fields *)(core + at); // NOLINT: addresses are numbers here
        if (!is_plausible(fields, page) || !is_mapped(fields->area, page)
            || ((const area_header *)fields->area)->length != fields->area_length) { // NOLINT
            continue;
        }
        size_t seen = 0;
        size_t unmapped = 0;
        area_header *each = (area_header *)fields->area; // NOLINT
        while (each != NULL && is_mapped((uintptr_t)each, page) && each->length <= fields->all_length - seen) {
            area_header *next = each->next;
            seen += each->length;
            unmapped += unmap_area(each, each->length, page);
            each = next;
        }
        return unmapped;
    }
    return 0;
}
