package io.millrace.binding.luajit;

/** The functions of {@code lua_store.c}. {@link LuaNative#load()} comes first. */
final class StoreNative {
    private StoreNative() {
    }

    static native long create(long capacityBytes, long seed);

    static native long[] functions();

    static native int put(
        long handle, byte[] name, byte[] value, double nowSeconds, double timeToLiveSeconds, boolean onlyNew);

    static native long usedBytes(long handle);

    static native long refused(long handle);

    static native long names(long handle);

    static native void destroy(long handle);
}
