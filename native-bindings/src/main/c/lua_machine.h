// One bounded, interruptible LuaJIT machine: what the parts of the glue share.
//
// lua_machine.c makes, bounds and calls a machine, lua_interrupt.c stops it, lua_jni.c is what Java sees. A machine
// belongs to the thread that calls into it; only interrupt_cpu_time_ns and interrupt_send may come from
// elsewhere, while that thread is inside.
#ifndef MILLRACE_LUA_MACHINE_H
#define MILLRACE_LUA_MACHINE_H

#include <lua.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

// The same numbers as in LuaVm.
#define MACHINE_FAILED (-1)
#define MACHINE_ABANDONED (-2)
#define MACHINE_ERROR_LENGTH 512

// Names of chunks that are the library's own start with this; the interrupt raises no error in them.
#define MACHINE_TRUSTED_CHUNK "@millrace/"

// Header of each allocation: a ring of all blocks, so that an abandoned machine can be freed without asking Lua.
typedef struct block {
    struct block *previous;
    struct block *next;
} block;

// First words of the caller's control area, written by Lua and by the interrupt. Layout: ControlDescriptor.
typedef struct {
    volatile uint32_t hook_serial;
    volatile uint32_t deadline_serial;
    // Memory beyond the limit that trusted code may take for a moment, in KiB.
    volatile uint32_t extra_memory_kib;
} watch_area;

typedef struct {
    lua_State *state;
    block blocks;
    size_t used;
    size_t limit;
    // Bytes of the first block: LuaJIT's own state, at whose start `state` lies.
    size_t core_length;
    // Place in that block of the coroutine that runs; 0 unknown.
    size_t running_at;
    int entries;
    int dispatch;
    watch_area *watch;
    pthread_t thread;
    atomic_int running;
    atomic_int abandoned;
    atomic_uint expected_serial;
    // A signal is on its way: real-time signals queue up, and a thread that has to wait for a core would meet them all.
    atomic_int signalled;
    // Interrupts of the call with the serial behind it. Owned by the thread inside.
    volatile sig_atomic_t interrupts;
    unsigned interrupted_serial;
    sigjmp_buf landing;
    char error[MACHINE_ERROR_LENGTH];
} machine;

// One call into a machine: what goes in, and the text that comes out (to be freed by the caller; NULL for nil).
typedef struct {
    machine *vm; // set by the call
    const char *name;
    const char *code;
    size_t code_length;
    const char **arguments;
    const size_t *lengths;
    int count;
    char *result;
    size_t result_length;
} request;

// A machine without entry points; NULL where memory is short.
machine *machine_create(size_t limit_bytes);
void machine_close(machine *vm);

// Gives back the machine code of an abandoned machine; bytes given back, 0 where it has none or none was found.
size_t machine_code_unmap(const machine *vm);

// Finds out where LuaJIT keeps which coroutine runs; once, with the machine's first coroutine running.
void machine_find_running(machine *vm);
// Before memory is refused: makes sure that LuaJIT finds the running function's frame.
void machine_settle_frame(const machine *vm);

// Each returns 0, MACHINE_FAILED or MACHINE_ABANDONED; the latter two leave their text in vm->error.
// Runs call->code, a chunk that returns the table of entry points; call->name is the chunk's.
int machine_start(machine *vm, request *call);
// Calls the entry point call->name.
int machine_call(machine *vm, request *call);

// Calls the entry point `dispatch` with the address of a batch: its result, or one of the two above.
int machine_dispatch(machine *vm, int64_t batch, int from, int count);

// Puts C functions in the place of `next`, `pairs` and `table.foreach`; after luaL_openlibs.
void machine_open_pairs(lua_State *state);
// Adds `call_apart`, a protected call from within C.
void machine_open_apart(lua_State *state);

// 0, or -1 where no real-time signal is free. Once per process, before the first machine runs.
int interrupt_install(void);
// Around each stay in Lua. An interrupt may end the stay at vm->landing, which is set before.
void interrupt_enter(machine *vm);
void interrupt_leave(machine *vm);
// Before the machine is freed.
void interrupt_forget(const machine *vm);

// Processor time of the thread inside; -1 where there is none.
int64_t interrupt_cpu_time_ns(machine *vm);
// Stops the hook that has this serial; 0 where no thread is inside.
int interrupt_send(machine *vm, unsigned serial);

#endif
