package io.millrace.binding.luajit;

import io.millrace.binding.link.EnvironmentException;
import io.millrace.binding.link.NativeLinker;

/** The functions of {@code lua_jni.c}. The only class that loads the library. */
final class LuaNative {
    private static boolean loaded;

    private LuaNative() {
    }

    /** Loads the library once. Throws {@link EnvironmentException} where that cannot be. */
    static synchronized void load() {
        if (!loaded) {
            NativeLinker.loadJni(NativeLinker.LUA_GLUE);
            if (initialise() != 0) {
                throw new EnvironmentException("no free real-time signal for the script watchdog: SIGRTMIN+5 to "
                    + "SIGRTMAX are all taken in this process: remove the agent or library that takes them");
            }
            loaded = true;
        }
    }

    static native String version();

    static native long create(long memoryLimitBytes);

    static native byte[] start(long handle, byte[] chunkName, byte[] code, byte[][] arguments);

    static native byte[] call(long handle, byte[] entry, byte[][] arguments);

    static native int dispatch(long handle, long batchAddress, int from, int count);

    static native byte[] lastError(long handle);

    static native long memoryUsed(long handle);

    static native void watch(long handle, long watchAddress);

    static native long cpuTime(long handle);

    static native boolean interrupt(long handle, int serial);

    static native void close(long handle);

    private static native int initialise();
}
