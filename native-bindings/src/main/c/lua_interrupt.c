// Stops a hook that runs too long: a real-time signal to its thread, which leaves Lua by an error or by a jump.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <errno.h>
#include <lauxlib.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>

#include "lua_machine.h"

// Interrupts that a call may survive by standing in one long C function of LuaJIT, before its machine goes.
#define INTERRUPT_GRACE 16

static __thread machine *machine_of_thread;
static int interrupt_signal;
static const struct link_map *luajit_object;

static void abandon(machine *vm) {
    atomic_store(&vm->abandoned, 1);
    siglongjmp(vm->landing, 1);
}

static int is_late(const machine *vm) {
    return vm->watch != NULL && vm->watch->hook_serial == atomic_load(&vm->expected_serial);
}

static int is_trusted(lua_State *state, lua_Debug *activation) {
    return lua_getinfo(state, "S", activation) != 0
        && strncmp(activation->source, MACHINE_TRUSTED_CHUNK, sizeof(MACHINE_TRUSTED_CHUNK) - 1) == 0;
}

// Stays in place until the call is over, so that a script which catches the error meets it again at its next
// instruction. The library's own code is let through: it has counters to keep in step.
static void on_late_instruction(lua_State *state, lua_Debug *activation) {
    machine *vm = machine_of_thread;
    if (vm == NULL || !is_late(vm)) {
        lua_sethook(state, NULL, 0, 0);
        return;
    }
    if (is_trusted(state, activation)) {
        return;
    }
    vm->watch->deadline_serial = vm->watch->hook_serial;
    luaL_where(state, 0);
    lua_pushliteral(state, "ran past its deadline");
    lua_concat(state, 2);
    lua_error(state);
}

static uintptr_t program_counter(const ucontext_t *context) {
#if defined(__x86_64__)
    return (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
    return (uintptr_t)context->uc_mcontext.pc;
#else
#error "program counter of this architecture"
#endif
}

// Compiled loops ignore Lua hooks: a thread that stands in LuaJIT's machine code, which belongs to no loaded object, is
// taken out of it. Inside the interpreter the hook does it, as the stand-alone Lua does on Ctrl-C. Inside one long C
// function of LuaJIT (pattern matching) neither helps, so that is left after some grace; no lock is held there, because
// a program counter within LuaJIT's own text means that neither libc nor our allocator is active.
static void on_interrupt(int signal_number, siginfo_t *info, void *context) {
    (void)signal_number;
    (void)info;
    machine *vm = machine_of_thread;
    if (vm == NULL) {
        return;
    }
    atomic_store(&vm->signalled, 0);
    if (!atomic_load(&vm->running) || !is_late(vm)) {
        return;
    }
    const int saved_errno = errno;
    struct dl_find_object object;
    void *pc = (void *)program_counter(context); // NOLINT: an address, not a number
    if (vm->interrupted_serial != atomic_load(&vm->expected_serial)) {
        vm->interrupted_serial = atomic_load(&vm->expected_serial);
        vm->interrupts = 0;
    }
    vm->interrupts++;
    const int in_machine_code = _dl_find_object(pc, &object) != 0;
    const int in_luajit = !in_machine_code && object.dlfo_link_map == luajit_object;
    if (in_machine_code || (in_luajit && vm->interrupts > INTERRUPT_GRACE)) {
        abandon(vm);
    }
    lua_sethook(vm->state, on_late_instruction, LUA_MASKCOUNT, 1);
    errno = saved_errno;
}

int interrupt_install(void) {
    struct dl_find_object object;
    // The address of the function itself, not of its entry in our procedure linkage table.
    void *inside = dlsym(RTLD_DEFAULT, "lua_newstate");
    if (inside == NULL) {
        inside = (void *)(uintptr_t)lua_newstate;
    }
    if (_dl_find_object(inside, &object) == 0) {
        luajit_object = object.dlfo_link_map;
    }
    // HotSpot keeps to the signals below SIGRTMIN; the first free one from a few above it is ours.
    for (int candidate = SIGRTMIN + 5; candidate <= SIGRTMAX; candidate++) {
        struct sigaction present;
        if (sigaction(candidate, NULL, &present) == 0 && present.sa_handler == SIG_DFL) {
            struct sigaction action;
            memset(&action, 0, sizeof(action));
            action.sa_sigaction = on_interrupt;
            // Not deferred: the handler may leave by siglongjmp, which then has no mask to put back.
            action.sa_flags = SA_SIGINFO | SA_RESTART | SA_NODEFER;
            sigemptyset(&action.sa_mask);
            if (sigaction(candidate, &action, NULL) == 0) {
                interrupt_signal = candidate;
                return 0;
            }
        }
    }
    return -1;
}

void interrupt_enter(machine *vm) {
    machine_of_thread = vm;
    vm->thread = pthread_self();
    vm->interrupts = 0;
    atomic_store(&vm->signalled, 0);
    atomic_store(&vm->running, 1);
}

void interrupt_leave(machine *vm) {
    atomic_store(&vm->running, 0);
}

void interrupt_forget(const machine *vm) {
    if (machine_of_thread == vm) {
        machine_of_thread = NULL;
    }
}

int64_t interrupt_cpu_time_ns(machine *vm) {
    clockid_t thread_clock;
    struct timespec spent;
    if (!atomic_load(&vm->running) || pthread_getcpuclockid(vm->thread, &thread_clock) != 0
        || clock_gettime(thread_clock, &spent) != 0) {
        return -1;
    }
    return (int64_t)spent.tv_sec * 1000000000L + spent.tv_nsec;
}

int interrupt_send(machine *vm, unsigned serial) {
    if (!atomic_load(&vm->running)) {
        return 0;
    }
    atomic_store(&vm->expected_serial, serial);
    if (atomic_exchange(&vm->signalled, 1)) {
        return 1;
    }
    return pthread_kill(vm->thread, interrupt_signal) == 0;
}
