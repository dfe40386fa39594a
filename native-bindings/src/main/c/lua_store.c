// What Java sees of the shared store: the functions of StoreNative. A handle is the address of a store.
#include <jni.h>

#include "shared_store.h"

#define FUNCTIONS 11

static shared_store *store_at(jlong handle) {
    return (shared_store *)(uintptr_t)handle; // NOLINT: handles are addresses
}

JNIEXPORT jlong JNICALL Java_io_millrace_binding_luajit_StoreNative_create(JNIEnv *env, jclass type, jlong capacity,
                                                                           jlong seed) {
    (void)env;
    (void)type;
    return (jlong)(uintptr_t)store_create((uint64_t)capacity, (uint64_t)seed);
}

// Addresses for Lua, in the order of LuaStore.Function.
JNIEXPORT jlongArray JNICALL Java_io_millrace_binding_luajit_StoreNative_functions(JNIEnv *env, jclass type) {
    (void)type;
    const jlong addresses[FUNCTIONS] = {
        (jlong)(uintptr_t)store_get, (jlong)(uintptr_t)store_take, (jlong)(uintptr_t)store_put,
        (jlong)(uintptr_t)store_add, (jlong)(uintptr_t)store_remove, (jlong)(uintptr_t)store_list,
        (jlong)(uintptr_t)store_push, (jlong)(uintptr_t)store_pop, (jlong)(uintptr_t)store_length,
        (jlong)(uintptr_t)store_range, (jlong)(uintptr_t)store_trim,
    };
    jlongArray result = (*env)->NewLongArray(env, FUNCTIONS);
    if (result != NULL) {
        (*env)->SetLongArrayRegion(env, result, 0, FUNCTIONS, addresses);
    }
    return result;
}

JNIEXPORT jint JNICALL Java_io_millrace_binding_luajit_StoreNative_put(JNIEnv *env, jclass type, jlong handle,
                                                                       jbyteArray name, jbyteArray value, jdouble now,
                                                                       jdouble time_to_live, jboolean only_new) {
    (void)type;
    const jsize name_length = (*env)->GetArrayLength(env, name);
    const jsize value_length = (*env)->GetArrayLength(env, value);
    jbyte *name_bytes = (*env)->GetByteArrayElements(env, name, NULL);
    jbyte *value_bytes = (*env)->GetByteArrayElements(env, value, NULL);
    int result = STORE_REFUSED;
    if (name_bytes != NULL && value_bytes != NULL) {
        result = store_put(store_at(handle), STORE_TEXT, (const char *)name_bytes, (size_t)name_length, NULL, 0,
                           (const char *)value_bytes, (size_t)value_length, now, time_to_live, only_new);
    }
    if (name_bytes != NULL) {
        (*env)->ReleaseByteArrayElements(env, name, name_bytes, JNI_ABORT);
    }
    if (value_bytes != NULL) {
        (*env)->ReleaseByteArrayElements(env, value, value_bytes, JNI_ABORT);
    }
    return result;
}

JNIEXPORT jlong JNICALL Java_io_millrace_binding_luajit_StoreNative_usedBytes(JNIEnv *env, jclass type,
                                                                              jlong handle) {
    (void)env;
    (void)type;
    return (jlong)store_used_bytes(store_at(handle));
}

JNIEXPORT jlong JNICALL Java_io_millrace_binding_luajit_StoreNative_refused(JNIEnv *env, jclass type, jlong handle) {
    (void)env;
    (void)type;
    return (jlong)store_refused(store_at(handle));
}

JNIEXPORT jlong JNICALL Java_io_millrace_binding_luajit_StoreNative_names(JNIEnv *env, jclass type, jlong handle) {
    (void)env;
    (void)type;
    return (jlong)store_names(store_at(handle));
}

JNIEXPORT void JNICALL Java_io_millrace_binding_luajit_StoreNative_destroy(JNIEnv *env, jclass type, jlong handle) {
    (void)env;
    (void)type;
    store_destroy(store_at(handle));
}
