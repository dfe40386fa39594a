// What Java sees of the machines: the functions of LuaNative. A handle is the address of a machine.
#include <jni.h>
#include <luajit.h>
#include <stdlib.h>
#include <string.h>

#include "lua_machine.h"

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

static jbyteArray perform(JNIEnv *env, jlong handle, int (*enter)(machine *, request *), jbyteArray name,
                          jbyteArray code, jobjectArray arguments) {
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
            .name = name_copy, .code = code_copy, .code_length = code_length,
            .arguments = (const char **)values, .lengths = lengths, .count = count,
        };
        const int status = enter(vm, &call);
        if (status == 0) {
            reply = answer(env, call.result == NULL ? 'N' : 'R', call.result, call.result_length);
        } else {
            reply = answer(env, status == MACHINE_FAILED ? 'E' : 'A', vm->error, strlen(vm->error));
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
    return interrupt_install();
}

JNIEXPORT jstring JNICALL Java_io_millrace_binding_luajit_LuaNative_version(JNIEnv *env, jclass type) {
    (void)type;
    return (*env)->NewStringUTF(env, LUAJIT_VERSION);
}

JNIEXPORT jlong JNICALL Java_io_millrace_binding_luajit_LuaNative_create(JNIEnv *env, jclass type, jlong limit) {
    (void)env;
    (void)type;
    return (jlong)(uintptr_t)machine_create((size_t)limit);
}

JNIEXPORT jbyteArray JNICALL Java_io_millrace_binding_luajit_LuaNative_start(JNIEnv *env, jclass type, jlong handle,
                                                                             jbyteArray name, jbyteArray code,
                                                                             jobjectArray arguments) {
    (void)type;
    return perform(env, handle, machine_start, name, code, arguments);
}

JNIEXPORT jbyteArray JNICALL Java_io_millrace_binding_luajit_LuaNative_call(JNIEnv *env, jclass type, jlong handle,
                                                                            jbyteArray name, jobjectArray arguments) {
    (void)type;
    return perform(env, handle, machine_call, name, NULL, arguments);
}

JNIEXPORT jint JNICALL Java_io_millrace_binding_luajit_LuaNative_dispatch(JNIEnv *env, jclass type, jlong handle,
                                                                          jlong batch, jint from, jint count) {
    (void)env;
    (void)type;
    return machine_dispatch(machine_at(handle), batch, from, count);
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
    return interrupt_cpu_time_ns(machine_at(handle));
}

JNIEXPORT jboolean JNICALL Java_io_millrace_binding_luajit_LuaNative_interrupt(JNIEnv *env, jclass type, jlong handle,
                                                                               jint serial) {
    (void)env;
    (void)type;
    return interrupt_send(machine_at(handle), (unsigned)serial) ? JNI_TRUE : JNI_FALSE;
}

JNIEXPORT void JNICALL Java_io_millrace_binding_luajit_LuaNative_close(JNIEnv *env, jclass type, jlong handle) {
    (void)env;
    (void)type;
    machine_close(machine_at(handle));
}
