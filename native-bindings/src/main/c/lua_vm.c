// JNI glue to LuaJIT: one bounded, interruptible virtual machine per handle.
//
// Every entry runs under lua_pcall or lua_cpcall, so no Lua error crosses a Java frame. A machine belongs to the thread
// that calls into it; only lua_interrupt and lua_cpu_time may come from elsewhere, while that thread is inside.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <errno.h>
#include <jni.h>
#include <lauxlib.h>
#include <lua.h>
#include <luajit.h>
#include <lualib.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>

#define DISPATCH_FAILED (-1)
#define DISPATCH_ABANDONED (-2)
// Interrupts that a hook may survive, by catching the error or by standing in one long C call, before its machine goes.
#define INTERRUPT_GRACE 16
#define ERROR_LENGTH 512

// Header of each allocation: a ring of all blocks, so that an abandoned machine can be freed without asking Lua.
typedef struct block {
    struct block *previous;
    struct block *next;
} block;

// First two words of the caller's control area, written by Lua and by the interrupt. Layout: ControlDescriptor.
typedef struct {
    volatile uint32_t hook_serial;
    volatile uint32_t deadline_serial;
} watch_area;

typedef struct {
    lua_State *state;
    block blocks;
    size_t used;
    size_t limit;
    int entries;
    int dispatch;
    watch_area *watch;
    pthread_t thread;
    atomic_int running;
    atomic_int abandoned;
    atomic_uint expected_serial;
    volatile sig_atomic_t interrupts;
    sigjmp_buf landing;
    char error[ERROR_LENGTH];
} machine;

