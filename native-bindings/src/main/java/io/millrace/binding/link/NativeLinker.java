package io.millrace.binding.link;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The one place that makes native method handles. Everything restricted in the foreign function API is called here.
 * Stateless after class initialisation; any thread.
 */
public final class NativeLinker {
    /** Shim of DPDK and nDPI. */
    public static final String SHIM = "libmillrace.so";
    /** Glue of LuaJIT. */
    public static final String LUA_GLUE = "libmillrace_lua.so";
    /** System property that names the folder of both. */
    public static final String DIRECTORY_PROPERTY = "millrace.native.directory";
    private static final String INSTALLED_PROPERTY = "millrace.installed";

    /**
     * For leaf calls of at most a few microseconds: the thread stays in Java state, so a garbage collection waits for
     * the call, and the call must never block or call back.
     */
    public static final Linker.Option LEAF = Linker.Option.critical(false);

    private static final Linker LINKER = Linker.nativeLinker();
    private static final int RTLD_NOW = 2;
    private static final int RTLD_GLOBAL = 0x100;

    private NativeLinker() {
    }

    /** Where a library of ours lies; throws where the property is missing or the file is not there. */
    public static Path library(final String fileName) {
        final String directory = System.getProperty(DIRECTORY_PROPERTY);
        if (directory == null) {
            throw new EnvironmentException("system property " + DIRECTORY_PROPERTY
                + " is not set: start through deploy/millrace, or pass -D" + DIRECTORY_PROPERTY + "=DIR");
        }
        final Path path = Path.of(directory, fileName);
        if (!Files.isReadable(path)) {
            throw new EnvironmentException("native library missing: " + path + ": "
                + (isInstalled() ? renewal() : "run deploy/quickstart to build it"));
        }
        return path.toAbsolutePath();
    }

    /**
     * Opens a library of ours for the life of the process, with all that it links to.
     *
     * @throws EnvironmentException with the Debian package to install where a library that it needs is missing, or
     * where it is of another build than the jars.
     */
    public static SymbolLookup open(final String fileName) {
        final Path path = library(fileName);
        final NativeFunction dlopen = system("dlopen", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
        final NativeFunction dlerror = system("dlerror", FunctionDescriptor.of(ADDRESS));
        // Linked and called once before dlopen: looking up a symbol in between would wipe out the reason.
        dlerror.call();
        try (Arena arena = Arena.ofConfined()) {
            if (dlopen.callPointer(arena.allocateFrom(path.toString()), RTLD_NOW | RTLD_GLOBAL).address() == 0) {
                throw new EnvironmentException(remedy(dlerror.callText()));
            }
        }
        final SymbolLookup symbols = lookup(path);
        NativeBuild.require(path, symbols);
        return symbols;
    }

    /**
     * Loads a JNI library of ours.
     *
     * @throws EnvironmentException as {@link #open}.
     */
    @SuppressWarnings("restricted")
    public static void loadJni(final String fileName) {
        final Path path = library(fileName);
        try {
            System.load(path.toString());
        } catch (final UnsatisfiedLinkError e) {
            throw new EnvironmentException(remedy(e.getMessage()));
        }
        NativeBuild.require(path, lookup(path));
    }

    /** A handle to a function of an opened library, for {@code invokeExact}. */
    public static MethodHandle handle(
        final SymbolLookup library,
        final String name,
        final FunctionDescriptor descriptor,
        final Linker.Option... options) {

        final MemorySegment symbol = library.find(name).orElseThrow(() -> new EnvironmentException(
            "symbol " + name + " is missing from " + SHIM + " and its libraries: " + rebuild()));
        return downcall(symbol, descriptor, options);
    }

    /** A function of the C library. */
    public static NativeFunction system(
        final String name, final FunctionDescriptor descriptor, final Linker.Option... options) {
        return new NativeFunction(downcall(LINKER.defaultLookup().findOrThrow(name), descriptor, options));
    }

    /** What mends libraries of ours that were made for others than those which are here. */
    public static String rebuild() {
        return isInstalled() ? "install the millrace package that was made for this release of Debian"
            : "run deploy/quickstart to rebuild it";
    }

    /** What mends libraries of ours that are not of the jars' build. */
    static String renewal() {
        return isInstalled() ? "apt-get install --reinstall millrace, or unpack the archive again into an empty folder"
            : "run deploy/quickstart to rebuild both";
    }

    /** Whether this is an installed distribution, which cannot be built anew; the launcher says so. */
    private static boolean isInstalled() {
        return Boolean.getBoolean(INSTALLED_PROPERTY);
    }

    /** Says in one line which Debian package brings what the dynamic linker misses. */
    static String remedy(final String linkerMessage) {
        final String message = linkerMessage.replace('\n', ' ');
        if (message.contains("librte_")) {
            return "DPDK library missing or of another version: " + message
                + (isInstalled() ? ": " + rebuild() : ": apt-get install dpdk libdpdk-dev, then run deploy/quickstart");
        }
        if (message.contains("libndpi")) {
            return "nDPI library missing or of another version: " + message
                + (isInstalled() ? ": " + rebuild() : ": apt-get install libndpi-dev, then run deploy/quickstart");
        }
        if (message.contains("libluajit")) {
            return "LuaJIT library missing: " + message + ": apt-get install libluajit-5.1-2";
        }
        return "cannot load native library: " + message + ": " + rebuild();
    }

    @SuppressWarnings("restricted")
    private static SymbolLookup lookup(final Path path) {
        return SymbolLookup.libraryLookup(path, Arena.global());
    }

    @SuppressWarnings("restricted")
    private static MethodHandle downcall(
        final MemorySegment symbol, final FunctionDescriptor descriptor, final Linker.Option... options) {
        return LINKER.downcallHandle(symbol, descriptor, options);
    }
}
