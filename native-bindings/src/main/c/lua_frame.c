// Sets right what LuaJIT looks at where it is refused memory.
//
// It unwinds from the base and top of the running coroutine then. Compiled code keeps its base elsewhere, in the global
// state: after a return to a caller, the coroutine's own points into slots that hold anything by then. Built-in
// functions in assembler (string.sub) leave the top where it was, which may be below their frame: the error's text is
// then written over the frame. Of either the process would die.
#include <sys/mman.h>
#include <unistd.h>

#include "lua_machine.h"

// The beginning of LuaJIT 2.1's lua_State, and two neighbours in its global_State (lj_obj.h), with 64-bit references.
// Neither is public: where they lie is found out, and each value is checked against the others before it is used.
typedef struct {
    uintptr_t next;
    unsigned char mark;
    unsigned char type;
    unsigned char function;
    unsigned char status;
    uintptr_t global;
    uintptr_t gray;
    uintptr_t base;
    uintptr_t top;
    uintptr_t last;
    uintptr_t stack;
} state_fields;

typedef struct {
    uintptr_t running;
    uintptr_t compiled_base; // 0 outside of compiled code
} global_fields;

#define TYPE_THREAD 6
#define SLOT sizeof(uint64_t)
// The function of a frame lies two slots below its base; the upper bits of a slot tell what it holds.
#define FRAME_SLOTS 2
#define TAG_SHIFT 47
#define TAG_FUNCTION 0x1FFF7
#define MAX_PLACES 16

typedef struct {
    const machine *vm;
    size_t places[MAX_PLACES];
    int count;
} search;

static const global_fields *fields_at(const machine *vm, size_t place) {
    return (const global_fields *)((uintptr_t)vm->state + place); // NOLINT: addresses are numbers here
}

static int note_places(lua_State *state) {
    search *found = lua_touserdata(state, 1);
    for (size_t at = sizeof(state_fields); at + sizeof(global_fields) <= found->vm->core_length;
         at += sizeof(uintptr_t)) {
        const global_fields *fields = fields_at(found->vm, at);
        if (fields->running == (uintptr_t)state && fields->compiled_base == 0 && found->count < MAX_PLACES) {
            found->places[found->count++] = at;
        }
    }
    return 0;
}

static int nothing(lua_State *state) {
    (void)state;
    return 0;
}

void machine_find_running(machine *vm) {
    search found = {.vm = vm};
    lua_State *coroutine = lua_newthread(vm->state);
    lua_pushcfunction(coroutine, note_places);
    lua_pushlightuserdata(coroutine, &found);
    lua_resume(coroutine, 1);
    lua_pop(vm->state, 1);
    // Entered anew, the machine says that its first coroutine runs.
    lua_pushcfunction(vm->state, nothing);
    lua_call(vm->state, 0, 0);
    for (int i = 0; i < found.count && vm->running_at == 0; i++) {
        if (fields_at(vm, found.places[i])->running == (uintptr_t)vm->state) {
            vm->running_at = found.places[i];
        }
    }
}

static int is_mapped(uintptr_t address) {
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    const uintptr_t first = address & ~(page - 1);
    const uintptr_t end = address + sizeof(state_fields);
    unsigned char resident[2];
    return mincore((void *)first, end - first, resident) == 0; // NOLINT
}

static int is_state(const machine *vm, uintptr_t address) {
    const uintptr_t main = (uintptr_t)vm->state;
    if (address % SLOT != 0 || (address != main && !is_mapped(address))) {
        return 0;
    }
    const state_fields *state = (const state_fields *)address; // NOLINT
    return state->type == TYPE_THREAD && state->global == ((const state_fields *)main)->global // NOLINT
        && state->base > state->stack && state->base <= state->last;
}

static int is_base(const state_fields *state, uintptr_t base) {
    return base % SLOT == 0 && base >= state->stack + FRAME_SLOTS * SLOT && base <= state->last
        && *(const uint64_t *)(base - FRAME_SLOTS * SLOT) >> TAG_SHIFT == TAG_FUNCTION; // NOLINT
}

void machine_settle_frame(const machine *vm) {
    if (vm->running_at == 0) {
        return;
    }
    const global_fields *fields = fields_at(vm, vm->running_at);
    if (!is_state(vm, fields->running)) {
        return;
    }
    state_fields *state = (state_fields *)fields->running; // NOLINT
    if (fields->compiled_base != 0 && is_base(state, fields->compiled_base)) {
        state->base = fields->compiled_base;
    } else if (state->top < state->base) {
        state->top = state->base;
    }
}