static __thread machine *machine_of_thread;
static int interrupt_signal;
static const struct link_map *luajit_object;

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
    if (new_size > old_size && new_size - old_size > vm->limit - vm->used) {
        return NULL;
    }
    block *grown = realloc(old, sizeof(block) + new_size);
    if (grown == NULL) {
        return NULL;
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

// ---- interrupt ----

static void abandon(machine *vm) {
    atomic_store(&vm->abandoned, 1);
    siglongjmp(vm->landing, 1);
}

static int is_late(const machine *vm) {
    return vm->watch != NULL && vm->watch->hook_serial == atomic_load(&vm->expected_serial);
}

static void on_late_instruction(lua_State *state, lua_Debug *activation) {
    (void)activation;
    machine *vm = machine_of_thread;
    lua_sethook(state, NULL, 0, 0);
    if (vm == NULL || !is_late(vm)) {
        return;
    }
    if (vm->interrupts > INTERRUPT_GRACE) {
        abandon(vm);
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
    if (vm == NULL || !atomic_load(&vm->running) || !is_late(vm)) {
        return;
    }
    const int saved_errno = errno;
    struct dl_find_object object;
    void *pc = (void *)program_counter(context); // NOLINT: an address, not a number
    vm->interrupts++;
    const int in_machine_code = _dl_find_object(pc, &object) != 0;
    const int in_luajit = !in_machine_code && object.dlfo_link_map == luajit_object;
    if (in_machine_code || (in_luajit && vm->interrupts > INTERRUPT_GRACE)) {
        abandon(vm);
    }
    lua_sethook(vm->state, on_late_instruction, LUA_MASKCOUNT, 1);
    errno = saved_errno;
}

static int install_interrupt(void) {
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

static void enter(machine *vm) {
    machine_of_thread = vm;
    vm->thread = pthread_self();
    vm->interrupts = 0;
    atomic_store(&vm->running, 1);
}

static void leave(machine *vm) {
    atomic_store(&vm->running, 0);
}

// ---- protected calls ----

typedef struct {
    machine *vm;
    const char *name;
    const char *code;
    size_t code_length;
    const char **arguments;
    const size_t *lengths;
    int count;
    char *result;
    size_t result_length;
} request;

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
    luaL_openlibs(state);
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
        return DISPATCH_ABANDONED;
    }
    if (sigsetjmp(vm->landing, 0) != 0) {
        leave(vm);
        snprintf(vm->error, sizeof(vm->error), "ran past its deadline in compiled code");
        return DISPATCH_ABANDONED;
    }
    enter(vm);
    const int status = lua_cpcall(vm->state, body, call);
    leave(vm);
    if (status != 0) {
        keep_error(vm);
        return DISPATCH_FAILED;
    }
    lua_settop(vm->state, 0);
    return 0;
}

// ---- JNI ----

static machine *machine_at(jlong handle) {
    return (machine *)(uintptr_t)handle; // NOLINT: handles are addresses
}

// Result: one byte ('R' text follows, 'N' nil, 'E' error text follows, 'A' abandoned, text follows), then the text.
static jbyteArray answer(JNIEnv *env, char kind, const char *text, size_t length) {
    jbyteArray bytes = (*env)->NewByteArray(env, (jsize)(length + 1));
    if (bytes != NULL) {
        const jbyte first = (jbyte)kind;
        (*env)->SetByteArrayRegion(env, bytes, 0, 1, &first);
        if (length > 0) {
            (*env)->SetByteArrayRegion(env, bytes, 1, (jsize)length, (const jbyte *)text);
        }
    }
    return bytes;
}

static char *copy_of(JNIEnv *env, jbyteArray bytes, size_t *length) {
    const jsize count = (*env)->GetArrayLength(env, bytes);
    char *copy = malloc((size_t)count + 1);
    if (copy != NULL) {
        (*env)->GetByteArrayRegion(env, bytes, 0, count, (jbyte *)copy);
        copy[count] = '\0';
        *length = (size_t)count;
    }
    return copy;
}

static jbyteArray perform(JNIEnv *env, jlong handle, lua_CFunction body, jbyteArray name, jbyteArray code,
                          jobjectArray arguments) {
    machine *vm = machine_at(handle);
    const int count = (int)(*env)->GetArrayLength(env, arguments);
    size_t ignored;
    char *name_copy = copy_of(env, name, &ignored);
    char *code_copy = NULL;
    size_t code_length = 0;
    if (code != NULL) {
        code_copy = copy_of(env, code, &code_length);
    }
    char **values = calloc((size_t)count + 1, sizeof(char *));
    size_t *lengths = calloc((size_t)count + 1, sizeof(size_t));
    int complete = name_copy != NULL && (code == NULL || code_copy != NULL) && values != NULL && lengths != NULL;
    for (int i = 0; complete && i < count; i++) {
        jbyteArray argument = (*env)->GetObjectArrayElement(env, arguments, i);
        if (argument != NULL) {
            values[i] = copy_of(env, argument, &lengths[i]);
            complete = values[i] != NULL;
            (*env)->DeleteLocalRef(env, argument);
        }
    }
    jbyteArray reply;
    if (complete) {
        request call = {
            .vm = vm, .name = name_copy, .code = code_copy, .code_length = code_length,
            .arguments = (const char **)values, .lengths = lengths, .count = count,
        };
        const int status = guarded(vm, body, &call);
        if (status == 0) {
            reply = answer(env, call.result == NULL ? 'N' : 'R', call.result, call.result_length);
        } else {
            reply = answer(env, status == DISPATCH_FAILED ? 'E' : 'A', vm->error, strlen(vm->error));
        }
        free(call.result);
    } else {
        static const char text[] = "not enough memory for the arguments of a Lua call";
        reply = answer(env, 'E', text, sizeof(text) - 1);
    }
    for (int i = 0; values != NULL && i < count; i++) {
        free(values[i]);
    }
    free(values);
    free(lengths);
    free(code_copy);
    free(name_copy);
    return reply;
}

JNIEXPORT jint JNICALL Java_io_millrace_binding_luajit_LuaNative_initialise(JNIEnv *env, jclass type) {
    (void)env;
    (void)type;
    return install_interrupt();
}

JNIEXPORT jstring JNICALL Java_io_millrace_binding_luajit_LuaNative_version(JNIEnv *env, jclass type) {
    (void)type;
    return (*env)->NewStringUTF(env, LUAJIT_VERSION);
}

JNIEXPORT jlong JNICALL Java_io_millrace_binding_luajit_LuaNative_create(JNIEnv *env, jclass type, jlong limit) {
    (void)env;
    (void)type;
    machine *vm = calloc(1, sizeof(machine));
    if (vm == NULL) {
        return 0;
    }
    vm->limit = (size_t)limit;
    vm->blocks.previous = &vm->blocks;
    vm->blocks.next = &vm->blocks;
    vm->dispatch = LUA_NOREF;
    vm->entries = LUA_NOREF;
    vm->state = lua_newstate(allocate, vm);
    if (vm->state == NULL) {
        free_blocks(vm);
        free(vm);
        return 0;
    }
    return (jlong)(uintptr_t)vm;
}

JNIEXPORT jbyteArray JNICALL Java_io_millrace_binding_luajit_LuaNative_start(JNIEnv *env, jclass type, jlong handle,
                                                                             jbyteArray name, jbyteArray code,
                                                                             jobjectArray arguments) {
    (void)type;
    return perform(env, handle, protected_start, name, code, arguments);
}

JNIEXPORT jbyteArray JNICALL Java_io_millrace_binding_luajit_LuaNative_call(JNIEnv *env, jclass type, jlong handle,
                                                                            jbyteArray name, jobjectArray arguments) {
    (void)type;
    return perform(env, handle, protected_call, name, NULL, arguments);
}

JNIEXPORT jint JNICALL Java_io_millrace_binding_luajit_LuaNative_dispatch(JNIEnv *env, jclass type, jlong handle,
                                                                          jlong batch, jint from, jint count) {
    (void)env;
    (void)type;
    machine *vm = machine_at(handle);
    if (atomic_load(&vm->abandoned)) {
        return DISPATCH_ABANDONED;
    }
    if (sigsetjmp(vm->landing, 0) != 0) {
        leave(vm);
        snprintf(vm->error, sizeof(vm->error), "ran past its deadline in compiled code");
        return DISPATCH_ABANDONED;
    }
    enter(vm);
    // None of these allocates, so none can fail outside the protected call.
    lua_State *state = vm->state;
    lua_rawgeti(state, LUA_REGISTRYINDEX, vm->dispatch);
    lua_pushnumber(state, (lua_Number)batch);
    lua_pushinteger(state, from);
    lua_pushinteger(state, count);
    const int status = lua_pcall(state, 3, 1, 0);
    jint done = DISPATCH_FAILED;
    if (status == 0) {
        done = (jint)lua_tointeger(state, -1);
        lua_settop(state, 0);
    } else {
        keep_error(vm);
    }
    leave(vm);
    return done;
}

JNIEXPORT jbyteArray JNICALL Java_io_millrace_binding_luajit_LuaNative_lastError(JNIEnv *env, jclass type,
                                                                                 jlong handle) {
    (void)type;
    const machine *vm = machine_at(handle);
    return answer(env, 'E', vm->error, strlen(vm->error));
}

JNIEXPORT jlong JNICALL Java_io_millrace_binding_luajit_LuaNative_memoryUsed(JNIEnv *env, jclass type, jlong handle) {
    (void)env;
    (void)type;
    return (jlong)machine_at(handle)->used;
}

JNIEXPORT void JNICALL Java_io_millrace_binding_luajit_LuaNative_watch(JNIEnv *env, jclass type, jlong handle,
                                                                       jlong area) {
    (void)env;
    (void)type;
    machine_at(handle)->watch = (watch_area *)(uintptr_t)area; // NOLINT: addresses cross as numbers
}

JNIEXPORT jlong JNICALL Java_io_millrace_binding_luajit_LuaNative_cpuTime(JNIEnv *env, jclass type, jlong handle) {
    (void)env;
    (void)type;
    machine *vm = machine_at(handle);
    clockid_t thread_clock;
    struct timespec spent;
    if (!atomic_load(&vm->running) || pthread_getcpuclockid(vm->thread, &thread_clock) != 0
        || clock_gettime(thread_clock, &spent) != 0) {
        return -1;
    }
    return (jlong)spent.tv_sec * 1000000000L + spent.tv_nsec;
}

JNIEXPORT jboolean JNICALL Java_io_millrace_binding_luajit_LuaNative_interrupt(JNIEnv *env, jclass type, jlong handle,
                                                                               jint serial) {
    (void)env;
    (void)type;
    machine *vm = machine_at(handle);
    if (!atomic_load(&vm->running)) {
        return JNI_FALSE;
    }
    atomic_store(&vm->expected_serial, (unsigned)serial);
    return pthread_kill(vm->thread, interrupt_signal) == 0 ? JNI_TRUE : JNI_FALSE;
}

JNIEXPORT void JNICALL Java_io_millrace_binding_luajit_LuaNative_close(JNIEnv *env, jclass type, jlong handle) {
    (void)env;
    (void)type;
    machine *vm = machine_at(handle);
    if (machine_of_thread == vm) {
        machine_of_thread = NULL;
    }
    if (atomic_load(&vm->abandoned)) {
        // Lua's own structures may be half-changed. Its machine code (at most half a megabyte) stays mapped.
        free_blocks(vm);
    } else {
        lua_close(vm->state);
    }
    free(vm);
}
