// The machine itself: its bounded memory, and its entries, each under lua_pcall or lua_cpcall, so that no Lua error
// crosses the frame of a caller.
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lua_machine.h"

#define MIN_STRING_TABLE 2048

// Whether a new block of this length may be LuaJIT's table of all strings. The collector makes it anew, smaller, and
// where it runs between two steps of compiled code no error finds its way out of it: such a block may go beyond the
// limit.
static int is_table_of_strings(const machine *vm, size_t length) {
    return length >= MIN_STRING_TABLE && (length & (length - 1)) == 0 && length <= vm->limit / 4;
}

static void *allocate(void *user, void *pointer, size_t old_size, size_t new_size) {
    machine *vm = user;
    if (pointer == NULL) {
        old_size = 0;
    }
    block *old = pointer == NULL ? NULL : (block *)pointer - 1;
    if (new_size == 0) {
        if (old != NULL) {
            old->previous->next = old->next;
            old->next->previous = old->previous;
            free(old);
            vm->used -= old_size;
        }
        return NULL;
    }
    const size_t limit = vm->limit + (vm->watch == NULL ? 0 : (size_t)vm->watch->extra_memory_kib << 10)
        + (old == NULL && is_table_of_strings(vm, new_size) ? vm->limit / 4 : 0);
    if (new_size > old_size && (vm->used > limit || new_size - old_size > limit - vm->used)) {
        machine_settle_frame(vm);
        return NULL;
    }
    block *grown = realloc(old, sizeof(block) + new_size);
    if (grown == NULL) {
        machine_settle_frame(vm);
        return NULL;
    }
    if (vm->core_length == 0) {
        vm->core_length = new_size;
    }
    if (old == NULL) {
        grown->previous = vm->blocks.previous;
        grown->next = &vm->blocks;
    }
    grown->previous->next = grown;
    grown->next->previous = grown;
    vm->used += new_size - old_size;
    return grown + 1;
}

static void free_blocks(machine *vm) {
    block *each = vm->blocks.next;
    while (each != &vm->blocks) {
        block *next = each->next;
        free(each);
        each = next;
    }
}

machine *machine_create(size_t limit_bytes) {
    machine *vm = calloc(1, sizeof(machine));
    if (vm == NULL) {
        return NULL;
    }
    vm->limit = limit_bytes;
    vm->blocks.previous = &vm->blocks;
    vm->blocks.next = &vm->blocks;
    vm->dispatch = LUA_NOREF;
    vm->entries = LUA_NOREF;
    vm->state = lua_newstate(allocate, vm);
    if (vm->state == NULL) {
        free_blocks(vm);
        free(vm);
        return NULL;
    }
    return vm;
}

void machine_close(machine *vm) {
    interrupt_forget(vm);
    if (atomic_load(&vm->abandoned)) {
        // Lua's own structures may be half-changed: nothing of it is asked to free itself.
        machine_code_unmap(vm);
        free_blocks(vm);
    } else {
        lua_close(vm->state);
    }
    free(vm);
}

static void push_arguments(lua_State *state, const request *call) {
    luaL_checkstack(state, call->count + 1, "too many arguments");
    for (int i = 0; i < call->count; i++) {
        if (call->arguments[i] == NULL) {
            lua_pushnil(state);
        } else {
            lua_pushlstring(state, call->arguments[i], call->lengths[i]);
        }
    }
}

static void keep_result(lua_State *state, request *call) {
    size_t length = 0;
    const char *text = lua_isnoneornil(state, -1) ? NULL : lua_tolstring(state, -1, &length);
    if (text != NULL) {
        call->result = malloc(length == 0 ? 1 : length);
        if (call->result == NULL) {
            luaL_error(state, "not enough memory");
        }
        memcpy(call->result, text, length);
        call->result_length = length;
    }
}

static int protected_start(lua_State *state) {
    request *call = lua_touserdata(state, 1);
    machine *vm = call->vm;
    machine_find_running(vm);
    luaL_openlibs(state);
    machine_open_pairs(state);
    machine_open_apart(state);
    if (luaL_loadbuffer(state, call->code, call->code_length, call->name) != 0) {
        return lua_error(state);
    }
    push_arguments(state, call);
    lua_call(state, call->count, 1);
    luaL_checktype(state, -1, LUA_TTABLE);
    lua_getfield(state, -1, "dispatch");
    luaL_checktype(state, -1, LUA_TFUNCTION);
    vm->dispatch = luaL_ref(state, LUA_REGISTRYINDEX);
    vm->entries = luaL_ref(state, LUA_REGISTRYINDEX);
    return 0;
}

static int protected_call(lua_State *state) {
    request *call = lua_touserdata(state, 1);
    lua_rawgeti(state, LUA_REGISTRYINDEX, call->vm->entries);
    lua_getfield(state, -1, call->name);
    push_arguments(state, call);
    lua_call(state, call->count, 1);
    keep_result(state, call);
    return 0;
}

static void keep_error(machine *vm) {
    const char *text = lua_type(vm->state, -1) == LUA_TSTRING ? lua_tostring(vm->state, -1) : "error without a message";
    snprintf(vm->error, sizeof(vm->error), "%s", text);
    lua_settop(vm->state, 0);
}

static int guarded(machine *vm, lua_CFunction body, request *call) {
    if (atomic_load(&vm->abandoned)) {
        return MACHINE_ABANDONED;
    }
    call->vm = vm;
    if (sigsetjmp(vm->landing, 0) != 0) {
        interrupt_leave(vm);
        snprintf(vm->error, sizeof(vm->error), "ran past its deadline in compiled code");
        return MACHINE_ABANDONED;
    }
    interrupt_enter(vm);
    const int status = lua_cpcall(vm->state, body, call);
    interrupt_leave(vm);
    if (status != 0) {
        keep_error(vm);
        return MACHINE_FAILED;
    }
    lua_settop(vm->state, 0);
    return 0;
}

int machine_start(machine *vm, request *call) {
    return guarded(vm, protected_start, call);
}

int machine_call(machine *vm, request *call) {
    return guarded(vm, protected_call, call);
}

int machine_dispatch(machine *vm, int64_t batch, int from, int count) {
    if (atomic_load(&vm->abandoned)) {
        return MACHINE_ABANDONED;
    }
    if (sigsetjmp(vm->landing, 0) != 0) {
        interrupt_leave(vm);
        snprintf(vm->error, sizeof(vm->error), "ran past its deadline in compiled code");
        return MACHINE_ABANDONED;
    }
    interrupt_enter(vm);
    // None of these allocates, so none can fail outside the protected call.
    lua_State *state = vm->state;
    lua_rawgeti(state, LUA_REGISTRYINDEX, vm->dispatch);
    lua_pushnumber(state, (lua_Number)batch);
    lua_pushinteger(state, from);
    lua_pushinteger(state, count);
    const int status = lua_pcall(state, 3, 1, 0);
    int done = MACHINE_FAILED;
    if (status == 0) {
        done = (int)lua_tointeger(state, -1);
        lua_settop(state, 0);
    } else {
        keep_error(vm);
    }
    interrupt_leave(vm);
    return done;
}
